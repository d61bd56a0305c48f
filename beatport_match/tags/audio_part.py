"""Find the audio of a music file, and hash it: what a change of tags must not change.

Each format has its own small parser, independent of the package that writes the tags:

    mp3     everything after the ID3v2 tag at the start, also an ID3v1 or APE tag at the end
    flac    the frames, and all metadata blocks except comments and padding
    aiff    all chunks except the ID3 tag
    wav     all chunks except the ID3 tag
    m4a     the media data (`mdat`), the atoms that describe the track, and the place in the media
            data to which each chunk offset (`stco`, `co64`) points
    ogg     all packets except the comments, and the positions (granules) of the audio pages

The kind of a file is decided by its content. A file that is damaged or of another kind raises
`UnwritableFileError`, because what cannot be checked must not be written.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Literal, NamedTuple, TypeAlias

AudioKind: TypeAlias = Literal["mp3", "flac", "aiff", "wav", "m4a", "ogg"]
"""The format of a music file, by its content."""

_DAMAGED = "it is damaged or incomplete"
_READ_BYTES = 2**20
# Real files have some hundred blocks, chunks and atoms.
_MAX_PARTS = 10_000
# The tables of the largest real files (a mix of ten hours) have a few megabytes.
_MAX_TABLE_BYTES = 64 * 2**20
# Encoders leave some zero bytes between the tag and the first frame.
_MAX_ZEROS_BYTES = 64 * 1024
# The start of an MPEG audio frame: 11 bits set, a known version, layer, bit rate and sample rate.
_MPEG_FRAME = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x00-\xef]")
_FLAC_COMMENTS, _FLAC_PADDING = 4, 1
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
# The identification header of each codec, and its number of header packets; the second packet holds
# the comments.
_OGG_CODECS = {b"\x01vorbis": 3, b"OpusHead": 2}


class UnwritableFileError(Exception):
    """The tags of one file cannot be changed; the message is the reason as a clause."""


class AudioPart(NamedTuple):
    """The part of a file that a change of its tags must not change.

    Attributes:
        ranges: The start and the end of each range of bytes.
        facts: Other facts that must stay equal, such as the offsets of chunks.
    """

    ranges: list[tuple[int, int]]
    facts: list[bytes]


def kind_of(file: IO[bytes]) -> AudioKind:
    """Return the kind of a music file by its content."""
    head = _start(file, 0, 12)
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"FORM" and head[8:] in {b"AIFF", b"AIFC"}:
        return "aiff"
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "m4a"
    if head[:4] == b"OggS":
        return "ogg"
    start = id3_size(head)
    behind = _start(file, start, _MAX_ZEROS_BYTES)
    if behind[:4] == b"fLaC":
        return "flac"
    frame = _MPEG_FRAME.search(behind)
    # Without a tag, the frame must be at the start: any file holds such bytes somewhere.
    if frame and (start or frame.start() == 0):
        return "mp3"
    raise UnwritableFileError("it is not MP3, FLAC, AIFF, WAV, M4A or Ogg")


def id3_size(head: bytes) -> int:
    """Return the size of the ID3v2 tag that begins with these bytes; 0 if there is none."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) >= 0x80:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    has_footer = head[5] & 0x10
    return 20 + size if has_footer else 10 + size


def audio_part(file: IO[bytes]) -> AudioPart:
    """Return the part of a file that a change of its tags must not change."""
    found = _PARSERS[kind_of(file)](file)
    edges = [0, *(edge for one in found.ranges for edge in one), size_of(file)]
    if edges != sorted(edges):
        raise UnwritableFileError(_DAMAGED)
    if not any(end > start for start, end in found.ranges):
        raise UnwritableFileError("it has no audio")
    return found


def audio_sha256(file: IO[bytes], part: AudioPart) -> str:
    """Hash the audio; files with equal hashes have the same audio, bit for bit."""
    found = hashlib.sha256()
    for fact in part.facts:
        found.update(struct.pack(">Q", len(fact)) + fact)
    for start, end in part.ranges:
        found.update(struct.pack(">Q", end - start))
        for piece in pieces(file, start, end):
            found.update(piece)
    return found.hexdigest()


def pieces(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of a range of a file in pieces of up to 1 MiB."""
    file.seek(start)
    while start < end:
        piece = file.read(min(end - start, _READ_BYTES))
        if not piece:
            raise UnwritableFileError("it is shorter than its headers say")
        start += len(piece)
        yield piece


def _mp3(file: IO[bytes]) -> AudioPart:
    return AudioPart([(id3_size(_start(file, 0, 10)), size_of(file))], [])


def _flac(file: IO[bytes]) -> AudioPart:
    position = id3_size(_start(file, 0, 10)) + 4
    ranges: list[tuple[int, int]] = []
    facts: list[bytes] = []
    for _ in range(_MAX_PARTS):
        (header,) = struct.unpack(">I", _read(file, position, 4))
        kind, length = header >> 24 & 0x7F, header & 0xFFFFFF
        position += 4
        if kind not in {_FLAC_COMMENTS, _FLAC_PADDING}:
            facts.append(bytes([kind]))
            ranges.append((position, position + length))
        position += length
        if header >> 31:
            return AudioPart([*ranges, (position, size_of(file))], facts)
    raise UnwritableFileError("it has too many metadata blocks")


def _aiff(file: IO[bytes]) -> AudioPart:
    return _chunks(file, ">4sI", b"SSND")


def _wav(file: IO[bytes]) -> AudioPart:
    return _chunks(file, "<4sI", b"data")


def _chunks(file: IO[bytes], header: str, audio: bytes) -> AudioPart:
    position, size = 12, size_of(file)
    names: list[bytes] = []
    ranges: list[tuple[int, int]] = []
    while position + 8 <= size:
        name, length = struct.unpack(header, _read(file, position, 8))
        position += 8
        if position + length > size or len(names) == _MAX_PARTS:
            raise UnwritableFileError("one of its chunks has a wrong length")
        if name.upper() != b"ID3 ":
            names.append(name)
            ranges.append((position, position + length))
        position += length + length % 2
    if audio not in names:
        raise UnwritableFileError("it has no audio")
    return AudioPart(ranges, names)


class _Atom(NamedTuple):
    name: bytes
    start: int  # of its content
    end: int


def _m4a(file: IO[bytes]) -> AudioPart:
    atoms = list(_atoms(file, 0, size_of(file)))
    if any(atom.name == b"moof" for atom in atoms):
        raise UnwritableFileError("it is a fragmented MP4 file, which has no fixed chunk offsets")
    media = [(atom.start, atom.end) for atom in atoms if atom.name == b"mdat"]
    facts: list[bytes] = []
    for atom in atoms:
        if atom.name in {b"stco", b"co64"}:
            facts.append(_places_in(media, _offsets(file, atom)))
        elif atom.name not in {b"mdat", b"free", b"skip", b"udta", b"meta"}:
            if atom.end - atom.start > _MAX_TABLE_BYTES:
                raise UnwritableFileError("one of its tables is too large")
            facts.append(atom.name + _read(file, atom.start, atom.end - atom.start))
    return AudioPart(media, facts)


def _atoms(file: IO[bytes], start: int, end: int) -> Iterator[_Atom]:
    """Yield the atoms between two positions; of a container, yield what it contains."""
    open_ends = [end]
    for _ in range(_MAX_PARTS):
        while open_ends and start >= open_ends[-1]:
            open_ends.pop()
        if not open_ends:
            return
        length, name = struct.unpack(">I4s", _read(file, start, 8))
        content = start + 8
        if length == 1:
            (length,) = struct.unpack(">Q", _read(file, content, 8))
            content += 8
        elif length == 0:  # it reaches to the end
            length = open_ends[-1] - start
        if start + length < content or start + length > open_ends[-1]:
            raise UnwritableFileError("one of its atoms has a wrong length")
        if name in _CONTAINERS:
            open_ends.append(start + length)
            start = content
        else:
            yield _Atom(name, content, start + length)
            start += length
    raise UnwritableFileError("it has too many atoms")


def _offsets(file: IO[bytes], atom: _Atom) -> tuple[int, ...]:
    width = 4 if atom.name == b"stco" else 8
    _, count = struct.unpack(">II", _read(file, atom.start, 8))
    if count * width > min(atom.end - atom.start - 8, _MAX_TABLE_BYTES):
        raise UnwritableFileError("its table of chunks is longer than it can be")
    code = "I" if width == 4 else "Q"
    return struct.unpack(f">{count}{code}", _read(file, atom.start + 8, count * width))


def _places_in(media: list[tuple[int, int]], offsets: tuple[int, ...]) -> bytes:
    """Convert offsets in the file to the number of a media part and the place in it."""
    places: list[int] = []
    for offset in offsets:
        found = [number for number, (start, end) in enumerate(media) if start <= offset < end]
        if not found:
            raise UnwritableFileError("one of its chunks is outside the media data")
        places += (found[0], offset - media[found[0]][0])
    return struct.pack(f">{len(places)}Q", *places)


def _ogg(file: IO[bytes]) -> AudioPart:
    packets: list[bytes] = [b""]
    header_count, serial = 0, b""
    ranges: list[tuple[int, int]] = []
    facts: list[bytes] = []
    for header, lacing, body in _ogg_pages(file):
        if header[14:18] != (serial or header[14:18]):
            raise UnwritableFileError("it holds several Ogg streams")
        serial = header[14:18]
        if header_count and len(packets) > header_count:
            # The fact is the page's flags and granule, not its number and its checksum.
            facts.append(header[5:14] + lacing)
            ranges.append((body, body + sum(lacing)))
            continue
        position = body
        for length in lacing:
            packets[-1] += _read(file, position, length)
            position += length
            if length < 255:
                packets.append(b"")
        if not header_count and len(packets) > 1:
            header_count = next(
                (count for start, count in _OGG_CODECS.items() if packets[0].startswith(start)), 0
            )
            if not header_count:
                raise UnwritableFileError("its codec is neither Vorbis nor Opus")
        if len(packets) > header_count + 1 or sum(map(len, packets)) > _MAX_TABLE_BYTES:
            raise UnwritableFileError("its headers are damaged")
    return AudioPart(ranges, [*packets[:1], *packets[2:], *facts])


def _ogg_pages(file: IO[bytes]) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the header, the lengths of the segments, and the position of the body of each page."""
    position, size = 0, size_of(file)
    while position < size:
        header = _read(file, position, 27)
        if header[:5] != b"OggS\0":
            raise UnwritableFileError("one of its Ogg pages is damaged")
        lacing = _read(file, position + 27, header[26])
        body = position + 27 + len(lacing)
        position = body + sum(lacing)
        if position > size:
            raise UnwritableFileError("its last Ogg page is incomplete")
        yield header, lacing, body


def gaps(part: AudioPart, size: int) -> list[tuple[int, int]]:
    """Return the ranges of a file of this size that are not in `part`: before, between, after."""
    edges = [0, *(edge for one in part.ranges for edge in one), size]
    return list(pairwise(edges))[::2]


def size_of(file: IO[bytes]) -> int:
    """Return the size of an open file in bytes."""
    return os.fstat(file.fileno()).st_size


def _start(file: IO[bytes], position: int, count: int) -> bytes:
    """Read up to `count` bytes."""
    file.seek(position)
    return file.read(count)


def _read(file: IO[bytes], position: int, count: int) -> bytes:
    found = _start(file, position, count)
    if len(found) < count:
        raise UnwritableFileError(_DAMAGED)
    return found


_PARSERS = {"mp3": _mp3, "flac": _flac, "aiff": _aiff, "wav": _wav, "m4a": _m4a, "ogg": _ogg}
