"""The steps of writing tags: the plan as rows, the backups, and the reports; without widgets."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from library_copy import NOTATIONS

from beatport_match import TagPlan, TagReport

FIELDS = {
    "key": "Key",
    "bpm": "BPM",
    "label": "Label",
    "date": "Date",
    "genre": "Genre",
    "remixer": "Remixer",
    "isrc": "ISRC",
    "catalog_number": "Catalogue number",
    "beatport_id": "Beatport number",
    "url": "Address",
}
PLAN_COLUMNS = ("File", "Field", "Now", "New")


class PlanRow(NamedTuple):
    """One change of one file, or a file that cannot be changed."""

    file: str
    field: str
    before: str
    after: str


def plan_rows(plan: TagPlan) -> list[PlanRow]:
    """Return the files that cannot be changed, then the changes of all others."""
    rows = [PlanRow(one.file, "Problem", "", f"{one.detail}.") for one in plan.problems]
    for file in plan.changed:
        rows += [
            PlanRow(file.path, FIELDS[one.field], one.before, one.after) for one in file.changes
        ]
    return rows


def plan_text(plan: TagPlan) -> str:
    """Say how many files would change, and in which fields."""
    if not plan.files and not plan.problems:
        return "No matched track names a file: match a playlist, a library or a folder first."
    counts = Counter(one.field for file in plan.changed for one in file.changes)
    fields = ", ".join(
        f"{counts[name]:,} × {text}" for name, text in FIELDS.items() if name in counts
    )
    text = f"{len(plan.changed):,} of {_files(len(plan.files))} would change"
    text = f"{text}: {fields}." if fields else f"{text}."
    if "key" in counts:
        text += f" Keys are written as {NOTATIONS[plan.notation]}."
    if plan.problems:
        text += f" {_files(len(plan.problems))} cannot be changed (see the first rows)."
    return text + " Nothing has been written yet."


def written_text(report: TagReport, backup: Path) -> str:
    """Say what was written, where the old tags are, and what the DJ program needs."""
    text = f"{_files(len(report.written))} written."
    if report.written:
        text += (
            f" The old tags are in {backup}. Now choose “Reload Tag” in Rekordbox, or scan the "
            "files again in another program."
        )
    return "\n".join([text, *_problems(report)])


def restored_text(report: TagReport) -> str:
    """Say what was restored."""
    text = f"{_files(len(report.written))} restored, byte for byte."
    if report.unchanged:
        text += f" {_files(len(report.unchanged))} had the old tags already."
    return "\n".join([text, *_problems(report)])


def new_backup(folder: Path) -> Path:
    """Return the path of a new backup; its folder is created.

    Raises:
        OSError: The folder cannot be created.
    """
    place = folder / "tags"
    place.mkdir(parents=True, exist_ok=True)
    return place / f"tags-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"


def newest_backup(folder: Path) -> Path:
    """Return the newest backup, or the folder of backups if there is none."""
    return max((folder / "tags").glob("tags-*.jsonl"), default=folder / "tags")


def folder_of_files(file: Path | None) -> Path | None:
    """Return the folder to which the relative paths in an opened file belong."""
    if file is None:
        return None
    for place in (file, *file.parents):
        # Serato's paths begin at the root of the volume, those of Engine DJ at this folder.
        if place.name == "_Serato_":
            return place.parent
        if place.name == "Engine Library":
            return place
    return file if file.is_dir() else file.parent


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


_MAX_SHOWN_PROBLEMS = 5


def _problems(report: TagReport) -> list[str]:
    """Return the first problems; a damaged disk may give one for each of many files."""
    lines = [str(problem) for problem in report.problems[:_MAX_SHOWN_PROBLEMS]]
    if left := len(report.problems) - len(lines):
        lines.append(f"{left:,} more problems.")
    return lines
