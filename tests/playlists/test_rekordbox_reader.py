"""Rekordbox exports: tracks, playlists and problems."""

import gc
import tracemalloc
from html import escape

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.files import text_reader
from beatport_match.model.tracks import Track
from beatport_match.playlists import PlaylistProblem, list_playlists, read_playlist, xml_elements

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n\n<DJ_PLAYLISTS Version="1.0.0">\n'
PRODUCT = '  <PRODUCT Name="rekordbox" Version="6.7.4" Company="AlphaTheta"/>\n'


def track(track_id, **attributes):
    values = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return (
        f'<TRACK TrackID="{track_id}"{values}><TEMPO Inizio="0.1" Bpm="126.00" Metro="4/4"/>'
        '<POSITION_MARK Name="drop" Type="0" Start="61.2" Num="-1"/></TRACK>\n'
    )


def playlist(name, *keys, key_type="0"):
    entries = "".join(f'<TRACK Key="{escape(key)}"/>\n' for key in keys)
    return f'<NODE Name="{escape(name)}" Type="1" KeyType="{key_type}">\n{entries}</NODE>\n'


def folder(name, *nodes):
    return f'<NODE Name="{escape(name)}" Type="0">{"".join(nodes)}</NODE>\n'


def export(*tracks, playlists=(), head=HEAD):
    collection = f'<COLLECTION Entries="{len(tracks)}">\n{"".join(tracks)}</COLLECTION>\n'
    nodes = f"<PLAYLISTS>\n{folder('ROOT', *playlists)}</PLAYLISTS>\n"
    return f"{head}{PRODUCT}{collection}{nodes}</DJ_PLAYLISTS>\n"


@pytest.fixture
def write(tmp_path):
    def written(text, encoding="utf-8", name="rekordbox.xml"):
        file = tmp_path / name
        file.write_bytes(text.encode(encoding))
        return file

    return written


FULL = track(
    "7001",
    Name="Café del Sol & Mar",
    Artist="Ana Lívia, Tom Reyes",
    Album="Harbour EP",
    Label="Quay Records",
    Year="2019",
    AverageBpm="124.50",
    Tonality="Fm",
    TotalTime="401",
    Remixer="Nørd",
    Mix="Extended Mix",
    Location="file://localhost/C:/Music/Ana%20L%C3%ADvia/Caf%C3%A9%20%231.mp3",
)


def test_reads_every_field_of_a_track(write):
    """`Location` is decoded to a path."""
    assert list(read_playlist(write(export(FULL)))) == [
        Track(
            "Café del Sol & Mar (Extended Mix)",
            "Ana Lívia, Tom Reyes",
            album="Harbour EP",
            label="Quay Records",
            year=2019,
            bpm=124.5,
            key="Fm",
            duration_s=401.0,
            remixers="Nørd",
            file="C:/Music/Ana Lívia/Café #1.mp3",
            id="7001",
        )
    ]


def test_invalid_numbers_are_unknown(write):
    """Zero, empty, negative and too large values are `None`; they never raise."""
    invalid = [("0.00", "0", "0"), ("", "", ""), ("-3", "-1", "-9"), ("inf", "12", "nan")]
    invalid += [("9e9", "99999", "9" * 400), ("fast", "MMXX", "long"), ("1000", "1066", "86401")]
    tracks = [
        track(str(number), Name="Tide", AverageBpm=bpm, Year=year, TotalTime=time)
        for number, (bpm, year, time) in enumerate(invalid, 1)
    ]
    found = list(read_playlist(write(export(*tracks))))
    assert len(found) == len(invalid)
    assert {(one.bpm, one.year, one.duration_s) for one in found} == {(None, None, None)}


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("file://localhost/C:/Music/A%20%2b%23%3F%25.mp3", "C:/Music/A +#?%.mp3"),
        ("file://localhost/Users/dj/%E6%B3%A2.mp3", "/Users/dj/波.mp3"),
        ("FILE://LocalHost/Users/dj/a.mp3", "/Users/dj/a.mp3"),
        ("file:///Users/dj/a.mp3", "/Users/dj/a.mp3"),
        ("FILE://nas/dj/a.mp3", "//nas/dj/a.mp3"),
        ("file://localhosttidal:tracks:145", "tidal:tracks:145"),
        ("/plain/100%20.mp3", "/plain/100%20.mp3"),
        ("file://localhost/bad%FF%00name", "/bad\ufffd name"),
        ("", None),
    ],
)
def test_location_becomes_a_path(write, location, path):
    """A file:// URL is decoded; any other value is kept as written."""
    (found,) = read_playlist(write(export(track("1", Name="Tide", Location=location))))
    assert found.file == path


@pytest.mark.parametrize(
    ("name", "mix", "title"),
    [
        ("Tide", "Dub", "Tide (Dub)"),
        ("Tide (DUB Mix)", "Dub Mix", "Tide (DUB Mix)"),
        ("Tide", "(Dub)", "Tide (Dub)"),
        ("Tide", "  ", "Tide"),
        ("Tide", "https://t.example/pool", "Tide"),
        ("Tide", "www.pool.com Remix", "Tide"),
        ("Tide", "Tom Reyes", "Tide"),
        ("Tide", "Tom Reyes Remix", "Tide (Tom Reyes Remix)"),
    ],
)
def test_mix_is_added_to_the_title_once(write, name, mix, title):
    """The mix follows in brackets if it names a version that the title does not contain."""
    (found,) = read_playlist(write(export(track("1", Name=name, Mix=mix))))
    assert found.title == title


def test_blank_name_takes_the_file_name_or_is_a_problem(write):
    """A track without a name and a file name is reported and left out."""
    problems = []
    text = export(
        track("1", Name=" ", Location="file://localhost/Users/dj/Salt%20%26%20Light.aiff"),
        track("2", Name=""),
        track("3", Name="", Location="file://localhosttidal:tracks:145"),
        track("4", Name="Kept"),
    )
    file = write(text)
    found = list(read_playlist(file, on_problem=problems.append))
    assert [one.title for one in found] == ["Salt & Light", "Kept"]
    line = text[: text.index('TrackID="2"')].count("\n") + 1
    assert problems[0] == PlaylistProblem(
        str(file),
        f"line {line}, TrackID 2",
        "the track has neither a Name nor a file with a name; name it in Rekordbox",
    )
    assert [problem.place for problem in problems[1:]] == [f"line {line + 1}, TrackID 3"]
    assert str(problems[0]).startswith(f"{file}, line {line}, TrackID 2: the track has neither")
    assert len(list(read_playlist(file))) == 2  # without on_problem


def test_control_characters_become_blanks(write):
    """Blanks at both ends and marks that change the direction of the text are removed."""
    name = "&#10;Low&#9;Tide&#x85;\u202etrick "
    text = export(track("1", Name="NAME", Artist="\u2028Ana\ufeff"))
    (found,) = read_playlist(write(text.replace("NAME", name)))
    assert (found.title, found.artists) == ("Low Tide trick", "Ana")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_declared_encoding_is_used(write, encoding):
    declared = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)
    text = export(FULL.replace("ø", "ö"), head=HEAD.replace("UTF-8", declared))
    (found,) = read_playlist(write(text, encoding))
    assert (found.artists, found.remixers) == ("Ana Lívia, Tom Reyes", "Nörd")


TIDE, WAVE, FOAM = (
    track("1", Name="Tide", Location="file://localhost/Music/Tide%20A.mp3"),
    track("2", Name="Wave", Location="file://localhost/Music/Wave.mp3"),
    track("3", Name="Foam", Location="file://localhost/Music/Foam.mp3"),
)
TREE = (
    playlist("Opening", "2", "1"),
    folder("Clubs", playlist("Opening", "3"), folder("2024", playlist("Peak", "1", "2", "1"))),
    playlist("Empty"),
)


def titles(file, name):
    return [one.title for one in read_playlist(file, name)]


def test_playlists_are_listed_and_selected_by_full_name(write):
    """Names are in file order; the tracks are in the order of the playlist."""
    file = write(export(TIDE, WAVE, FOAM, playlists=TREE))
    assert list_playlists(file) == ("Opening", "Clubs/Opening", "Clubs/2024/Peak", "Empty")
    assert titles(file, "Opening") == ["Wave", "Tide"]
    assert titles(file, "Clubs/Opening") == ["Foam"]
    assert titles(file, "Clubs/2024/Peak") == ["Tide", "Wave", "Tide"]
    assert titles(file, "Empty") == []


def test_unambiguous_plain_name_selects_a_playlist(write):
    """The depth in the tree does not matter."""
    file = write(export(TIDE, WAVE, FOAM, playlists=TREE))
    assert titles(file, "Peak") == ["Tide", "Wave", "Tide"]


def test_ambiguous_name_is_rejected_with_the_full_names(write):
    tree = [folder("A", playlist("Peak", "1")), folder("B", playlist("Peak", "2"))]
    file = write(export(TIDE, WAVE, playlists=tree))
    with pytest.raises(PlaylistError, match="'Peak': 'A/Peak', 'B/Peak'; give the full name"):
        read_playlist(file, "Peak")
    same_names = write(export(playlists=[playlist("Peak"), playlist("Peak")]), name="same.xml")
    with pytest.raises(PlaylistError, match="rename one in Rekordbox"):
        read_playlist(same_names, "Peak")


def test_unknown_playlist_is_rejected_with_a_short_list(write):
    """The call raises; the list of existing names is shortened."""
    file = write(export(playlists=[playlist(f"Set {number}") for number in range(500)]))
    with pytest.raises(PlaylistError) as caught:
        read_playlist(file, "Sett 7")
    message = str(caught.value)
    assert "no playlist is named 'Sett 7'; there are: 'Set 0', 'Set 1'" in message
    assert message.endswith("'Set 19' and 480 more.")
    assert len(message) < 1000
    long = write(export(playlists=[playlist("x" * 5000)] * 30), name="long.xml")
    with pytest.raises(PlaylistError) as caught:
        read_playlist(long, "Sett 7")
    assert len(str(caught.value)) < 5000
    with pytest.raises(PlaylistError, match="there are none"):
        read_playlist(write(export(TIDE), name="bare.xml"), "Peak")


def test_key_type_1_refers_to_locations(write):
    """Keys are compared after percent-decoding."""
    entry = "file://localhost/Music/%54ide%20A.mp3"
    file = write(export(TIDE, WAVE, playlists=[playlist("By place", entry, key_type="1")]))
    assert titles(file, "By place") == ["Tide"]
    as_ids = write(export(TIDE, playlists=[playlist("By place", entry)]), name="ids.xml")
    assert titles(as_ids, "By place") == []


def test_entry_outside_the_collection_is_a_problem(write):
    """The entry is reported with its line; the other entries are read."""
    problems = []
    lost = '<TRACK Name="No id"/>'
    text = export(lost, TIDE, WAVE, playlists=[playlist("Peak", "1", "99", "2", "")])
    found = list(read_playlist(write(text), "Peak", on_problem=problems.append))
    assert [one.title for one in found] == ["Tide", "Wave"]
    line = text[: text.index('Key="99"')].count("\n") + 1
    assert [problem.place for problem in problems] == [f"line {line}", f"line {line + 2}"]
    assert "'Peak' refers to the TrackID '99', which is not in the collection" in str(problems[0])


def test_unreadable_track_is_reported_once(write):
    """The track is one problem; its entries in the playlist are not further problems."""
    problems = []
    text = export(TIDE, track("2", Name=""), playlists=[playlist("Peak", "2", "1", "2")])
    found = list(read_playlist(write(text), "Peak", on_problem=problems.append))
    assert [one.title for one in found] == ["Tide"]
    assert [problem.place.partition(", ")[2] for problem in problems] == ["TrackID 2"]


def test_unicode_composition_of_a_name_does_not_matter(write):
    """A name typed on a Mac is decomposed; Rekordbox wrote it composed."""
    file = write(export(TIDE, playlists=[playlist("Für später", "1")]))
    assert titles(file, "Fu\u0308r spa\u0308ter") == ["Tide"]


def test_playlist_entries_are_not_collection_tracks(write):
    problems = []
    file = write(export(TIDE, playlists=[playlist("Peak", "1", "1")]))
    assert [one.title for one in read_playlist(file, on_problem=problems.append)] == ["Tide"]
    assert problems == []


def test_playlist_without_root_folder_has_its_plain_name(write):
    """Entries that are directly in a folder are ignored."""
    stray = folder("Clubs", '<TRACK Key="2"/>')
    text = export(TIDE, WAVE).replace(folder("ROOT"), playlist("Peak", "1") + stray)
    file = write(text)
    assert list_playlists(file) == ("Peak",)
    assert titles(file, "Peak") == ["Tide"]


def test_second_pass_stops_after_the_last_wanted_track(write, monkeypatch):
    taken = []

    def counted(file):
        for chunk in text_reader.chunks(file):
            taken.append(len(chunk))
            yield chunk

    file = write(export(TIDE, *[WAVE] * 5000, playlists=[playlist("Peak", "1")]))
    reading = read_playlist(file, "Peak")
    monkeypatch.setattr(xml_elements, "chunks", counted)
    assert [one.title for one in reading] == ["Tide"]
    assert sum(taken) < 50_000 < file.stat().st_size


def test_damage_is_raised_after_the_tracks_before_it(write):
    """The message has the line of the damage. For a single playlist, the call itself raises."""
    text = export(TIDE, WAVE, FOAM)
    cut = text[: text.index("Foam")]
    line = cut.count("\n") + 1
    reading = read_playlist(write(cut))
    assert [next(reading).title, next(reading).title] == ["Tide", "Wave"]
    with pytest.raises(PlaylistError, match=f"line {line}: the file ends before it is complete"):
        next(reading)
    reading = read_playlist(write(text.replace('Name="Foam"', "Name=Foam")))
    assert [next(reading).title, next(reading).title] == ["Tide", "Wave"]
    with pytest.raises(PlaylistError, match="is not well-formed XML"):
        next(reading)
    with pytest.raises(PlaylistError, match="export it again"):
        read_playlist(write(cut), "Peak")  # the playlists are missing: the call raises
    with pytest.raises(PlaylistError, match="export it again"):
        list_playlists(write(cut))


def test_memory_does_not_grow_with_the_collection(tmp_path):
    file = tmp_path / "large.xml"
    with file.open("w", encoding="utf-8") as out:
        out.write(f"{HEAD}{PRODUCT}<COLLECTION>")
        out.writelines(track(str(n), Name=f"Tide {n}", Artist=f"Ana {n}") for n in range(4_000))
        out.write("</COLLECTION><PLAYLISTS/></DJ_PLAYLISTS>")
    assert file.stat().st_size > 600_000
    gc.collect()
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_playlist(file))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 4_000
    assert peak < 500_000
