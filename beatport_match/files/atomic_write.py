"""Writing a file whole or not at all: to a draft beside it, which takes its place at the end.

The draft is its owner's alone; a file that is written over keeps the permissions it had.
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
    """A file to write to, which becomes `path` where the block ends well and is gone where not.

    Raises:
        OSError: The folder cannot be written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        # A device or a pipe has no place to take.
        yield path
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        with suppress(FileNotFoundError):
            shutil.copymode(path, draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
