"""Our own async client: as many requests at once as the settings say, each on a connection."""

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


async def ask(lanes: ClientPool, name: str) -> None:
    async with lanes.stream("GET", "https://shop.example/", params={"q": name}) as response:
        await response.aread()


@pytest.mark.parametrize("most", [1, 3])
async def test_no_more_requests_at_once_than_clients(most: int) -> None:
    """settings: `max_connections` is "the most connections at once"; the others wait their turn,
    and who comes when all is quiet gets a client that is there."""
    shop = GatedBeatport(lambda _: True)
    lanes = ClientPool(shop.client, most)
    async with anyio.create_task_group() as group:
        for name in SLOW_ONES:
            group.start_soon(ask, lanes, name)
        await until(lambda: shop.waiting == most)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert len(shop.arrived) == len(lanes.made) == most
        shop.gate.set()
    assert sorted(shop.arrived) == sorted(SLOW_ONES)
    await ask(lanes, SLOW)
    assert len(lanes.made) == most
    await lanes.aclose()
    assert all(client.is_closed for client in lanes.made)


async def test_a_request_given_up_leaves_its_client_to_the_next() -> None:
    """Lanes: what was broken off, waiting for a client or for its answer, takes none along."""
    shop = GatedBeatport(lambda name: name == SLOW)
    lanes = ClientPool(shop.client, 1)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, lanes, SLOW)
        await until(lambda: shop.waiting)
        group.start_soon(ask, lanes, SLOW_ONES[0])
        await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    with anyio.fail_after(30):
        await ask(lanes, SLOW_ONES[1])
    assert shop.arrived == [SLOW, SLOW_ONES[1]]
    assert len(lanes.made) == 1


async def test_a_connection_that_hung_is_no_loss() -> None:
    """The same on a socket: a client whose connection was broken off connects anew."""
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(1, "hang"))
    with fake.serve() as base_url:
        settings = with_attempts(base_url=base_url, max_connections=1)
        async with AsyncMatcher(settings) as matcher:
            async with anyio.create_task_group() as group:
                group.start_soon(matcher.match_track, SLOW)
                await until(lambda: fake.requests)
                group.cancel_scope.cancel()
            assert (await matcher.match_track(SLOW)).candidates


async def test_one_after_the_other_they_share_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lanes: the last to be free is lent first, so a quiet matcher keeps one connection."""
    from beatport_match.engine import async_engine

    ours: list[ClientPool] = []

    def kept(settings: MatchSettings) -> ClientPool:
        ours.append(new_async_client(settings))
        return ours[-1]

    monkeypatch.setattr(async_engine, "new_async_client", kept)
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        settings = UNPACED.model_copy(update={"base_url": base_url})
        async with AsyncMatcher(settings) as matcher:
            for track in QUICK:
                await matcher.match_track(track)
    assert [len(lanes.made) for lanes in ours] == [1]


async def test_they_are_one_visitor() -> None:
    """Lanes: a cookie that came over one connection goes out over each, and the settings hold."""
    lanes = new_async_client(MatchSettings(async_io=AsyncSettings(request_timeout=12.5)))
    one, other = lanes._another(), lanes._another()
    assert one.timeout == other.timeout == httpx.Timeout(12.5)
    assert one.follow_redirects is other.follow_redirects is False
    one.cookies.set("seen", "1", "shop.example")
    assert other.build_request("GET", "https://shop.example/").headers["cookie"] == "seen=1"
    await lanes.aclose()
