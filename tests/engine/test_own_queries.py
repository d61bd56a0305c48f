"""Queries of a caller, all queries at once, and the time for one track."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from held_requests import GatedBeatport, until
from modes import EXACT_SEARCH, UNPACED, Mode, Name
from scripted_engines import SOURCE, UNLIMITED_SLOTS, AsyncScriptedEngine, ScriptedEngine

from beatport_match import AsyncMatcher, Match, MatchSettings, MisuseError, Track
from beatport_match.engine.arguments import never_stop
from beatport_match.matching.protocol import Recorded
from beatport_match.matching.search_flow import match_flow
from beatport_match.performance.run_stats import concurrency_stats
from beatport_match.testing import FakeBeatport

every_mode = pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
TITLE = "Kestrel Dobbs - Borrowed Umbrella"
LONG = Track("Copper Lantern (Nobody's Remix)", "Nobody Known")


def query_texts(fake: FakeBeatport) -> list[str]:
    return [request.path.partition("q=")[2].partition("&")[0] for request in fake.requests]


@every_mode
def test_the_queries_of_a_caller_are_sent_in_their_order(name: Name) -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    found = Mode(name).call(
        "match_track", TITLE, queries=["qqq", "umbrella"], transport=fake.transport()
    )
    assert query_texts(fake) == ["qqq", "umbrella"]
    assert {(one.query_type, one.text) for one in found.queries} == {
        ("search", "qqq"),
        ("search", "umbrella"),
    }
    assert found.matched


@every_mode
def test_an_own_query_without_a_word_raises_misuse_error(name: Name) -> None:
    """Otherwise the caller would not know that it was not sent."""
    with pytest.raises(MisuseError, match="nothing to search for in '"):
        Mode(name).call("match_track", TITLE, queries=["(  )"], on_error="result")


@every_mode
def test_all_queries_are_sent_on_request(name: Name) -> None:
    """Also after a good answer, which the first query gives."""
    counts = []
    for run_all in (False, True):
        fake = FakeBeatport(**EXACT_SEARCH)
        settings = UNPACED.with_(run_all_queries=run_all)
        found = Mode(name).call("match_track", TITLE, settings=settings, transport=fake.transport())
        assert found.matched
        counts.append(len(fake.requests))
    assert counts[0] == 1
    assert counts[1] >= 3


@pytest.mark.parametrize("limit", [1, 5, 20])
@pytest.mark.anyio
async def test_max_concurrent_requests_is_the_peak_of_one_track(limit: int) -> None:
    """The metrics of the track hold the same peak."""
    settings = UNPACED.with_(run_all_queries=True, async_io={"max_concurrent_requests": limit})
    site, found = GatedBeatport(lambda _: True), list[Match]()
    queries = [f"umbrella {number}" for number in range(20)]
    async with (
        site.client() as client,
        AsyncMatcher(settings, http_client=client) as matcher,
        anyio.create_task_group() as group,
    ):

        async def match() -> None:
            found.append(await matcher.match_track(TITLE, queries=queries))

        group.start_soon(match)
        await until(lambda: site.waiting == limit)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert site.waiting == limit
        site.gate.set()
    assert len(site.arrived) == 20
    assert found[0].metrics is not None
    metrics = found[0].metrics
    concurrency = concurrency_stats([metrics], metrics.queries, metrics.total_time)
    assert concurrency is not None
    assert concurrency.peak_requests_in_flight == limit


def run_sync(settings: MatchSettings, stop: Callable[[], bool]) -> tuple[Recorded[Match], Any]:
    engine = ScriptedEngine([None], UNLIMITED_SLOTS, 1)
    flow = match_flow(LONG, settings, SOURCE)
    return engine.run(flow, stop, settings.max_track_time_s), engine


def run_async(settings: MatchSettings, stop: Callable[[], bool]) -> tuple[Recorded[Match], Any]:
    async def run() -> tuple[Recorded[Match], Any]:
        engine = AsyncScriptedEngine([None], UNLIMITED_SLOTS, 1)
        flow = match_flow(LONG, settings, SOURCE)
        return await engine.run(flow, stop, settings.max_track_time_s), engine

    return anyio.run(run)


both_modes = pytest.mark.parametrize("run", [run_sync, run_async])


@both_modes
def test_a_track_ends_when_its_time_has_run_out(run: Any) -> None:
    """Each request takes 0.75 s, with the wait for its slot; the third one is not sent."""
    recorded, engine = run(MatchSettings(max_track_time_s=1.0), never_stop)
    match = recorded.value
    assert (match.outcome, match.stopped) == ("failed", "time_budget")
    assert [failure.kind for failure in match.failures] == ["time_budget"]
    assert match.reason == ("time_budget: the track took longer than 1 s; raise max_track_time_s")
    assert engine.requested.total() == 2


@both_modes
def test_without_a_limit_every_query_is_sent(run: Any) -> None:
    recorded, engine = run(MatchSettings(), never_stop)
    assert (recorded.value.outcome, engine.requested.total()) == ("not_found", 4)


@both_modes
def test_a_stopped_track_does_not_blame_its_time(run: Any) -> None:
    recorded, engine = run(MatchSettings(max_track_time_s=0.001), lambda: True)
    assert recorded.value.stopped == "stopped"
    assert not engine.requested


@pytest.mark.parametrize("name", ["sync", "asyncio"])  # `stop` is polled: a quarter of a second
def test_the_end_of_the_time_gives_up_a_request_in_flight(name: Name) -> None:
    """It also holds for each track of a playlist, and no track is tried again."""
    with FakeBeatport(**EXACT_SEARCH, latency_s=60.0).serve() as base_url:
        settings = UNPACED.with_(base_url=base_url, max_track_time_s=0.05)
        found = Mode(name).call("match_playlist", ["One", "Two"], settings=settings)
    assert [one.stopped for one in found.matches] == ["time_budget"] * 2
    assert [one.outcome for one in found.matches] == ["failed"] * 2
