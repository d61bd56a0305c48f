"""What the command line's tests share: a fake Beatport on the loopback, and runs of the command.

Nothing here needs a network: commands run in this process against `FakeBeatport.serve()`, or in a
child process against the same server.
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
from command_line import Ran

from beatport_match.cli import main, match_commands
from beatport_match.testing import FakeBeatport, demo_collection


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A terminal of 100 columns, no proxy, and a folder that files may be dropped in."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command in this process."""

    def run(*arguments: object) -> Ran:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

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
    """Ctrl-C as in a terminal, also where the tests run in the background and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def interrupt_after(monkeypatch: pytest.MonkeyPatch, interruptible: None) -> Callable[[int], None]:
    """Press Ctrl-C when so many tracks have been finished, over all runs of a command."""

    def arrange(tracks: int) -> None:
        told = 0

        @contextmanager
        def progress_on(*arguments: object) -> Iterator[Callable[[Any], None]]:
            def tell(progress: Any) -> None:
                nonlocal told
                told += 1
                if told == tracks:
                    signal.raise_signal(signal.SIGINT)

            yield tell

        monkeypatch.setattr(match_commands, "progress_on", progress_on)

    return arrange


@pytest.fixture
def without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("rich", "rich.console", "rich.text", "rich.progress"):
        monkeypatch.setitem(sys.modules, name, None)
