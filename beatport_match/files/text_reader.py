"""Read the bytes or the lines of a playlist file, a bounded piece at a time.

Every reader of playlists opens its file with this module, so every problem with a file is a
`PlaylistError` of one sentence. This module knows no playlist format.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from beatport_match.errors import PlaylistError
from beatport_match.files.guarded_read import UTF16_MARKS, bounded_lines, open_input

# The longest line, tag or record that is read into memory; real ones have a few hundred characters.
MAX_LINE_LENGTH = 64 * 1024
CHUNK_BYTES = 16 * 1024


class _WrongEncodingError(PlaylistError):
    """The text is not in the encoding with which it was decoded."""


def head(file: Path) -> bytes:
    """Return the first 64 KiB of a file, which are enough to recognise its format."""
    with open_input(file, PlaylistError) as stream:
        return stream.read(MAX_LINE_LENGTH)


def chunks(file: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of 16 KiB."""
    with open_input(file, PlaylistError) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def decoded(head: bytes) -> str:
    """Decode the head of a file as UTF-16 or UTF-8; other bytes become replacement characters."""
    return head.decode("utf-16" if head.startswith(UTF16_MARKS) else "utf-8-sig", "replace")


def encoding_of(file: Path) -> str:
    """Detect the encoding of a text file by decoding all of it.

    A file with a UTF-16 byte order mark is UTF-16. Any other file is the first of these that
    decodes every byte: UTF-8, Windows' cp1252, Latin-1 (which defines the bytes that cp1252 lacks).

    Raises:
        PlaylistError: The file cannot be read, has a line over 64 KiB, or is broken UTF-16.
    """
    is_utf16 = head(file).startswith(UTF16_MARKS)
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
        with open_input(file, PlaylistError) as stream, io.TextIOWrapper(stream, encoding) as text:
            for number, line in enumerate(bounded_lines(text, MAX_LINE_LENGTH), 1):
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
