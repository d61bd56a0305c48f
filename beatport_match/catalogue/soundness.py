"""Whether the engine's files are as it wrote them: it ends each with a sum that it never checks.

    body, {"version": …, "crc": n}, length of that (4 bytes), 1337 (4 bytes)

The layout is that of tantivy's `directory/footer.rs`.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_MAGIC = 1337
_TAIL = struct.Struct("<II")
_LONGEST_FOOTER = 4096
_CHUNK = 2**20


def need_sound(folder: Path) -> None:
    """Read every file of an index once: a second for a gigabyte or two.

    Raises:
        ValueError: One is not as it was written.
        OSError: The list of them cannot be read.
    """
    for file in _files(folder):
        try:
            with file.open("rb") as stream:
                sound = _is_sound(stream, file.stat().st_size)
        except FileNotFoundError:
            # Somebody is changing the catalogue; what the engine needs of it, it has open.
            continue
        if not sound:
            raise ValueError(f"{file.name} is not as it was written")


def _files(folder: Path) -> Iterator[Path]:
    """The files that count: others may be in the making, or left over."""
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_bytes())
    try:
        names = [str(segment["segment_id"]).replace("-", "") for segment in meta["segments"]]
    except (KeyError, TypeError):
        raise ValueError("meta.json is not as it was written") from None
    for name in names:
        yield from sorted(folder.glob(f"{name}.*"))


def _is_sound(stream: IO[bytes], size: int) -> bool:
    stream.seek(max(0, size - _TAIL.size))
    tail = stream.read()
    if len(tail) < _TAIL.size:
        return False
    length, magic = _TAIL.unpack(tail)
    body = size - _TAIL.size - length
    if magic != _MAGIC or length > _LONGEST_FOOTER or body < 0:
        return False
    stream.seek(body)
    try:
        wanted: object = json.loads(stream.read(length))["crc"]
    except (ValueError, KeyError, TypeError):
        return False
    stream.seek(0)
    found = 0
    while body and (chunk := stream.read(min(_CHUNK, body))):
        found = zlib.crc32(chunk, found)
        body -= len(chunk)
    return found == wanted
