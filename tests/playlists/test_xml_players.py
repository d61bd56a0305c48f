"""VirtualDJ databases and XSPF playlists."""

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist


@pytest.fixture
def write(tmp_path):
    def written(text):
        file = tmp_path / "list.xml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def database(*songs):
    head = '<?xml version="1.0"?>\n<VirtualDJ_Database Version="8.5">'
    return f"{head}{''.join(songs)}\n</VirtualDJ_Database>"


def test_virtualdj_song_is_read(write):
    """The BPM is in seconds per beat, the year may be a date, and a site in `Remix` is no mix."""
    file = write(
        database(
            '<Song FilePath="D:\\Music\\tide.mp3" FileSize="1">'
            '<Tags Author="Ana &amp; Tom" Title="Tide" Album="EP" Label="Quay" Remix="Dub" '
            'Year="20190503" Bpm="0.5" Key="8A"/><Infos SongLength="401.5"/>'
            '<Scan Bpm="0.6" Key="Am"/><Poi Pos="1"/></Song>\n',
            '<Song FilePath="netsearch://bp123"><Tags Author="Ana" Title="Foam" '
            'Remix="www.pool.com"/><Scan Bpm="0.48" Key="Am"/></Song>',
        )
    )
    assert list(read_playlist(file)) == [
        Track(
            "Tide (Dub)",
            "Ana & Tom",
            album="EP",
            label="Quay",
            year=2019,
            bpm=120.0,
            key="8A",
            duration_s=401.5,
            file="D:\\Music\\tide.mp3",
        ),
        Track("Foam", "Ana", bpm=125.0, key="Am", beatport_id=123, file="netsearch://bp123"),
    ]
    assert list_playlists(file) == ()


@pytest.mark.parametrize(
    ("value", "bpm"),
    [("0.5", 120.0), ("124", 124.0), ("0", None), ("0.0", None), ("x", None), ("1e9", None)],
)
def test_virtualdj_bpm_is_a_number_or_unknown(write, value, bpm):
    (found,) = read_playlist(write(database(f'<Song><Tags Title="a" Bpm="{value}"/></Song>')))
    assert found.bpm == bpm


def test_xspf_playlist_is_read(write):
    """The length is in milliseconds. A track without a title takes the name of its file."""
    file = write(
        '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">'
        "<title>Friday</title><trackList>"
        "<track><location>file:///m/Low%20Tide.mp3</location><title>Tide &amp; Foam</title>"
        "<creator>Ana</creator><album>EP</album><duration>401500</duration></track>"
        "<track><location>file:///m/Ana%20-%20Wave.mp3</location></track><track/>"
        "</trackList></playlist>"
    )
    problems = []
    assert list(read_playlist(file, on_problem=problems.append)) == [
        Track("Tide & Foam", "Ana", album="EP", duration_s=401.5, file="/m/Low Tide.mp3"),
        Track("Ana - Wave", file="/m/Ana - Wave.mp3"),
    ]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("root", "why"),
    [
        ("VirtualDJ_Database", "is not a VirtualDJ database: it has a DOCTYPE; copy the database"),
        ("playlist", "is not an XSPF playlist: it has a DOCTYPE; save the playlist again"),
    ],
)
def test_doctype_is_rejected(write, root, why):
    with pytest.raises(PlaylistError, match=why):
        read_playlist(write(f"<!DOCTYPE {root} SYSTEM 'x'><{root}/>"))
