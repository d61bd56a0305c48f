"""Module-level functions share rate limit, circuit breaker, cached answers and async clients."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest
from modes import EXACT_SEARCH

from beatport_match import (
    AsyncMatcher,
    Matcher,
    MatchSettings,
    amatch_playlist,
    amatch_track,
    clear_shared_state,
    match_playlist,
    match_track,
)
from beatport_match.engine import async_engine, sync_engine
from beatport_match.testing import FakeBeatport, FakeTokens, always
from beatport_match.transport import shared

TRACKS = [f"Corvane - Paper Satellites {number}" for number in range(12)]
SETTINGS = MatchSettings(max_queries=1, requests_per_second=0.01)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits for a slot of the rate limiter, which no test waits for."""
    seconds: list[float] = []

    def sleep(_: Any, wait_s: float, _stop: Any) -> None:
        seconds.append(wait_s)

    async def asleep(_: Any, wait_s: float, _stop: Any) -> None:
        seconds.append(wait_s)

    monkeypatch.setattr(sync_engine.SyncEngine, "_sleep", sleep)
    monkeypatch.setattr(async_engine.AsyncEngine, "_sleep", asleep)
    return seconds


def slots(waits: list[float]) -> list[int]:
    """The slots that the run waited for, counted from the first, at one slot in 100 s."""
    return sorted(round(seconds / 100) for seconds in waits)


def sync_client(fake: FakeBeatport) -> httpx.Client:
    return httpx.Client(transport=fake.transport())


def async_client(fake: FakeBeatport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=fake.transport())


FAKE = FakeBeatport(**EXACT_SEARCH)


def test_calls_in_a_loop_share_a_rate_limit(waits: list[float]) -> None:
    with sync_client(FAKE) as client:
        for track in TRACKS:
            match_track(track, settings=SETTINGS, http_client=client)
    assert slots(waits) == list(range(1, 12))


def test_calls_in_a_gather_share_a_rate_limit(waits: list[float]) -> None:
    async def run() -> None:
        async with async_client(FAKE) as client:
            await asyncio.gather(
                *(amatch_track(one, settings=SETTINGS, http_client=client) for one in TRACKS)
            )

    asyncio.run(run())
    assert slots(waits) == list(range(1, 12))


def test_threads_modes_and_loops_share_a_rate_limit(waits: list[float]) -> None:
    def in_sync(track: str) -> None:
        with sync_client(FAKE) as client:
            match_track(track, settings=SETTINGS, http_client=client)

    def in_async(track: str, backend: str) -> None:
        async def run() -> None:
            async with async_client(FAKE) as client:
                await amatch_track(track, settings=SETTINGS, http_client=client)

        anyio.run(run, backend=backend)

    with ThreadPoolExecutor(4) as pool:
        for number, track in enumerate(TRACKS):
            backend = ("", "asyncio", "trio")[number % 3]
            pool.submit(*((in_async, track, backend) if backend else (in_sync, track)))
    assert slots(waits) == list(range(1, 12))


def test_a_playlist_and_a_track_share_a_rate_limit(waits: list[float]) -> None:
    with sync_client(FAKE) as client:
        match_playlist(TRACKS[:3], settings=SETTINGS, http_client=client)
        match_track(TRACKS[3], settings=SETTINGS, http_client=client)
    assert slots(waits) == [1, 2, 3]


def test_the_async_engine_of_a_sync_call_shares_too(waits: list[float]) -> None:
    enabled = SETTINGS.with_(async_io={"enabled": True})
    with sync_client(FAKE) as client:
        match_playlist(TRACKS[:2], settings=enabled, http_client=client)
        match_track(TRACKS[2], settings=SETTINGS, http_client=client)
    assert slots(waits) == [1, 2]


@pytest.mark.parametrize(
    "other",
    [{"base_url": "https://other.invalid"}, {"requests_per_second": 0.02}, {"source": "api"}],
)
def test_another_host_rate_or_account_has_its_own_limit(
    other: dict[str, Any], waits: list[float]
) -> None:
    with sync_client(FAKE) as client:
        match_track(TRACKS[0], settings=SETTINGS, http_client=client)
        settings = SETTINGS.with_(**other)
        match_track(TRACKS[1], settings=settings, http_client=client)
    assert slots(waits) == []


def test_a_matcher_has_its_own_limit(waits: list[float]) -> None:
    with sync_client(FAKE) as client:
        match_track(TRACKS[0], settings=SETTINGS, http_client=client)
        with Matcher(SETTINGS, http_client=client) as matcher:
            matcher.match_track(TRACKS[1])
    assert waits == []


def test_an_open_circuit_breaker_holds_for_later_calls() -> None:
    fake = FakeBeatport(faults=always("challenge"))
    settings = MatchSettings(requests_per_second=None, max_refusals=2)
    with sync_client(fake) as client:
        found = [match_track(one, settings=settings, http_client=client) for one in TRACKS[:5]]
    assert [match.outcome for match in found] == ["failed"] * 5
    assert len(fake.requests) == 2


def test_calls_share_cached_answers_of_one_client() -> None:
    settings = MatchSettings(requests_per_second=None)
    for _ in range(2):
        fake = FakeBeatport(**EXACT_SEARCH)
        with sync_client(fake) as client:
            first = match_track("Corvane - Paper Satellites", settings=settings, http_client=client)
            count = len(fake.requests)
            again = match_track("Corvane - Paper Satellites", settings=settings, http_client=client)
        assert (len(fake.requests), again.best) == (count, first.best)
        assert count >= 1


def test_accounts_of_the_api_share_no_answers() -> None:
    """The answers of one account do not reach a caller whose token Beatport rejects."""
    fake = FakeBeatport(**EXACT_SEARCH, api=FakeTokens())
    api = {"source": "api", "api_url": "https://api.example/v4", "requests_per_second": None}
    with sync_client(fake) as client:
        valid, invalid = (
            match_track(
                "Candle Tax", settings=MatchSettings(**api, access_token=token), http_client=client
            )
            for token in ("an-access-token", "another-token")
        )
    assert not valid.failures
    assert [failure.kind for failure in invalid.failures] == ["auth"]


def test_a_service_with_many_accounts_keeps_a_bounded_state() -> None:
    """The state of the accounts that were used last is kept."""
    api = MatchSettings(source="api", api_url="https://api.example/v4")
    first, *_, last = (
        shared.shared_state(api.with_(access_token=f"t{number}"))
        for number in range(shared.MAX_RATE_LIMITERS + 1)
    )
    assert len(shared._registry.memories) == shared.MAX_MEMORIES
    assert len(shared._registry.rate_limiters) == shared.MAX_RATE_LIMITERS
    again = shared.shared_state(api.with_(access_token=f"t{shared.MAX_RATE_LIMITERS}"))
    assert (again.memory, again.rate_limiter) == (last.memory, last.rate_limiter)
    assert shared.shared_state(api.with_(access_token="t0")).rate_limiter != first.rate_limiter


def test_cleared_state_is_forgotten(waits: list[float]) -> None:
    with sync_client(FAKE) as client:
        match_track(TRACKS[0], settings=SETTINGS, http_client=client)
        clear_shared_state()
        match_track(TRACKS[1], settings=SETTINGS, http_client=client)
    assert waits == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_calls_of_one_loop_share_a_client_that_closes_with_it(backend: str) -> None:
    made: list[Any] = []
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        settings = MatchSettings(base_url=base_url, requests_per_second=None)

        async def run() -> None:
            for track in TRACKS[:3]:
                await amatch_track(track, settings=settings)
            await amatch_playlist(TRACKS[3:6], settings=settings)
            made.append(await shared.shared_async_client(settings))
            assert not any(client.is_closed for client in made[-1].clients)
            assert 1 <= len(made[-1].clients) <= 5

        for _ in range(2):
            clear_shared_state()  # otherwise the second run needs no request
            anyio.run(run, backend=backend)
    assert made[0] is not made[1]
    assert all(client.is_closed for pool in made for client in pool.clients)


def test_a_matcher_closes_its_own_client() -> None:
    with FakeBeatport(**EXACT_SEARCH).serve() as base_url:
        settings = MatchSettings(base_url=base_url, requests_per_second=None)

        async def run() -> Any:
            async with AsyncMatcher(settings) as matcher:
                await matcher.match_track(TRACKS[0])
                return await matcher._engine._client()

        pool = anyio.run(run)
    assert all(client.is_closed for client in pool.clients)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_starts_with_nothing_shared() -> None:
    """Even if another thread held the registry's lock at the fork."""
    with sync_client(FAKE) as client:
        match_track(TRACKS[0], settings=SETTINGS, http_client=client)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with shared._registry.lock:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    child = os.fork()
    if child == 0:
        empty = not shared._registry.rate_limiters and not shared._registry.lock.locked()
        os._exit(0 if empty else 1)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
