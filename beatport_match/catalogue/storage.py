"""The folder of a catalogue: its format marker, its lock, its atomic replacement, its checksums.

    catalogue.json      marks the folder as a catalogue and names its format
    index/              the files of tantivy

Beside the folder `pool` there may be, for a time:

    .pool.lock                is locked by the program that changes the catalogue
    .pool.XXXXXXXX.draft/     a new catalogue, until it is complete; then the replaced one
    .pool.XXXXXXXX.old/pool/  the replaced one, where two folders cannot be exchanged in one step

They remain if the program is killed. The next program that changes the catalogue removes them. If
the catalogue itself is missing, it is moved back from the last one, also when it is opened.

tantivy writes a checksum at the end of each file and does not verify it when it opens the file, so
`verify_checksums` does.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import tempfile
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from os import PathLike
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from beatport_match.errors import CatalogueError
from beatport_match.files.atomic_write import exchange
from beatport_match.files.guarded_read import (
    as_path,
    read_bytes,
    read_text,
    reason,
    require_regular_file,
)
from beatport_match.files.locked_file import lock_file
from beatport_match.model.validation import parse_json

# Raise it when the stored form of a row or its index terms change.
FORMAT = 1
_SIGNATURE = "beatport_match offline catalogue"
_MARKER_FILE = "catalogue.json"
_INDEX_FOLDER = "index"
MAX_MARKER_BYTES = 4096
# tantivy lists a segment in some 300 bytes.
MAX_META_BYTES = 4 * 2**20
_HOW_TO_BUILD = "build it with Catalogue.build or `beatport-match catalogue build`"

# The last 8 bytes of a tantivy file: the length of the JSON footer before them, and this number.
_FOOTER_TAIL = struct.Struct("<II")
_FOOTER_MAGIC = 1337
MAX_FOOTER_BYTES = 4096
_CHUNK_BYTES = 2**20

# While another program changes a catalogue, opening it is tried for about this long.
MAX_OPEN_WAIT_S = 2.0
_OPEN_PAUSE_S = 0.02

T = TypeVar("T")


def real_path(path: str | PathLike[str]) -> Path:
    """Return the absolute path of a catalogue; of a link, the path of its target.

    The lock and the drafts are beside the folder itself.
    """
    absolute = as_path("path", path, "folder").absolute()
    with suppress(OSError):
        if absolute.is_symlink():
            return Path(os.path.realpath(absolute))
    return absolute


def index_folder(path: Path) -> Path:
    """Return the index folder of the catalogue at `path`.

    Raises:
        CatalogueError: There is no catalogue, the folder belongs to another program, or the
            catalogue is damaged or has another format.
    """
    with _read_errors(path):
        is_folder = path.is_dir()
        marker = format_marker_of(path)
    if not is_folder:
        raise CatalogueError(f"{path}: there is no catalogue; {_HOW_TO_BUILD}, or check the path.")
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
    """Return the marker of a catalogue (`format`, `engine`); `None` if it is not a catalogue.

    Raises:
        PermissionError: The marker may not be read.
    """
    marker: object = None
    try:
        marker = parse_json(read_text(path / _MARKER_FILE, MAX_MARKER_BYTES))
    except PermissionError:
        raise
    except OSError:
        return None
    if not isinstance(marker, dict):
        return None
    stated = cast("dict[str, object]", marker)
    return stated if stated.get("what") == _SIGNATURE else None


def open_unchanged(path: Path, open_index: Callable[[Path], T]) -> T:
    """Open the index of a catalogue with a function that reads several of its files.

    If another program replaces or updates the catalogue during the call, the function is called
    again.

    Raises:
        CatalogueError: There is no catalogue, or it cannot be opened.
    """
    deadline = time.monotonic() + MAX_OPEN_WAIT_S
    while True:
        before = _state(path)
        try:
            return open_index(index_folder(path))
        except CatalogueError:
            if before is None:
                _recover(path)
            is_unchanged = _state(path) == before and not _is_locked(path)
            if is_unchanged or time.monotonic() > deadline:
                raise
        time.sleep(_OPEN_PAUSE_S)


@contextmanager
def locked_catalogue(path: Path) -> Generator[None, None, None]:
    """Let only this program change the catalogue at `path` during the block.

    Raises:
        CatalogueError: Another program is changing it, or the disk cannot be written.
    """
    with ExitStack() as stack:
        with _write_errors(path):
            if not path.parent.is_dir():
                raise CatalogueError(f"{path}: the folder {path.parent} does not exist; create it.")
            if not stack.enter_context(lock_file(_lock_path(path))):
                raise CatalogueError(
                    f"{path}: cannot be written (another program has locked it); "
                    f"wait until no other program is changing the catalogue."
                )
            _restore(path)
            for leftover in _leftovers(path, "draft|old"):
                shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextmanager
def new_catalogue(path: Path, tantivy_version: str) -> Generator[Path, None, None]:
    """Yield an empty index folder; if the block succeeds, its catalogue is moved to `path`.

    Call it with the catalogue locked.

    Raises:
        CatalogueError: `path` exists and is not a catalogue, or the disk cannot be written.
    """
    _require_replaceable(path)
    with _write_errors(path):
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent))
    try:
        index = draft / _INDEX_FOLDER
        with _write_errors(path):
            index.mkdir()
        yield index
        with _write_errors(path):
            marker = {"what": _SIGNATURE, "format": FORMAT, "engine": tantivy_version}
            (draft / _MARKER_FILE).write_text(json.dumps(marker) + "\n", encoding="utf-8")
            # `mkdtemp` makes a folder for its owner only; other users may read a catalogue.
            draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o755)
            share_index(draft)
            _replace_folder(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def share_index(path: Path) -> None:
    """Give the index the read permissions of the catalogue; tantivy gives them only to the owner.

    Raises:
        OSError: The catalogue cannot be read.
    """
    mode = path.stat().st_mode & 0o666
    for file in (path / _INDEX_FOLDER).glob("*.json"):
        with suppress(OSError):
            file.chmod(mode)


@contextmanager
def readable_index(folder: Path) -> Generator[Path, None, None]:
    """Yield a folder in which tantivy can open an index: it locks a file there, even for reading.

    If this program may not write the index, that is a temporary folder of links to its files.

    Raises:
        OSError: The index cannot be read.
    """
    locks = folder.glob(".tantivy*.lock")
    if os.access(folder, os.W_OK) and all(os.access(file, os.W_OK) for file in locks):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="beatport_match.", ignore_cleanup_errors=True) as links:
        for file in folder.iterdir():
            if not file.name.startswith("."):
                try:
                    Path(links, file.name).symlink_to(file)
                except OSError:
                    # Windows allows links only to some users.
                    shutil.copyfile(file, Path(links, file.name))
        yield Path(links)


def verify_checksums(folder: Path) -> None:
    """Read every file of an index once and verify its checksum: about 1-2 GB per second.

    Raises:
        ValueError: A file does not match its checksum.
        OSError: The list of the files cannot be read.
    """
    for file in _segment_files(folder):
        try:
            require_regular_file(file)
            with file.open("rb") as stream:
                is_valid = _has_valid_checksum(stream, file.stat().st_size)
        except FileNotFoundError:
            # Another program is changing the catalogue. tantivy has the files that it needs open.
            continue
        if not is_valid:
            raise ValueError(f"{file.name} does not match its checksum")


def _require_replaceable(path: Path) -> None:
    """Raise unless `path` is free, an empty folder, or a catalogue."""
    with _read_errors(path):
        replaceable = path.is_dir() and (
            format_marker_of(path) is not None or not any(path.iterdir())
        )
    if path.exists() and not replaceable:
        raise CatalogueError(f"{path}: exists and is not a catalogue; name another folder.")


@contextmanager
def _os_errors(path: Path, fault: str, remedy: str) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise CatalogueError(f"{path}: {fault} ({reason(error)}); {remedy}.") from None


_write_errors = partial(
    _os_errors,
    fault="cannot be written",
    remedy="check the permissions and the free disk space",
)
_read_errors = partial(
    _os_errors, fault="cannot be read", remedy="check the path and its permissions"
)


def _replace_folder(draft: Path, path: Path) -> None:
    """Move a draft to `path`; the replaced folder is then in `draft`, or deleted."""
    if not path.exists():
        draft.rename(path)
        return
    # A program that has the old catalogue open continues to read it. On some systems its files
    # then cannot be deleted.
    if exchange(draft, path):
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    path.rename(old / path.name)
    try:
        draft.rename(path)
    except BaseException:
        (old / path.name).rename(path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _lock_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _is_locked(path: Path) -> bool:
    try:
        return _lock_path(path).exists()
    except OSError:
        return False


def _leftovers(path: Path, kinds: str) -> list[Path]:
    """Return the temporary folders of a catalogue, of this or another program."""
    # The random part is checked, because another catalogue may be called `pool.mine`.
    name = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}\.(?:{kinds})")
    return [one for one in path.parent.iterdir() if name.fullmatch(one.name)]


def _restore(path: Path) -> None:
    """Move a catalogue back that a killed program has moved away; call it with the lock."""
    if path.exists():
        return
    for leftover in _leftovers(path, "old"):
        if format_marker_of(leftover / path.name) is not None:
            (leftover / path.name).rename(path)
            shutil.rmtree(leftover, ignore_errors=True)
            return


def _recover(path: Path) -> None:
    """Do the same without the lock, unless another program holds it or nothing can be written."""
    with suppress(OSError):
        if _leftovers(path, "old"):
            with lock_file(_lock_path(path)) as is_held:
                if is_held:
                    _restore(path)


def _state(path: Path) -> tuple[int, bytes] | None:
    """Return values that change with each replacement or update; `None` without a catalogue."""
    try:
        return path.stat().st_ino, read_bytes(path / _INDEX_FOLDER / "meta.json", MAX_META_BYTES)
    except OSError:
        return None


def _segment_files(folder: Path) -> Iterator[Path]:
    """Yield the files of the listed segments; others are unfinished or left over."""
    meta = cast("dict[str, Any]", parse_json(read_bytes(folder / "meta.json", MAX_META_BYTES)))
    try:
        segments = [
            (str(one["segment_id"]).replace("-", ""), one["deletes"] and one["deletes"]["opstamp"])
            for one in meta["segments"]
        ]
    except (KeyError, TypeError):
        raise ValueError("meta.json does not list the segments") from None
    for name, opstamp in segments:
        for file in sorted(folder.glob(f"{name}.*")):
            # Another program may be writing a list of removed rows that does not count yet.
            if file.suffix != ".del" or file.name == f"{name}.{opstamp}.del":
                yield file


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
