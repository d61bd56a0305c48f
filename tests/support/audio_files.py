"""Write tiny tagged music files of each kind: valid headers, the tags, and some silence.

Tags are given by neutral names: `title`, `artist`, `album`, `year`, `label`, `bpm`, `key`, `isrc`,
`remixer`. Any other name becomes a field of its own (`TXXX` in ID3).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

ID3_FRAMES = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "album": b"TALB",
    "year": b"TDRC",
    "label": b"TPUB",
    "bpm": b"TBPM",
    "key": b"TKEY",
    "isrc": b"TSRC",
    "remixer": b"TPE4",
}
VORBIS_NAMES = {"year": "DATE", "key": "INITIALKEY"}
ATOMS = {"title": b"\xa9nam", "artist": b"\xa9ART", "album": b"\xa9alb", "year": b"\xa9day"}
RATE = 44_100


def id3(tags: Mapping[str, str], extra: bytes = b"") -> bytes:
    """Return an ID3v2.4 tag; `extra` is further frames."""
    frames = b"".join(
        id3_frame(ID3_FRAMES[name], b"\x03" + value.encode())
        if name in ID3_FRAMES
        else id3_frame(b"TXXX", b"\x03" + name.encode() + b"\0" + value.encode())
        for name, value in tags.items()
    )
    body = frames + extra
    return b"ID3\x04\x00\x00" + _synchsafe(len(body)) + body


def id3_frame(name: bytes, content: bytes) -> bytes:
    return name + _synchsafe(len(content)) + b"\0\0" + content


def mp3(tags: Mapping[str, str], extra: bytes = b"") -> bytes:
    """One second of frames at 32 kbit/s, after the tag."""
    frame = b"\xff\xfb\x10\xc4" + bytes(100)
    return id3(tags, extra) + frame * 38


def flac(tags: Mapping[str, str]) -> bytes:
    samples = struct.pack(">Q", (RATE << 44) | (1 << 41) | (15 << 36) | RATE)
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + samples + bytes(16)
    comments = _vorbis_comments(tags)
    return (
        b"fLaC\x00" + len(info).to_bytes(3) + info + b"\x84" + len(comments).to_bytes(3) + comments
    )


def wav(tags: Mapping[str, str]) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE, 1, 8)
    chunks = _chunk(b"fmt ", form, "<") + _chunk(b"id3 ", id3(tags), "<")
    chunks += _chunk(b"data", bytes(RATE), "<")
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def aiff(tags: Mapping[str, str]) -> bytes:
    rate = struct.pack(">hQ", 16_383 + 15, RATE << 48)  # an extended float of 80 bits
    common = struct.pack(">hLh", 1, RATE, 8) + rate
    chunks = _chunk(b"COMM", common, ">") + _chunk(b"ID3 ", id3(tags), ">")
    return b"FORM" + struct.pack(">I", len(chunks) + 4) + b"AIFF" + chunks


def m4a(tags: Mapping[str, str]) -> bytes:
    items = b"".join(
        _atom(ATOMS[name], _data(value)) if name in ATOMS else _free_form(name, value)
        for name, value in tags.items()
    )
    meta = _atom(b"meta", bytes(4) + _atom(b"ilst", items))
    times = struct.pack(">IIIII", 0, 0, 0, RATE, RATE)
    movie = _atom(b"mvhd", times) + _atom(b"udta", meta)
    return _atom(b"ftyp", b"M4A \0\0\0\0M4A ") + _atom(b"moov", movie)


def ogg(tags: Mapping[str, str]) -> bytes:
    head = b"\x01vorbis" + struct.pack("<IBIIII", 0, 1, RATE, 0, 128_000, 0) + b"\xb8\x01"
    pages = [(head, 0), (b"\x03vorbis" + _vorbis_comments(tags) + b"\x01", 0), (b"\0", RATE)]
    return b"".join(_page(number, *page) for number, page in enumerate(pages))


KINDS = {"mp3": mp3, "flac": flac, "wav": wav, "aiff": aiff, "m4a": m4a, "ogg": ogg}


def _synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _chunk(name: bytes, content: bytes, order: str) -> bytes:
    return name + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) % 2)


def _vorbis_comments(tags: Mapping[str, str]) -> bytes:
    named = ((VORBIS_NAMES.get(name, name.upper()), text) for name, text in tags.items())
    lines = [f"{name}={text}".encode() for name, text in named]
    listed = b"".join(struct.pack("<I", len(line)) + line for line in lines)
    return struct.pack("<I", 4) + b"test" + struct.pack("<I", len(lines)) + listed


def _page(number: int, content: bytes, position: int) -> bytes:
    lacing = bytes([255] * (len(content) // 255) + [len(content) % 255])
    header = struct.pack(
        "<4sBBqIIIB", b"OggS", 0, (2, 0, 4)[number], position, 7, number, 0, len(lacing)
    )
    return header + lacing + content


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _data(value: str) -> bytes:
    return _atom(b"data", struct.pack(">II", 1, 0) + value.encode())


def _free_form(name: str, value: str) -> bytes:
    known = {"key": "initialkey"}.get(name, name)
    mean = _atom(b"mean", bytes(4) + b"com.apple.iTunes")
    return _atom(b"----", mean + _atom(b"name", bytes(4) + known.encode()) + _data(value))
