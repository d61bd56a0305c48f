"""The command `catalogue`: rows in, an offline catalogue and a report out.

It asks nothing of Beatport. What is wrong with the rows is told and changes the exit code; trouble
with the files is the library's to put into a sentence.
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
from beatport_match.cli.progress import rows_on
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import TextLine, clean, text_line, wrap

MAX_SHOWN_PROBLEMS = 20
MAX_PROBLEM_LINES = 4


def build_or_update(options: Namespace, out: Screen, err: Screen) -> int:
    """Build a catalogue out of rows, or update one with them."""
    new = options.action == "build"
    with _defer_sigint(), rows_on(err, "building" if new else "updating") as tell:
        if new:
            report = Catalogue.build(options.rows, options.path, on_progress=tell)
        else:
            report = Catalogue.update(options.path, options.rows, on_progress=tell)
    if options.json:
        show_json(asdict(report), out)
    else:
        done = f"{plural(report.rows, 'row')} {'built' if new else 'added or replaced'}"
        out.show(*_report(report, f"{options.path}: {done}", out.width))
    return FAILURES if report.left_out else DONE


def remove(options: Namespace, out: Screen, err: Screen) -> int:
    """Remove rows by their numbers; those that are not there are counted, and no fault."""
    del err
    asked = len(set(options.ids))
    with _defer_sigint():
        removed = Catalogue.remove(options.path, options.ids)
    if options.json:
        show_json({"path": str(options.path), "asked": asked, "removed": removed}, out)
        return DONE
    missing = f"; {asked - removed:,} not there" if removed < asked else ""
    out.show(text_line(clean(f"{options.path}: {plural(removed, 'row')} removed{missing}")))
    return DONE


def info(options: Namespace, out: Screen, err: Screen) -> int:
    """Say how large a catalogue is and what built it; opening it has shown that it is whole."""
    del err
    path: Path = options.path
    with Catalogue.open(path) as opened:
        rows = len(opened)
    mark = format_marker_of(path) or {}
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    about = {"path": str(path), "rows": rows, "size_bytes": size}
    about |= {"engine": mark.get("engine"), "format": mark.get("format")}
    if options.json:
        show_json(about, out)
        return DONE
    out.show(text_line(clean(str(path)), "bold"))
    for name, value in (
        ("rows", f"{rows:,}"),
        ("size", _written(size)),
        ("built", f"with tantivy {about['engine']}, format {about['format']}"),
    ):
        out.show(((f"  {name:<6} ", "dim"), (clean(value), "")))
    return DONE


ACTIONS = {"build": build_or_update, "update": build_or_update, "remove": remove, "info": info}


def _written(size: int) -> str:
    """Bytes as a person says them."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


def _report(report: BuildReport, headline: str, width: int) -> Iterator[TextLine]:
    left_out = f", {report.left_out:,} left out"
    yield (clean(headline), "bold"), (left_out, "yellow" if report.left_out else "dim")
    if report.unknown_columns:
        unknown = clean(f"Not read, being no columns of ours: {', '.join(report.unknown_columns)}")
        yield from (text_line(text, "dim") for text in wrap(unknown, width, MAX_PROBLEM_LINES))
    if report.problems:
        yield text_line(f"{plural(report.problem_count, 'problem')} in the rows:", "yellow")
    told = report.problems[:MAX_SHOWN_PROBLEMS]
    places = max([len(one.place) for one in told], default=0)
    for problem in told:
        yield from _problem(problem, places, width)
    if more := report.problem_count - len(told):
        kept = len(report.problems)
        which = "all" if kept == report.problem_count else f"the first {kept:,}"
        yield text_line(f"  … and {more:,} more; --json lists {which}.")


def _problem(problem: CatalogueProblem, places: int, width: int) -> Iterator[TextLine]:
    first, *rest = wrap(clean(problem.detail), width - places - 4, MAX_PROBLEM_LINES)
    yield (f"  {problem.place:>{places}}  ", "dim"), (first, "")
    for text in rest:
        yield ((" " * (places + 4) + text, ""),)


@contextmanager
def _defer_sigint() -> Generator[None, None, None]:
    """Ctrl-C ends the work; an impatient second one must not leave a draft lying about."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def end(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
