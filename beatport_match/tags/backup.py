"""The backup of old tags: a file of JSON lines, to which each changed file adds one line.

The first line names the format. Each other line holds the data to restore one file: the old
and the new values as text for people, the steps that make the old file from the new one, and the
hashes of both. The line is on the disk before its file is replaced. The format is JSON lines,
because a line can be added without writing the others again. A process that is killed leaves at
most an incomplete last line, whose file has not been replaced.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from beatport_match.errors import OutputError, TagBackupError
from beatport_match.files.guarded_read import bounded_lines, open_input, reason
from beatport_match.files.locked_file import append, lock, open_to_update
from beatport_match.tags.restore_steps import MAX_GAP_BYTES

_HEADER = b'{"beatport_match_tags": 1}\n'
# A line holds at most the tags of a file in base64.
_MAX_BACKUP_LINE_BYTES = 2 * MAX_GAP_BYTES
_Size = Annotated[int, Field(ge=0)]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BackupEntry(BaseModel):
    """The data to restore one file.

    Attributes:
        file: The absolute path.
        before: The old values of the changed fields, as text; only for people.
        after: The new values.
        old_size: The size of the old file in bytes.
        old_modified_ns: The time of its last change, in nanoseconds since 1970.
        old_sha256: The hash of the old file.
        new_sha256: The hash of the file with the new tags.
        audio_sha256: The hash of the audio, which is the same in both.
        restore: The steps that make the old file from the new one.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", frozen=True)

    file: str
    before: dict[str, str]
    after: dict[str, str]
    old_size: _Size
    old_modified_ns: int
    old_sha256: _Sha256
    new_sha256: _Sha256
    audio_sha256: _Sha256
    restore: list[tuple[_Size, _Size] | str]


class BackupLines(NamedTuple):
    """The entries of a backup in their order, and the numbers of damaged lines."""

    entries: list[BackupEntry]
    damaged: list[int]


class Backup:
    """An open backup; `open_backup` makes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, entry: BackupEntry) -> None:
        """Add an entry; it is on the disk when this returns.

        Raises:
            OSError: The entry cannot be written. The backup is as it was.
        """
        # A file name that is not valid text contains surrogates; JSON escapes them.
        append(self._file, json.dumps(entry.model_dump(mode="json")).encode() + b"\n", sync=True)


@contextmanager
def open_backup(path: Path) -> Generator[Backup, None, None]:
    """Open a backup to add entries, and lock it; it is created if it does not exist.

    Raises:
        OutputError: The file cannot be written, is not a backup, or another run is writing it.
    """
    try:
        file = open_to_update(path, 0o666)
        is_locked = lock(file)
    except (OSError, ValueError) as error:
        raise _unusable(path, reason(error), error) from None
    with file:
        if not is_locked:
            raise _unusable(path, "another run is writing it")
        try:
            _prepare(file, path)
        except OSError as error:
            raise _unusable(path, reason(error), error) from None
        yield Backup(file)


def read_backup(path: Path) -> BackupLines:
    """Read the entries of a backup.

    Raises:
        TagBackupError: The file cannot be read, or is not a backup.
    """
    entries: list[BackupEntry] = []
    damaged: list[int] = []
    with open_input(path, TagBackupError) as file:
        lines = bounded_lines(file, _MAX_BACKUP_LINE_BYTES)
        if next(lines, b"") != _HEADER:
            raise TagBackupError(f"{path}: is not a backup of tags; name the file of --backup.")
        for number, line in enumerate(lines, 2):
            try:
                entries.append(BackupEntry.model_validate(json.loads(line)))
            except (ValueError, RecursionError):  # a ValidationError is a ValueError too
                damaged.append(number)
    return BackupLines(entries, damaged)


def _prepare(file: IO[bytes], path: Path) -> None:
    """Write the first line of a new file; drop an incomplete last line of an older one."""
    head = file.read(len(_HEADER))
    if len(head) < len(_HEADER) and _HEADER.startswith(head):
        file.truncate(0)
        append(file, _HEADER, sync=True)
        sync_folder(path.parent)
        return
    if head != _HEADER:
        raise OSError("it is not a backup of tags")
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 2**16)
        file.seek(start)
        if (found := file.read(end - start).rfind(b"\n")) >= 0:
            file.truncate(start + found + 1)
            return
        end = start


def sync_folder(folder: Path) -> None:
    """Write the name of a new or replaced file to the disk; Windows cannot open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unusable(path: Path, why: str, cause: Exception | None = None) -> OutputError:
    return OutputError(f"{path}: the backup cannot be written ({why}); name another file.", cause)
