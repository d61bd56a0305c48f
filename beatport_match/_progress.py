"""How far a run has come, shown while it runs: a bar, one rewritten line, or a line now and then.

A bar needs a terminal and rich, a rewritten line a terminal; a log file gets a line every few
seconds. It knows `Progress` and a screen, not what is being matched.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from beatport_match._runs import OnProgress
from beatport_match._screen import Screen
from beatport_match._table import duration, plural
from beatport_match.matches import Progress

if TYPE_CHECKING:
    from rich.console import Console

_LINE_EVERY_S = 5.0
_BAR_CELLS = 40


@contextmanager
def progress_on(screen: Screen, label: str, total: int) -> Generator[OnProgress, None, None]:
    """Show progress within a `with` block that gives the function to tell it to."""
    rewriting = screen.is_terminal and os.environ.get("TERM") != "dumb"
    console = screen.console() if rewriting else None
    if console is None:
        status = _StatusLine(screen, label, rewriting=rewriting)
        try:
            yield status.tell
        finally:
            status.end()
        return
    with _bar(console, label, total) as tell:
        yield tell


class _StatusLine:
    """One line that is written over, or a new one every few seconds."""

    def __init__(self, screen: Screen, label: str, *, rewriting: bool) -> None:
        self._screen = screen
        self._label = label
        self._rewriting = rewriting
        self._due_s = _LINE_EVERY_S
        self._written = 0

    def tell(self, progress: Progress) -> None:
        text = f"{self._label} {_count(progress)}, {_time(progress)}, {_requests(progress)}"
        if self._rewriting:
            self._screen.write(f"\r{text:<{self._written}}")
            self._written = len(text)
        elif progress.done == progress.total or progress.elapsed_s >= self._due_s:
            self._screen.write(text + "\n")
            self._due_s = progress.elapsed_s + _LINE_EVERY_S
        self._screen.flush()

    def end(self) -> None:
        if self._written:
            self._screen.write("\n")


@contextmanager
def _bar(console: Console, label: str, total: int) -> Generator[OnProgress, None, None]:
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}", style="bold"),
        BarColumn(_BAR_CELLS),
        TextColumn("{task.fields[count]}"),
        TextColumn("{task.fields[time]}", style="cyan"),
        TextColumn("{task.fields[requests]}", style="dim"),
    )
    # What is printed meanwhile is printed by us, and not to the same stream.
    live = RichProgress(*columns, console=console, redirect_stdout=False, redirect_stderr=False)
    with live:
        task = live.add_task(label, total=total, count=f"0/{total}", time="", requests="")

        def tell(progress: Progress) -> None:
            live.update(
                task,
                completed=progress.done,
                count=_count(progress),
                time=_time(progress),
                requests=_requests(progress),
            )

        yield tell


def _count(progress: Progress) -> str:
    return f"{progress.done}/{progress.total}"


def _time(progress: Progress) -> str:
    if not progress.eta_s:
        return f"took {duration(progress.elapsed_s)}"
    return f"{duration(progress.eta_s)} left"


def _requests(progress: Progress) -> str:
    return plural(progress.requests, "request")
