"""The command `tag`: show the changes of tags, write them, or undo them.

The command sends no request. A file that cannot be changed is reported and sets the exit code to 1.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from beatport_match.cli.match_table import NOTATIONS, command_text, plural, show_places
from beatport_match.cli.process import ExitCode, interrupts_ignored
from beatport_match.cli.progress import show_row_count
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import text_line
from beatport_match.errors import MisuseError
from beatport_match.playlists.read import folder_of_paths
from beatport_match.results import PlaylistMatch
from beatport_match.tags import TagPlan, TagProblem, TagReport, plan_tags, undo_tags, write_tags
from beatport_match.tags.fields import DEFAULT_FIELDS

_BLANK = "(blank)"


def tag(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Show a plan, write it, or undo one, and return the exit code."""
    if options.undo:
        return _undo(options, out, err)
    if options.source is None or options.results is None:
        raise MisuseError(
            "tag needs the folder or library that was matched, and --results with the results.json "
            "of the run; see `beatport-match tag --help`."
        )
    plan = _plan(options, err)
    if options.write:
        return _write(options, plan, out, err)
    if options.json:
        show_json({**asdict(plan), "written": False}, out)
    else:
        _show_plan(plan, out)
        _show_problems(plan.problems, out)
    return ExitCode.FAILURES if plan.problems else ExitCode.DONE


def _plan(options: Namespace, err: Screen) -> TagPlan:
    source: Path = options.source
    if not source.exists():
        raise MisuseError(f"{source}: there is no such file or folder; check the path.")
    result = PlaylistMatch.from_json(options.results)
    folder = folder_of_paths(source)
    with _progress(err, "tags", "read") as on_progress:
        plan = plan_tags(
            result.matches,
            folder,
            fields=options.fields or DEFAULT_FIELDS,
            overwrite=options.overwrite,
            notation=options.notation,
            on_progress=on_progress,
        )
    if folder != source:
        return plan
    # A folder of music: the results may hold the tracks of other folders.
    inside = source.resolve()
    files = tuple(file for file in plan.files if Path(file.path).is_relative_to(inside))
    if left_out := len(plan.files) - len(files):
        are = "is" if left_out == 1 else "are"
        files_text = f"{plural(left_out, 'file')} of the results {are} not in {source}"
        err.show(f"Note: {files_text} and {are} left out.")
    return replace(plan, files=files)


def _write(options: Namespace, plan: TagPlan, out: Screen, err: Screen) -> ExitCode:
    name = f"tags-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
    backup: Path = options.backup or options.results.parent / name
    try:
        with interrupts_ignored(after_first=True), _progress(err, "tags", "written") as show:
            report = write_tags(plan, backup, on_progress=show)
    except KeyboardInterrupt:
        err.show(f"The old tags of the written files are in {backup}.")
        raise
    problems = (*plan.problems, *report.problems)
    if options.json:
        document = {**asdict(plan), "written": True, "backup": str(backup)}
        show_json(document | {"report": asdict(replace(report, problems=problems))}, out)
    else:
        out.show(
            text_line(
                f"{plural(len(report.written), 'file')} written, {len(report.unchanged):,} have "
                f"all values already.",
                "bold",
            )
        )
        if report.written:
            out.show(f"Old tags: {backup}", f"Undo with: {command_text('tag', '--undo', backup)}")
        _show_problems(problems, out)
    return ExitCode.FAILURES if problems else ExitCode.DONE


def _undo(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    if options.source or options.results or options.write:
        raise MisuseError("--undo restores the files of its backup; omit PATH and --results.")
    with interrupts_ignored(after_first=True), _progress(err, "tags", "checked") as on_progress:
        report = undo_tags(options.undo, on_progress=on_progress)
    if options.json:
        show_json(asdict(report), out)
    else:
        _show_undone(report, out)
        _show_problems(report.problems, out)
    return ExitCode.FAILURES if report.problems else ExitCode.DONE


def _show_undone(report: TagReport, out: Screen) -> None:
    done = f"{plural(len(report.written), 'file')} restored"
    already = f", {len(report.unchanged):,} already had their old tags" if report.unchanged else ""
    out.show(text_line(f"{done}{already}.", "bold"))


def _show_plan(plan: TagPlan, out: Screen) -> None:
    """Show each file with its changes; lines do not depend on the width of the screen."""
    width = max((len(one.field) for file in plan.changed for one in file.changes), default=0)
    for file in plan.changed:
        out.show(text_line(file.path, "bold"))
        for one in file.changes:
            start = (f"  {one.field:<{width}}  ", "dim")
            out.show((start, (one.before or _BLANK, "dim"), (" → ", ""), (one.after, "green")))
    counts = Counter(one.field for file in plan.changed for one in file.changes)
    fields = ", ".join(f"{count:,} {field}" for field, count in counts.items())
    summary = f"{len(plan.changed):,} of {plural(len(plan.files), 'file')} would change"
    out.show(text_line(f"{summary}: {fields}." if fields else f"{summary}.", "bold"))
    if "key" in counts:
        notation = NOTATIONS[plan.notation]
        out.show(f"Keys are written as {notation}; choose another notation with --notation.")
    if fields:
        out.show("Nothing was written. Write the changes with --write.")


def _show_problems(problems: Sequence[TagProblem], out: Screen) -> None:
    if problems:
        out.show(text_line(f"{plural(len(problems), 'problem')}:", "yellow"))
        places = [(problem.file, f"{problem.detail}.") for problem in problems]
        show_places(places, len(places), "--json lists them all", out)


@contextmanager
def _progress(
    err: Screen, label: str, verb: str
) -> Generator[Callable[[int, int], None], None, None]:
    with show_row_count(err, label, "file", verb) as report:
        yield lambda done, _total: report(done)
