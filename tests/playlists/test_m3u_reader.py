"""M3U playlists: comments, paths and encodings."""

import pytest
from tables import each_row

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist


@pytest.fixture
def read(tmp_path):
    def read_text(text, encoding="utf-8", **options):
        file = tmp_path / "set.m3u"
        file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return list(read_playlist(file, **options))

    return read_text


def test_reads_extinf_and_path(read):
    """`#EXTINF` gives the length and the whole title; the path below it is kept as written."""
    found = read(
        "#EXTM3U\r\n#PLAYLIST:Friday\r\n"
        "#EXTINF:213,Ana Lívia - Tide (Dub Mix)\r\nC:\\Music\\tide_dub.mp3\r\n\r\n"
        "#EXTINF:-1,Foam\r\n../foam.flac\r\n"
        "#EXTINF:0,\r\n/Volumes/USB/Salt_&_Light.aif\r\n"
    )
    assert found == [
        Track("Ana Lívia - Tide (Dub Mix)", duration_s=213.0, file="C:\\Music\\tide_dub.mp3"),
        Track("Foam", file="../foam.flac"),
        Track("Salt_&_Light", file="/Volumes/USB/Salt_&_Light.aif"),
    ]


def test_file_of_paths_only_is_an_m3u(read):
    """Titles come from the file names."""
    found = read(
        "# my set\n/music/Ana - Tide.mp3\nD:\\x\\Dr. No\n\\\\nas\\dj\\Wave.WAV\nv1.2.ogg\n"
    )
    assert [one.title for one in found] == ["Ana - Tide", "Dr. No", "Wave", "v1.2"]
    assert found[2].file == "\\\\nas\\dj\\Wave.WAV"


def test_url_gives_its_last_path_part_as_title(read):
    """The part is percent-decoded; this holds for file:// and stream URLs."""
    found = read(
        "#EXTM3U\nfile:///C:/Music/Low%20Tide.mp3\nhttps://cdn.example/a/Ana%20-%20Foam.mp3?t=1#x\n"
    )
    assert [one.title for one in found] == ["Low Tide", "Ana - Foam"]
    assert found[0].file == "C:/Music/Low Tide.mp3"


def test_entry_without_any_name_is_a_problem(read):
    """The entry is reported with its line; the other entries are read."""
    problems = []
    found = read(
        "#EXTM3U\nhttp://radio.example/\n#EXTINF:9\n/music/\n.mp3\n/music/Kept.mp3\n#EXTINF:7",
        on_problem=problems.append,
    )
    assert [one.title for one in found] == ["Kept"]
    assert [problem.place for problem in problems] == ["line 2", "line 4", "line 5", "line 7"]
    assert "add an #EXTINF line" in str(problems[0])


def test_extinf_without_path_is_a_track(read):
    """This holds at the end of the file and before another `#EXTINF`."""
    found = read("#EXTM3U\n#EXTINF:100,One\n#EXTINF:200,Two\n/m/2.mp3\n#EXTINF:300,Three")
    assert [(one.title, one.duration_s, one.file) for one in found] == [
        ("One", 100.0, None),
        ("Two", 200.0, "/m/2.mp3"),
        ("Three", 300.0, None),
    ]


@each_row(
    "line, title, duration",
    [
        ('213 logo="a,b" group="x",Ana - Tide', "Ana - Tide", 213.0),
        ("213.5 , Tide, Pt. 2", "Tide, Pt. 2", 213.5),
        ("soon,Tide", "Tide", None),
        ("inf,Tide", "Tide", None),
        (",Tide", "Tide", None),
        ("213 " + "x" * 5000, "file", 213.0),
    ],
)
def test_extinf_with_unusual_values_keeps_the_title(read, line, title, duration):
    """Attributes, decimals and invalid lengths before the comma do not change the title."""
    (found,) = read(f"#EXTM3U\n#extinf:{line}\n/m/file.mp3\n")
    assert (found.title, found.duration_s) == (title, duration)


def test_artist_and_album_comments_apply_to_the_next_path(read):
    """`#EXTART` is ignored if the title contains its own artist."""
    found = read(
        "#EXTM3U\n#EXTART:Ana\n#EXTALB:Harbour EP\n#EXTINF:9,Tide\n/m/1.mp3\n/m/2.mp3\n"
        "#EXTINF:9,Tom - Wave\n#EXTART:Various\n/m/3.mp3\n"
    )
    assert [(one.artist_text, one.album) for one in found] == [
        ("Ana", "Harbour EP"),
        ("", None),
        ("", None),
    ]


@each_row("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encoding_is_detected_from_the_whole_file(read, encoding):
    """The first character that is not ASCII is far after the first 64 KiB."""
    plain = "/m/plain.mp3\n" * 5100  # more than the first 64 KiB
    found = read(f"#EXTM3U\n{plain}/m/Señor’s Wave.mp3\n", encoding)
    assert (len(found), found[-1].title) == (5101, "Señor’s Wave")


def test_bytes_outside_cp1252_are_read_as_latin_1(read):
    """Control characters of Latin-1 become blanks."""
    (found,) = read(b"#EXTM3U\n/m/Se\xf1or\x81Wave.mp3")
    assert found.title == "Señor Wave"


def test_control_characters_become_blanks(read):
    (found,) = read("#EXTM3U\n#EXTINF:9,\x1b[31mTide\x07\n/m/\x08a.mp3\n")
    assert (found.title, found.file) == ("[31mTide", "/m/ a.mp3")


def test_m3u_has_no_named_playlists(tmp_path):
    """`list_playlists` returns an empty tuple; `read_playlist` rejects a playlist name at the
    call."""
    file = tmp_path / "set.xml"  # the suffix does not decide the format
    file.write_text("#EXTM3U\n")
    assert list_playlists(file) == ()
    assert list(read_playlist(file)) == []
    with pytest.raises(PlaylistError, match="leave the name out"):
        read_playlist(file, "Friday")


def test_reads_lines_of_virtualdj(read):
    """`#EXTVDJ` has the artist apart; its `&` may be escaped once or not at all."""
    found = read(
        "#EXTVDJ:<filesize>1</filesize><artist>Ana & Tom</artist><title>Low &amp; Tide</title>"
        "<remix>Dub</remix><songlength>401.5</songlength>\n/m/1.flac\n"
        "#EXTVDJ:<artist>Ana</artist><title>Foam</title><remix>www.pool.example.com</remix>\n"
        "#EXTINF:9,Ana - Foam\nnetsearch://bp123\n",
        encoding="utf-8-sig",
    )
    assert found == [
        Track("Low & Tide (Dub)", "Ana & Tom", duration_s=401.5, file="/m/1.flac"),
        Track("Foam", "Ana", duration_s=9, beatport_id=123, file="netsearch://bp123"),
    ]


@each_row(
    "location, number",
    [
        ("file://localhost/v4/catalog/tracks/123/", 123),
        ("file://localhost/v4/catalog/tracks/123", 123),
        ("file://localhost/beatport:track:123", 123),
        ("streaming://Beatport%20LINK/Track/123", 123),
        ("netsearch://bp123", 123),
        ("https://www.beatport.com/track/low-tide/123", 123),
        ("https://www.beatport.com/de/track/low-tide/123?x=1", 123),
        ("file://localhosttidal:tracks:123", None),
        ("file://localhosttd123", None),
        ("netsearch://sc123", None),
        ("https://tidal.com/track/123", None),
    ],
)
def test_location_of_a_stream_gives_its_number_and_no_title(read, location, number):
    """A stream without a name is a problem."""
    problems = []
    (found,) = read(
        f"#EXTM3U\n#EXTINF:9,Tide\n{location}\n{location}\n", on_problem=problems.append
    )
    assert (found.title, found.beatport_id) == ("Tide", number)
    assert [problem.place for problem in problems] == ["line 4"]


def test_blank_artist_before_the_title_is_removed(read):
    (found,) = read("#EXTM3U\n#EXTINF:231, - Tide (Dub)\n/m/1.mp3\n")
    assert found.title == "Tide (Dub)"


def test_percent_encoded_relative_path_gives_a_readable_title(read):
    (found,) = read("#EXTM3U\nMusic/Ana%20-%20Tide.mp3\n")
    assert found.title == "Ana - Tide"


def test_declared_encoding_is_used(read):
    """A wrong declaration is ignored."""
    text = "#EXTM3U\n#EXTENC: windows-1250\n#EXTINF:9,Łódź\n/m/1.mp3\n"
    assert read(text, "cp1250")[0].title == "Łódź"
    wrong = "#EXTM3U\n#EXTENC: UTF-8\n#EXTINF:9,Blåtid\n/m/1.mp3\n"
    assert read(wrong, "cp1252")[0].title == "Blåtid"
