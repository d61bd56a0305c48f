"""The client pools: the library's own clients, with one `httpx` client for each request.

For each request, `httpx` searches all connections of its client several times, and asks the system
about idle connections. With 32 connections this takes a quarter of a run's CPU time, with 100 most
of it. Each client of a pool has only one connection, so there is nothing to search. To end an
abandoned request, the sync pool closes its client.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from threading import Semaphore
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio

if TYPE_CHECKING:
    import httpx

ProxyOf: TypeAlias = Callable[[str], str | None]
"""Returns the proxy of a request to a URL, for messages."""


def no_known_proxy(_url: str) -> None:
    """Return `None`: the proxy of a client that the calling program made is unknown."""


class ClientPool:
    """Clients that each run one request at a time; a client is made when none is free.

    The client that was used last is used again first, because its connection is most probably
    still open. `clients` are all clients that the pool has made.

    Args:
        new_client: Makes a client.
        max_clients: The maximum number of clients, and so of requests at the same time. Further
            requests wait.
        proxy_of: Returns the proxy of a request to a URL, for messages.
    """

    def __init__(
        self,
        new_client: Callable[[], httpx.AsyncClient],
        max_clients: int,
        proxy_of: ProxyOf = no_known_proxy,
    ) -> None:
        self.proxy_of = proxy_of
        self.clients: list[httpx.AsyncClient] = []
        self._new_client = new_client
        self._free: list[httpx.AsyncClient] = []
        # A request lets other tasks run, so `acquire` does not need to do it.
        self._slots = anyio.Semaphore(max_clients, fast_acquire=True)

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, **options: Any
    ) -> AsyncGenerator[httpx.Response, None]:
        """Wait for a free client, send a request with it, and yield the streamed response."""
        async with self._slots:
            client = self._free.pop() if self._free else self._add_client()
            try:
                async with client.stream(method, url, **options) as response:
                    yield response
            finally:
                self._free.append(client)

    async def aclose(self) -> None:
        """Close all clients."""
        for client in self.clients:
            await client.aclose()

    def _add_client(self) -> httpx.AsyncClient:
        client = self._new_client()
        self.clients.append(client)
        return client


class SyncClientPool:
    """The same for threads; a client that was closed while it was lent is not used again.

    Args:
        new_client: Makes a client.
        max_clients: The maximum number of clients, and so of requests at the same time. Further
            requests wait.
        proxy_of: Returns the proxy of a request to a URL, for messages.
    """

    def __init__(
        self,
        new_client: Callable[[], httpx.Client],
        max_clients: int,
        proxy_of: ProxyOf = no_known_proxy,
    ) -> None:
        self.proxy_of = proxy_of
        self._new_client = new_client
        self._free: list[httpx.Client] = []
        self._lent: list[httpx.Client] = []
        self._slots = Semaphore(max_clients)

    @contextmanager
    def lend(self) -> Generator[httpx.Client, None, None]:
        """Wait for a free client, and lend it for one request."""
        with self._slots:
            try:
                client = self._free.pop()
            except IndexError:
                client = self._new_client()
            self._lent.append(client)
            try:
                yield client
            finally:
                self._lent.remove(client)
                if not client.is_closed:
                    self._free.append(client)

    def close(self) -> None:
        """Close all clients."""
        for client in (*self._free, *self._lent):
            client.close()
