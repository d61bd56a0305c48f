"""Bad playlist files: one sentence with the file, the place and the remedy, raised at the call."""

import os

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.files import text_reader
from beatport_match.playlists import list_playlists, read_playlist, xml_elements

EXPORT = "<DJ_PLAYLISTS Version='1.0.0'><COLLECTION>{}</COLLECTION></DJ_PLAYLISTS>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def rejection(file):
    """Return the message with which both functions reject a file, before any iteration."""
    with pytest.raises(PlaylistError) as read:
        read_playlist(file)
    with pytest.raises(PlaylistError) as listed:
        list_playlists(file)
    message = str(read.value)
    assert str(listed.value) == message
    assert message.startswith(f"{file}")
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 1000
    return message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty; give a Rekordbox"),
        (b" \r\n\t ", "is empty; give a Rekordbox"),
        (b"\xef\xbb\xbf", "is empty; give a Rekordbox"),
        (b"\x03\x00\x00\x00\x00\x0f\x76TIT2", "is not a text file; give"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not a text file; give"),
        (b"just some prose\nin two lines\n", "is not a playlist in a known format; give"),
        (b'{\n  "title": "Tide"\n}', "is not a playlist in a known format; give"),
        (b"// a comment\nint main;\n", "is not a playlist in a known format; give"),
        (b"<html><body>", "line 1: is not a Rekordbox export: its root is <html>, not"),
        (b"\n<?xml version='1.0'?><DJ_PLAYLISTS/>", "line 2: is not well-formed XML"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE plist>\n<plist/>", "line 2: is not an iTunes library"),
        (b"<!DOCTYPE d [" + LAUGHS.encode() + b"]><d>&l11;</d>", "it has a DOCTYPE; export it"),
        (b"<?xml version='1.0' encoding='unicode_escape'?><DJ_PLAYLISTS/>", "'unicode_escape'"),
        (b"<?xml version='1.0' encoding='shift_jis'?><DJ_PLAYLISTS/>", "'shift_jis', which is not"),
        (b"<?xml version='1.0' encoding='utf-16'?><DJ_PLAYLISTS/>", "is not well-formed XML"),
        (b"<!-- nothing else -->", "line 1: the file ends before it is complete; export it"),
        (b"<" + b"x" * 70_000, "one tag or comment is longer than 65536 bytes; export"),
        (b"<!--" + b"x" * 90_000, "one tag or comment is longer than 65536 bytes; export"),
    ],
)
def test_content_without_a_playlist_is_rejected(tmp_path, content, why):
    """The format is detected by content; the message says what to give instead."""
    file = tmp_path / "set.m3u"
    file.write_bytes(content)
    assert why in rejection(file)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            b"ID3\x03\x00\x00\x00\x00\x0f\x76TIT2",
            "a music file and not a playlist; give the folder",
        ),
        (b"fLaC\x00\x00\x00\x22", "a music file and not a playlist; give the folder"),
        (b"RIFF\x24\x00\x00\x00WAVE", "a music file and not a playlist; give the folder"),
        (b"\x00\x00\x00\x20ftypM4A ", "a music file and not a playlist; give the folder"),
        (b"\xff\xfb\x90\x00\x00", "a music file and not a playlist; give the folder"),
        (b"PMAI\x00\x00\x00\x1c", "an analysis file of Rekordbox; export the collection as XML"),
        (b"\0\0\0\0\0\x10\0\0\x14\0", "Rekordbox's database on a USB stick (PDB); export the"),
        (b"bplist00\xd4\x00", "a property list of Apple; export the playlist as XML"),
        (b"hdfm\x00\x00\x00\x90", "iTunes' own library; export it as XML"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or a spreadsheet; save the table as CSV"),
        (b"{\\rtf1\\ansi", "a text document (RTF); save it as plain text"),
        (b"%PDF-1.7\n", "a PDF; export the playlist as M3U"),
    ],
)
def test_other_files_are_named_with_what_to_do(tmp_path, content, what):
    """A file of music or of another program is named by its first bytes."""
    file = tmp_path / "set.m3u"
    file.write_bytes(content)
    assert f": this is {what}" in rejection(file)


@pytest.mark.parametrize("text", ["FORM - Tide\n", "RIFF - Tide\n", "ID3 - Tide\n"])
def test_text_that_begins_like_another_file_is_read(tmp_path, text):
    file = tmp_path / "list.txt"
    file.write_text(text)
    assert [one.title for one in read_playlist(file)] == [text.strip()]


def test_missing_file_and_pipe_are_rejected(tmp_path):
    """They are rejected before they are opened: opening a pipe would block."""
    assert "there is no such file; check the path" in rejection(tmp_path / "gone.xml")
    assert "cannot be read" in rejection(tmp_path / ("long" * 100))
    with pytest.raises(PlaylistError, match="cannot be read"):
        read_playlist("a\0b")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "is not a regular file" in rejection(tmp_path / "pipe")


def test_file_deleted_before_iteration_is_a_playlist_error(tmp_path):
    """It is not an `OSError`."""
    file = tmp_path / "set.m3u"
    file.write_text("#EXTM3U\n/m/a.mp3\n")
    reading = read_playlist(file)
    file.unlink()
    with pytest.raises(PlaylistError, match="there is no such file"):
        next(reading)


LONG = "x" * 200_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("set.m3u", f"#EXTM3U\n\n{LONG}\n/m/a.mp3"),
        ("set.pls", f"[playlist]\nFile1=/m/a.mp3\nTitle1={LONG}"),
        ("set.txt", f"Ana - Foam\nBo - Wave\n{LONG}\n"),
        ("set.cue", f"FILE x\nTRACK 01 AUDIO\nTITLE {LONG}\nTITLE Foam\n"),
        ("set.csv", f"title,artist\nFoam,\nWave,{LONG}\n"),
        ("quoted.csv", f'title,artist\nFoam,\nWave,"a, ""{LONG}"""\nTide,\n'),
        ("tabs.txt", f'title\tartist\nFoam\t\nWave\t"{LONG}\n'),
    ],
)
def test_line_over_64_kib_is_a_problem_with_its_number(tmp_path, name, content):
    """The lines before and after it are read."""
    file = tmp_path / name
    file.write_text(content)
    problems = []
    titles = [one.title for one in read_playlist(file, on_problem=problems.append)]
    assert titles
    assert not any("xxx" in title or title == "Wave" for title in titles)
    assert [(one.place, one.detail) for one in problems] == [
        ("line 3", "the line is longer than 65,536 characters; shorten it")
    ]


def test_long_line_that_opens_a_quote_is_rejected_with_its_number(tmp_path):
    """The lines after it may belong to the quoted cell and are not read as rows."""
    file = tmp_path / "set.csv"
    file.write_text(f'title,artist\nFoam,\nWave,"{LONG}\nTide,"\n')
    with pytest.raises(PlaylistError, match=r"line 3: is longer than 65,536 .*; shorten it\.$"):
        list(read_playlist(file))


def test_broken_utf_16_is_rejected_at_the_call(tmp_path):
    file = tmp_path / "set.m3u"
    file.write_bytes("#EXTM3U\n/m/a.mp3\n".encode("utf-16") + b"\x00\xd8\x41")
    with pytest.raises(PlaylistError, match="bytes that are not utf-16; save it as UTF-8"):
        read_playlist(file)


def reading_error(file):
    """Return the message of the error that reading the whole file raises."""
    with pytest.raises(PlaylistError) as caught:
        for _ in read_playlist(file):
            pass
    return str(caught.value)


def test_bytes_in_an_undeclared_encoding_name_line_and_cause(tmp_path):
    """The export contains Latin-1 bytes but does not declare Latin-1."""
    file = tmp_path / "set.xml"
    file.write_bytes(EXPORT.format("\n<TRACK Name='Señor'/>").encode("latin-1"))
    assert "line 2: is not well-formed XML" in reading_error(file)
    assert "bytes that are not in the encoding it declares" in reading_error(file)


def test_nesting_over_64_elements_is_rejected(tmp_path):
    file = tmp_path / "deep.xml"
    file.write_text(EXPORT.format("<x>" * 10_000 + "</x>" * 10_000))
    assert "nested more than 64 deep" in reading_error(file)
    file.write_text(EXPORT.format("<x>" * 62 + "</x>" * 62))
    assert list(read_playlist(file)) == []
    file.write_text(EXPORT.format("<x>" * 63 + "</x>" * 63))
    assert "nested more than 64 deep" in reading_error(file)


def test_more_than_4096_names_are_rejected(tmp_path):
    """Expat keeps every name in memory."""
    file = tmp_path / "names.xml"
    file.write_text(EXPORT.format("".join(f"<x{n} y{n}=''/>" for n in range(20_000))))
    assert "more than 4096 names" in reading_error(file)


def test_huge_attribute_is_rejected_after_a_small_part_is_read(tmp_path, monkeypatch):
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

    monkeypatch.setattr(xml_elements, "chunks", counted)
    message = reading_error(file)
    assert "one tag or comment is longer than 65536 bytes" in message
    assert 0 < sum(taken) < 200_000


def test_attribute_below_the_limit_is_read(tmp_path):
    """A title of 60,000 characters is read."""
    file = tmp_path / "long.xml"
    for pad in range(0, 16_384, 1024):  # the pieces for expat end at different places
        name = "x" * 60_000
        file.write_text(EXPORT.format(" " * pad + f"<TRACK Name='{name}'/>"))
        assert [one.title for one in read_playlist(file)] == [name]
