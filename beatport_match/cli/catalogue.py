"""The command `catalogue`: build an offline catalogue from rows, change it, and report.

The command sends no request. A row that cannot be read is reported and sets the exit code to 1. The
library raises a `CatalogueError` for a problem with the files.
"""

from __future__ import annotations

import signal
import threading
from argparse import Namespace
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from beatport_match.catalogue import BuildReport, Catalogue, CatalogueProblem
from beatport_match.catalogue.storage import format_marker_of
from beatport_match.cli.match_commands import DONE, FAILURES
from beatport_match.cli.match_table import plural
from beatport_match.cli.progress import show_row_count
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import TextLine, clean, text_line, wrap

MAX_SHOWN_PROBLEMS = 20
MAX_PROBLEM_LINES = 4


def build_or_update(options: Namespace, out: Screen, err: Screen) -> int:
    """Build a catalogue from rows, or update one, and return the exit code."""
    is_new = options.action == "build"
    with (
        _second_interrupt_ignored(),
        show_row_count(err, "building" if is_new else "updating") as on_progress,
    ):
        if is_new:
            report = Catalogue.build(options.rows, options.path, on_progress=on_progress)
        else:
            report = Catalogue.update(options.path, options.rows, on_progress=on_progress)
    if options.json:
        show_json(asdict(report), out)
    else:
        done = f"{plural(report.rows, 'row')} {'built' if is_new else 'added or replaced'}"
        out.show(*_report(report, f"{options.path}: {done}", out.width))
    return FAILURES if report.left_out else DONE


def remove(options: Namespace, out: Screen, err: Screen) -> int:
    """Remove rows by their ids; unknown ids are counted and are not an error."""
    del err
    id_count = len(set(options.ids))
    with _second_interrupt_ignored():
        removed = Catalogue.remove(options.path, options.ids)
    if options.json:
        show_json({"path": str(options.path), "asked": id_count, "removed": removed}, out)
        return DONE
    missing = f"; {id_count - removed:,} not found" if removed < id_count else ""
    out.show(text_line(clean(f"{options.path}: {plural(removed, 'row')} removed{missing}")))
    return DONE


def info(options: Namespace, out: Screen, err: Screen) -> int:
    """Show the size of a catalogue and what built it; opening it also checks its files."""
    del err
    path: Path = options.path
    with Catalogue.open(path) as opened:
        rows = len(opened)
    marker = format_marker_of(path) or {}
    size_bytes = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    document = {"path": str(path), "rows": rows, "size_bytes": size_bytes}
    document |= {"engine": marker.get("engine"), "format": marker.get("format")}
    if options.json:
        show_json(document, out)
        return DONE
    out.show(text_line(clean(str(path)), "bold"))
    for name, value in (
        ("rows", f"{rows:,}"),
        ("size", _size_text(size_bytes)),
        ("built", f"with tantivy {document['engine']}, format {document['format']}"),
    ):
        out.show(((f"  {name:<6} ", "dim"), (clean(value), "")))
    return DONE


ACTIONS = {"build": build_or_update, "update": build_or_update, "remove": remove, "info": info}


def _size_text(size_bytes: int) -> str:
    if size_bytes >= 1e6:
        return f"{size_bytes / 1e6:,.1f} MB"
    return f"{size_bytes / 1e3:,.0f} kB"


def _report(report: BuildReport, headline: str, width: int) -> Iterator[TextLine]:
    left_out = f", {report.left_out:,} left out"
    yield (clean(headline), "bold"), (left_out, "yellow" if report.left_out else "dim")
    if report.unknown_columns:
        unknown = clean(f"Unknown columns, not read: {', '.join(report.unknown_columns)}")
        yield from (text_line(text, "dim") for text in wrap(unknown, width, MAX_PROBLEM_LINES))
    if report.problems:
        yield text_line(f"{plural(report.problem_count, 'problem')} in the rows:", "yellow")
    shown = report.problems[:MAX_SHOWN_PROBLEMS]
    place_width = max([len(problem.place) for problem in shown], default=0)
    for problem in shown:
        yield from _problem(problem, place_width, width)
    if more := report.problem_count - len(shown):
        listed = len(report.problems)
        which = "all" if listed == report.problem_count else f"the first {listed:,}"
        yield text_line(f"  … and {more:,} more; --json lists {which}.")


def _problem(problem: CatalogueProblem, place_width: int, width: int) -> Iterator[TextLine]:
    first, *rest = wrap(clean(problem.detail), width - place_width - 4, MAX_PROBLEM_LINES)
    yield (f"  {problem.place:>{place_width}}  ", "dim"), (first, "")
    for text in rest:
        yield ((" " * (place_width + 4) + text, ""),)


@contextmanager
def _second_interrupt_ignored() -> Generator[None, None, None]:
    """Ignore Ctrl-C after the first one, so that the cleanup removes the unfinished files."""
    is_main_thread = threading.current_thread() is threading.main_thread()
    if not is_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def interrupt_once(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
