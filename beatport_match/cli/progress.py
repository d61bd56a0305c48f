"""How far a run has come, shown while it runs: a bar, one rewritten line, or a line now and then.

A bar needs a terminal and rich, a rewritten line a terminal; a log file gets a line every few
seconds. It knows `Progress`, counts and a screen, not what is being done.
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
from beatport_match.engine.playlist_run import OnProgress
from beatport_match.matching.match import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

STATUS_LINE_INTERVAL_S = 5.0
_BAR_CELLS = 40


@contextmanager
def progress_on(screen: Screen, label: str, total: int) -> Generator[OnProgress, None, None]:
    """Show progress within a `with` block that gives the function to tell it to."""
    with _display_on(screen, label, total) as shown:

        def tell(progress: Progress) -> None:
            shown.update(
                _ProgressState(
                    done=progress.done,
                    count=f"{progress.done}/{progress.total}",
                    time=_time(progress),
                    # Where nothing is sent, none are spoken of.
                    requests=plural(progress.requests, "request") if progress.requests else "",
                    elapsed_s=progress.elapsed_s,
                    last=progress.done == progress.total,
                )
            )

        yield tell


@contextmanager
def rows_on(screen: Screen, label: str) -> Generator[Callable[[int], None], None, None]:
    """Show how many rows were read so far, where nobody knows how many there are."""
    began, count = time.monotonic(), 0
    with _display_on(screen, f"{label}:", None) as shown:

        def tell(counted: int, *, last: bool = False) -> None:
            nonlocal count
            count, elapsed_s = counted, time.monotonic() - began
            took = f"took {duration(elapsed_s)}" if last else duration(elapsed_s)
            told = f"{plural(count, 'row')} read"
            shown.update(_ProgressState(count, told, took, "", elapsed_s, last))

        yield tell
        tell(count, last=True)


@dataclass(frozen=True, slots=True)
class _ProgressState:
    """How far it has come: in figures, and in words."""

    done: int
    count: str
    time: str
    requests: str
    elapsed_s: float
    last: bool


class _ProgressDisplay(Protocol):
    def update(self, stand: _ProgressState) -> None: ...


@contextmanager
def _display_on(
    screen: Screen, label: str, total: int | None
) -> Generator[_ProgressDisplay, None, None]:
    rewriting = screen.is_terminal and os.environ.get("TERM") != "dumb"
    console = screen.console() if rewriting else None
    if console is None:
        status = _StatusLine(screen, label, rewriting=rewriting)
        try:
            yield status
        finally:
            status.end()
        return
    with _bar(console, label, total) as bar:
        yield bar


class _StatusLine:
    """One line that is written over, or a new one every few seconds."""

    def __init__(self, screen: Screen, label: str, *, rewriting: bool) -> None:
        self._screen = screen
        self._label = label
        self._rewriting = rewriting
        self._next_at_s = STATUS_LINE_INTERVAL_S
        self._written = 0

    def update(self, stand: _ProgressState) -> None:
        told = ", ".join(filter(None, (stand.count, stand.time, stand.requests)))
        text = f"{self._label} {told}"
        if self._rewriting:
            self._screen.write(f"\r{text:<{self._written}}")
            self._written = len(text)
        elif stand.last or stand.elapsed_s >= self._next_at_s:
            self._screen.write(text + "\n")
            self._next_at_s = stand.elapsed_s + STATUS_LINE_INTERVAL_S
        self._screen.flush()

    def end(self) -> None:
        if self._written:
            self._screen.write("\n")


class _Bar:
    """Rich's bar; it runs to and fro where the total is not known."""

    def __init__(self, live: RichProgress, label: str, total: int | None) -> None:
        self._live = live
        nothing = "" if total is None else f"0/{total}"
        self._task = live.add_task(label, total=total, count=nothing, time="", requests="")

    def update(self, stand: _ProgressState) -> None:
        self._live.update(
            self._task,
            total=stand.done if stand.last else None,
            completed=stand.done,
            count=stand.count,
            time=stand.time,
            requests=stand.requests,
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
    # What is printed meanwhile is printed by us, and not to the same stream.
    with RichProgress(
        *columns, console=console, redirect_stdout=False, redirect_stderr=False
    ) as live:
        yield _Bar(live, label, total)


def _time(progress: Progress) -> str:
    if not progress.eta_s:
        return f"took {duration(progress.elapsed_s)}"
    return f"{duration(progress.eta_s)} left"
