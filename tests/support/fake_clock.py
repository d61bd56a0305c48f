"""A clock of both engines on which a wait takes no time: backoff, rate limit, pauses, probes.

The time between two waits is real. The fixtures `skipped_waits` and `short_polls` use it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anyio.lowlevel
import pytest

from beatport_match.engine.async_engine import AsyncEngine
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.engine.track_outcome import STOPPED
from beatport_match.errors import Failure

Stop = Callable[[], bool]
_POLLING = ("engine.sync_engine", "engine.async_engine", "transport.http")


class FakeClock:
    """The clock: real time, and the waits that were skipped."""

    _skipped_s = 0.0

    def now(self) -> float:
        return time.monotonic() + self._skipped_s

    def skip_to(self, until_s: float) -> None:
        self._skipped_s += max(0.0, until_s - self.now())

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let every engine use this clock until the end of the test."""

        def now(_: Any) -> float:
            return self.now()

        def sleep(_: Any, seconds: float, stop: Stop) -> Failure | None:
            self.skip_to(self.now() + seconds)
            return STOPPED if stop() else None

        async def asleep(_: Any, seconds: float, stop: Stop) -> Failure | None:
            until_s = self.now() + seconds
            await anyio.lowlevel.checkpoint()
            # Waits of several tasks overlap, as they do with a real clock.
            self.skip_to(until_s)
            return STOPPED if stop() else None

        monkeypatch.setattr(SyncEngine, "now", now)
        monkeypatch.setattr(AsyncEngine, "now", now)
        monkeypatch.setattr(SyncEngine, "_sleep", sleep)
        monkeypatch.setattr(AsyncEngine, "_sleep", asleep)


def shorten_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engines check `stop` every 10 ms, so that a test of it does not wait 0.25 s."""
    for module in _POLLING:
        monkeypatch.setattr(f"beatport_match.{module}.STOP_POLL_INTERVAL_S", 0.01)
