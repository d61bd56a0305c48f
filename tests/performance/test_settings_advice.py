"""How many concurrent tracks save time, from the figures of a run."""

from __future__ import annotations

from typing import Any

import pytest
from invented_runs import NOON, make_query, make_track
from tables import each_row

from beatport_match import PerformanceStats, SettingsAdvice, recommend_settings
from beatport_match.performance.run_stats import performance_stats

MIB = 2**20


def run(
    *,
    at_once: int = 1,
    tracks: int = 20,
    cpu_time: float | None = 2.0,
    rate: float | None = None,
    **settings: Any,
) -> PerformanceStats:
    """Build a run whose tracks take one second each, `at_once` of them at the same time."""
    query = make_query(requests=1, sent=())
    all_tracks = [make_track(query, started=float(place // at_once)) for place in range(tracks)]
    return performance_stats(
        all_tracks,
        mode="async" if at_once > 1 else "sync",
        total_time=tracks / at_once,
        started_at=NOON,
        settings={"requests_per_second": rate, **settings},
        cpu_time=cpu_time,
        peak_memory_bytes=100 * MIB,
    )


def test_the_processor_limits_the_tracks_at_once() -> None:
    """It was busy for 2 of 20 s with one track, so ten tracks keep it busy all the time."""
    advice = recommend_settings(run())
    assert isinstance(advice, SettingsAdvice)
    assert advice.max_concurrent_tracks == 10
    assert str(advice).splitlines() == list(advice.reasons)
    assert str(advice) == (
        "On average 1.0 tracks were in flight, at most 1; the processor was busy for 10% of the "
        "time, the rate limit for 0%.\n"
        "With 10 at once, the processor would be busy all the time; more gain nothing.\n"
        "This is a forecast for a machine without other work: measure a run with it."
    )


def test_a_run_with_several_tracks_at_once_gives_the_same_advice() -> None:
    assert recommend_settings(run(at_once=5)).max_concurrent_tracks == 10


def test_a_busy_processor_was_the_limit() -> None:
    advice = recommend_settings(run(at_once=10, cpu_time=2.0))
    assert advice.max_concurrent_tracks == 10
    assert "The processor was the limit of this run: more than 10 at once gain" in str(advice)
    assert "Fewer may be as fast" in str(advice)
    alone = recommend_settings(run(cpu_time=20.0))
    assert alone.max_concurrent_tracks == 1
    assert "Fewer" not in str(alone)


def test_the_rate_limit_limits_the_tracks_at_once() -> None:
    """20 requests at one in a second take 19 of the 20 s."""
    advice = recommend_settings(run(rate=1.0))
    assert advice.max_concurrent_tracks == 2
    assert "the rate limit for 95%" in str(advice)
    assert "The rate limit was the limit" in str(advice)


def test_the_connections_limit_the_tracks_at_once() -> None:
    advice = recommend_settings(run(max_connections=4))
    assert advice.max_concurrent_tracks == 4
    assert "max_connections allows 4 requests at the same time." in advice.reasons


def test_an_idle_processor_gives_the_largest_number() -> None:
    assert recommend_settings(run(cpu_time=0.0)).max_concurrent_tracks == 100


@pytest.mark.parametrize(("allowed", "at_once"), [(100, 10), (50, 5), (1, 1)])
def test_memory_limits_the_tracks_at_once(allowed: int, at_once: int) -> None:
    advice = recommend_settings(run(at_once=10), memory_bytes=allowed * MIB)
    assert advice.max_concurrent_tracks == at_once
    assert ("The process needed up to 100 MiB" in str(advice)) == (allowed < 100)


@each_row(
    "stats, why",
    [
        (run(tracks=9), "only 9 tracks sent a request, and 10 are needed"),
        (
            run().model_copy(update={"failures": {"timeout": 11}}),
            "11 of 20 queries failed, so the times are not typical",
        ),
        (run(cpu_time=None), "the metrics hold no processor time or no start times of tracks"),
        (run().model_copy(update={"concurrency": None}), "the metrics hold no processor time"),
        (
            performance_stats(
                [make_track(make_query(requests=0, cache_hit=True), started=0.0)] * 20,
                mode="sync", total_time=20.0, started_at=NOON, settings={}, cpu_time=1.0,
            ),
            "only 0 tracks sent a request",
        ),
    ],
)  # fmt: skip
def test_a_run_that_says_too_little_gives_no_advice(stats: PerformanceStats, why: str) -> None:
    advice = recommend_settings(stats)
    assert advice.max_concurrent_tracks is None
    assert str(advice).startswith(f"No advice, because {why}")


def test_a_run_of_which_half_failed_gives_advice() -> None:
    half = run().model_copy(update={"failures": {"timeout": 10}})
    assert recommend_settings(half).max_concurrent_tracks is not None
