"""Read files with limits: only regular files, and only up to a size.

Opening a pipe could block, and reading a device might never end.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, AnyStr, NoReturn, cast

from beatport_match.errors import BeatportMatchError, OutputError, wrong_argument

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def reason(error: Exception) -> str:
    """Return why a file cannot be read, parsed or written: one clause for a message with its path.

    It names a folder that is missing, or a file in place of a folder, without the folders above.
    """
    if isinstance(error, OutputError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    name: object = getattr(error, "filename", None)
    place = _wrong_place(error, Path(name)) if isinstance(name, str) else ""
    return place or getattr(error, "strerror", None) or str(error)


def _wrong_place(error: Exception, path: Path) -> str:
    """Return which part of a path is missing or is a file in place of a folder; `""` if unknown."""
    with suppress(OSError):
        if isinstance(error, FileNotFoundError) and not path.parent.exists():
            return f"the folder {path.parent.name} does not exist"
        # Only `mkdir` raises this here: code that creates a file handles it.
        if isinstance(error, FileExistsError) and path.is_file():
            return f"{path.name} is a file and not a folder"
        if isinstance(error, NotADirectoryError):
            files = [place for place in (path, *path.parents) if place.is_file()]
            return f"{files[0].name} is a file and not a folder" if files else ""
    return ""


def as_path(name: str, path: object, what: str = "file") -> Path:
    """Return the path that a caller gave.

    Args:
        name: The name of the argument.
        path: The path.
        what: What it names: a file or a folder.

    Raises:
        MisuseError: It is neither text nor a path.
    """
    if not isinstance(path, str | os.PathLike):
        raise wrong_argument(name, path, f"the path of a {what}")
    return Path(cast("str | os.PathLike[str]", path))


def require_regular_file(path: Path) -> None:
    """Check a path before it is opened.

    Raises:
        OSError: The path does not exist, is invalid, or is not a regular file.
    """
    try:
        mode = path.stat().st_mode
    except ValueError as error:
        raise OSError(str(error)) from None
    if stat.S_ISDIR(mode):
        raise OSError("it is a folder")
    if not stat.S_ISREG(mode):
        raise OSError("it is not a regular file")


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return the content of a file of at most `max_bytes` bytes.

    Raises:
        OSError: The file cannot be read, is not a regular file, or is too large.
    """
    require_regular_file(path)
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OSError(f"it is larger than {max_bytes} bytes")
    return content


def read_text(path: Path, max_bytes: int) -> str:
    """Return the content of a UTF-8 file, without a byte order mark.

    Raises:
        OSError: The file cannot be read, is not a regular file, has more than `max_bytes` bytes, or
            is not UTF-8.
    """
    try:
        return read_bytes(path, max_bytes).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OSError("it is not UTF-8 text") from None


def strict_json(text: str) -> object:
    """Parse a JSON document; unlike `json`, reject NaN and Infinity.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    return json.loads(text, parse_constant=_reject_constant)


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


@contextmanager
def open_input(
    path: Path, error_type: type[BeatportMatchError]
) -> Generator[IO[bytes], None, None]:
    """Open a file of the user's for reading bytes.

    Args:
        path: The file.
        error_type: The exception to raise.

    Raises:
        BeatportMatchError: The file does not exist, is not a regular file, or cannot be read, also
            during the block.
    """
    try:
        require_regular_file(path)
        with path.open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise error_type(f"{path}: there is no such file; check the path.") from None
    except OSError as error:
        raise error_type(f"{path}: cannot be read ({reason(error)}); check the path.") from None


def bounded_lines(stream: IO[AnyStr], max_length: int) -> Iterator[AnyStr]:
    """Yield the lines of a stream; of a longer line, yield the first `max_length` + 1 characters.

    The rest of a longer line is skipped.
    """
    while line := stream.readline(max_length + 1):
        yield line
        rest = line
        while len(rest) > max_length and rest[-1:] not in (b"\n", "\n"):
            rest = stream.readline(max_length + 1)
