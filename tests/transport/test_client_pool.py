"""The client pool: the number of requests at the same time, reuse of clients, cancellation."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import httpx
import pytest
from held_requests import QUICK, SLOW, SLOW_ONES, GatedBeatport, until
from modes import EXACT_SEARCH, UNPACED, with_attempts

from beatport_match import AsyncMatcher, AsyncSettings, MatchSettings
from beatport_match.testing import FakeBeatport, first
from beatport_match.transport.client_pool import ClientPool
from beatport_match.transport.http import new_async_client

pytestmark = pytest.mark.anyio


async def send(pool: ClientPool, name: str) -> None:
    async with pool.stream("GET", "https://site.example/", params={"q": name}) as response:
        await response.aread()


@pytest.mark.parametrize("max_clients", [1, 3])
async def test_no_more_requests_at_once_than_clients(max_clients: int) -> None:
    """Further requests wait for a free client; a later request reuses one."""
    site = GatedBeatport(lambda _: True)
    pool = ClientPool(site.client, max_clients)
    async with anyio.create_task_group() as group:
        for name in SLOW_ONES:
            group.start_soon(send, pool, name)
        await until(lambda: site.waiting == max_clients)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert len(site.arrived) == len(pool.clients) == max_clients
        site.gate.set()
    assert sorted(site.arrived) == sorted(SLOW_ONES)
    await send(pool, SLOW)
    assert len(pool.clients) == max_clients
    await pool.aclose()
    assert all(client.is_closed for client in pool.clients)


async def test_cancelled_request_leaves_its_client_to_the_next() -> None:
    """Also a request that is cancelled while it waits for a client."""
    site = GatedBeatport(lambda name: name == SLOW)
    pool = ClientPool(site.client, 1)
    async with anyio.create_task_group() as group:
        group.start_soon(send, pool, SLOW)
        await until(lambda: site.waiting)
        group.start_soon(send, pool, SLOW_ONES[0])
        await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    with anyio.fail_after(30):
        await send(pool, SLOW_ONES[1])
    assert site.arrived == [SLOW, SLOW_ONES[1]]
    assert len(pool.clients) == 1


async def test_client_connects_again_after_a_cancelled_request() -> None:
    """The same with a real socket, on which the server never answers the first request."""
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(1, "hang"))
    with fake.serve() as base_url:
        settings = with_attempts(base_url=base_url, max_connections=1)
        async with AsyncMatcher(settings) as matcher:
            async with anyio.create_task_group() as group:
                group.start_soon(matcher.match_track, SLOW)
                await until(lambda: fake.requests)
                group.cancel_scope.cancel()
            assert (await matcher.match_track(SLOW)).candidates


async def test_requests_one_after_the_other_share_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from beatport_match.engine import async_engine

    pools: list[ClientPool] = []

    def recorded(settings: MatchSettings) -> ClientPool:
        pools.append(new_async_client(settings))
        return pools[-1]

    monkeypatch.setattr(async_engine, "new_async_client", recorded)
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        settings = UNPACED.with_(base_url=base_url)
        async with AsyncMatcher(settings) as matcher:
            for track in QUICK:
                await matcher.match_track(track)
    assert [len(pool.clients) for pool in pools] == [1]


async def test_clients_of_a_pool_share_the_settings() -> None:
    pool = new_async_client(MatchSettings(async_io=AsyncSettings(request_timeout=12.5)))
    one, other = pool._add_client(), pool._add_client()
    assert one.timeout == other.timeout == httpx.Timeout(12.5)
    timeouts = AsyncSettings(request_timeout=12.5, connect_timeout=2, read_timeout=5)
    three = new_async_client(MatchSettings(async_io=timeouts))._add_client()
    assert three.timeout == httpx.Timeout(12.5, connect=2, read=5)
    assert one.follow_redirects is other.follow_redirects is False
    await pool.aclose()
