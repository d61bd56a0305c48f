"""Both engines without a network: scripted slots, faults and time, answered by the fake's pages.

Faults depend on the address and on how often it was requested. The clock moves only when the engine
works, so that even the times of sync and async runs can be equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from zlib import crc32

import anyio
import anyio.lowlevel

from beatport_match.beatport import WebSource
from beatport_match.engine.arguments import never_stop
from beatport_match.engine.async_engine import AsyncEngine
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.errors import BeatportUnavailable, Failure
from beatport_match.matching.protocol import (
    CachedResult,
    ParsedResult,
    Recorded,
    Request,
    Response,
    SearchFlow,
)
from beatport_match.settings.models import AsyncSettings, MatchSettings
from beatport_match.testing import FakeBeatport, Fault
from beatport_match.transport.shared import own_state

FAKE = FakeBeatport()
SOURCE = WebSource(base_url="https://www.beatport.com", max_results=50, user_agent="test")
SETTINGS = MatchSettings(wanted_fields=("preview_url", "isrc"))
STOPPED = Failure("stopped", "the script ends here")
UNLIMITED_SLOTS = 10**6


class _ScriptedLimiter:
    """A slot is free after a quarter of a second, until there are no more."""

    per_second, circuit_open = None, False

    def __init__(self, slots: int) -> None:
        self._slots = slots

    def reserve(self, now: float) -> float | Failure:
        self._slots -= 1
        return 0.25 if self._slots >= 0 else STOPPED

    def record(self, value: ParsedResult | Failure, *, sent: float, now: float) -> None:
        pass

    async def areserve(self, now: float) -> float | Failure:
        return self.reserve(now)

    async def arecord(self, value: ParsedResult | Failure, *, sent: float, now: float) -> None:
        pass


class _ScriptedCache:
    on_disk = False

    def __init__(self) -> None:
        self._results: dict[str, CachedResult] = {}

    def get(self, request: Request) -> CachedResult | None:
        return self._results.get(request.canonical)

    def put(self, request: Request, value: ParsedResult) -> None:
        self._results[request.canonical] = CachedResult(value=value, age_s=1.0)


class _Script:
    """What both scripted engines share: the clock, the faults and the fake's replies."""

    def __init__(
        self, faults: list[Fault | None], slots: int, attempts: int, concurrency: int = 3
    ) -> None:
        limits = AsyncSettings(retry_attempts=attempts, max_concurrent_requests=concurrency)
        ages = {"cache_ttl_s": 60.0, "cache_page_ttl_s": 60.0}
        settings = MatchSettings(async_io=limits, **ages)
        super().__init__(settings, None, own_state(settings))  # type: ignore[call-arg]
        self.rate_limiter: Any = _ScriptedLimiter(slots)
        self._cache: Any = _ScriptedCache()
        self.requested = Counter[str]()
        self._faults, self.clock = faults, 100.0

    def now(self) -> float:
        return self.clock

    def jitter(self) -> float:
        return 0.5

    def reply(self, request: Request) -> Response | Failure:
        path = urlsplit(request.url).path
        target = f"{path}?{urlencode(request.params)}" if request.params else path
        self.requested[target] += 1
        self.clock += 0.5
        count = crc32(target.encode()) + self.requested[target]
        reply = FAKE.respond("GET", target, self._faults[count % len(self._faults)])
        if reply.delivery in {"reset", "hang"}:
            kind = "network" if reply.delivery == "reset" else "timeout"
            return Failure(kind, reply.delivery, request.url)
        headers = dict(reply.headers)
        return Response(status=reply.status, url=request.url, headers=headers, body=reply.body)


class ScriptedEngine(_Script, SyncEngine):
    """The sync engine, scripted."""

    def _transmit(self, request: Request, stop: Callable[[], bool]) -> Response | Failure:
        return self.reply(request)

    def _sleep(self, seconds: float, stop: Callable[[], bool]) -> Failure | None:
        self.clock += seconds
        return None


class AsyncScriptedEngine(_Script, AsyncEngine):
    """The async engine, scripted; each wait lets the other tasks run first."""

    async def _transmit(self, request: Request, stop: Callable[[], bool]) -> Response | Failure:
        await anyio.lowlevel.checkpoint()
        return self.reply(request)

    async def _sleep(self, seconds: float, stop: Callable[[], bool]) -> Failure | None:
        await anyio.lowlevel.checkpoint()
        self.clock += seconds
        return None


def run_in_all_modes(
    flow: Callable[[], SearchFlow[Any]], *script: Any
) -> list[Recorded[Any] | Failure]:
    """Run the same search flow in sync, on asyncio and on trio."""

    async def run_async() -> Recorded[Any]:
        return await AsyncScriptedEngine(*script).run(flow(), never_stop)

    runs: list[Callable[[], Recorded[Any]]] = [
        lambda: ScriptedEngine(*script).run(flow(), never_stop)
    ]
    runs += [lambda loop=loop: anyio.run(run_async, backend=loop) for loop in ("asyncio", "trio")]
    results: list[Recorded[Any] | Failure] = []
    for run in runs:
        try:
            results.append(run())
        except BeatportUnavailable as error:
            results.append(error.failure)
    return results
