"""The command `analyze`: read metrics files and report on them as text, JSON or an HTML page.

The command sends no request and starts no matcher.
"""

from __future__ import annotations

from argparse import Namespace
from math import inf
from pathlib import Path

from beatport_match.cli.process import ExitCode, writing_to
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.errors import MisuseError
from beatport_match.files.atomic_write import write_text
from beatport_match.model.run_metrics import PerformanceStats, RunComparison
from beatport_match.performance.analysis import analyze, compare_runs
from beatport_match.performance.files import load_metrics_from_json
from beatport_match.performance.html_report import report_page
from beatport_match.performance.text_report import (
    generate_async_io_analysis_report,
    generate_comparison_report,
)


def analyze_file(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Report on the newest of the metrics files, or compare it, and return the exit code."""
    runs = [(load_metrics_from_json(file), file) for file in options.files]
    stats, file = max(runs, key=lambda run: _start(run[0]))
    comparison = _comparison(options, stats) if options.compare else None
    if options.html:
        _write_page(options, report_page(stats, comparison))
        (err if options.json else out).show(f"Report written to {options.html}")
    if options.json:
        document = {
            "analysis": analyze(stats).model_dump(),
            "comparison": comparison.model_dump() if comparison else None,
        }
        show_json(document, out)
    elif not options.html:
        report = generate_async_io_analysis_report(stats)
        if comparison:
            report += "\n" + generate_comparison_report(comparison)
        out.show(*report.splitlines())
    if len(runs) > 1:
        err.show(f"Note: the newest of these {len(runs)} runs is {file}; the others are not used.")
    return ExitCode.DONE


def _start(stats: PerformanceStats) -> float:
    """Return when a run began, in seconds since 1970; a run without a date is the oldest."""
    start = stats.session_info.start_epoch_s
    return -inf if start is None else start


def _comparison(options: Namespace, stats: PerformanceStats) -> RunComparison:
    """Compare the two runs; the order of the two files does not matter."""
    other = load_metrics_from_json(options.compare)
    if stats.mode == other.mode and stats.mode is not None:
        raise MisuseError(
            f"{options.compare}: this run is also {other.mode}; give the metrics file of a run in "
            "the other mode."
        )
    if stats.mode == "async" or other.mode == "sync":
        stats, other = other, stats
    return compare_runs(stats, other)


def _write_page(options: Namespace, page: str) -> None:
    """Write the page, but do not overwrite a metrics file that was read."""
    target: Path = options.html
    keep_input_files(target, *options.files, options.compare, kind="metrics file")
    with writing_to(target, "--html"):
        write_text(target, page)


def keep_input_files(target: Path, *sources: Path | None, kind: str) -> None:
    """Raise `MisuseError` if the page of `--html` would overwrite a file that it is made from."""
    for source in filter(None, sources):
        if target.exists() and target.samefile(source):
            raise MisuseError(
                f"{target}: the report would overwrite this {kind}; choose another file with "
                "--html."
            )
