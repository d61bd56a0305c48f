"""A fake Beatport that holds responses back, so that the test decides their order and not time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import httpx
from modes import EXACT_SEARCH, served

from beatport_match.testing import FakeBeatport

SLOW = "Lido in Winter"
# Nine different titles, because equal requests would wait for each other (single flight).
SLOW_ONES = tuple(f"{SLOW} {number}" for number in range(9))
QUICK = (
    "Rook & Tallow - Candle Tax",
    "Plinth - Countersunk",
    "Torvald Eike - Fjordline",
    "Gilt Harbour - Brass Weather",
    "Dov Temperley - Copper Rain",
    "Pellam Ray - Tuesday",
)


class GatedBeatport(httpx.AsyncBaseTransport):
    """Answers at once, except requests for which `is_gated` is true: they wait for the gate."""

    def __init__(self, is_gated: Callable[[str], bool]) -> None:
        self.fake = FakeBeatport(**EXACT_SEARCH)
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


async def until(is_true: Callable[[], Any]) -> None:
    """Let the other tasks run until a condition is true; fail if that takes too long."""
    with anyio.fail_after(30):
        while not is_true():
            await anyio.lowlevel.checkpoint()
