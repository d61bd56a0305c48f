"""The real window, offscreen, against the fake Beatport on the loopback."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from beatport_match.testing import FakeBeatport, demo_collection

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "desktop"))

# A wall for a run that hangs, far beyond any slow machine; nothing is timed.
_PATIENCE_MS = 60_000


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without the toolkit there is no window: `test_without_the_toolkit` says so."""
    absent = importlib.util.find_spec("PySide6") is None
    return True if absent and collection_path.name.startswith("test_window") else None


@pytest.fixture(scope="session")
def app() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


@pytest.fixture
def until(app: Any) -> Callable[[Callable[[], Any]], None]:
    """Let the window live until something is so; it is looked at whenever an event has come."""
    from PySide6.QtCore import QDeadlineTimer, QEventLoop

    def wait(so: Callable[[], Any]) -> None:
        end = QDeadlineTimer(_PATIENCE_MS)
        while not so():
            assert not end.hasExpired(), "it never came to be so"
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

    return wait


@pytest.fixture
def fake() -> FakeBeatport:
    return FakeBeatport(latency_s=0.005)


@pytest.fixture
def collection() -> Iterator[Path]:
    with demo_collection() as path:
        yield path


@pytest.fixture
def make(app: Any, tmp_path: Path, fake: FakeBeatport, until: Any) -> Iterator[Callable[..., Any]]:
    """Make windows that ask the fake; each is closed, and waited for, at the end."""
    from window import Window

    made: list[Any] = []
    with fake.serve() as base_url:

        def make_one(folder: Path = tmp_path / "program", **fixed: Any) -> Any:
            ours = {"base_url": base_url, "requests_per_second": None, **fixed}
            made.append(Window(folder, ours))
            made[-1].show()
            return made[-1]

        yield make_one
        for window in made:
            window.close()
            until(lambda window=window: not window.bridge.running)
            window.bridge.close()


@pytest.fixture
def opened(make: Callable[..., Any], collection: Path, until: Any) -> Any:
    """A window that has read the demo's collection."""
    window = make()
    window.open(collection)
    until(lambda: window.state == "ready")
    return window
