"""Whose client it is, of which colour, and how all that ask through one matcher share its pace."""

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

# One request in a thousand seconds: what a test itself takes is nothing against it.
SLOW_PACE = 0.001


def test_a_matcher_refuses_a_client_of_the_wrong_colour() -> None:
    """API.md: `http_client` takes a client "of the right colour"; refused before anything is
    asked, also where the async engine runs from sync code."""
    wrong = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    for begin in (
        lambda: Matcher(http_client=wrong),
        lambda: Matcher(bridged(UNPACED), http_client=wrong),
        lambda: match_track(SLOW, http_client=wrong),
        lambda: match_playlist([SLOW], http_client=wrong),
        lambda: iter_matches([SLOW], http_client=wrong),
    ):
        with pytest.raises(MisuseError, match=r"http_client .* sync client .* async one"):
            begin()


@pytest.mark.anyio
async def test_an_async_matcher_refuses_a_client_of_the_wrong_colour() -> None:
    """The same the other way round."""
    with httpx.Client(transport=FakeBeatport().transport()) as wrong:
        begins: list[Callable[[], Any]] = [
            lambda: AsyncMatcher(http_client=wrong),
            lambda: aiter_matches([SLOW], http_client=wrong),
        ]
        for begin in begins:
            with pytest.raises(MisuseError, match=r"http_client .* async client .* sync one"):
                begin()
        for call in (amatch_track(SLOW, http_client=wrong), amatch_playlist([], http_client=wrong)):
            with pytest.raises(MisuseError, match="http_client"):
                await call


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The clients that matchers make for themselves, kept to be looked at."""
    made: list[Any] = []
    for kind in (httpx.Client, httpx.AsyncClient):

        def kept(client: Any, *args: Any, init: Any = kind.__init__, **options: Any) -> None:
            made.append(client)
            init(client, *args, **options)

        monkeypatch.setattr(kind, "__init__", kept)
    return made


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio", "bridge"])
def test_our_own_client_is_made_when_needed_and_closed(name: Any, ours: list[Any]) -> None:
    """API.md: "ours is closed by us"; made "when first needed", as the settings say: one, or in
    async one to each request that is under way."""
    settings = UNPACED.model_copy(
        update={"max_connections": 7, "async_io": AsyncSettings(request_timeout=12.5)}
    )
    fake = FakeBeatport(**EXACT_SEARCH)
    with fake.serve() as base_url:
        settings = settings.model_copy(update={"base_url": base_url})
        found = Mode(name).call("match_playlist", QUICK, settings=settings)
    assert len(found.matched) > 0
    assert 1 <= len(ours) <= (1 if name == "sync" else settings.async_io.max_concurrent_tracks)
    for client in ours:
        assert client.is_closed
        assert client.timeout == httpx.Timeout(12.5)
        assert client.follow_redirects is False


def test_a_matcher_that_asks_nothing_makes_no_client(ours: list[Any]) -> None:
    """The same sentence: a matcher that is made and left costs no connection."""
    with Matcher(UNPACED) as matcher:
        assert matcher.match_playlist([]).matches == ()
    assert ours == []


@pytest.mark.parametrize("broken", [False, True])
def test_functions_close_their_client_when_the_matches_end(ours: list[Any], broken: bool) -> None:
    """`iter_matches` holds a matcher of its own: it closes at the end, and on breaking off."""
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        matches = iter_matches(QUICK, settings=UNPACED.model_copy(update={"base_url": base_url}))
        next(matches)
        assert not ours[0].is_closed
        if broken:
            del matches
        else:
            assert len(list(matches)) == len(QUICK) - 1
    assert [client.is_closed for client in ours] == [True]


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.anyio
async def test_async_functions_close_their_client_when_the_matches_end(
    ours: list[Any], broken: bool
) -> None:
    """The same for `aiter_matches`."""
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        settings = UNPACED.model_copy(update={"base_url": base_url})
        async for _ in aiter_matches(QUICK, settings=settings):
            assert not any(client.is_closed for client in ours)
            if broken:
                break
        await until(lambda: all(client.is_closed for client in ours))
    assert ours


@pytest.mark.parametrize("enabled", [False, True])
def test_your_client_stays_open(enabled: bool) -> None:
    """API.md: the caller's client is closed "by you", and serves the async engine as well."""
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = bridged(UNPACED) if enabled else UNPACED
    with httpx.Client(transport=fake.transport()) as client:
        found = match_playlist(QUICK, settings=settings, http_client=client)
        assert not client.is_closed
    assert found.metrics.mode == ("async" if enabled else "sync")
    assert len(found.matched) == len(QUICK)


@pytest.mark.anyio
async def test_your_async_client_stays_open() -> None:
    """The same in the other colour, for every function."""
    async with httpx.AsyncClient(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
        await amatch_track(SLOW, settings=UNPACED, http_client=client)
        await amatch_playlist([SLOW], settings=UNPACED, http_client=client)
        matches = aiter_matches([SLOW], settings=UNPACED, http_client=client)
        assert len([match async for match in matches]) == 1
        assert not client.is_closed


@pytest.mark.anyio
async def test_the_async_engine_is_not_started_inside_a_loop() -> None:
    """match_playlist: MisuseError where "the async engine is asked for inside a running event
    loop"; it names the way out."""
    with pytest.raises(MisuseError, match="amatch_playlist"):
        match_playlist([SLOW], settings=bridged(UNPACED))


def test_the_async_engine_is_not_started_by_a_callback_either() -> None:
    """The same where a loop runs but no task does: a timer, a signal, a toolkit's event."""
    came = list[BaseException]()

    def called() -> None:
        try:
            match_playlist([SLOW], settings=bridged(UNPACED))
        except MisuseError as error:
            came.append(error)

    async def run() -> None:
        asyncio.get_running_loop().call_soon(called)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert "amatch_playlist" in str(came[0])


@pytest.mark.anyio
async def test_the_async_engine_starts_in_a_thread_of_a_loop() -> None:
    """A host that keeps sync code off its loop may use the engine there."""

    def work() -> int:
        with httpx.Client(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
            found = match_playlist(QUICK, settings=bridged(UNPACED), http_client=client)
            return len(found.matched)

    assert await anyio.to_thread.run_sync(work) == len(QUICK)


def test_the_next_generation_of_clients_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """API.md: `http_client` takes "an `httpx` client (or an `httpx2` one)"."""
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
    """What matchers would have slept; nobody does."""
    from beatport_match.engine import async_engine, sync_engine

    naps: list[float] = []

    async def nap(_: Any, seconds: float, _stop: Any) -> None:
        naps.append(seconds)

    def sync_nap(_: Any, seconds: float, _stop: Any) -> None:
        naps.append(seconds)

    monkeypatch.setattr(sync_engine.SyncEngine, "_sleep", sync_nap)
    monkeypatch.setattr(async_engine.AsyncEngine, "_sleep", nap)
    return naps


def places(naps: list[float]) -> list[int]:
    """Which place in the pace each nap waited for."""
    return sorted(round(seconds * SLOW_PACE) for seconds in naps)


def test_threads_share_the_pace_of_their_matcher(slept: list[float]) -> None:
    """Matcher: "May be used from several threads: they share its pace"."""
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = with_attempts(max_queries=1).model_copy(update={"requests_per_second": SLOW_PACE})
    with httpx.Client(transport=fake.transport()) as client:
        matcher = Matcher(settings, http_client=client)
        threads = [threading.Thread(target=matcher.match_track, args=(one,)) for one in QUICK]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(fake.requests) == len(QUICK)
    assert places(slept) == list(range(1, len(QUICK)))


@pytest.mark.anyio
async def test_tasks_share_the_pace_of_their_matcher(slept: list[float]) -> None:
    """AsyncMatcher: "its tasks share its pace", within a playlist and beside it."""
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = with_attempts(max_queries=1).model_copy(update={"requests_per_second": SLOW_PACE})
    async with (
        httpx.AsyncClient(transport=fake.transport()) as client,
        AsyncMatcher(settings, http_client=client) as matcher,
        anyio.create_task_group() as group,
    ):
        group.start_soon(matcher.match_playlist, QUICK)
        group.start_soon(matcher.match_track, SLOW)
    assert len(fake.requests) == len(QUICK) + 1
    assert places(slept) == list(range(1, len(QUICK) + 1))


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio", "bridge"])
def test_retries_take_their_place_in_the_pace(name: Any, slept: list[float]) -> None:
    """Settings: `requests_per_second` is "the pace of all requests together"."""
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(2, "unavailable"))
    settings = with_attempts(attempts=3, max_queries=1)
    settings = settings.model_copy(update={"requests_per_second": SLOW_PACE})
    Mode(name).call("match_playlist", [SLOW], transport=fake.transport(), settings=settings)
    assert [request.status for request in fake.requests] == [503, 503, 200]
    paced = [seconds for seconds in slept if seconds > 20]
    assert places(paced) == [1, 2]


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.anyio
async def test_so_many_tracks_go_at_once(at_once: int) -> None:
    """AsyncSettings: `max_concurrent_tracks` is what is in flight, no more and no less."""
    settings = UNPACED.model_copy(
        update={"async_io": AsyncSettings(max_concurrent_tracks=at_once), "max_queries": 1}
    )
    shop = GatedBeatport(lambda _: True)
    async with shop.client() as client, anyio.create_task_group() as group:

        async def match() -> None:
            await amatch_playlist(QUICK, settings=settings, http_client=client)

        group.start_soon(match)
        await until(lambda: shop.waiting == at_once)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert shop.waiting == at_once
        shop.gate.set()
    assert len(shop.arrived) == len(QUICK)
