"""Fixtures of the command line tests: a fake Beatport on 127.0.0.1, and runs of the command.

No test needs a network. A command runs in this process or in a child process, against
`FakeBeatport.serve()`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandResult

from beatport_match.cli import main, match_commands
from beatport_match.testing import FakeBeatport, demo_collection


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set a terminal of 100 columns without a proxy, and work in a temporary folder."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., CommandResult]:
    """Run the command in this process."""

    def run(*arguments: object) -> CommandResult:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        output = capsys.readouterr()
        return CommandResult(code, output.out, output.err)

    return run


@pytest.fixture
def collection() -> Iterator[Path]:
    with demo_collection() as path:
        yield path


@pytest.fixture
def base_url() -> Iterator[str]:
    with FakeBeatport().serve() as url:
        yield url


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise `KeyboardInterrupt`, also if the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def interrupt_after(monkeypatch: pytest.MonkeyPatch, interruptible: None) -> Callable[[int], None]:
    """Send SIGINT after a number of finished tracks, counted over all runs of a command."""

    def arrange(tracks: int) -> None:
        reported = 0

        @contextmanager
        def show_progress(*arguments: object) -> Iterator[Callable[[Any], None]]:
            def report(progress: Any) -> None:
                nonlocal reported
                reported += 1
                if reported == tracks:
                    signal.raise_signal(signal.SIGINT)

            yield report

        monkeypatch.setattr(match_commands, "show_progress", show_progress)

    return arrange


@pytest.fixture
def without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every import of rich fail, also in our module that uses it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("rich", "rich.console", "rich.text", "rich.progress"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "beatport_match.cli.rich_output", raising=False)
