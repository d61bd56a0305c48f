"""Opening: the bytes and the lines of a file, a bounded piece at a time.

Everything that touches the disk goes through here, so that trouble with a file is a
`PlaylistError` in one sentence, whoever reads it. This room knows no format.
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

# The longest line, token or record that is let into memory; a real one holds a few hundred.
MAX_LINE_LENGTH = 64 * 1024
_CHUNK = 16 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class _WrongEncodingError(PlaylistError):
    """The text is not in the encoding it was tried with."""


@contextmanager
def open_text(file: Path) -> Generator[IO[bytes], None, None]:
    """Open a regular file for reading.

    Raises:
        PlaylistError: There is none, it is a folder or a device, or it cannot be read.
    """
    try:
        _require_regular_file(file)
        with file.open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise PlaylistError(f"{file}: there is no such file; check the path.") from None
    except OSError as error:
        why = error.strerror or error
        raise PlaylistError(f"{file}: cannot be read ({why}); check the path.") from None


def head(file: Path) -> bytes:
    """The first bytes of a file, enough to tell its format."""
    with open_text(file) as stream:
        return stream.read(MAX_LINE_LENGTH)


def chunks(file: Path) -> Iterator[bytes]:
    """The bytes of a file, a few at a time."""
    with open_text(file) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def decoded(head: bytes) -> str:
    """The head of a file as text, as far as it is text."""
    return head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")


def encoding_of(file: Path) -> str:
    """The encoding of a whole text file, found by reading it once.

    UTF-16 where a byte order mark says so; else UTF-8 where every byte agrees; else Windows' cp1252
    and, where even that has holes, Latin-1.

    Raises:
        PlaylistError: The file cannot be read, has a line over 64 KiB, or is broken UTF-16.
    """
    utf16 = head(file).startswith(_UTF16)
    *others, last = ("utf-16",) if utf16 else ("utf-8-sig", "cp1252", "latin-1")
    for encoding in others:
        try:
            deque(lines(file, encoding), maxlen=0)
        except _WrongEncodingError:
            continue
        return encoding
    deque(lines(file, last), maxlen=0)
    return last


def lines(file: Path, encoding: str) -> Iterator[str]:
    """The lines of a text file, each ending in a line feed whatever ended it there.

    Raises:
        PlaylistError: The file cannot be read, has a line over 64 KiB, or is in another encoding.
    """
    number = 0
    try:
        with open_text(file) as stream, io.TextIOWrapper(stream, encoding) as written:
            while line := written.readline(MAX_LINE_LENGTH + 1):
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
    # Looked at unopened: opening a pipe would wait for someone to write to it.
    try:
        mode = file.stat().st_mode
    except ValueError as error:
        raise PlaylistError(f"{str(file)!r}: cannot be a path ({error}); check it.") from None
    if stat.S_ISDIR(mode):
        raise PlaylistError(f"{file}: is a folder; name the playlist file in it.")
    if not stat.S_ISREG(mode):
        raise PlaylistError(f"{file}: is not a regular file; save the playlist to one.")
