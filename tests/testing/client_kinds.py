"""Clients of a fake: the transport in sync, asyncio and trio clients, and the real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import anyio
import httpx
import pytest

from beatport_match.testing import FakeBeatport

Send = Callable[..., httpx.Response]
CLIENT_KINDS = ("sync", "asyncio", "trio", "server")
every_client_kind = pytest.mark.parametrize("client_kind", CLIENT_KINDS)


@contextmanager
def client(fake: FakeBeatport, client_kind: str, timeout: float = 60.0) -> Iterator[Send]:
    """Give `send(path, method="GET", **more)` over the transport or over a real socket.

    `timeout` in seconds limits only the wait for an answer.
    """
    limit = httpx.Timeout(60.0, read=timeout)
    if client_kind in ("sync", "server"):
        server = fake.serve() if client_kind == "server" else nullcontext("http://fake")
        transport = None if client_kind == "server" else fake.transport()
        with server as url, httpx.Client(transport=transport, base_url=url, timeout=limit) as c:
            yield lambda path, method="GET", **more: c.request(method, path, **more)
        return

    async def send(path: str, method: str, more: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=fake.transport(), base_url="http://fake", timeout=limit
        ) as c:
            return await c.request(method, path, **more)

    yield lambda path, method="GET", **more: anyio.run(
        send, path, method, more, backend=client_kind
    )
