"""Bad files: each is one sentence that names the file, the place and the remedy, at the call."""

import os

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.files import text_reader
from beatport_match.playlists import list_playlists, read_playlist, rekordbox_xml

EXPORT = "<DJ_PLAYLISTS Version='1.0.0'><COLLECTION>{}</COLLECTION></DJ_PLAYLISTS>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def refused(file):
    """The one sentence with which both functions refuse a file, before anything is iterated."""
    with pytest.raises(PlaylistError) as read:
        read_playlist(file)
    with pytest.raises(PlaylistError) as listed:
        list_playlists(file)
    said = str(read.value)
    assert str(listed.value) == said
    assert said.startswith(f"{file}")
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 1000
    return said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty; give a Rekordbox"),
        (b" \r\n\t ", "is empty; give a Rekordbox"),
        (b"\xef\xbb\xbf", "is empty; give a Rekordbox"),
        (b"ID3\x03\x00\x00\x00\x00\x0f\x76TIT2", "is not a text file; give"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not a text file; give"),
        (b"just some prose\nin two lines\n", "is not a playlist in a known format; give"),
        (b'{\n  "title": "Tide"\n}', "is not a playlist in a known format; give"),
        (b"// a comment\nint main;\n", "is not a playlist in a known format; give"),
        (b"<html><body>", "line 1: is not a Rekordbox export: its root is <html>, not"),
        (b"\n<?xml version='1.0'?><DJ_PLAYLISTS/>", "line 2: is not well-formed XML"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE plist>\n<plist/>", "line 2: is not a Rekordbox export"),
        (b"<!DOCTYPE d [" + LAUGHS.encode() + b"]><d>&l11;</d>", "it has a DOCTYPE; export it"),
        (b"<?xml version='1.0' encoding='unicode_escape'?><DJ_PLAYLISTS/>", "'unicode_escape'"),
        (b"<?xml version='1.0' encoding='shift_jis'?><DJ_PLAYLISTS/>", "'shift_jis', which is not"),
        (b"<?xml version='1.0' encoding='utf-16'?><DJ_PLAYLISTS/>", "is not well-formed XML"),
        (b"<!-- nothing else -->", "line 1: the file ends before it is complete; export it"),
        (b"<" + b"x" * 70_000, "one tag or comment is longer than 65536 bytes; export"),
        (b"<!--" + b"x" * 90_000, "one tag or comment is longer than 65536 bytes; export"),
    ],
)
def test_content_that_is_no_playlist(tmp_path, content, why):
    """Format recognised by content: what is none of ours is refused with a remedy."""
    file = tmp_path / "set.m3u"
    file.write_bytes(content)
    assert why in refused(file)


def test_places_that_are_no_file(tmp_path):
    """A missing file, a folder, a pipe or an impossible path is refused before it is opened."""
    assert "there is no such file; check the path" in refused(tmp_path / "gone.xml")
    assert "is a folder; name the playlist file in it" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / ("long" * 100))
    with pytest.raises(PlaylistError, match="cannot be a path"):
        read_playlist("a\0b")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "is not a regular file" in refused(tmp_path / "pipe")


def test_a_file_that_goes_away_is_still_one_sentence(tmp_path):
    """A file that is gone by the time it is iterated is a PlaylistError, not an OSError."""
    file = tmp_path / "set.m3u"
    file.write_text("#EXTM3U\n/m/a.mp3\n")
    reading = read_playlist(file)
    file.unlink()
    with pytest.raises(PlaylistError, match="there is no such file"):
        next(reading)


def test_a_line_too_long_is_refused_at_the_call(tmp_path):
    """A text file with a line over 64 KiB is refused with the line's number."""
    file = tmp_path / "set.m3u"
    file.write_text("#EXTM3U\n/m/a.mp3\n" + "x" * 70_000)
    with pytest.raises(PlaylistError, match="line 3: is longer than 65536 characters"):
        read_playlist(file)


def test_broken_utf_16_is_refused_at_the_call(tmp_path):
    """Text that begins as UTF-16 and is not is refused with a remedy."""
    file = tmp_path / "set.m3u"
    file.write_bytes("#EXTM3U\n/m/a.mp3\n".encode("utf-16") + b"\x00\xd8\x41")
    with pytest.raises(PlaylistError, match="bytes that are not utf-16; save it as UTF-8"):
        read_playlist(file)


def reading_all(file):
    with pytest.raises(PlaylistError) as caught:
        for _ in read_playlist(file):
            pass
    return str(caught.value)


def test_bytes_in_an_undeclared_encoding(tmp_path):
    """Latin-1 bytes in an export that does not declare them name the line and the likely cause."""
    file = tmp_path / "set.xml"
    file.write_bytes(EXPORT.format("\n<TRACK Name='Señor'/>").encode("latin-1"))
    assert "line 2: is not well-formed XML" in reading_all(file)
    assert "bytes that are not in the encoding it declares" in reading_all(file)


def test_nesting_is_capped(tmp_path):
    """Elements nested more than 64 deep are refused; 64 are read."""
    file = tmp_path / "deep.xml"
    file.write_text(EXPORT.format("<x>" * 10_000 + "</x>" * 10_000))
    assert "nested more than 64 deep" in reading_all(file)
    file.write_text(EXPORT.format("<x>" * 62 + "</x>" * 62))
    assert list(read_playlist(file)) == []
    file.write_text(EXPORT.format("<x>" * 63 + "</x>" * 63))
    assert "nested more than 64 deep" in reading_all(file)


def test_endlessly_many_names_are_refused(tmp_path):
    """Expat keeps each name it ever saw, so a file of ever new names is refused."""
    file = tmp_path / "names.xml"
    file.write_text(EXPORT.format("".join(f"<x{n} y{n}=''/>" for n in range(20_000))))
    assert "more than 4096 names" in reading_all(file)


def test_a_huge_attribute_is_refused_after_a_small_part(tmp_path, monkeypatch):
    """A token over 64 KiB is refused before expat has chewed on it."""
    file = tmp_path / "huge.xml"
    with file.open("w") as out:
        out.write("<DJ_PLAYLISTS><COLLECTION><TRACK TrackID='1' Name='")
        for _ in range(20):
            out.write("x" * 1_000_000)
        out.write("'/></COLLECTION></DJ_PLAYLISTS>")
    taken = []

    def counted(file):
        for chunk in text_reader.chunks(file):
            taken.append(len(chunk))
            yield chunk

    monkeypatch.setattr(rekordbox_xml, "chunks", counted)
    said = reading_all(file)
    assert "one tag or comment is longer than 65536 bytes" in said
    assert 0 < sum(taken) < 200_000


def test_a_long_attribute_below_the_limit_is_read(tmp_path):
    """The limit is for what no export holds: a title of 60,000 characters is still read."""
    file = tmp_path / "long.xml"
    for pad in range(0, 16_384, 1024):  # wherever the pieces that expat is fed happen to end
        name = "x" * 60_000
        file.write_text(EXPORT.format(" " * pad + f"<TRACK Name='{name}'/>"))
        assert [one.title for one in read_playlist(file)] == [name]
