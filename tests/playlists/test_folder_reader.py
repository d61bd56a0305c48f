"""Folders of music: the tags of each kind of file, Beatport's number, links and damaged files."""

import sys

import pytest
from audio_files import KINDS, id3_frame, mp3
from test_serato_reader import CRATE, VERSION, record

from beatport_match.errors import MissingDependencyError, PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist

TAGS = {
    "title": "Tide (Dub)",
    "artist": "Ana & Tom",
    "album": "Harbour EP",
    "year": "2019-05-03",
    "label": "Quay",
    "bpm": "124.5",
    "key": "Am",
    "isrc": "DEAB11900001",
    "remixer": "Nørd",
    "beatport_track_id": "77",
}


def test_tags_of_each_kind_are_read(tmp_path):
    """The files are sorted by path; files that are no music are ignored."""
    for kind, write in KINDS.items():
        (tmp_path / f"a.{kind}").write_bytes(write(TAGS))
    (tmp_path / "cover.jpg").write_bytes(b"x")
    found = list(read_playlist(tmp_path))
    expected = Track(
        "Tide (Dub)",
        "Ana & Tom",
        album="Harbour EP",
        year=2019,
        label="Quay",
        bpm=124.5,
        key="Am",
        isrc="DEAB11900001",
        remixers="Nørd",
        beatport_id=77,
    )
    assert [one.file for one in found] == [str(tmp_path / f"a.{kind}") for kind in sorted(KINDS)]
    assert [round(one.duration_s or 0) for one in found] == [1] * len(KINDS)
    for one in found:
        values = {name: getattr(one, name) for name in Track.__slots__}
        assert Track(**{**values, "file": None, "duration_s": None}) == expected
    assert list_playlists(tmp_path) == ()


@pytest.mark.parametrize(
    ("name", "tags", "frame", "number"),
    [
        ("a.mp3", {"BEATPORT_ID": "12"}, b"", 12),
        ("a.mp3", {"beatport_release_id": "12"}, b"", None),
        ("a.mp3", {"beatport_id": "none"}, b"", None),
        ("a.mp3", {}, id3_frame(b"UFID", b"http://www.beatport.com\x00123"), 123),
        ("a.mp3", {}, id3_frame(b"UFID", b"http://musicbrainz.org\x00123"), None),
        ("a.mp3", {}, id3_frame(b"WOAF", b"https://www.beatport.com/track/tide/123"), 123),
        ("15000001_Tide_Dub.mp3", {}, b"", 15000001),
        ("15000001_Tide_Dub.mp3", {"beatport_id": "12"}, b"", 12),
        ("01_Tide.mp3", {}, b"", None),
        ("20240131_Tide.mp3", {}, b"", None),
    ],
)
def test_beatport_number_comes_from_tags_then_from_the_name(tmp_path, name, tags, frame, number):
    (tmp_path / name).write_bytes(mp3({"title": "Tide", **tags}, frame))
    (found,) = read_playlist(tmp_path)
    assert found.beatport_id == number


def test_folders_are_read_recursively_without_following_links(tmp_path):
    """A link to a parent folder does not cause endless reading; hidden files are left out."""
    music = tmp_path / "music"
    (music / "b").mkdir(parents=True)
    for name in ("b/2.mp3", "b/1.mp3", "c.mp3", "a.mp3", ".hidden.mp3"):
        (music / name).write_bytes(mp3({"title": name}))
    (tmp_path / "other.mp3").write_bytes(mp3({"title": "linked"}))
    (music / "b" / "up").symlink_to(music)
    (music / "d.mp3").symlink_to(tmp_path / "other.mp3")
    titles = [one.title for one in read_playlist(music)]
    assert titles == ["a.mp3", "b/1.mp3", "b/2.mp3", "c.mp3", "linked"]


def test_damaged_file_is_a_problem_and_untagged_takes_its_name(tmp_path):
    """A kind that has no tags takes its name without a problem."""
    problems = []
    (tmp_path / "Ana - Foam.mp3").write_bytes(mp3({}))
    (tmp_path / "Ana - Wave.mpc").write_bytes(b"MPCK\0\0\0\0")
    (tmp_path / "broken.flac").write_bytes(b"fLaC\x00\xff\xff\xff1")
    (tmp_path / "gone.mp3").symlink_to(tmp_path / "nowhere.mp3")
    found = list(read_playlist(tmp_path, on_problem=problems.append))
    assert [one.title for one in found] == ["Ana - Foam", "Ana - Wave"]
    assert [problem.place for problem in problems] == ["broken.flac", "gone.mp3"]
    for problem in problems:
        assert "its tags cannot be read" in problem.detail
        assert "tag editor" in problem.detail


def test_folder_without_music_and_playlist_name_are_rejected(tmp_path):
    with pytest.raises(PlaylistError, match="this folder has no music files; give a folder of"):
        read_playlist(tmp_path)
    with pytest.raises(PlaylistError, match="no named playlists"):
        read_playlist(tmp_path, "Peak")


def test_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tinytag", None)
    file = tmp_path / "set.m3u"
    file.write_text("#EXTM3U\n/m/a.mp3\n")
    for path, options in ((tmp_path, {}), (file, {"tags": True})):
        with pytest.raises(MissingDependencyError, match=r"pip install 'beatport-match\[files\]'"):
            read_playlist(path, **options)


def test_tags_fill_in_what_a_playlist_does_not_say(tmp_path):
    """Values of the playlist are kept. A relative path belongs to the folder of the playlist."""
    (tmp_path / "01.mp3").write_bytes(mp3(TAGS))
    file = tmp_path / "set.m3u"
    file.write_text(
        "#EXTM3U\n01.mp3\n#EXTINF:401,Bo - Other Title\n01.mp3\n#EXTINF:9,Ana - Gone\ngone.mp3\n"
        "#EXTINF:7,Ana - Stream\nnetsearch://bp5\n#EXTINF:7,Ana - Nowhere\n"
    )
    bare, titled, gone, stream, nowhere = read_playlist(file, tags=True)
    assert (bare.title, bare.artists, bare.isrc) == ("Tide (Dub)", "Ana & Tom", "DEAB11900001")
    assert (titled.duration_s, titled.album, titled.beatport_id) == (401, "Harbour EP", 77)
    assert (gone, stream.beatport_id) == (Track("Ana - Gone", duration_s=9, file="gone.mp3"), 5)
    assert nowhere == Track("Ana - Nowhere", duration_s=7)
    assert next(read_playlist(file)).isrc is None


@pytest.mark.parametrize(
    "place", ["_Serato_/database V2", "_Serato_/Subcrates/Peak.crate", "list.m3u"]
)
def test_paths_belong_to_the_folder_of_the_program(tmp_path, place):
    """Serato's paths begin at the root of the volume, two or three folders above its files."""
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "01.mp3").write_bytes(mp3(TAGS))
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    record_tag = {"database V2": "pfil", "Peak.crate": "ptrk"}.get(file.name)
    content = b"#EXTM3U\nmusic/01.mp3\n"
    if record_tag:
        version = VERSION if record_tag == "pfil" else CRATE
        content = version + record(**{record_tag: "music/01.mp3"})
    file.write_bytes(content)
    (found,) = read_playlist(file, tags=True)
    assert (found.title, found.isrc) == ("Tide (Dub)", "DEAB11900001")


def test_library_in_a_folder_is_found(tmp_path):
    """The folder `_Serato_` is read through its database."""
    (tmp_path / "database V2").write_bytes(b"vrsn\0\0\0\0")
    assert list(read_playlist(tmp_path)) == []
