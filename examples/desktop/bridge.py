"""The bridge between a window and the library: an event loop in a thread of its own, and signals.

Nothing here knows a widget. For another toolkit, put its way of saying "do this in the window's
thread" in the place of Qt's signals: `wx.CallAfter`, `GLib.idle_add`, tk's `after`.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
from anyio.from_thread import start_blocking_portal
from PySide6.QtCore import QObject, Signal

from beatport_match import MatchSettings, Track, amatch_playlist, match_playlist

# Each cell that is painted waits for Python's lock as long as the library's thread may keep it,
# 5 ms by default: a table of them stands still.
_TURN_S = 0.0002


def share_python() -> None:
    """Let the window have its turn often; for the program to call once, when all is imported."""
    sys.setswitchinterval(_TURN_S)
    gc.collect()
    gc.freeze()


class Bridge(QObject):
    """Runs the library away from the window's thread, one run at a time.

    Its signals arrive in the thread that made it, if they are connected to methods of Qt objects;
    a plain function would be called in the library's thread.
    """

    progressed = Signal(object)
    """A `Progress`, after each track."""
    finished = Signal(object)
    """The `PlaylistMatch` of a run that came to its end or was stopped."""
    failed = Signal(object)
    """The exception that ended a run instead, such as a `JournalError`."""
    ended = Signal()
    """After either, and after a run that was cancelled."""
    _came = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopping = threading.Event()
        self._run: Future[None] | None = None
        self._resources = ExitStack()
        self._portal = self._resources.enter_context(start_blocking_portal())
        self._came.connect(self._give)
        self.ended.connect(self._over)

    @property
    def running(self) -> bool:
        """Whether a run has begun and its `ended` has not arrived."""
        return self._run is not None

    def start(self, tracks: Sequence[Track], settings: MatchSettings, journal: Path | None) -> None:
        """Begin a run, sync or async as the settings say; both arrive by the same signals."""
        assert not self.running
        self._stopping.clear()
        self._run = self._portal.start_task_soon(self._match, tracks, settings, journal)

    def stop(self) -> None:
        """End the run at its next decision; what is done by then arrives with `finished`."""
        self._stopping.set()

    def cancel(self) -> None:
        """End the run as soon as it can be: async at once, sync when its request is answered."""
        self._stopping.set()
        if self._run is not None:
            self._run.cancel()

    def call(self, then: Callable[[Any], None], function: Callable[..., Any], *given: Any) -> None:
        """Do other work away from the window; `then` gets what it gave, or the exception."""
        self._portal.start_task_soon(self._work, then, partial(function, *given))

    def close(self) -> None:
        """End whatever runs and wait for it; no signal is sent afterwards."""
        self.cancel()
        self._resources.close()

    async def _match(
        self, tracks: Sequence[Track], settings: MatchSettings, journal: Path | None
    ) -> None:
        how: dict[str, Any] = {
            "settings": settings,
            "journal": journal,
            "on_progress": self.progressed.emit,
            "stop": self._stopping.is_set,
        }
        try:
            if settings.async_io.enabled:
                result = await amatch_playlist(tracks, **how)
            else:
                result = await anyio.to_thread.run_sync(partial(match_playlist, tracks, **how))
            self.finished.emit(result)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window has to tell it
            self.failed.emit(error)
        finally:
            self.ended.emit()

    async def _work(self, then: Callable[[Any], None], work: Callable[[], Any]) -> None:
        try:
            came = await anyio.to_thread.run_sync(work)
        except Exception as error:  # noqa: BLE001 - the same
            came = error
        self._came.emit(then, came)

    def _give(self, then: Callable[[Any], None], came: Any) -> None:
        then(came)

    def _over(self) -> None:
        self._run = None
