"""Write a file completely or not at all: first a temporary file, which then replaces the target.

The temporary file stands in the target's folder. Only its owner can read it (mode 0600). If the
target exists, the new file gets the target's permissions.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from beatport_match.errors import OutputError


@contextmanager
def output_errors(path: Path) -> Generator[None, None, None]:
    """Raise an `OutputError` that names `path` for an `OSError` while it is written."""
    if "\0" in str(path):
        raise _output_error(path, OSError(None, "a path cannot contain a null character"))
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise _output_error(path, error) from error


@contextmanager
def atomic_write(path: Path) -> Generator[Path, None, None]:
    """Yield a temporary file that replaces `path` when the block ends without an error.

    If the block raises, the temporary file is deleted and `path` stays as it was. If `path` is a
    link, the file that it points to is replaced.

    Raises:
        OutputError: The file or its folder cannot be written.
    """
    with output_errors(path):
        path = path.resolve()
        if path.exists() and not path.is_file():
            # A device or a pipe cannot be replaced, so it is written directly.
            yield path
            return
        with _temporary_file(path) as temporary:
            yield temporary
            with suppress(FileNotFoundError):
                shutil.copymode(path, temporary)
            temporary.replace(path)


@contextmanager
def _temporary_file(path: Path) -> Generator[Path, None, None]:
    """Yield a new file next to `path`; if the block raises, the file is deleted."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _output_error(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written ({error.strerror or error}); check the folder, its permissions "
        "and the free disk space, or name another path.",
        error,
    )
