"""The bridge between a window and the library: an event loop in its own thread, and signals.

This module uses no widgets. For another toolkit, replace Qt's signals by its way to call a function
in the window's thread: `wx.CallAfter`, `GLib.idle_add`, tk's `after`.
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

from beatport_match import AsyncMatcher, Decisions, Matcher, MatchSettings, Track

# To paint a cell, the window needs the GIL, which the library's thread may hold for the switch
# interval. With the default of 5 ms, a table with many cells freezes.
_SWITCH_INTERVAL_S = 0.0002


def share_python() -> None:
    """Give the GIL to the window more often; call this once, after all imports."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()


class Bridge(QObject):
    """Runs the library outside the window's thread, one run at a time.

    Connect the signals to methods of Qt objects: then they are delivered in the thread that created
    the bridge. A plain function would be called in the library's thread.
    """

    progressed = Signal(object)
    """A `Progress`, after each track."""
    finished = Signal(object)
    """The `PlaylistMatch` of a run that finished or was stopped."""
    failed = Signal(object)
    """The exception that ended a run, such as a `JournalError`."""
    ended = Signal()
    """After `finished` or `failed`, and after a run that was cancelled."""
    _work_done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopping = threading.Event()
        self._run: Future[None] | None = None
        self._resources = ExitStack()
        self._portal = self._resources.enter_context(start_blocking_portal())
        self._work_done.connect(self._call_back)
        self.ended.connect(self._clear_run)

    @property
    def running(self) -> bool:
        """Whether a run was started and its `ended` has not arrived yet."""
        return self._run is not None

    def start(
        self,
        tracks: Sequence[Track],
        settings: MatchSettings,
        journal: Path | None = None,
        decisions: Callable[[], Decisions] | None = None,
    ) -> None:
        """Start a run, sync or async as the settings say; both use the same signals.

        Args:
            tracks: The tracks.
            settings: The settings of the run.
            journal: The journal from which the run resumes; `None` for none.
            decisions: Reads the file of decisions, which may block; `None` for no decisions.
        """
        assert not self.running
        self._stopping.clear()
        self._run = self._portal.start_task_soon(self._match, tracks, settings, journal, decisions)

    def stop(self) -> None:
        """Stop the run at its next step; the finished part arrives with `finished`."""
        self._stopping.set()

    def cancel(self) -> None:
        """Cancel the run: async at once, sync when the request in flight is answered."""
        self._stopping.set()
        if self._run is not None:
            self._run.cancel()

    def call(self, then: Callable[[Any], None], function: Callable[..., Any], *args: Any) -> None:
        """Run a function outside the window's thread; `then` gets its result or its exception."""
        self._portal.start_task_soon(self._work, then, partial(function, *args))

    def close(self) -> None:
        """Cancel the run and wait for its end; no signal is sent afterwards."""
        self.cancel()
        self._resources.close()

    async def _match(
        self,
        tracks: Sequence[Track],
        settings: MatchSettings,
        journal: Path | None,
        decisions: Callable[[], Decisions] | None,
    ) -> None:
        options: dict[str, Any] = {
            "journal": journal,
            "on_progress": self.progressed.emit,
            "stop": self._stopping.is_set,
        }
        try:
            known = await anyio.to_thread.run_sync(decisions) if decisions else None
            if settings.async_io.enabled:
                # Each run has its own matcher, so that two runs can be compared.
                async with AsyncMatcher(settings, decisions=known) as matcher:
                    result = await matcher.match_playlist(tracks, **options)
            else:
                with Matcher(settings, decisions=known) as matcher:
                    call = partial(matcher.match_playlist, tracks, **options)
                    result = await anyio.to_thread.run_sync(call)
            self.finished.emit(result)
        except Exception as error:  # noqa: BLE001 - the window reports every exception
            self.failed.emit(error)
        finally:
            self.ended.emit()

    async def _work(self, then: Callable[[Any], None], work: Callable[[], Any]) -> None:
        try:
            result = await anyio.to_thread.run_sync(work)
        except Exception as error:  # noqa: BLE001 - the same
            result = error
        self._work_done.emit(then, result)

    def _call_back(self, then: Callable[[Any], None], result: Any) -> None:
        then(result)

    def _clear_run(self) -> None:
        self._run = None
