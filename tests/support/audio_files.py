"""Write tiny tagged music files of each kind: valid headers, the tags, and some silence.

Tags are given by neutral names: `title`, `artist`, `album`, `year`, `label`, `bpm`, `key`, `isrc`,
`remixer`. Any other name becomes a separate field (`TXXX` in ID3).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

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
MP3_FRAME = b"\xff\xfb\x10\xc4" + bytes(100)


def id3(tags: Mapping[str, str], extra: bytes = b"", version: int = 4) -> bytes:
    """Return an ID3v2.4 or ID3v2.3 tag; `extra` is further frames."""
    names = ID3_FRAMES | ({"year": b"TYER"} if version == 3 else {})
    frames = b"".join(
        id3_frame(names[name], _id3_text(value, version), version)
        if name in names
        else id3_frame(b"TXXX", _id3_text(f"{name}\0{value}", version), version)
        for name, value in tags.items()
    )
    body = frames + extra
    return b"ID3" + bytes([version, 0, 0]) + _synchsafe(len(body)) + body


def id3_frame(name: bytes, content: bytes, version: int = 4) -> bytes:
    size = _synchsafe(len(content)) if version == 4 else struct.pack(">I", len(content))
    return name + size + b"\0\0" + content


def mp3(tags: Mapping[str, str], extra: bytes = b"", version: int = 4) -> bytes:
    """One second of frames at 32 kbit/s, after the tag."""
    return id3(tags, extra, version) + MP3_FRAME * 38


def flac(tags: Mapping[str, str]) -> bytes:
    samples = struct.pack(">Q", (RATE << 44) | (1 << 41) | (15 << 36) | RATE)
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + samples + bytes(16)
    comments = _vorbis_comments(tags)
    blocks = b"\x00" + len(info).to_bytes(3) + info + b"\x84" + len(comments).to_bytes(3) + comments
    return b"fLaC" + blocks + b"\xff\xf8 a frame" * 9


def wav(tags: Mapping[str, str]) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE, 1, 8)
    chunks = _chunk(b"fmt ", form, "<") + _chunk(b"id3 ", id3(tags), "<")
    chunks += _chunk(b"data", bytes(RATE), "<")
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def aiff(tags: Mapping[str, str]) -> bytes:
    rate = struct.pack(">hQ", 16_383 + 15, RATE << 48)  # an extended float of 80 bits
    common = struct.pack(">hLh", 1, RATE, 8) + rate
    chunks = _chunk(b"COMM", common, ">") + _chunk(b"ID3 ", id3(tags), ">")
    chunks += _chunk(b"SSND", bytes(RATE), ">")
    return b"FORM" + struct.pack(">I", len(chunks) + 4) + b"AIFF" + chunks


def m4a(tags: Mapping[str, str]) -> bytes:
    items = b"".join(
        _atom(ATOMS[name], _data(value)) if name in ATOMS else _free_form(name, value)
        for name, value in tags.items()
    )
    handler = _atom(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    tags_atom = _atom(b"udta", _atom(b"meta", bytes(4) + handler + _atom(b"ilst", items)))
    times = struct.pack(">IIIII", 0, 0, 0, RATE, RATE)
    head = _atom(b"ftyp", b"M4A \0\0\0\0M4A ")
    media = b"first chunk, " + b"second chunk"

    def movie(start: int) -> bytes:
        chunks = _atom(b"stco", struct.pack(">IIII", 0, 2, start, start + 13))
        sound = _atom(b"hdlr", bytes(8) + b"soun" + bytes(13))
        table = _atom(b"minf", _atom(b"stbl", chunks))
        track = _atom(b"trak", _atom(b"mdia", _atom(b"mdhd", times) + sound + table))
        return _atom(b"moov", _atom(b"mvhd", times) + track + tags_atom)

    # The tables before the media data hold its place, which depends on their size.
    return head + movie(len(head) + len(movie(0)) + 8) + _atom(b"mdat", media)


def ogg(tags: Mapping[str, str]) -> bytes:
    head = b"\x01vorbis" + struct.pack("<IBIIII", 0, 1, RATE, 0, 128_000, 0) + b"\xb8\x01"
    comments = b"\x03vorbis" + _vorbis_comments(tags) + b"\x01"
    pages = [
        ([head], 0),
        ([comments, b"\x05vorbis" + bytes(range(250)) * 9], 0),
        ([b"audio"], RATE // 2),
        ([b"more audio"], RATE),
    ]
    return b"".join(
        _page(number, *page, flags=(2, 0, 0, 4)[number]) for number, page in enumerate(pages)
    )


def opus(tags: Mapping[str, str]) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
    pages = [([head], 0), ([b"OpusTags" + _vorbis_comments(tags)], 0), ([b"audio"], 48_000)]
    return b"".join(
        _page(number, *page, flags=(2, 0, 4)[number]) for number, page in enumerate(pages)
    )


KINDS = {"mp3": mp3, "flac": flac, "wav": wav, "aiff": aiff, "m4a": m4a, "ogg": ogg}


def _id3_text(text: str, version: int) -> bytes:
    if version == 4:
        return b"\x03" + text.encode()
    return b"\x00" + text.encode("latin-1") if text.isascii() else b"\x01" + text.encode("utf-16")


def _synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _chunk(name: bytes, content: bytes, order: str) -> bytes:
    return name + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) % 2)


def _vorbis_comments(tags: Mapping[str, str]) -> bytes:
    named = ((VORBIS_NAMES.get(name, name.upper()), text) for name, text in tags.items())
    lines = [f"{name}={text}".encode() for name, text in named]
    listed = b"".join(struct.pack("<I", len(line)) + line for line in lines)
    return struct.pack("<I", 4) + b"test" + struct.pack("<I", len(lines)) + listed


def _page(number: int, packets: Sequence[bytes], position: int, *, flags: int) -> bytes:
    lengths = [[255] * (len(one) // 255) + [len(one) % 255] for one in packets]
    lacing = bytes(length for one in lengths for length in one)
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, 7, number, 0, len(lacing))
    return header + lacing + b"".join(packets)


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _data(value: str) -> bytes:
    return _atom(b"data", struct.pack(">II", 1, 0) + value.encode())


def _free_form(name: str, value: str) -> bytes:
    known = {"key": "initialkey"}.get(name, name)
    mean = _atom(b"mean", bytes(4) + b"com.apple.iTunes")
    return _atom(b"----", mean + _atom(b"name", bytes(4) + known.encode()) + _data(value))
