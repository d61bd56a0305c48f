"""Serato's database and crates: tracks, crates joined with the database, and damaged blocks."""

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist


def block(tag, content):
    data = content.encode("utf-16-be") if isinstance(content, str) else content
    return tag.encode() + len(data).to_bytes(4) + data


def record(**values):
    return block("otrk", b"".join(block(tag, value) for tag, value in values.items()))


VERSION = block("vrsn", "2.0/Serato Scratch LIVE Database")
CRATE = block("vrsn", "1.0/Serato ScratchLive Crate")
FULL = record(
    ttyp="mp3",
    pfil="Users/ana/Tide A.mp3",
    tsng="Tide",
    tart="Ana & Tom",
    talb="EP",
    tlbl="Quay",
    ttyr="2019",
    tbpm="124.50",
    tkey="Am",
    tlen="06:41.50",
    trmx="Nørd",
    uadd=b"\0\0\0\1",
)
TIDE = Track(
    "Tide",
    "Ana & Tom",
    album="EP",
    label="Quay",
    year=2019,
    bpm=124.5,
    key="Am",
    duration_s=401,
    remixers="Nørd",
    file="/Users/ana/Tide A.mp3",
)
FOAM = record(pfil="Music/Foam.mp3", tsng="Foam")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Subcrates").mkdir()
    (tmp_path / "database V2").write_bytes(VERSION + FULL + FOAM)
    return tmp_path


def write_crate(folder, name, *paths):
    file = folder / "Subcrates" / f"{name}.crate"
    tracks = b"".join(record(ptrk=path) for path in paths)
    file.write_bytes(CRATE + block("osrt", b"") + tracks)
    return file


def test_database_is_read(folder):
    found = list(read_playlist(folder / "database V2"))
    assert found == [TIDE, Track("Foam", file="Music/Foam.mp3")]


def test_crates_are_joined_with_the_database(folder):
    """A track outside the database takes its file name. The order is that of the crate."""
    file = write_crate(
        folder, "Clubs%%Peak", "Music/Foam.mp3", "Users/ana/Tom - Wave.mp3", "Users/ana/Tide A.mp3"
    )
    write_crate(folder, "Warm Up")
    database = folder / "database V2"
    assert list_playlists(database) == ("Clubs/Peak", "Warm Up")
    for found in (read_playlist(file), read_playlist(database, "Peak")):
        assert [one.title for one in found] == ["Foam", "Tom - Wave", "Tide"]
    assert list(read_playlist(database, "Clubs/Peak"))[2] == TIDE
    assert list_playlists(file) == ()
    with pytest.raises(PlaylistError, match="named 'Peek'; there are: 'Clubs/Peak', 'Warm Up'"):
        read_playlist(database, "Peek")


def test_crate_without_database_is_read(tmp_path):
    file = tmp_path / "Peak.crate"
    file.write_bytes(CRATE + record(ptrk="Users/ana/Tom - Wave.mp3"))
    assert list(read_playlist(file)) == [Track("Tom - Wave", file="/Users/ana/Tom - Wave.mp3")]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (b"otrk\0\0\1", "byte 72: the file ends before it is complete; close Serato"),
        (b"otrk\0\0\1\0abc", "byte 72: the file ends before it is complete; close Serato"),
        (b"otrk\x7f\xff\xff\xffabc", "byte 72: a block is longer than 1048576 bytes"),
        (b"\0\0\0\0\0\0\0\0", "byte 72: no block begins here; close Serato"),
    ],
)
def test_damaged_block_is_an_error_with_its_place(tmp_path, damage, why):
    """The tracks before it are given first."""
    file = tmp_path / "database V2"
    file.write_bytes(VERSION + damage)
    with pytest.raises(PlaylistError, match=why):
        list(read_playlist(file))
    file.write_bytes(VERSION + FOAM + damage)
    assert next(read_playlist(file)).title == "Foam"


def test_length_beyond_a_record_keeps_its_other_values(tmp_path):
    file = tmp_path / "database V2"
    inner = block("tsng", "Tide") + b"tart\0\xff\0\0" + "Ana".encode("utf-16-be")
    file.write_bytes(VERSION + block("otrk", inner))
    assert list(read_playlist(file)) == [Track("Tide", "Ana")]
