"""A shop whose answers wait behind gates, so that order is decided by the test and not by time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import httpx
from modes import KIND, served

from beatport_match.testing import FakeBeatport

SLOW = "Lido in Winter"
# Nine questions: equal ones would wait for each other.
SLOW_ONES = tuple(f"{SLOW} {number}" for number in range(9))
QUICK = ("Candle Tax", "Countersunk", "Fjordline", "Brass Weather", "Copper Rain", "Tuesday")


class GatedShop(httpx.AsyncBaseTransport):
    """Answers at once, but for requests that `is_gated`: those wait until the gate is opened."""

    def __init__(self, is_gated: Callable[[str], bool]) -> None:
        self.fake = FakeBeatport(**KIND)
        self.gate = anyio.Event()
        self.arrived: list[str] = []
        self.waiting = 0
        self._is_gated = is_gated

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request.url.params.get("q", request.url.path))
        if self._is_gated(self.arrived[-1]):
            self.waiting += 1
            try:
                await self.gate.wait()
            finally:
                self.waiting -= 1
        else:
            await anyio.lowlevel.checkpoint()
        return served(self.fake, request)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self)


async def until(true: Callable[[], Any]) -> None:
    """Let the other tasks go on until something is true; a hang fails instead of lasting."""
    with anyio.fail_after(30):
        while not true():
            await anyio.lowlevel.checkpoint()
