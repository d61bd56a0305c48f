"""HTTP clients of a matcher: kind, lifetime, and one rate limit for all tasks and threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
import pytest
from held_requests import QUICK, SLOW, GatedBeatport, until
from modes import EXACT_SEARCH, UNPACED, Mode, bridged, with_attempts

from beatport_match import (
    AsyncMatcher,
    AsyncSettings,
    Matcher,
    MisuseError,
    aiter_matches,
    amatch_playlist,
    amatch_track,
    iter_matches,
    match_playlist,
    match_track,
)
from beatport_match.testing import FakeBeatport, first

# One request in a thousand seconds: the duration of the test itself is negligible.
SLOW_RATE = 0.001


def test_sync_functions_reject_an_async_client() -> None:
    """Before a request is sent; also if the async engine runs from sync code."""
    wrong = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    for call in (
        lambda: Matcher(http_client=wrong),
        lambda: Matcher(bridged(UNPACED), http_client=wrong),
        lambda: match_track(SLOW, http_client=wrong),
        lambda: match_playlist([SLOW], http_client=wrong),
        lambda: iter_matches([SLOW], http_client=wrong),
    ):
        with pytest.raises(MisuseError, match=r"http_client .* sync client .* async one"):
            call()


@pytest.mark.anyio
async def test_async_functions_reject_a_sync_client() -> None:
    with httpx.Client(transport=FakeBeatport().transport()) as wrong:
        calls: list[Callable[[], Any]] = [
            lambda: AsyncMatcher(http_client=wrong),
            lambda: aiter_matches([SLOW], http_client=wrong),
        ]
        for call in calls:
            with pytest.raises(MisuseError, match=r"http_client .* async client .* sync one"):
                call()
        for match in (
            amatch_track(SLOW, http_client=wrong),
            amatch_playlist([], http_client=wrong),
        ):
            with pytest.raises(MisuseError, match="http_client"):
                await match


@pytest.fixture
def own_clients(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record the clients that matchers make themselves."""
    made: list[Any] = []
    for kind in (httpx.Client, httpx.AsyncClient):

        def recorded(client: Any, *args: Any, init: Any = kind.__init__, **options: Any) -> None:
            made.append(client)
            init(client, *args, **options)

        monkeypatch.setattr(kind, "__init__", recorded)
    return made


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio", "bridge"])
def test_own_client_follows_the_settings_and_is_closed(name: Any, own_clients: list[Any]) -> None:
    """A sync matcher makes one client, an async one a client for each request in flight."""
    settings = UNPACED.with_(max_connections=7, async_io=AsyncSettings(request_timeout=12.5))
    fake = FakeBeatport(**EXACT_SEARCH)
    with fake.serve() as base_url:
        settings = settings.with_(base_url=base_url)
        result = Mode(name).call("match_playlist", QUICK, settings=settings)
    assert len(result.matched) > 0
    max_clients = 1 if name == "sync" else settings.async_io.max_concurrent_tracks
    assert 1 <= len(own_clients) <= max_clients
    for client in own_clients:
        assert client.is_closed
        assert client.timeout == httpx.Timeout(12.5)
        assert client.follow_redirects is False


def test_matcher_without_requests_makes_no_client(own_clients: list[Any]) -> None:
    with Matcher(UNPACED) as matcher:
        assert matcher.match_playlist([]).matches == ()
    assert own_clients == []


@pytest.mark.parametrize("stops_early", [False, True])
def test_iter_matches_closes_its_client(own_clients: list[Any], stops_early: bool) -> None:
    """After the last match, and when the caller drops the iterator before it."""
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        matches = iter_matches(QUICK, settings=UNPACED.with_(base_url=base_url))
        next(matches)
        assert not own_clients[0].is_closed
        if stops_early:
            del matches
        else:
            assert len(list(matches)) == len(QUICK) - 1
    assert [client.is_closed for client in own_clients] == [True]


@pytest.mark.parametrize("stops_early", [False, True])
@pytest.mark.anyio
async def test_a_matcher_closes_its_client_after_a_stream(
    own_clients: list[Any], stops_early: bool
) -> None:
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        settings = UNPACED.with_(base_url=base_url)
        async with AsyncMatcher(settings) as matcher:
            async for _ in matcher.iter_matches(QUICK):
                assert not any(client.is_closed for client in own_clients)
                if stops_early:
                    break
        assert all(client.is_closed for client in own_clients)
    assert own_clients


@pytest.mark.parametrize("enabled", [False, True])
def test_sync_client_of_the_caller_stays_open(enabled: bool) -> None:
    """Also if it is used by the async engine, which runs from sync code."""
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = bridged(UNPACED) if enabled else UNPACED
    with httpx.Client(transport=fake.transport()) as client:
        result = match_playlist(QUICK, settings=settings, http_client=client)
        assert not client.is_closed
    assert result.metrics.mode == ("async" if enabled else "sync")
    assert len(result.matched) == len(QUICK)


@pytest.mark.anyio
async def test_async_client_of_the_caller_stays_open() -> None:
    """With every async function."""
    async with httpx.AsyncClient(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
        await amatch_track(SLOW, settings=UNPACED, http_client=client)
        await amatch_playlist([SLOW], settings=UNPACED, http_client=client)
        matches = aiter_matches([SLOW], settings=UNPACED, http_client=client)
        assert len([match async for match in matches]) == 1
        assert not client.is_closed


@pytest.mark.anyio
async def test_sync_call_of_the_async_engine_is_rejected_inside_a_loop() -> None:
    """The error names the function to use instead."""
    with pytest.raises(MisuseError, match="amatch_playlist"):
        match_playlist([SLOW], settings=bridged(UNPACED))


def test_sync_call_of_the_async_engine_is_rejected_in_a_callback() -> None:
    """In a callback, a loop runs but no task: a timer, a signal, an event of a GUI toolkit."""
    errors = list[BaseException]()

    def callback() -> None:
        try:
            match_playlist([SLOW], settings=bridged(UNPACED))
        except MisuseError as error:
            errors.append(error)

    async def run() -> None:
        asyncio.get_running_loop().call_soon(callback)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert "amatch_playlist" in str(errors[0])


@pytest.mark.anyio
async def test_sync_call_of_the_async_engine_works_in_a_worker_thread() -> None:
    """A program with an event loop runs sync code in worker threads."""

    def work() -> int:
        with httpx.Client(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
            result = match_playlist(QUICK, settings=bridged(UNPACED), http_client=client)
            return len(result.matched)

    assert await anyio.to_thread.run_sync(work) == len(QUICK)


def test_httpx2_clients_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync and async, with a retry after a network error."""
    httpx2 = pytest.importorskip("httpx2")
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(1, "reset"))
    with fake.serve() as base_url:
        settings = with_attempts(attempts=2, base_url=base_url)
        with httpx2.Client() as client:
            assert match_track(SLOW, settings=settings, http_client=client).candidates

        async def match() -> Any:
            async with httpx2.AsyncClient() as client:
                return await amatch_track(SLOW, settings=settings, http_client=client)

        assert anyio.run(match).candidates
    assert [request.status for request in fake.requests][:2] == [None, 200]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record how long the engines would sleep, and do not sleep."""
    from beatport_match.engine import async_engine, sync_engine

    waits: list[float] = []

    async def async_sleep(_: Any, seconds: float, _stop: Any) -> None:
        waits.append(seconds)

    def sync_sleep(_: Any, seconds: float, _stop: Any) -> None:
        waits.append(seconds)

    monkeypatch.setattr(sync_engine.SyncEngine, "_sleep", sync_sleep)
    monkeypatch.setattr(async_engine.AsyncEngine, "_sleep", async_sleep)
    return waits


def slots(waits: list[float]) -> list[int]:
    """Return which slot of the rate limiter each wait was for."""
    return sorted(round(seconds * SLOW_RATE) for seconds in waits)


def test_threads_share_the_rate_limit_of_their_matcher(slept: list[float]) -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = with_attempts(max_queries=1).with_(requests_per_second=SLOW_RATE)
    with httpx.Client(transport=fake.transport()) as client:
        matcher = Matcher(settings, http_client=client)
        threads = [threading.Thread(target=matcher.match_track, args=(title,)) for title in QUICK]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(fake.requests) == len(QUICK)
    assert slots(slept) == list(range(1, len(QUICK)))


@pytest.mark.anyio
async def test_tasks_share_the_rate_limit_of_their_matcher(slept: list[float]) -> None:
    """The tasks of one playlist, and a single track at the same time."""
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = with_attempts(max_queries=1).with_(requests_per_second=SLOW_RATE)
    async with (
        httpx.AsyncClient(transport=fake.transport()) as client,
        AsyncMatcher(settings, http_client=client) as matcher,
        anyio.create_task_group() as group,
    ):
        group.start_soon(matcher.match_playlist, QUICK)
        group.start_soon(matcher.match_track, SLOW)
    assert len(fake.requests) == len(QUICK) + 1
    assert slots(slept) == list(range(1, len(QUICK) + 1))


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio", "bridge"])
def test_retries_wait_for_a_slot(name: Any, slept: list[float]) -> None:
    """`requests_per_second` limits all requests together, also retries."""
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(2, "unavailable"))
    settings = with_attempts(attempts=3, max_queries=1)
    settings = settings.with_(requests_per_second=SLOW_RATE)
    Mode(name).call("match_playlist", [SLOW], transport=fake.transport(), settings=settings)
    assert [request.status for request in fake.requests] == [503, 503, 200]
    slot_waits = [seconds for seconds in slept if seconds > 20]  # the others are backoff
    assert slots(slot_waits) == [1, 2]


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.anyio
async def test_max_concurrent_tracks_are_in_flight(at_once: int) -> None:
    """No more, and no fewer while tracks are left."""
    settings = UNPACED.with_(async_io=AsyncSettings(max_concurrent_tracks=at_once), max_queries=1)
    site = GatedBeatport(lambda _: True)
    async with site.client() as client, anyio.create_task_group() as group:

        async def match() -> None:
            await amatch_playlist(QUICK, settings=settings, http_client=client)

        group.start_soon(match)
        await until(lambda: site.waiting == at_once)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert site.waiting == at_once
        site.gate.set()
    assert len(site.arrived) == len(QUICK)
