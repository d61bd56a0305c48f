"""Times of random scripted runs: the parts of a query never exceed its total.

The scripted engines, with a clock that advances a little at each read. So every
step takes time, and no step may count twice or in the wrong part.
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

from beatport_match.engine.arguments import never_stop
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.metrics import TrackMetrics
from beatport_match.model.run_metrics import PerformanceStats
from beatport_match.model.tracks import Track
from beatport_match.performance.measure import track_metrics
from beatport_match.performance.run_stats import performance_stats
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


def metrics_of(recorded: Recorded[Match], place: int, began: float) -> TrackMetrics:
    return track_metrics(recorded, place=place, began=began)


def run_sync(tracks: list[Track], *script: Any) -> PerformanceStats:
    engine = Ticking(*script)
    began = engine.now()
    metrics = [
        metrics_of(engine.run(match_flow(track, SETTINGS, SOURCE), never_stop), place, began)
        for place, track in enumerate(tracks)
    ]
    return stats_of(metrics, engine.now() - began, "sync")


def run_async(tracks: list[Track], backend: str, *script: Any) -> PerformanceStats:
    async def main() -> PerformanceStats:
        engine, metrics = AsyncTicking(*script), dict[int, TrackMetrics]()
        began = engine.now()

        async def one(place: int, track: Track) -> None:
            recorded = await engine.run(match_flow(track, SETTINGS, SOURCE), never_stop)
            metrics[place] = metrics_of(recorded, place, began)

        async with anyio.create_task_group() as group:
            for place, track in enumerate(tracks):
                group.start_soon(one, place, track)
        return stats_of(
            [metrics[place] for place in sorted(metrics)], engine.now() - began, "async"
        )

    return anyio.run(main, backend=backend)


def stats_of(metrics: list[TrackMetrics], wall: float, mode: Any) -> PerformanceStats:
    at = datetime(2026, 2, 3, tzinfo=UTC)
    return performance_stats(metrics, mode=mode, total_time=wall, started_at=at, settings={})


def check(stats: PerformanceStats) -> None:
    """Check what holds for every query of every run."""
    for track in stats.track_metrics:
        assert math.fsum(q.execution_time for q in track.queries) <= track.total_time + 1e-9
        assert track.started + track.total_time <= stats.session_info.total_time + 1e-9
    for query in stats.query_metrics:
        assert query.network_time + query.parse_time + query.wait_time <= query.execution_time
        parts = query.network_time + query.parse_time + query.wait_time + query.retry_time
        assert parts <= query.execution_time
        assert query.pace_time <= query.wait_time
        # The times of the requests add up to network and retry time.
        sent = math.fsum(one.ended - one.started for one in query.sent)
        assert math.isclose(sent, query.network_time + query.retry_time, abs_tol=1e-9)
        assert len(query.sent) == query.requests > query.retries or query.requests == 0
        assert all(one.ended <= two.started for one, two in pairwise(query.sent))
    assert stats.requests == sum(query.requests for query in stats.query_metrics)


runs = given(st.lists(st.sampled_from(DEMO), max_size=4), faults, slots, st.integers(1, 4))


@settings(max_examples=60)
@runs
def test_times_of_a_sync_run_add_up(
    tracks: list[Track], script: list[Fault | None], slots: int, attempts: int
) -> None:
    """The sum of the queries is no more than the wall-clock time; at most one request is in
    flight."""
    stats = run_sync(tracks, script, slots, attempts)
    check(stats)
    whole = stats.network_analysis.total_execution_time
    assert whole <= stats.session_info.total_time
    assert stats.concurrency.peak_requests_in_flight <= 1
    assert stats.concurrency.peak_tracks_in_flight == bool(tracks)


@settings(max_examples=30)
@runs
def test_only_clock_reads_are_unaccounted_for(
    tracks: list[Track], script: list[Fault | None], slots: int, attempts: int
) -> None:
    """With one track, the time outside all parts is at most that of the clock reads between them.
    Each query has some scoring time."""
    for track in tracks[:1]:
        stats = run_sync([track], script, slots, attempts)
        for query in stats.query_metrics:
            accounted = query.network_time + query.parse_time + query.wait_time + query.retry_time
            clock_reads = 2 * (query.requests + 1) + query.retries + 3
            assert query.execution_time - accounted <= clock_reads * TICK_S + 1e-9
            assert query.parse_time >= TICK_S


@settings(max_examples=20)
@runs
def test_times_of_an_async_run_add_up(
    tracks: list[Track], script: list[Fault | None], slots: int, attempts: int
) -> None:
    """The same holds for each query; only the sum can exceed the wall-clock time."""
    for backend in ("asyncio", "trio"):
        stats = run_async(tracks, backend, script, slots, attempts)
        check(stats)
        assert stats.concurrency.peak_tracks_in_flight <= len(tracks)
        assert stats.concurrency.peak_requests_in_flight <= len(tracks) * 3


def test_script_reaches_pages_retries_waits_failures_and_overlap() -> None:
    script = (["unavailable", None, None, "challenge", None], 10**6, 3)
    stats = run_sync(list(DEMO[:30]), *script)
    assert stats.retries
    assert stats.failures
    assert stats.retry_time > 0
    assert stats.wait_time > stats.pace_time > 0
    assert any(query.requests > 1 + query.retries for query in stats.query_metrics)
    assert run_async(list(DEMO[:6]), "asyncio", *script).concurrency.peak_requests_in_flight > 1
