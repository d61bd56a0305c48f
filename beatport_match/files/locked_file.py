"""Lock files, so that one program at a time writes the data that they protect.

The operating system unlocks a file when the program that locked it closes it or ends, also by
`kill -9`. A forked child closes its copy, so that it does not hold the lock of its parent.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from weakref import WeakSet

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

            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
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
