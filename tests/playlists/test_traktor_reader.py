"""Traktor collections: tracks, keys, paths, playlists and what is left out."""

from html import escape

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n<NML VERSION="{}">'
LOCATION = '<LOCATION DIR="{}" FILE="{}" VOLUME="{}" VOLUMEID="x"></LOCATION>'


def entry(title, children="", folder="/:Music/:", volume="C:", **attributes):
    values = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    location = LOCATION.format(folder, f"{title}.mp3", volume)
    return f'<ENTRY MODIFIED_DATE="2024/1/2" TITLE="{title}"{values}>{location}{children}</ENTRY>\n'


def node(name, *keys):
    entries = "".join(
        f'<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="{escape(key)}"></PRIMARYKEY></ENTRY>\n'
        for key in keys
    )
    return (
        f'<NODE TYPE="PLAYLIST" NAME="{name}"><PLAYLIST ENTRIES="{len(keys)}" TYPE="LIST" '
        f'UUID="0">{entries}</PLAYLIST></NODE>\n'
    )


def folder(name, *nodes):
    return (
        f'<NODE TYPE="FOLDER" NAME="{name}"><SUBNODES COUNT="{len(nodes)}">{"".join(nodes)}'
        "</SUBNODES></NODE>\n"
    )


@pytest.fixture
def write(tmp_path):
    def written(*entries, playlists=(), version=19):
        file = tmp_path / "collection.nml"
        file.write_text(
            f"{HEAD.format(version)}<HEAD COMPANY='x'></HEAD>\n"
            f"<COLLECTION ENTRIES='{len(entries)}'>{''.join(entries)}</COLLECTION>\n"
            f"<PLAYLISTS>{folder('$ROOT', *playlists)}</PLAYLISTS></NML>",
            encoding="utf-8",
        )
        return file

    return written


FULL = entry(
    "Tide",
    '<ALBUM OF_TRACKS="4" TITLE="Harbour EP"></ALBUM>'
    '<INFO LABEL="Quay &amp; Co" REMIXER="Nørd" KEY="8d" PLAYTIME="401" '
    'PLAYTIME_FLOAT="401.5" RELEASE_DATE="2019/5/3" MIX="Dub"></INFO>'
    '<TEMPO BPM="124.500000" BPM_QUALITY="100.0"></TEMPO><MUSICAL_KEY VALUE="21"></MUSICAL_KEY>',
    ARTIST="Ana & Tom",
)


@pytest.mark.parametrize("version", [19, 20])
def test_reads_every_field_of_a_track(write, version):
    assert list(read_playlist(write(FULL, version=version))) == [
        Track(
            "Tide (Dub)",
            "Ana & Tom",
            album="Harbour EP",
            label="Quay & Co",
            year=2019,
            bpm=124.5,
            key="Am",
            duration_s=401.5,
            remixers="Nørd",
            file="C:/Music/Tide.mp3",
        )
    ]


@pytest.mark.parametrize(
    ("value", "key"),
    [("0", "C"), ("11", "B"), ("12", "Cm"), ("23", "Bm"), ("24", "8d"), ("-1", "8d"), ("", "8d")],
)
def test_key_number_has_priority_over_the_text(write, value, key):
    """0 to 11 are major, 12 to 23 minor; any other number leaves the text of the tag."""
    children = f'<INFO KEY="8d"></INFO><MUSICAL_KEY VALUE="{value}"></MUSICAL_KEY>'
    (found,) = read_playlist(write(entry("Tide", children)))
    assert found.key == key


@pytest.mark.parametrize(
    ("volume", "folders", "path"),
    [
        ("D:", "/:Music/:A B/:", "D:/Music/A B/Tide.mp3"),
        ("Macintosh HD", "/:Users/:ana/:", "/Users/ana/Tide.mp3"),
        ("Stick", "/:Music/:", "/Volumes/Stick/Music/Tide.mp3"),
        ("", "/:home/:", "/home/Tide.mp3"),
    ],
)
def test_location_becomes_a_path(write, volume, folders, path):
    (found,) = read_playlist(write(entry("Tide", volume=volume, folder=folders)))
    assert found.file == path


def test_loops_and_stems_are_left_out(write):
    loop = entry("Loop", '<LOOPINFO SAMPLE_TYPE_INFO="1"></LOOPINFO>')
    stems = entry("Stems", '<STEMS STEMS="{}"></STEMS>')
    assert [one.title for one in read_playlist(write(loop, entry("Tide"), stems))] == ["Tide"]


def test_playlists_in_folders_are_selected_by_path_or_name(write):
    keys = [f"C:/:Music/:{name}.mp3" for name in ("Tide", "Foam")]
    tree = [node("Opening", keys[1]), folder("Clubs", folder("2024", node("Peak", *keys, keys[0])))]
    file = write(entry("Tide"), entry("Foam"), playlists=tree)
    assert list_playlists(file) == ("Opening", "Clubs/2024/Peak")
    for name in ("Peak", "Clubs/2024/Peak"):
        assert [one.title for one in read_playlist(file, name)] == ["Tide", "Foam", "Tide"]
    with pytest.raises(PlaylistError, match="named 'Peek'; there are: 'Opening', 'Clubs/2024/P"):
        read_playlist(file, "Peek")


def test_entry_outside_the_collection_is_a_problem(write):
    problems = []
    file = write(entry("Tide"), playlists=[node("Peak", "C:/:Music/:Gone.mp3")])
    assert list(read_playlist(file, "Peak", on_problem=problems.append)) == []
    assert "which is not in the collection; export it again from Traktor" in str(problems[0])


def test_damage_is_raised_after_the_tracks_before_it(write):
    """A truncated file and a DOCTYPE are refused with the remedy."""
    file = write(entry("Tide"), entry("Foam"), entry("Wave"))
    text = file.read_text()
    file.write_text(text[: text.index("Wave")])
    reading = read_playlist(file)
    assert next(reading).title == "Tide"
    with pytest.raises(PlaylistError, match="ends before it is complete; export the playlist"):
        list(reading)
    file.write_text('<!DOCTYPE NML [<!ENTITY a "b">]><NML/>')
    with pytest.raises(PlaylistError, match="it has a DOCTYPE"):
        read_playlist(file)
