"""The folder of a catalogue: what marks it as one, and how a new one takes its place.

    catalogue.json      what this is, and in which format
    index/              the engine's files

A catalogue is made in a folder beside and moved into place when it is whole.
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

# Raised when what is kept of a row, or the words it is kept under, change.
FORMAT = 1
_SIGNATURE = "beatport_match offline catalogue"
_MARKER_FILE = "catalogue.json"
_INDEX = "index"
_BUILD = "build it with Catalogue.build or `beatport-match catalogue build`"


def index_of(path: Path) -> Path:
    """The engine's folder within a catalogue that we can read.

    Raises:
        CatalogueError: There is no catalogue, it is another program's folder, damaged, or in
            another format.
    """
    if not path.is_dir():
        raise CatalogueError(f"{path}: there is no catalogue; {_BUILD}, or check the path.")
    mark = format_marker_of(path)
    if mark is None:
        raise CatalogueError(f"{path}: is no catalogue of ours; name another folder, or {_BUILD}.")
    format_ = mark.get("format")
    if not isinstance(format_, int) or not (path / _INDEX).is_dir():
        raise CatalogueError(f"{path}: is damaged; build it anew.")
    if format_ > FORMAT:
        raise CatalogueError(
            f"{path}: was built by a newer beatport_match (format {format_}, ours is {FORMAT}); "
            f"update beatport_match, or build it anew."
        )
    if format_ < FORMAT:
        raise CatalogueError(
            f"{path}: was built by an older beatport_match (format {format_}, ours is {FORMAT}); "
            f"build it anew."
        )
    return path / _INDEX


@contextmanager
def new_catalogue(path: Path, engine: str) -> Generator[Path, None, None]:
    """An empty engine's folder, whose catalogue becomes `path` where the block ends well.

    Raises:
        CatalogueError: `path` is something else than a catalogue, or the disk cannot be written.
    """
    _require_free_path(path)
    with _writing(path):
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent))
    try:
        index = draft / _INDEX
        with _writing(path):
            index.mkdir()
        yield index
        with _writing(path):
            mark = {"what": _SIGNATURE, "format": FORMAT, "engine": engine}
            (draft / _MARKER_FILE).write_text(json.dumps(mark) + "\n", encoding="utf-8")
            _replace_folder(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _writing(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise CatalogueError(
            f"{path}: cannot be written ({why}); see that there is room."
        ) from None


def _replace_folder(draft: Path, path: Path) -> None:
    # Made for its owner alone by `mkdtemp`; other users' programs may read a catalogue.
    draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o755)
    if not path.exists():
        draft.rename(path)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    path.rename(aside / path.name)
    try:
        draft.rename(path)
    except BaseException:
        (aside / path.name).rename(path)
        raise
    finally:
        # Whoever has the old one open may go on reading it, and on some systems keeps it there.
        shutil.rmtree(aside, ignore_errors=True)


def _require_free_path(path: Path) -> None:
    """Only a catalogue, or an empty folder, is built over."""
    if not path.parent.is_dir():
        raise CatalogueError(f"{path}: there is no folder {path.parent} to build it in; make it.")
    ours = path.is_dir() and (format_marker_of(path) is not None or not any(path.iterdir()))
    if path.exists() and not ours:
        raise CatalogueError(f"{path}: is something else than a catalogue; name another folder.")


def format_marker_of(path: Path) -> dict[str, object] | None:
    """What a folder says of itself (`format`, `engine`); `None` where it is no catalogue."""
    mark: object = None
    with suppress(OSError, ValueError):
        mark = json.loads((path / _MARKER_FILE).read_text(encoding="utf-8"))
    if not isinstance(mark, dict):
        return None
    said = cast("dict[str, object]", mark)
    return said if said.get("what") == _SIGNATURE else None


# MERGED Whether the engine's files are as it wrote them: it ends each with a sum that it never checks.
_MAGIC = 1337
_TAIL = struct.Struct("<II")
MAX_FOOTER_BYTES = 4096
_CHUNK = 2**20


def verify_checksums(folder: Path) -> None:
    """Read every file of an index once: a second for a gigabyte or two.

    Raises:
        ValueError: One is not as it was written.
        OSError: The list of them cannot be read.
    """
    for file in _files(folder):
        try:
            with file.open("rb") as stream:
                sound = _has_valid_checksum(stream, file.stat().st_size)
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


def _has_valid_checksum(stream: IO[bytes], size: int) -> bool:
    stream.seek(max(0, size - _TAIL.size))
    tail = stream.read()
    if len(tail) < _TAIL.size:
        return False
    length, magic = _TAIL.unpack(tail)
    body = size - _TAIL.size - length
    if magic != _MAGIC or length > MAX_FOOTER_BYTES or body < 0:
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
