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


@contextmanager
def atomic_write(path: Path) -> Generator[Path, None, None]:
    """Yield a temporary file that replaces `path` when the block ends without an error.

    If the block raises, the temporary file is deleted and `path` stays as it was. If `path` is a
    link, the file that it points to is replaced.

    Raises:
        OSError: The folder cannot be written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        # A device or a pipe cannot be replaced, so it is written directly.
        yield path
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
