"""Write planned tags into files, and restore the old files.

A file is never changed in place. The new file is written as a draft beside it, checked, flushed to
the disk and then renamed in one step. So at every moment the name belongs to the complete old or
the complete new file. These are checked before that step:

    the audio       equal bit for bit (`audio_part`)
    the tags        the planned values are there, and all other tags are equal
    the backup      the line that restores the old file is on the disk
    the original    still has the size and the time that it had when the plan was made

An error with one file is reported as a problem, and the other files are written. A process that is
killed leaves at most a draft: a hidden file that ends in `.beatport-match-tags`. The next run in
its folder deletes it. A draft that another process is writing is locked, and stays.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO, TypeAlias

from beatport_match.errors import wrong_argument
from beatport_match.files.atomic_write import remove_abandoned, temporary_file
from beatport_match.files.guarded_read import as_path, reason, require_regular_file
from beatport_match.model.problems import TagProblem
from beatport_match.tags.audio_part import (
    UnwritableFileError,
    audio_part,
    audio_sha256,
    pieces,
    size_of,
)
from beatport_match.tags.backup import Backup, BackupEntry, open_backup, read_backup, sync_folder
from beatport_match.tags.plan import PlannedFile, TagPlan
from beatport_match.tags.restore_steps import MAX_GAP_BYTES, restored, steps_from
from beatport_match.tags.tag_file import open_tags, require_mutagen, tag_errors

_DRAFT_SUFFIX = ".beatport-match-tags"
_CHANGED_SINCE = "it was changed after its tags were written, and that would be lost"
OnFileProgress: TypeAlias = Callable[[int, int], None]
"""Called after each file, with the number of finished files and of all files."""


@dataclass(frozen=True, slots=True)
class TagReport:
    """The result of `write_tags` or `undo_tags`.

    Attributes:
        written: The paths of the files that were changed.
        unchanged: The paths of the files that needed no change.
        problems: The files that were not changed because of a problem, and why.

    Example:
        ```python
        report = write_tags(plan_tags(result.matches), "old-tags.jsonl")
        print(len(report.written), len(report.problems))
        ```
    """

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    problems: tuple[TagProblem, ...]


def write_tags(
    plan: TagPlan, backup: str | PathLike[str], *, on_progress: OnFileProgress | None = None
) -> TagReport:
    """Write the changes of a plan into its files.

    The audio of each file stays equal bit for bit, and its ID3 version stays as it is. The file
    keeps its permissions and gets the current time as its time of change. A hard link to the old
    file keeps the old content.

    Args:
        plan: The plan of `plan_tags`.
        backup: The file that stores the old tags, for `undo_tags`. It is created, or the new
            entries are added to it.
        on_progress: Called after each file, with the number of finished files and of all files.
            Default: none.

    Returns:
        The files that were written, and the files that were not, with the reasons.

    Raises:
        MissingDependencyError: The extra `tags` is not installed.
        MisuseError: An argument has a wrong type.
        OutputError: The backup cannot be written, or is another file. No file was changed. It is
            also an `OSError`.

    Example:
        ```python
        plan = plan_tags(result.matches)
        report = write_tags(plan, "old-tags.jsonl")
        ```
    """
    if not isinstance(plan, TagPlan):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("plan", plan, "a TagPlan", "plan_tags returns one")
    path = as_path("backup", backup)
    require_mutagen("changing the tags of music files")
    changed = plan.changed
    written: list[str] = []
    problems: list[TagProblem] = []
    if changed:
        _delete_leftovers(file.path for file in changed)
        with open_backup(path) as opened:
            for number, file in enumerate(changed, 1):
                try:
                    _write_file(file, opened)
                    written.append(file.path)
                except (OSError, UnwritableFileError) as error:
                    problems.append(_problem(file.path, "was not changed", error))
                if on_progress:
                    on_progress(number, len(changed))
    unchanged = tuple(file.path for file in plan.files if not file.changes)
    return TagReport(tuple(written), unchanged, tuple(problems))


def undo_tags(
    backup: str | PathLike[str], *, on_progress: OnFileProgress | None = None
) -> TagReport:
    """Restore the files of a backup, byte for byte, with their old time of change.

    A file that was changed since then is not restored.

    Args:
        backup: The file that `write_tags` wrote.
        on_progress: Called after each file, with the number of finished files and of all files.
            Default: none.

    Returns:
        The files that were restored, those that were in the old state already, and those that
        cannot be restored, with the reasons.

    Raises:
        TagBackupError: The backup cannot be read, or is another file.
        MisuseError: `backup` is not a path.

    Example:
        ```python
        write_tags(plan_tags(result.matches), "old-tags.jsonl")
        print(undo_tags("old-tags.jsonl").problems)
        ```
    """
    entries, damaged = read_backup(as_path("backup", backup))
    results: dict[str, TagProblem | bool] = {}
    _delete_leftovers(entry.file for entry in entries)
    # A file that was written several times is restored in several steps, the last one first.
    for number, entry in enumerate(reversed(entries), 1):
        try:
            is_restored = _restore_file(entry)
            results[entry.file] = is_restored or results.get(entry.file) is True
        except (OSError, ValueError, UnwritableFileError) as error:
            results[entry.file] = _problem(entry.file, "was not restored", error)
        if on_progress:
            on_progress(number, len(entries))
    problems = [one for one in results.values() if isinstance(one, TagProblem)]
    for line in damaged:
        detail = f"line {line} is damaged, so its file was not restored"
        problems.append(TagProblem(str(backup), detail))
    return TagReport(
        tuple(file for file, result in results.items() if result is True),
        tuple(file for file, result in results.items() if result is False),
        tuple(problems),
    )


def _write_file(planned: PlannedFile, backup: Backup) -> None:
    path = Path(planned.path)
    require_regular_file(path)
    _require_unchanged(path, planned)
    _require_writable(path)
    with _draft_beside(path) as draft:
        _write_draft(path, draft.path, planned)
        with path.open("rb") as old, draft.path.open("rb") as new:
            entry = _entry(planned, old, new)
        # After the last step the old bytes no longer exist, so they must be in the backup before
        # it.
        draft.finish()
        backup.add(entry)
        _require_unchanged(path, planned)
        draft.take_name()


def _write_draft(path: Path, draft: Path, planned: PlannedFile) -> None:
    """Write the file with its new tags, read it again, and compare."""
    fields = {change.field for change in planned.changes}
    tags = open_tags(path, planned.kind)
    others = tags.others(fields)
    with tag_errors("write"):
        for change in planned.changes:
            tags.set(change.field, change.after)
        tags.save(path, draft)
    new = open_tags(draft, planned.kind)
    texts = new.texts()
    wrong = [one.field for one in planned.changes if texts.get(one.field) != one.after]
    if wrong or new.others(fields) != others:
        what = f"the field {wrong[0]}" if wrong else "another tag"
        raise UnwritableFileError(f"{what} of the new file would differ from the plan")


def _entry(planned: PlannedFile, old: IO[bytes], new: IO[bytes]) -> BackupEntry:
    """Compare the audio of both files, and return the entry that restores the old one."""
    old_part, new_part = audio_part(old), audio_part(new)
    audio = audio_sha256(old, old_part)
    if audio_sha256(new, new_part) != audio:
        raise UnwritableFileError("the audio of the new file would differ")
    entry = BackupEntry(
        file=planned.path,
        before={change.field: change.before for change in planned.changes},
        after={change.field: change.after for change in planned.changes},
        old_size=planned.size,
        old_modified_ns=planned.modified_ns,
        old_sha256=_sha256(old),
        new_sha256=_sha256(new),
        audio_sha256=audio,
        restore=steps_from(old, old_part, new, new_part),
    )
    found = hashlib.sha256()
    for piece in restored(new, entry.restore, entry.old_size):
        found.update(piece)
    if found.hexdigest() != entry.old_sha256:
        raise UnwritableFileError("the backup could not restore it")
    return entry


def _restore_file(entry: BackupEntry) -> bool:
    """Restore a file; return `False` if it is in the old state already."""
    path = Path(entry.file)
    require_regular_file(path)
    with path.open("rb") as new:
        state = _state(path)
        present = _sha256(new)
        if present == entry.old_sha256:
            return False
        if present != entry.new_sha256:
            raise UnwritableFileError(_CHANGED_SINCE)
        _require_writable(path)
        with _draft_beside(path) as draft:
            _restore_draft(new, draft.path, entry)
            # Windows cannot replace an open file.
            new.close()
            draft.finish(entry.old_modified_ns)
            if _state(path) != state:
                raise UnwritableFileError(_CHANGED_SINCE)
            draft.take_name()
    return True


def _restore_draft(new: IO[bytes], draft: Path, entry: BackupEntry) -> None:
    if entry.old_size > size_of(new) + MAX_GAP_BYTES:
        raise UnwritableFileError("the backup is damaged")
    with draft.open("wb") as old:
        old.writelines(restored(new, entry.restore, entry.old_size))
    with draft.open("rb") as old:
        # A backup from another person must not change anything but tags.
        is_audio_equal = audio_sha256(old, audio_part(old)) == audio_sha256(new, audio_part(new))
        if _sha256(old) != entry.old_sha256 or not is_audio_equal:
            raise UnwritableFileError("the backup is damaged")


class _Draft:
    """A locked file beside the file that it will replace."""

    def __init__(self, path: Path, target: Path, file: IO[bytes]) -> None:
        self.path, self._target, self._file = path, target, file

    def finish(self, modified_ns: int | None = None) -> None:
        """Give the draft the permissions of the target, and flush it to the disk.

        Args:
            modified_ns: The time of its last change; `None` is now.
        """
        status = self._target.stat()
        if hasattr(os, "chown"):
            # Only the superuser can keep the owner of another user's file.
            with suppress(OSError):
                os.chown(self.path, status.st_uid, status.st_gid)
        shutil.copystat(self._target, self.path)
        modified_ns = time.time_ns() if modified_ns is None else modified_ns
        os.utime(self.path, ns=(status.st_atime_ns, modified_ns))
        with self.path.open("rb") as file:
            os.fsync(file.fileno())

    def take_name(self) -> None:
        """Replace the target in one step."""
        # Windows cannot rename an open file.
        self._file.close()
        self.path.replace(self._target)
        sync_folder(self._target.parent)


@contextmanager
def _draft_beside(target: Path) -> Generator[_Draft, None, None]:
    """Make an empty draft in the folder of the target; it is deleted if it is still there."""
    with temporary_file(target, 0o600, _DRAFT_SUFFIX) as (path, file):
        yield _Draft(path, target, file)


def _delete_leftovers(files: Iterable[str]) -> None:
    """Delete the drafts that a killed run left in the folders of these files."""
    for folder in {Path(file).parent for file in files}:
        # The path in a backup may be invalid.
        with suppress(OSError, ValueError):
            remove_abandoned(folder, f".*{_DRAFT_SUFFIX}")


def _require_writable(path: Path) -> None:
    """Check the permissions: replacing a file needs only those of its folder."""
    is_writable = path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if not is_writable or not os.access(path, os.W_OK):
        raise UnwritableFileError("it is read-only; make it writable")


def _require_unchanged(path: Path, planned: PlannedFile) -> None:
    if _state(path) != (planned.size, planned.modified_ns):
        raise UnwritableFileError("it was changed after the plan was made; make a new plan")


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _sha256(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces(file, 0, size_of(file)):
        found.update(piece)
    return found.hexdigest()


def _problem(file: str, what: str, error: Exception) -> TagProblem:
    return TagProblem(file, f"{what} ({reason(error)})")
