"""Read the bytes or the lines of a playlist file, a bounded piece at a time.

Every reader of playlists opens its file with this module, so every problem with a file is a
`PlaylistError` of one sentence. This module knows no playlist format.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from beatport_match.errors import PlaylistError
from beatport_match.files.guarded_read import UTF16_MARKS, open_input

# The longest line, tag or record that is read into memory; real ones have a few hundred characters.
MAX_LINE_LENGTH = 64 * 1024
CHUNK_BYTES = 16 * 1024


_UTF16_SAMPLE_BYTES = 1024

# Python would use any codec that a user or a file names, and some do more than map bytes.
_CODECS = {
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "mac-roman", "mac-latin2"),
    *("mac-cyrillic", "cp437", "cp850", "cp852", "cp866", "cp874", "shift_jis", "cp932", "euc_jp"),
    *("gbk", "gb18030", "gb2312", "big5", "euc_kr", "cp949", "koi8-r", "koi8-u"),
    *(f"cp125{number}" for number in range(9)),
    *(f"iso8859-{number}" for number in range(1, 17) if number != 12),
}
_UNDECODED = re.compile("[\udc80-\udcff]")
# A byte in a word that Mac Roman reads as a letter, and Windows' Latin code pages as a sign or a
# capital; and the reverse.
_MAC_ROMAN_LETTER = re.compile(rb"(?<=[A-Za-z])[\x87-\x90\x98\x99\x9b\x9f\xbe\xbf](?=[a-z])")
_WINDOWS_LETTER = re.compile(rb"(?<=[A-Za-z])[\xdf-\xff]|[\xc0-\xff](?=[a-z])")
# A word of letters above ASCII only: Windows-1251 has Cyrillic there.
_CYRILLIC_WORD = re.compile(rb"(?<![A-Za-z])[\xc0-\xff][\xe0-\xff]{2,}(?![A-Za-z])")
# Without evidence, the first is used.
_EVIDENCE = {
    "cp1252": _WINDOWS_LETTER,
    "mac-roman": _MAC_ROMAN_LETTER,
    "cp1251": _CYRILLIC_WORD,
}

OnLongLine: TypeAlias = Callable[[int, int], object]


class Encoding(NamedTuple):
    """How the lines of a file are decoded.

    Attributes:
        codec: The codec of the file.
        fallback: The codec of the lines that are not in the first one.
        guessed_line: The number of the first such line; 0 if there is none.
    """

    codec: str
    fallback: str = ""
    guessed_line: int = 0


def _ignored(_number: int, _quotes: int) -> None:
    pass


def head(file: Path) -> bytes:
    """Return the first 64 KiB of a file, which are enough to recognise its format."""
    with open_input(file, PlaylistError) as stream:
        return stream.read(MAX_LINE_LENGTH)


def chunks(file: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of 16 KiB."""
    with open_input(file, PlaylistError) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def decoded(head: bytes, given: str | None = None) -> str:
    """Decode the head of a file in the given encoding, or as UTF-16 or UTF-8.

    Bytes that cannot be decoded become replacement characters.
    """
    codec = codec_name(given) if given else _utf16_codec(head)
    return head.decode(codec or "utf-8-sig", "replace")


def encoding_of(file: Path, given: str | None = None) -> Encoding:
    """Detect the encoding of a text file by decoding all of it.

    A file with a UTF-16 byte order mark, or with zero bytes as UTF-16 has them, is UTF-16. Any
    other file is UTF-8. Its lines that are not UTF-8 are read as Mac Roman or Windows-1251 if their
    letters indicate it, otherwise as Windows-1252.

    Args:
        file: The file.
        given: The encoding that the user states, which is then the only one.

    Raises:
        PlaylistError: The file cannot be read, is broken UTF-16 or does not have the given
            encoding, or the given encoding is not supported.
    """
    codec = _utf16_codec(head(file))
    if given is not None:
        codec = codec_name(given) or ""
        if not codec:
            raise PlaylistError(
                f"{file}: the encoding {given[:50]!r} is not supported; give one such as utf-8, "
                f"windows-1250, mac-roman or shift_jis."
            )
    if codec:
        deque(lines(file, Encoding(codec)), maxlen=0)
        return Encoding(codec)
    found, first = Counter[str](), 0
    for number, line in enumerate(_raw_lines(file, "utf-8-sig", "surrogateescape"), 1):
        if not line.isascii() and _UNDECODED.search(line):
            first = first or number
            data = line.encode("utf-8", "surrogateescape")
            for fallback, evidence in _EVIDENCE.items():
                found[fallback] += len(evidence.findall(data))
    best = max(_EVIDENCE, key=lambda fallback: found[fallback])
    return Encoding("utf-8-sig", best, first)


def codec_name(name: str) -> str | None:
    """Return Python's name of an encoding that may be used, or `None`."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if codec not in _CODECS:
        return None
    return "utf-8-sig" if codec == "utf-8" else codec


def lines(file: Path, encoding: Encoding, on_long: OnLongLine = _ignored) -> Iterator[str]:
    """Yield the lines of a text file; each line ending of any kind becomes a line feed.

    A line over 64 KiB is replaced by a blank one.

    Args:
        file: The file.
        encoding: How it is decoded.
        on_long: Called with the number of each line over 64 KiB, and how many quotes it has.

    Raises:
        PlaylistError: The file cannot be read or has another encoding.
    """
    if not encoding.guessed_line:
        yield from _raw_lines(file, encoding.codec, "strict", on_long)
        return
    for line in _raw_lines(file, encoding.codec, "surrogateescape", on_long):
        if line.isascii() or not _UNDECODED.search(line):
            yield line
            continue
        data = line.encode("utf-8", "surrogateescape")
        try:
            yield data.decode(encoding.fallback)
        except UnicodeDecodeError:
            yield data.decode("latin-1")  # defines the bytes that cp1252 lacks


def _raw_lines(
    file: Path, codec: str, errors: str, on_long: OnLongLine = _ignored
) -> Iterator[str]:
    number = 0
    try:
        with (
            open_input(file, PlaylistError) as stream,
            io.TextIOWrapper(stream, codec, errors) as text,
        ):
            while line := text.readline(MAX_LINE_LENGTH + 1):
                number += 1
                if len(line) > MAX_LINE_LENGTH:
                    quotes = line.count('"')
                    while len(line) > MAX_LINE_LENGTH and not line.endswith("\n"):
                        line = text.readline(MAX_LINE_LENGTH + 1)
                        quotes += line.count('"')
                    on_long(number, quotes)
                    line = "\n"
                yield line
    except UnicodeError:
        raise PlaylistError(
            f"{file}, after line {number}: holds bytes that are not {codec}; save it as UTF-8."
        ) from None


def _utf16_codec(head: bytes) -> str:
    """Return the codec of UTF-16 text, or `""`; without a byte order mark, zero bytes decide."""
    if head.startswith(UTF16_MARKS):
        return "utf-16"
    start = head[:_UTF16_SAMPLE_BYTES]
    start = start[: len(start) // 2 * 2]
    for codec, zeros, others in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        # Most characters of a playlist are ASCII; few have a second byte of zero.
        if start and zeros.count(0) * 2 > len(zeros) and others.count(0) * 20 < len(others):
            return codec
    return ""
