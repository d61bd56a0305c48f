"""The progress of a run, shown while it runs.

A terminal with rich gets a progress bar. Any other stream, such as a log file, gets a new line
every few seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from beatport_match.cli.match_table import duration, plural
from beatport_match.cli.terminal import Screen
from beatport_match.engine.arguments import OnProgress
from beatport_match.matching.progress import Progress

LINE_INTERVAL_S = 5.0

_Update: TypeAlias = Callable[[int, int | None, str], None]
"""Shows the number of finished items, their total if it is known, and a text."""


@contextmanager
def show_progress(screen: Screen, label: str, total: int) -> Generator[OnProgress, None, None]:
    """Show the progress of a playlist run; the block gets the function that reports progress."""
    with _display_on(screen, label, total) as update:

        def report(progress: Progress) -> None:
            details = [f"{progress.done}/{progress.total}"]
            if progress.eta_s:
                details.append(f"{duration(progress.eta_s)} left")
            else:
                details.append(f"took {duration(progress.elapsed_s)}")
            # A run over offline catalogues sends no requests and does not mention them.
            if progress.requests:
                details.append(plural(progress.requests, "request"))
            update(progress.done, progress.total, ", ".join(details))

        yield report


@contextmanager
def show_row_count(
    screen: Screen, label: str, unit: str = "row", verb: str = "read"
) -> Generator[Callable[[int], None], None, None]:
    """Show the number of rows that were read; their total is not known in advance."""
    began, rows = time.monotonic(), 0
    with _display_on(screen, f"{label}:", None) as update:

        def report(count: int, *, is_last: bool = False) -> None:
            nonlocal rows
            rows = count
            elapsed = ("took " if is_last else "") + duration(time.monotonic() - began)
            update(rows, rows if is_last else None, f"{plural(rows, unit)} {verb}, {elapsed}")

        yield report
        report(rows, is_last=True)


def _display_on(screen: Screen, label: str, total: int | None) -> AbstractContextManager[_Update]:
    # A dumb terminal cannot move its cursor.
    is_rewritable = screen.isatty() and os.environ.get("TERM") != "dumb"
    if not is_rewritable or screen.console is None:
        return _lines(screen, label)
    from beatport_match.cli.rich_output import progress_bar

    return progress_bar(screen.console, label, total)


@contextmanager
def _lines(screen: Screen, label: str) -> Generator[_Update, None, None]:
    shown_at_s = time.monotonic()

    def update(done: int, total: int | None, details: str) -> None:
        nonlocal shown_at_s
        if done == total or time.monotonic() - shown_at_s >= LINE_INTERVAL_S:
            screen.show(f"{label} {details}")
            screen.flush()
            shown_at_s = time.monotonic()

    yield update
