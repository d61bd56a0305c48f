"""The progress of a run, shown while it runs.

A terminal with rich gets a progress bar, a terminal without rich one line that is rewritten, and
any other stream, such as a log file, a new line every few seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from beatport_match.cli.match_table import duration, plural
from beatport_match.cli.terminal import Screen
from beatport_match.engine.arguments import OnProgress
from beatport_match.matching.match import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

STATUS_LINE_INTERVAL_S = 5.0
_BAR_CELLS = 40


@contextmanager
def show_progress(screen: Screen, label: str, total: int) -> Generator[OnProgress, None, None]:
    """Show the progress of a playlist run; the block gets the function that reports progress."""
    with _display_on(screen, label, total) as display:

        def report(progress: Progress) -> None:
            display.update(
                _ProgressState(
                    done=progress.done,
                    count=f"{progress.done}/{progress.total}",
                    time=_time(progress),
                    # A run over offline catalogues sends no requests and does not mention them.
                    requests=plural(progress.requests, "request") if progress.requests else "",
                    elapsed_s=progress.elapsed_s,
                    last=progress.done == progress.total,
                )
            )

        yield report


@contextmanager
def show_row_count(screen: Screen, label: str) -> Generator[Callable[[int], None], None, None]:
    """Show the number of rows that were read; their total is not known in advance."""
    began, rows = time.monotonic(), 0
    with _display_on(screen, f"{label}:", None) as display:

        def report(count: int, *, last: bool = False) -> None:
            nonlocal rows
            rows, elapsed_s = count, time.monotonic() - began
            took = f"took {duration(elapsed_s)}" if last else duration(elapsed_s)
            text = f"{plural(rows, 'row')} read"
            display.update(_ProgressState(rows, text, took, "", elapsed_s, last))

        yield report
        report(rows, last=True)


@dataclass(frozen=True, slots=True)
class _ProgressState:
    """The progress as numbers (`done`, `elapsed_s`) and as texts to show (the other fields)."""

    done: int
    count: str
    time: str
    requests: str
    elapsed_s: float
    last: bool


class _ProgressDisplay(Protocol):
    def update(self, state: _ProgressState) -> None: ...


@contextmanager
def _display_on(
    screen: Screen, label: str, total: int | None
) -> Generator[_ProgressDisplay, None, None]:
    is_rewritable = screen.is_terminal and os.environ.get("TERM") != "dumb"
    console = screen.console() if is_rewritable else None
    if console is None:
        status = _StatusLine(screen, label, rewrite=is_rewritable)
        try:
            yield status
        finally:
            status.end()
        return
    with _bar(console, label, total) as bar:
        yield bar


class _StatusLine:
    """One line that is rewritten, or a new line every `STATUS_LINE_INTERVAL_S` seconds."""

    def __init__(self, screen: Screen, label: str, *, rewrite: bool) -> None:
        self._screen = screen
        self._label = label
        self._rewrite = rewrite
        self._next_at_s = STATUS_LINE_INTERVAL_S
        self._written = 0

    def update(self, state: _ProgressState) -> None:
        details = ", ".join(filter(None, (state.count, state.time, state.requests)))
        text = f"{self._label} {details}"
        if self._rewrite:
            self._screen.write(f"\r{text:<{self._written}}")
            self._written = len(text)
        elif state.last or state.elapsed_s >= self._next_at_s:
            self._screen.write(text + "\n")
            self._next_at_s = state.elapsed_s + STATUS_LINE_INTERVAL_S
        self._screen.flush()

    def end(self) -> None:
        if self._written:
            self._screen.write("\n")


class _Bar:
    """Rich's progress bar; without a total it moves back and forth."""

    def __init__(self, live: RichProgress, label: str, total: int | None) -> None:
        self._live = live
        count = "" if total is None else f"0/{total}"
        self._task = live.add_task(label, total=total, count=count, time="", requests="")

    def update(self, state: _ProgressState) -> None:
        self._live.update(
            self._task,
            total=state.done if state.last else None,
            completed=state.done,
            count=state.count,
            time=state.time,
            requests=state.requests,
        )


@contextmanager
def _bar(console: Console, label: str, total: int | None) -> Generator[_Bar, None, None]:
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}", style="bold"),
        BarColumn(_BAR_CELLS),
        TextColumn("{task.fields[count]}"),
        TextColumn("{task.fields[time]}", style="cyan"),
        TextColumn("{task.fields[requests]}", style="dim"),
    )
    # Rich must not redirect the streams: all other output is ours and goes to the other stream.
    with RichProgress(
        *columns, console=console, redirect_stdout=False, redirect_stderr=False
    ) as live:
        yield _Bar(live, label, total)


def _time(progress: Progress) -> str:
    if not progress.eta_s:
        return f"took {duration(progress.elapsed_s)}"
    return f"{duration(progress.eta_s)} left"
