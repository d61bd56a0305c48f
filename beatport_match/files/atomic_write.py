"""Write a file completely or not at all: first a temporary file, which then becomes the target.

`exchange` does the last step for folders.

The temporary file is in the target's folder. A new file has the permissions that the umask
allows; a file with secrets can be read by its owner only (mode 0600). If the target exists, the new
file gets the target's permissions.

A killed program leaves its temporary file. A later write of the same target deletes it, if it is an
hour old and not locked: a program locks its temporary file until the file is complete.
"""

from __future__ import annotations

import ctypes
import errno
import glob
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from beatport_match.errors import OutputError
from beatport_match.files.guarded_read import reason
from beatport_match.files.locked_file import lock

# File systems allow 255 bytes for a name, and a character can take four.
_MAX_PREFIX_LENGTH = 50
_SUFFIX = ".draft"
# A complete file is not locked for a moment before it is renamed, but it is new then.
MIN_ABANDONED_S = 3600.0

# Arguments of renameat2 (Linux) and renamex_np (macOS).
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
# The kernel or the file system cannot exchange two names.
_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


@contextmanager
def atomic_write(
    path: Path, *, exclusive: bool = False, secret: bool = False
) -> Generator[Path, None, None]:
    """Yield a temporary file that becomes `path` when the block ends without an error.

    If the block raises, the temporary file is deleted and `path` stays as it was. If `path` is a
    link, the file that it points to is replaced.

    Args:
        path: The file to write.
        exclusive: Whether `path` must be a new file. Without this, an existing one is replaced.
        secret: Whether only the owner may read a new file.

    Raises:
        FileExistsError: `exclusive` is set and `path` exists, before or after the block.
        OutputError: The file or its folder cannot be written.
    """
    # The caller handles a name that exists.
    with output_errors(path, *((FileExistsError,) if exclusive else ())):
        if exclusive:
            if path.exists() or path.is_symlink():
                raise FileExistsError(f"{path} exists")
        else:
            path = path.resolve()
            if path.exists() and not path.is_file():
                # A device or a pipe cannot be replaced, so it is written directly.
                yield path
                return
        # An existing target may be private, and gives its permissions at the end.
        mode = 0o600 if secret or path.exists() else 0o666
        drafts = f".{glob.escape(path.name[:_MAX_PREFIX_LENGTH])}.{'[0-9a-f]' * 16}{_SUFFIX}"
        remove_abandoned(path.parent, drafts, MIN_ABANDONED_S)
        with temporary_file(path, mode) as (temporary, locked):
            yield temporary
            # Without this, the file could be empty after a power cut.
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            locked.close()  # Windows cannot rename an open file
            if exclusive:
                _publish(temporary, path)
            else:
                with suppress(FileNotFoundError):
                    shutil.copymode(path, temporary)
                temporary.replace(path)


def write_text(path: Path, text: str, *, exclusive: bool = False) -> None:
    """Write a text file as `atomic_write` does, in UTF-8.

    A lone surrogate, as in a file name that is not valid text, is written as an escape
    that a JSON parser converts back.
    """
    with atomic_write(path, exclusive=exclusive) as draft:
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")


def exchange(one: Path, other: Path) -> bool:
    """Exchange two files or folders in one step: at every moment, both paths exist.

    Returns:
        Whether they were exchanged; `False` where the system cannot do it.

    Raises:
        OSError: They cannot be exchanged.
    """
    paths = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = library.renamex_np(*paths, _RENAME_SWAP)
        else:
            failed = library.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE)
    except (AttributeError, TypeError, OSError):
        # The system library lacks the function, as on Windows, or has another name.
        return False
    if failed and (code := ctypes.get_errno()) not in _NO_EXCHANGE:
        raise OSError(code, os.strerror(code), str(one), None, str(other))
    return not failed


def make_folder(folder: Path) -> None:
    """Make a folder and its parent folders, unless it exists.

    Raises:
        OutputError: The folder cannot be made.
    """
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def output_errors(path: Path, *passed: type[OSError]) -> Generator[None, None, None]:
    """Raise an `OutputError` that names `path` for an `OSError` of the block.

    Errors of the types `passed` are not changed.
    """
    if "\0" in str(path):
        raise _output_error(path, OSError(None, "a path cannot contain a null character"))
    try:
        yield
    except OSError as error:
        if isinstance(error, (OutputError, *passed)):
            raise
        raise _output_error(path, error) from error


def _output_error(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written ({reason(error)}); check the folder, its permissions and the "
        "free disk space, or name another path.",
        error,
    )


@contextmanager
def temporary_file(
    path: Path, mode: int, suffix: str = _SUFFIX
) -> Generator[tuple[Path, IO[bytes]], None, None]:
    """Yield a new, locked file in the folder of `path`; delete it if it still exists at the end."""
    # Not `tempfile`, whose files ignore the umask.
    prefix = f".{path.name[:_MAX_PREFIX_LENGTH]}."
    temporary = path.parent / f"{prefix}{secrets.token_hex(8)}{suffix}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    file = os.fdopen(os.open(temporary, flags, mode), "r+b", buffering=0)
    try:
        with file:
            with suppress(OSError):  # the file system may have no locks
                lock(file)
            yield temporary, file
    finally:
        temporary.unlink(missing_ok=True)


def remove_abandoned(folder: Path, pattern: str, min_age_s: float | None = None) -> None:
    """Delete the temporary files that killed programs have left: those that are not locked."""
    for draft in folder.glob(pattern):
        with suppress(OSError):
            status = draft.lstat()
            is_old = min_age_s is None or time.time() - status.st_mtime > min_age_s
            # Opening a pipe would wait for its writer.
            if is_old and stat.S_ISREG(status.st_mode):
                with draft.open("rb+", buffering=0) as file:
                    is_abandoned = lock(file)
                if is_abandoned:
                    draft.unlink()


def _publish(temporary: Path, path: Path) -> None:
    """Give a temporary file its name; raise `FileExistsError` if a file has this name."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # The file system has no hard links, such as FAT on a USB stick: reserve the name first.
        path.touch(exist_ok=False)
        try:
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
