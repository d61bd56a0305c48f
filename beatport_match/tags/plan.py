"""Plan the changes of tags: the present and the new values of each matched file.

Nothing is written here; `write_tags` applies a plan.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import NamedTuple, get_args

from beatport_match.errors import MisuseError
from beatport_match.files.guarded_read import as_path, reason, require_regular_file
from beatport_match.matching.match import Match, as_matches
from beatport_match.model.keys import KeyNotation, usual_notation
from beatport_match.model.problems import TagProblem
from beatport_match.model.tracks import Candidate
from beatport_match.parsing import field_values
from beatport_match.tags.audio_part import AudioKind, UnwritableFileError, audio_part, kind_of
from beatport_match.tags.fields import (
    DEFAULT_FIELDS,
    TagField,
    checked_fields,
    is_same,
    values_of,
)
from beatport_match.tags.tag_file import open_tags, require_mutagen, stored_text

_NOTATIONS: tuple[KeyNotation, ...] = get_args(KeyNotation)


@dataclass(frozen=True, slots=True)
class TagChange:
    """A change of one field of a file.

    Attributes:
        field: The field, such as `key`.
        before: The present value; empty if the field is blank.
        after: The new value.

    Example:
        ```python
        plan = plan_tags(result.matches)
        [(change.field, change.after) for change in plan.files[0].changes]
        ```
    """

    field: TagField
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of a plan.

    Attributes:
        path: The path of the file. Links are resolved.
        kind: `mp3`, `flac`, `aiff`, `wav`, `m4a` or `ogg`, by the content of the file.
        beatport_id: The number of the matched track on Beatport.
        changes: The changes; empty if the file has all values already.
        size: The size of the file in bytes when it was read.
        modified_ns: The time of its last change, in nanoseconds since 1970.

    Example:
        ```python
        for file in plan_tags(result.matches).files:
            print(file.path, file.kind, file.beatport_id)
        ```
    """

    path: str
    kind: AudioKind
    beatport_id: int
    changes: tuple[TagChange, ...]
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class TagPlan:
    """The changes that `write_tags` would make.

    Attributes:
        files: The files of the matched tracks, in the order of the matches.
        notation: The notation of the keys that would be written.
        problems: The files that cannot be changed, and why.

    Example:
        ```python
        plan = plan_tags(result.matches)
        print(len(plan.changed), "of", len(plan.files))
        ```
    """

    files: tuple[PlannedFile, ...]
    notation: KeyNotation
    problems: tuple[TagProblem, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<TagPlan: {len(self.changed)} of {len(self.files)} files would change, "
            f"{len(self.problems)} problems>"
        )

    @property
    def changed(self) -> tuple[PlannedFile, ...]:
        """The files with at least one change."""
        return tuple(file for file in self.files if file.changes)


def plan_tags(
    matches: Iterable[Match],
    folder: str | PathLike[str] | None = None,
    *,
    fields: Collection[TagField] = DEFAULT_FIELDS,
    overwrite: Collection[TagField] = (),
    notation: KeyNotation | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> TagPlan:
    """Plan Beatport's values for the tags of the files of matched tracks. Nothing is written.

    Only matches with the outcome `matched` are used; streams have no tags. A field that has a value
    stays as it is, unless `overwrite` names it. Title and artists are never changed.

    Args:
        matches: The matches of a run, such as `result.matches`. Each track names its `file`.
        folder: The folder to which relative paths belong. If a file is not there, and by default,
            the path is relative to the current folder.
        fields: The fields to write: `key`, `bpm`, `label`, `date`, `genre`, `remixer`, `isrc`,
            `catalog_number`, `beatport_id` and `url` (all by default), and `year`, which is the
            year alone and replaces `date`.
        overwrite: The fields of `fields` that replace a present value. The default is none.
        notation: How keys are written: `short` (`Am`), `camelot` (`8A`) or `open_key` (`1m`).
            `None` (the default) takes the one that most of the files use, otherwise the one that
            most of the tracks use, otherwise `camelot`. A key that is the same in another notation
            is replaced only if `notation` is given and `overwrite` names `key`.
        on_progress: Called after each file, with the number of read files and of all files.
            Default: none.

    Returns:
        The changes of each file, and the files that cannot be changed.

    Raises:
        MissingDependencyError: The extra `tags` is not installed.
        MisuseError: A field or the notation is unknown, the fields contradict each other, or an
            argument has a wrong type. It is also a `ValueError`.

    Example:
        ```python
        plan = plan_tags(result.matches)
        for file in plan.changed:
            print(file.path, *(f"{one.field}: {one.after}" for one in file.changes))
        ```
    """
    all_matches = as_matches(matches)
    if folder is not None:
        folder = as_path("folder", folder, "folder")
    chosen = checked_fields(fields, overwrite)
    if notation is not None and notation not in _NOTATIONS:
        raise MisuseError(f"notation must be one of {', '.join(_NOTATIONS)}, not {notation!r}.")
    require_mutagen("changing the tags of music files")
    matched = [match for match in all_matches if match.accepted]
    targets, problems = _targets(matched, folder)
    opened: list[_Opened] = []
    for number, (path, candidate) in enumerate(targets.items(), 1):
        try:
            opened.append(_read(path, candidate))
        except (OSError, UnwritableFileError) as error:
            problems.append(TagProblem(str(path), f"cannot be tagged ({reason(error)})"))
        if on_progress:
            on_progress(number, len(targets))
    keys = [one.texts.get("key") for one in opened]
    if not any(keys):
        keys = [match.track.key for match in matched]
    used = notation or usual_notation(keys)
    files = tuple(
        replace(one.file, changes=_changes(one, chosen, overwrite, used, keep=notation is None))
        for one in opened
    )
    return TagPlan(files, used, tuple(problems))


class _Opened(NamedTuple):
    """A file with its present values; its changes are not known yet.

    It does not hold the tags themselves, because their pictures would fill the memory.
    """

    file: PlannedFile
    candidate: Candidate
    texts: dict[str, str]


def _targets(
    matched: Iterable[Match], folder: Path | None
) -> tuple[dict[Path, Candidate], list[TagProblem]]:
    """Return the file of each match, and a problem for each match without one."""
    targets: dict[Path, Candidate] = {}
    contradicted: set[Path] = set()
    problems: list[TagProblem] = []
    for match in matched:
        assert match.best is not None
        file, candidate = match.track.file, match.best.candidate
        if not file:
            problems.append(TagProblem(str(match.track), "the playlist names no file for it"))
            continue
        if not field_values.stem(file):  # a stream
            continue
        try:
            path = _located(file, folder)
        except (OSError, ValueError) as error:
            detail = f"cannot be found ({reason(error)}); check the folder"
            problems.append(TagProblem(file, detail))
            continue
        if targets.setdefault(path, candidate).id != candidate.id and path not in contradicted:
            contradicted.add(path)
            detail = "two tracks with different matches name this file; choose one of them"
            problems.append(TagProblem(str(path), detail))
    for path in contradicted:
        del targets[path]
    return targets, problems


def _located(file: str, folder: Path | None) -> Path:
    """Return the path of an existing file, with links resolved, so that a link stays a link."""
    if folder is not None and (folder / file).exists():
        file = str(folder / file)
    return Path(file).resolve(strict=True)


def _read(path: Path, candidate: Candidate) -> _Opened:
    require_regular_file(path)
    status = path.stat()
    with path.open("rb") as file:
        kind = kind_of(file)
        # The dry run already reports files that the writing could not check.
        audio_part(file)
    texts = open_tags(path, kind).texts()
    planned = PlannedFile(str(path), kind, candidate.id, (), status.st_size, status.st_mtime_ns)
    return _Opened(planned, candidate, texts)


def _changes(
    opened: _Opened,
    fields: Iterable[TagField],
    overwrite: Collection[TagField],
    notation: KeyNotation,
    *,
    keep: bool,
) -> tuple[TagChange, ...]:
    values = values_of(opened.candidate, notation)
    changes: list[TagChange] = []
    for field in fields:
        if field not in values:
            continue
        before = opened.texts.get(field, "")
        after = stored_text(opened.file.kind, field, values[field])
        is_kept = field not in overwrite or is_same(field, before, after, keep_notation=keep)
        if field_values.is_blank(field, before) or not is_kept:
            changes.append(TagChange(field, before, after))
    return tuple(changes)
