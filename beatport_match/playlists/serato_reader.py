"""Read Serato's `database V2`, and its crates, which refer to tracks by path.

Both files are sequences of blocks: a tag of four letters, a length of four bytes (big-endian), and
the content. The first block, `vrsn`, names the kind of the file. The content of `otrk` is again
blocks; its texts are UTF-16 (big-endian). A crate named `A%%B.crate` is crate B in crate A. The
tracks of a crate get their values from the database of its folder; a track that is not there has
only its file name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from beatport_match.errors import PlaylistError
from beatport_match.files.guarded_read import open_input
from beatport_match.files.text_reader import head
from beatport_match.model.tracks import Track
from beatport_match.playlists.named_playlists import (
    NamedPlaylist,
    find_playlist,
    normalize_name,
)
from beatport_match.playlists.source import Entry, PlaylistSource

DATABASE = "database V2"
_CRATES, _CRATE_SUFFIX = "Subcrates", ".crate"
_CRATE = "Crate".encode("utf-16-be")
_MAX_VERSION_BYTES = 128
_HEADER_BYTES = 8
# The longest blocks are those of tracks with long comments; real ones have a few thousand bytes.
_MAX_BLOCK_BYTES = 1024 * 1024
_TAG = re.compile(rb"[a-z]{4}")
_NAMES = {
    b"tsng": "title",
    b"tart": "artist",
    b"talb": "album",
    b"tlbl": "label",
    b"ttyr": "year",
    b"tbpm": "bpm",
    b"tkey": "key",
    b"tlen": "duration",
    b"trmx": "remixer",
    b"pfil": "file",
    b"ptrk": "file",
}
_REMEDY = "close Serato, then copy the file again from the folder _Serato_"


def names(source: PlaylistSource) -> tuple[str, ...]:
    """List the crates beside a database, sorted; a crate has none."""
    return tuple(crate.path for crate, _ in _crates(source.file))


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read all tracks of a database, one of its crates, or the file of a crate.

    Raises:
        PlaylistError: The file cannot be read, or the crate does not exist: raised by the call
            itself. A block is damaged: raised when iteration reaches it.
    """
    if source.playlist is not None:
        crates = _crates(source.file)
        wanted = find_playlist(source, (playlist for playlist, _ in crates), "Serato")
        crate = next(file for playlist, file in crates if playlist is wanted)
        return _crate_tracks(source, crate, source.file)
    if _is_crate(source.file):
        return _crate_tracks(source, source.file, source.file.parent.parent / DATABASE)
    return source.tracks(_entries(source.file))


def _is_crate(file: Path) -> bool:
    return _CRATE in head(file)[:_MAX_VERSION_BYTES]


def _crate_tracks(source: PlaylistSource, crate: Path, database: Path) -> Iterator[Track]:
    paths = [entry.key for entry in _entries(crate)]
    wanted, found = set(paths), dict[str, Entry]()
    if database.is_file():
        found = {entry.key: entry for entry in _entries(database) if entry.key in wanted}
    for number, path in enumerate(paths, 1):
        entry = found.get(path) or Entry(f"track {number}", {"file": _absolute(path)})
        if track := source.track(entry):
            yield track


def _crates(database: Path) -> list[tuple[NamedPlaylist, Path]]:
    """Return the crates beside a database, with their files."""
    if _is_crate(database):
        return []
    try:
        files = sorted((database.parent / _CRATES).glob(f"*{_CRATE_SUFFIX}"))
    except OSError:
        return []
    paths = [[normalize_name(part) for part in file.stem.split("%%")] for file in files]
    return [
        (NamedPlaylist("/".join(path), path[-1], "path"), file)
        for path, file in zip(paths, files, strict=True)
    ]


def _entries(file: Path) -> Iterator[Entry]:
    with open_input(file, PlaylistError) as stream:
        number = 0
        for tag, content in _blocks(file, stream):
            if tag == b"otrk":
                number += 1
                yield _entry(number, content)


def _entry(number: int, content: bytes) -> Entry:
    values = dict[str, str | None]()
    at = 0
    while at + _HEADER_BYTES <= len(content):
        tag, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + _HEADER_BYTES])
        at += _HEADER_BYTES
        if name := _NAMES.get(tag):
            # If the length goes beyond the block, the rest of the block is used: the other values
            # are good.
            values[name] = content[at : at + length].decode("utf-16-be", "replace")
        at += length
    path = normalize_name(values.get("file"))
    values["file"] = _absolute(path)
    return Entry(f"track {number}", values, path)


def _absolute(path: str) -> str:
    # Serato writes paths from the root of the volume, without the first slash.
    return f"/{path}" if path.startswith(("Users/", "Volumes/")) else path


def _blocks(file: Path, stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the tag and the content of each block."""
    position = 0
    while header := stream.read(_HEADER_BYTES):
        tag, length = header[:4], int.from_bytes(header[4:])
        if len(header) < _HEADER_BYTES:
            raise _damaged(file, position, "the file ends before it is complete")
        if not _TAG.fullmatch(tag):
            raise _damaged(file, position, "no block begins here")
        if length > _MAX_BLOCK_BYTES:
            raise _damaged(file, position, f"a block is longer than {_MAX_BLOCK_BYTES} bytes")
        content = stream.read(length)
        if len(content) < length:
            raise _damaged(file, position, "the file ends before it is complete")
        yield tag, content
        position += _HEADER_BYTES + length


def _damaged(file: Path, position: int, why: str) -> PlaylistError:
    return PlaylistError(f"{file}, byte {position}: {why}; {_REMEDY}.")
