"""The folder of a catalogue: its format marker, its atomic replacement, its checksums.

    catalogue.json      marks the folder as a catalogue and names its format
    index/              the files of tantivy

A new catalogue is built in a folder next to its final path and moved there when it is complete.
tantivy writes a checksum at the end of each file and does not verify it when it opens the file, so
`verify_checksums` does.
"""

from __future__ import annotations

import json
import shutil
import struct
import tempfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from beatport_match.errors import CatalogueError
from beatport_match.files.guarded_read import read_text, reason
from beatport_match.model.validation import parse_json

# Raise it when the stored form of a row or its index terms change.
FORMAT = 1
_SIGNATURE = "beatport_match offline catalogue"
_MARKER_FILE = "catalogue.json"
_INDEX_FOLDER = "index"
MAX_MARKER_BYTES = 4096
_HOW_TO_BUILD = "build it with Catalogue.build or `beatport-match catalogue build`"

# The last 8 bytes of a tantivy file: the length of the JSON footer before them, and this number.
_FOOTER_TAIL = struct.Struct("<II")
_FOOTER_MAGIC = 1337
MAX_FOOTER_BYTES = 4096
_CHUNK_BYTES = 2**20


def index_folder(path: Path) -> Path:
    """Return the index folder of the catalogue at `path`.

    Raises:
        CatalogueError: There is no catalogue, the folder belongs to another program, or the
            catalogue is damaged or has another format.
    """
    if not path.is_dir():
        raise CatalogueError(f"{path}: there is no catalogue; {_HOW_TO_BUILD}, or check the path.")
    marker = format_marker_of(path)
    if marker is None:
        raise CatalogueError(
            f"{path}: is not a beatport_match catalogue; name another folder, or {_HOW_TO_BUILD}."
        )
    format_ = marker.get("format")
    if not isinstance(format_, int) or not (path / _INDEX_FOLDER).is_dir():
        raise CatalogueError(f"{path}: is damaged; build it again.")
    if format_ > FORMAT:
        raise CatalogueError(
            f"{path}: was built by a newer beatport_match (format {format_}, ours is {FORMAT}); "
            f"update beatport_match, or build it again."
        )
    if format_ < FORMAT:
        raise CatalogueError(
            f"{path}: was built by an older beatport_match (format {format_}, ours is {FORMAT}); "
            f"build it again."
        )
    return path / _INDEX_FOLDER


def format_marker_of(path: Path) -> dict[str, object] | None:
    """Return the marker of a catalogue (`format`, `engine`); `None` if it is not a catalogue."""
    marker: object = None
    with suppress(OSError):
        marker = parse_json(read_text(path / _MARKER_FILE, MAX_MARKER_BYTES))
    if not isinstance(marker, dict):
        return None
    stated = cast("dict[str, object]", marker)
    return stated if stated.get("what") == _SIGNATURE else None


@contextmanager
def new_catalogue(path: Path, tantivy_version: str) -> Generator[Path, None, None]:
    """Yield an empty index folder; if the block succeeds, its catalogue is moved to `path`.

    Raises:
        CatalogueError: `path` exists and is not a catalogue, or the disk cannot be written.
    """
    _require_replaceable(path)
    with _translate_os_errors(path):
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent))
    try:
        index = draft / _INDEX_FOLDER
        with _translate_os_errors(path):
            index.mkdir()
        yield index
        with _translate_os_errors(path):
            marker = {"what": _SIGNATURE, "format": FORMAT, "engine": tantivy_version}
            (draft / _MARKER_FILE).write_text(json.dumps(marker) + "\n", encoding="utf-8")
            _replace_folder(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def verify_checksums(folder: Path) -> None:
    """Read every file of an index once and verify its checksum: about 1-2 GB per second.

    Raises:
        ValueError: A file does not match its checksum.
        OSError: The list of the files cannot be read.
    """
    for file in _segment_files(folder):
        try:
            with file.open("rb") as stream:
                is_valid = _has_valid_checksum(stream, file.stat().st_size)
        except FileNotFoundError:
            # Another program is changing the catalogue. tantivy has the files that it needs open.
            continue
        if not is_valid:
            raise ValueError(f"{file.name} does not match its checksum")


def _require_replaceable(path: Path) -> None:
    """Raise unless `path` is free, an empty folder, or a catalogue."""
    if not path.parent.is_dir():
        raise CatalogueError(f"{path}: the folder {path.parent} does not exist; create it.")
    replaceable = path.is_dir() and (format_marker_of(path) is not None or not any(path.iterdir()))
    if path.exists() and not replaceable:
        raise CatalogueError(f"{path}: exists and is not a catalogue; name another folder.")


@contextmanager
def _translate_os_errors(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise CatalogueError(
            f"{path}: cannot be written ({reason(error)}); "
            f"check the permissions and the free disk space."
        ) from None


def _replace_folder(draft: Path, path: Path) -> None:
    # `mkdtemp` makes a folder for its owner only; other users may read a catalogue.
    draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o755)
    if not path.exists():
        draft.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    path.rename(old / path.name)
    try:
        draft.rename(path)
    except BaseException:
        (old / path.name).rename(path)
        raise
    finally:
        # A program that has the old catalogue open continues to read it. On some systems its
        # files then cannot be deleted.
        shutil.rmtree(old, ignore_errors=True)


def _segment_files(folder: Path) -> Iterator[Path]:
    """Yield the files of the listed segments; others are unfinished or left over."""
    meta = cast("dict[str, Any]", parse_json((folder / "meta.json").read_bytes()))
    try:
        names = [str(segment["segment_id"]).replace("-", "") for segment in meta["segments"]]
    except (KeyError, TypeError):
        raise ValueError("meta.json does not list the segments") from None
    for name in names:
        yield from sorted(folder.glob(f"{name}.*"))


def _has_valid_checksum(stream: IO[bytes], size: int) -> bool:
    stream.seek(max(0, size - _FOOTER_TAIL.size))
    tail = stream.read()
    if len(tail) < _FOOTER_TAIL.size:
        return False
    footer_bytes, magic = _FOOTER_TAIL.unpack(tail)
    remaining = size - _FOOTER_TAIL.size - footer_bytes
    if magic != _FOOTER_MAGIC or footer_bytes > MAX_FOOTER_BYTES or remaining < 0:
        return False
    stream.seek(remaining)
    try:
        expected: object = cast("dict[str, object]", parse_json(stream.read(footer_bytes)))["crc"]
    except (KeyError, TypeError):
        return False
    stream.seek(0)
    actual = 0
    while remaining and (chunk := stream.read(min(_CHUNK_BYTES, remaining))):
        actual = zlib.crc32(chunk, actual)
        remaining -= len(chunk)
    return actual == expected
