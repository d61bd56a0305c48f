"""The rule, its boundaries, what to bear in mind, and what two runs say of each other."""

from __future__ import annotations

import pytest
from invented_runs import a_query, a_track, of_a_run, shares

from beatport_match import (
    MisuseError,
    analyze,
    analyze_network_time_percentage,
    compare_runs,
    most_speed_up,
    recommend_mode,
)
from beatport_match.model.metrics import PerformanceStats
from beatport_match.performance.analysis import pace_floor

BARE = {
    "version": "1.0",
    "session_info": {
        "total_time": 10.0,
        "total_tracks": 12,
        "matched_tracks": 12,
        "unmatched_tracks": 0,
    },
    "track_metrics": [],
}


def bare(**blocks: object) -> PerformanceStats:
    """What an older tool's file may hold, and nothing else."""
    return PerformanceStats.model_validate(BARE | blocks)


def caveats(stats: PerformanceStats) -> str:
    return " ".join(analyze(stats).caveats)


@pytest.mark.parametrize(
    ("network", "hits", "advice"),
    [
        (40.1, 49.9, "implement"),
        (100.0, 0.0, "implement"),
        (40.0, 0.0, "evaluate"),
        (40.1, 50.0, "evaluate"),
        (20.0, 80.0, "evaluate"),
        (100.0, 80.0, "evaluate"),
        (19.9, 0.0, "skip"),
        (0.0, 0.0, "skip"),
        (100.0, 80.1, "skip"),
        (30.0, 80.1, "skip"),
    ],
)
def test_the_rule_at_its_boundaries(network: float, hits: float, advice: str) -> None:
    """ "Network > 40 % and cache hits < 50 % → implement; network < 20 % or cache hits > 80 % →
    skip; else evaluate. Boundaries tested"."""
    stats = shares(network, hits)
    assert analyze_network_time_percentage(stats) == (network, advice)
    analysis = analyze(stats)
    assert (analysis.percentage, analysis.cache_hit_rate) == (network, hits)
    assert analysis.recommendation == advice


def test_the_queries_are_enough_to_judge_by() -> None:
    """ "Files … that lack optional blocks still load": what they lack is made of what they have."""
    track = a_track(a_query(), a_query(cache_hit=True, network_time=0.1))
    for blocks in (
        {"track_metrics": [track.model_dump()]},
        {"query_metrics": [query.model_dump() for query in track.queries]},
    ):
        analysis = analyze(bare(**blocks))
        assert analysis.percentage == pytest.approx(30.0)
        assert analysis.cache_hit_rate == 50.0


def test_what_is_unknown_is_not_zero() -> None:
    """ "Absent figures count as unknown, not as zero": no advice is drawn from them."""
    analysis = analyze(bare())
    assert (analysis.percentage, analysis.cache_hit_rate) == (None, None)
    assert analysis.recommendation == "evaluate"
    assert analyze_network_time_percentage(bare()) == (0.0, "evaluate")
    assert "unknown" in caveats(bare())
    network = shares(90.0, 0.0).network_analysis
    assert network
    analysis = analyze(bare(network_analysis=network.model_dump()))
    assert (analysis.percentage, analysis.cache_hit_rate) == (90.0, None)
    assert analysis.recommendation == "evaluate"
    cached = analyze(bare(cache_stats={"hits": 9, "misses": 1}))
    assert (cached.cache_hit_rate, cached.recommendation) == (90.0, "skip")


def test_an_empty_run_is_analysed() -> None:
    """ "An empty run … analyses without dividing by zero", and proves nothing."""
    empty = of_a_run([], total_time=0.0)
    assert analyze_network_time_percentage(empty) == (0.0, "evaluate")
    comparison = compare_runs(empty, empty.model_copy(update={"mode": "async"}))
    assert (comparison.speed_up, comparison.improvement_percentage) == (None, None)
    assert comparison.same_answers is None


@pytest.mark.parametrize(("tracks", "few"), [(9, True), (10, False)])
def test_few_tracks_are_a_caveat(tracks: int, *, few: bool) -> None:
    """ "When … there were fewer than 10, the report says what that does to the advice"."""
    assert ("Fewer than 10 tracks" in caveats(shares(90.0, 0.0, tracks=tracks))) is few


def a_run(parse: float, network: float, *, wait: float = 0.0, **changed: object):
    """Ten tracks, one at a time, that spent so much on each."""
    whole = parse + network + wait
    query = a_query(
        execution_time=whole, network_time=network, parse_time=parse, wait_time=wait, requests=1
    )
    begun = [a_track(query, started=place * whole) for place in range(10)]
    return of_a_run(begun, total_time=10 * whole).model_copy(update=changed)


def test_one_at_a_time_is_a_forecast() -> None:
    """ "When tracks ran one at a time … the report says what that does to the advice": the most
    that the async engine could make of it."""
    assert "with 5 at once at most 5.0 times as fast" in caveats(a_run(0.1, 0.9))
    assert "with 5 at once at most 2.5 times as fast" in caveats(a_run(0.4, 0.6))
    assert "the run that async would change" in caveats(a_run(0.9, 0.1))


@pytest.mark.parametrize(
    ("stats", "mode"),
    [
        (a_run(0.1, 0.9), "async"),
        (a_run(0.9, 0.1), "sync"),
        (a_run(0.7, 0.3), "sync"),
        (a_run(0.1, 0.9, settings={"async_io": {"max_concurrent_tracks": 1}}), "sync"),
        (a_run(0.05, 0.05, wait=0.1, settings={"requests_per_second": 5.0}), "sync"),
        (shares(90.0, 0.0, mode="async"), "async"),
        (shares(90.0, 90.0, mode="async"), "sync"),
        (of_a_run([], total_time=0.0), "sync"),
        (bare(), "sync"),
    ],
)
def test_the_mode_is_chosen_by_the_last_run(stats: PerformanceStats, mode: str) -> None:
    """recommend_mode: async "where `analyze` says `implement`, unless … async could be less than
    1.5 times as fast"; sync where nothing is known."""
    assert recommend_mode(stats) == mode


def test_the_mode_is_chosen_at_its_boundary() -> None:
    """The same at one and a half times as fast: two thirds that cannot overlap, and less."""
    assert recommend_mode(a_run(0.66, 0.34)) == "sync"
    assert most_speed_up(a_run(0.58, 0.42), 5) == pytest.approx(1 / 0.58)
    assert recommend_mode(a_run(0.58, 0.42)) == "async"


def test_the_forecast_has_two_bounds() -> None:
    """most_speed_up: "no less than an nth of its time, nor than its bottleneck"."""
    assert most_speed_up(a_run(0.25, 0.75), 3) == pytest.approx(3)
    assert most_speed_up(a_run(0.25, 0.75), 100) == pytest.approx(4)
    assert most_speed_up(a_run(0.25, 0.5, wait=0.25), 100) == pytest.approx(4)
    assert most_speed_up(a_run(1.0, 0.0), 100) == pytest.approx(1)
    assert most_speed_up(shares(50.0, 0.0, mode="async", concurrency=None), 5) is None


def test_a_paced_run_is_a_caveat() -> None:
    """Docs: "when async helps and when not (… pace-limited runs)"."""
    paced = a_run(0.05, 0.05, wait=0.1, settings={"requests_per_second": 5.0})
    assert pace_floor(paced.model_copy(update={"requests": 11})) == 2.0
    assert "The pace alone takes 1.8 s of the 2.0 s" in caveats(paced)
    assert most_speed_up(paced, 5) == pytest.approx(2.0 / 1.8)
    assert "pace" not in caveats(a_run(0.05, 0.05, settings={"requests_per_second": 500}))


@pytest.mark.parametrize(("seconds", "near"), [(0.004, True), (0.02, False)])
def test_a_near_server_is_a_caveat(seconds: float, *, near: bool) -> None:
    """Where a request takes as long as its own handling, little of it is waiting."""
    assert ("machine's own work" in caveats(a_run(0.001, seconds))) is near


def test_tracks_at_once_are_a_caveat() -> None:
    """Under concurrency a query's time holds that of others: said so."""
    together = [a_track(a_query(), started=0.0) for _ in range(10)]
    stats = of_a_run(together, mode="async", total_time=1.0)
    assert "Up to 10 tracks ran at once" in caveats(stats)


def test_faults_are_a_caveat() -> None:
    """Failures and repeated tries are not how long the network takes."""
    query = a_query(execution_time=10.0, retry_time=9.0, retries=2, failure="timeout", requests=3)
    stats = of_a_run([a_track(query)] * 10, total_time=100.0)
    assert "90 % of the time went into tries that had to be repeated" in caveats(stats)
    assert "10 of 10 queries failed" in caveats(stats)


def test_two_runs_are_compared() -> None:
    """ "The improvement in percent, speed-up, requests, memory if known, concurrency reached, and
    whether both runs gave the same answers"."""
    sync = a_run(0.25, 0.75, peak_memory_bytes=1000)
    faster = a_run(0.25, 0.75, mode="async").model_copy(
        update={
            "session_info": sync.session_info.model_copy(update={"total_time": 2.5}),
        }
    )
    comparison = compare_runs(sync, faster)
    assert (comparison.sync_time, comparison.async_time) == (10.0, 2.5)
    assert (comparison.improvement_percentage, comparison.speed_up) == (75.0, 4.0)
    assert (comparison.sync_requests, comparison.async_requests) == (10, 10)
    assert (comparison.sync_memory_bytes, comparison.async_memory_bytes) == (1000, None)
    assert comparison.async_concurrency == faster.concurrency
    assert (comparison.same_answers, comparison.different_tracks) == (True, ())
    slower = compare_runs(
        faster.model_copy(update={"mode": "sync"}), sync.model_copy(update={"mode": "async"})
    )
    assert slower.improvement_percentage == -300.0


@pytest.mark.parametrize(
    "change",
    [
        {"match_score": 60.0},
        {"match_found": False},
        {"beatport_id": 12},
        {"outcome": "review"},
        {"track_title": "Another"},
        {"track_id": "8"},
    ],
)
def test_other_answers_are_told(change: dict[str, object]) -> None:
    """Whichever part of an answer differs, the track is named."""
    track = a_track(a_query(), outcome="matched", beatport_id=11)
    ours = of_a_run([track, track])
    theirs = of_a_run([track, track.model_copy(update=change)], mode="async")
    comparison = compare_runs(ours, theirs)
    assert comparison.same_answers is False
    assert comparison.different_tracks == ("Ana Sol - Night Ferry",)


def test_a_track_that_one_run_lacks_is_told() -> None:
    """A run that was broken off gave other answers."""
    track = a_track(a_query())
    ours, theirs = of_a_run([track, track, track]), of_a_run([track], mode="async")
    assert len(compare_runs(ours, theirs).different_tracks) == 2
    assert len(compare_runs(of_a_run([track]), of_a_run([], mode="async")).different_tracks) == 1


def test_what_an_older_file_does_not_say_is_no_difference() -> None:
    """A file without outcomes can still be compared by what it says."""
    new, old = a_track(a_query(), outcome="matched", beatport_id=11), a_track(a_query())
    assert compare_runs(of_a_run([new]), of_a_run([old], mode="async")).same_answers is True


def test_the_runs_must_stand_in_their_places() -> None:
    """A comparison the wrong way round would praise the slower one."""
    sync, fast = of_a_run([]), of_a_run([], mode="async")
    with pytest.raises(MisuseError, match="the first run must be the sync one, not async"):
        compare_runs(fast, fast)
    with pytest.raises(MisuseError, match="the second run must be the async one, not sync"):
        compare_runs(sync, sync)
    unknown = sync.model_copy(update={"mode": None})
    assert compare_runs(unknown, unknown).sync_time == 1.0
