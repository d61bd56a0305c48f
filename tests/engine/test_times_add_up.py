"""Issue on metrics: "Per query, network + parse + waiting ≤ execution (a test over random scripted
runs)"; "under concurrency, times still add up per query and the wall is reported beside the sum".

The scripted engine of the transcripts, with a clock that moves a little whenever it is looked at: so
every step takes time, and none may be counted twice or in the wrong place.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_engines import SETTINGS, SOURCE, AsyncScriptedEngine, ScriptedEngine
from scripted_runs import DEMO, faults, slots

from beatport_match.engine.playlist_run import never_stop
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.metrics import PerformanceStats, TrackMetrics
from beatport_match.model.tracks import Track
from beatport_match.performance.measure import performance_stats, track_metrics
from beatport_match.testing import Fault

# A power of two, so that sums of it are exact.
TICK_S = 1 / 1024


class _Ticking:
    """Each reading of the clock takes a moment, so parsing and scoring take time too."""

    clock: float

    def now(self) -> float:
        self.clock += TICK_S
        return self.clock


class Ticking(_Ticking, ScriptedEngine):
    """The sync engine, ticking."""


class AsyncTicking(_Ticking, AsyncScriptedEngine):
    """The async engine, ticking."""


def measured(told: Recorded[Match], place: int, began: float) -> TrackMetrics:
    return track_metrics(told, place=place, began=began)


def run_sync(tracks: list[Track], *script: Any) -> PerformanceStats:
    engine = Ticking(*script)
    began = engine.now()
    figures = [
        measured(engine.run(match_flow(track, SETTINGS, SOURCE), never_stop), place, began)
        for place, track in enumerate(tracks)
    ]
    return stats_of(figures, engine.now() - began, "sync")


def run_async(tracks: list[Track], backend: str, *script: Any) -> PerformanceStats:
    async def main() -> PerformanceStats:
        engine, figures = AsyncTicking(*script), dict[int, TrackMetrics]()
        began = engine.now()

        async def one(place: int, track: Track) -> None:
            told = await engine.run(match_flow(track, SETTINGS, SOURCE), never_stop)
            figures[place] = measured(told, place, began)

        async with anyio.create_task_group() as group:
            for place, track in enumerate(tracks):
                group.start_soon(one, place, track)
        return stats_of(
            [figures[place] for place in sorted(figures)], engine.now() - began, "async"
        )

    return anyio.run(main, backend=backend)


def stats_of(figures: list[TrackMetrics], wall: float, mode: Any) -> PerformanceStats:
    at = datetime(2026, 2, 3, tzinfo=UTC)
    return performance_stats(figures, mode=mode, total_time=wall, started_at=at, settings={})


def check(stats: PerformanceStats) -> None:
    """What holds for every query of every run, whatever befell it."""
    for track in stats.track_metrics:
        assert math.fsum(q.execution_time for q in track.queries) <= track.total_time + 1e-9
        assert track.started + track.total_time <= stats.session_info.total_time + 1e-9
    for query in stats.query_metrics:
        assert query.network_time + query.parse_time + query.wait_time <= query.execution_time
        parts = query.network_time + query.parse_time + query.wait_time + query.retry_time
        assert parts <= query.execution_time
        assert query.pace_time <= query.wait_time
        # The wire accounts for its requests, to the last one, retried or not.
        sent = math.fsum(one.ended - one.started for one in query.sent)
        assert math.isclose(sent, query.network_time + query.retry_time, abs_tol=1e-9)
        assert len(query.sent) == query.requests > query.retries or query.requests == 0
        assert all(one.ended <= two.started for one, two in pairwise(query.sent))
    assert stats.requests == sum(query.requests for query in stats.query_metrics)


runs = given(st.lists(st.sampled_from(DEMO), max_size=4), faults, slots, st.integers(1, 4))


@settings(max_examples=60)
@runs
def test_times_add_up_one_at_a_time(
    tracks: list[Track], script: list[Fault | None], slots: int, attempts: int
) -> None:
    """The parts of a query's time are no more than the whole; nothing is in flight beside it."""
    stats = run_sync(tracks, script, slots, attempts)
    check(stats)
    whole = stats.network_analysis.total_execution_time
    assert whole <= stats.session_info.total_time
    assert stats.concurrency.peak_requests_in_flight <= 1
    assert stats.concurrency.peak_tracks_in_flight == bool(tracks)


@settings(max_examples=30)
@runs
def test_every_moment_is_accounted_for(
    tracks: list[Track], script: list[Fault | None], slots: int, attempts: int
) -> None:
    """ "`parse_time` is parsing and scoring": with one track alone, what no part accounts for is
    at most the looks at the clock between them, and each query has scored something."""
    for track in tracks[:1]:
        stats = run_sync([track], script, slots, attempts)
        for query in stats.query_metrics:
            told = query.network_time + query.parse_time + query.wait_time + query.retry_time
            looks = 2 * (query.requests + 1) + query.retries + 3
            assert query.execution_time - told <= looks * TICK_S + 1e-9
            assert query.parse_time >= TICK_S


@settings(max_examples=20)
@runs
def test_times_add_up_at_once(
    tracks: list[Track], script: list[Fault | None], slots: int, attempts: int
) -> None:
    """Under concurrency the same holds for each query, and only their sum outgrows the wall."""
    for backend in ("asyncio", "trio"):
        stats = run_async(tracks, backend, script, slots, attempts)
        check(stats)
        assert stats.concurrency.peak_tracks_in_flight <= len(tracks)
        assert stats.concurrency.peak_requests_in_flight <= len(tracks) * 3


def test_the_runs_are_worth_looking_at() -> None:
    """The script reaches what it is about: pages, retries, waits, failures, and overlap."""
    script = (["unavailable", None, None, "challenge", None], 10**6, 3)
    stats = run_sync(list(DEMO[:30]), *script)
    assert stats.retries
    assert stats.failures
    assert stats.retry_time > 0
    assert stats.wait_time > stats.pace_time > 0
    assert any(query.requests > 1 + query.retries for query in stats.query_metrics)
    assert run_async(list(DEMO[:6]), "asyncio", *script).concurrency.peak_requests_in_flight > 1
