"""Open, lock and append to files that several programs write; lock files for other data.

The operating system unlocks a file when the program that locked it closes it or ends, also by
`kill -9`. A forked child closes its copy, so that it does not hold the lock of its parent.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from weakref import WeakSet

from beatport_match.files.guarded_read import require_regular_file

# Windows locks ranges of bytes and then refuses to read them: this one is beyond any file.
_LOCKED_BYTE = 2**62
# Other errors mean that the file system has no locks. 36 is EDEADLOCK of Windows.
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, 36}
_locked = WeakSet[IO[bytes]]()


def lock(file: IO[bytes]) -> bool:
    """Lock an open file; return `False` if another program, or another part of this one, holds it.

    Raises:
        OSError: The file cannot be locked; it is closed.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            position = file.tell()
            file.seek(_LOCKED_BYTE)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            finally:
                file.seek(position)  # a file that seems to end here would be written anew
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        file.close()
        raise
    _locked.add(file)
    return True


def lock_within(file: IO[bytes], max_wait_s: float, poll_s: float) -> bool:
    """Lock an open file, and wait for it; return `False` if it is still held after `max_wait_s`.

    Raises:
        OSError: The file cannot be locked; it is closed.
    """
    give_up_at = time.monotonic() + max_wait_s
    while not lock(file):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(poll_s)
    return True


def open_to_update(path: Path, mode: int, flags: int = os.O_APPEND) -> IO[bytes]:
    """Open a file to read and write it, unbuffered, so that a killed process loses no data.

    Args:
        path: The file; it is created if it does not exist.
        mode: The permissions of a new file, less the umask.
        flags: By default each write goes to the end of the file.

    Raises:
        OSError: The file cannot be opened, or is a folder or another special file: opening a pipe
            could block.
    """
    if path.exists():
        require_regular_file(path)
    flags |= os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, mode), "r+b", buffering=0)


def append(file: IO[bytes], data: bytes, *, sync: bool = False) -> None:
    """Write data at the end of a file, all or nothing; with `sync`, it is on the disk then.

    Raises:
        OSError: The data cannot be written. The file is as it was, if the disk allows that.
    """
    end = file.seek(0, os.SEEK_END)
    left = memoryview(data)
    try:
        while left:
            left = left[file.write(left) :]
        if sync:
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            file.truncate(end)
        raise


@contextmanager
def lock_file(path: Path) -> Generator[bool, None, None]:
    """Hold the lock file at `path` for the block; it is removed at the end.

    Yields:
        Whether the lock is held; `False` if another program holds it.

    Raises:
        OSError: The file cannot be created or locked.
    """
    while True:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        file = os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)
        with file:
            if not lock(file):
                yield False
                return
            if not _is_at(file, path):
                # The previous holder has removed it, and another program may lock a new one.
                continue
            try:
                yield True
                return
            finally:
                # Windows cannot remove an open file, and another program may have opened it again.
                if sys.platform == "win32":
                    file.close()
                with suppress(OSError):
                    path.unlink()


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Return whether an open file is the one at `path`."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _close_inherited() -> None:
    for file in list(_locked):
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inherited)
