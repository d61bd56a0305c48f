"""Read the bytes or the lines of a playlist file, a bounded piece at a time.

Every reader of playlists opens its file with this module, so every problem with a file is a
`PlaylistError` of one sentence. This module knows no playlist format.
"""

from __future__ import annotations

import io
import stat
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from beatport_match.errors import PlaylistError

# The longest line, tag or record that is read into memory; real ones have a few hundred characters.
MAX_LINE_LENGTH = 64 * 1024
CHUNK_BYTES = 16 * 1024
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _WrongEncodingError(PlaylistError):
    """The text is not in the encoding with which it was decoded."""


@contextmanager
def open_text(file: Path) -> Generator[IO[bytes], None, None]:
    """Open a regular file for reading bytes.

    Raises:
        PlaylistError: The file does not exist, is a folder or a device, or cannot be read.
    """
    try:
        _require_regular_file(file)
        with file.open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise PlaylistError(f"{file}: there is no such file; check the path.") from None
    except OSError as error:
        reason = error.strerror or error
        raise PlaylistError(f"{file}: cannot be read ({reason}); check the path.") from None


def head(file: Path) -> bytes:
    """Return the first 64 KiB of a file, which are enough to recognise its format."""
    with open_text(file) as stream:
        return stream.read(MAX_LINE_LENGTH)


def chunks(file: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of 16 KiB."""
    with open_text(file) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def decoded(head: bytes) -> str:
    """Decode the head of a file as UTF-16 or UTF-8; other bytes become replacement characters."""
    return head.decode("utf-16" if head.startswith(_UTF16_MARKS) else "utf-8-sig", "replace")


def encoding_of(file: Path) -> str:
    """Detect the encoding of a text file by decoding all of it.

    A file with a UTF-16 byte order mark is UTF-16. Any other file is the first of these that
    decodes every byte: UTF-8, Windows' cp1252, Latin-1 (which defines the bytes that cp1252 lacks).

    Raises:
        PlaylistError: The file cannot be read, has a line over 64 KiB, or is broken UTF-16.
    """
    is_utf16 = head(file).startswith(_UTF16_MARKS)
    *others, last = ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252", "latin-1")
    for encoding in others:
        try:
            deque(lines(file, encoding), maxlen=0)
        except _WrongEncodingError:
            continue
        return encoding
    deque(lines(file, last), maxlen=0)
    return last


def lines(file: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a text file; each line ending of any kind becomes a line feed.

    Raises:
        PlaylistError: The file cannot be read, has a line over 64 KiB, or has another encoding.
    """
    number = 0
    try:
        with open_text(file) as stream, io.TextIOWrapper(stream, encoding) as text:
            while line := text.readline(MAX_LINE_LENGTH + 1):
                number += 1
                if len(line) > MAX_LINE_LENGTH:
                    raise PlaylistError(
                        f"{file}, line {number}: is longer than {MAX_LINE_LENGTH} characters; "
                        f"save the playlist with one entry on each line."
                    )
                yield line
    except UnicodeDecodeError:
        raise _WrongEncodingError(
            f"{file}, after line {number}: holds bytes that are not {encoding}; save it as UTF-8."
        ) from None


def _require_regular_file(file: Path) -> None:
    # Check before opening: opening a pipe would block until another process writes to it.
    try:
        mode = file.stat().st_mode
    except ValueError as error:
        raise PlaylistError(f"{str(file)!r}: cannot be a path ({error}); check it.") from None
    if stat.S_ISDIR(mode):
        raise PlaylistError(f"{file}: is a folder; name the playlist file in it.")
    if not stat.S_ISREG(mode):
        raise PlaylistError(f"{file}: is not a regular file; save the playlist to one.")
