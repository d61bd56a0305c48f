"""Our own async client: a client of its own for each request under way.

With every request, `httpx` goes through all the connections of a client several times, and asks
the system about idle ones: with 32 of them that is a quarter of what a run costs the processor,
with 100 most of it. A client that has but one has nothing to go through.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    import httpx


class ClientPool:
    """Clients, each lent to one request at a time and made when none is free, so many at the most.

    The last to be free is lent first, being the likeliest to be connected still.
    """

    def __init__(self, new: Callable[[], httpx.AsyncClient], most: int) -> None:
        self.made: list[httpx.AsyncClient] = []
        self._new = new
        self._free: list[httpx.AsyncClient] = []
        # A request lets the others go first anyway, so that getting a place need not.
        self._places = anyio.Semaphore(most, fast_acquire=True)

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, **given: Any
    ) -> AsyncGenerator[httpx.Response, None]:
        """The answer to a request, as `httpx` streams it, once a client is free."""
        async with self._places:
            client = self._free.pop() if self._free else self._another()
            try:
                async with client.stream(method, url, **given) as response:
                    yield response
            finally:
                self._free.append(client)

    async def aclose(self) -> None:
        """Close them all."""
        for client in self.made:
            await client.aclose()

    def _another(self) -> httpx.AsyncClient:
        client = self._new()
        self.made.append(client)
        return client
