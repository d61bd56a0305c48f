"""Fixtures: the real window, offscreen, with the fake Beatport on the loopback interface."""

from __future__ import annotations

import gc
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

# Fails a test that hangs. It is far above the time on any slow machine.
_TIMEOUT_MS = 60_000


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Skip the window's tests without PySide6; `test_without_the_toolkit` reports the reason."""
    is_missing = importlib.util.find_spec("PySide6") is None
    return True if is_missing and collection_path.name.startswith("test_window") else None


@pytest.fixture(scope="session")
def app() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


@pytest.fixture
def until(app: Any) -> Callable[[Callable[[], Any]], None]:
    """Process the window's events until a condition is true; check it after each event."""
    from PySide6.QtCore import QDeadlineTimer, QEventLoop

    def wait(is_true: Callable[[], Any]) -> None:
        end = QDeadlineTimer(_TIMEOUT_MS)
        while not is_true():
            assert not end.hasExpired(), "timeout: the condition did not become true"
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
    """Make windows that query the fake; close each at the end and wait for it."""
    from window import Window

    made: list[Any] = []
    with fake.serve() as base_url:

        def make_one(
            folder: Path = tmp_path / "program", *, fixed: bool = True, **changes: Any
        ) -> Any:
            settings = {"base_url": base_url, "requests_per_second": None, **changes}
            made.append(Window(folder, settings if fixed else {}))
            made[-1].show()
            return made[-1]

        yield make_one
        for window in made:
            window.close()
            until(lambda window=window: not window.bridge.running)
            window.bridge.close()
        # Otherwise the garbage collector can delete widgets in a thread of a later window's bridge.
        made.clear()
        gc.collect()


@pytest.fixture
def opened(make: Callable[..., Any], collection: Path, until: Any) -> Any:
    """A window that has opened the collection of the demo."""
    window = make()
    window.open(collection)
    until(lambda: window.state == "ready")
    return window


@pytest.fixture
def choose(opened: Any, until: Any) -> Callable[[str], Any]:
    """Choose a playlist of the demo in the window, and return the window."""

    def chosen(name: str) -> Any:
        bar = opened.run_bar.playlists
        bar.setCurrentIndex(bar.findData(name))
        bar.activated.emit(bar.currentIndex())
        until(lambda: opened.state == "ready")
        return opened

    return chosen
