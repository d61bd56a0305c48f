"""The command `catalogue`: build an offline catalogue from rows, change it, and report.

The command sends no request. A row that cannot be read is reported and sets the exit code to 1. The
library raises a `CatalogueError` for a problem with the files.
"""

from __future__ import annotations

import textwrap
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from beatport_match.catalogue import BuildReport, Catalogue
from beatport_match.catalogue.storage import format_marker_of
from beatport_match.cli.match_table import plural, show_places
from beatport_match.cli.process import ExitCode, interrupts_ignored
from beatport_match.cli.progress import show_row_count
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import ELLIPSIS, MAX_TEXT_LINES, text_line
from beatport_match.model.validation import terminal_safe


def build_or_update(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Build a catalogue from rows, or update one, and return the exit code."""
    is_new = options.action == "build"
    with (
        interrupts_ignored(after_first=True),
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
        _show_report(report, f"{options.path}: {done}", out)
    return ExitCode.FAILURES if report.left_out else ExitCode.DONE


def remove(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Remove rows by their ids; unknown ids are counted and are not an error."""
    del err
    id_count = len(set(options.ids))
    with interrupts_ignored(after_first=True):
        removed = Catalogue.remove(options.path, options.ids)
    if options.json:
        show_json({"path": str(options.path), "asked": id_count, "removed": removed}, out)
    else:
        missing = f"; {id_count - removed:,} not found" if removed < id_count else ""
        out.show(f"{options.path}: {plural(removed, 'row')} removed{missing}")
    return ExitCode.DONE


def info(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Show the size of a catalogue and the version that built it; its files are checked too."""
    del err
    path: Path = options.path
    with Catalogue.open(path) as opened:
        rows = len(opened)
    marker = format_marker_of(path) or {}
    size_bytes = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    engine, version = marker.get("engine"), marker.get("format")
    if options.json:
        document = {"path": str(path), "rows": rows, "size_bytes": size_bytes}
        show_json({**document, "engine": engine, "format": version}, out)
        return ExitCode.DONE
    out.show(
        text_line(str(path), "bold"),
        f"  rows   {rows:,}",
        f"  size   {_size_text(size_bytes)}",
        f"  built  with tantivy {engine}, format {version}",
    )
    return ExitCode.DONE


ACTIONS = {"build": build_or_update, "update": build_or_update, "remove": remove, "info": info}


def _size_text(size_bytes: int) -> str:
    if size_bytes >= 1e6:
        return f"{size_bytes / 1e6:,.1f} MB"
    return f"{size_bytes / 1e3:,.0f} kB"


def _show_report(report: BuildReport, headline: str, out: Screen) -> None:
    left_out = f", {report.left_out:,} left out"
    out.show(((headline, "bold"), (left_out, "yellow" if report.left_out else "dim")))
    if report.unknown_columns:
        unknown = terminal_safe(f"Unknown columns, not read: {', '.join(report.unknown_columns)}")
        lines = textwrap.wrap(unknown, out.width, max_lines=MAX_TEXT_LINES, placeholder=ELLIPSIS)
        out.show(*(text_line(line, "dim") for line in lines))
    if report.problems:
        out.show(text_line(f"{plural(report.problem_count, 'problem')} in the rows:", "yellow"))
        listed = len(report.problems)
        which = "all" if listed == report.problem_count else f"the first {listed:,}"
        places = [(problem.place, problem.detail) for problem in report.problems]
        show_places(places, report.problem_count, f"--json lists {which}", out)
