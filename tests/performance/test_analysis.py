"""The recommendation, its boundaries and caveats, and the comparison of two runs."""

from __future__ import annotations

import pytest
from invented_runs import make_query, make_track, stats_of, stats_with_shares
from tables import each_row

from beatport_match import (
    MisuseError,
    analyze,
    analyze_network_time_percentage,
    compare_runs,
    most_speed_up,
    recommend_mode,
)
from beatport_match.model.metrics import TrackMetrics
from beatport_match.model.run_metrics import PerformanceStats
from beatport_match.performance.analysis import min_rate_limited_time

MINIMAL = {
    "version": "1.0",
    "session_info": {
        "total_time": 10.0,
        "total_tracks": 12,
        "matched_tracks": 12,
        "unmatched_tracks": 0,
    },
    "track_metrics": [],
}


def minimal_stats(**blocks: object) -> PerformanceStats:
    """Build metrics with only the blocks that every file has, plus these."""
    return PerformanceStats.model_validate(MINIMAL | blocks)


def caveats(stats: PerformanceStats) -> str:
    return " ".join(analyze(stats).caveats)


@each_row(
    "network, hits, advice",
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
def test_recommendation_at_the_boundaries_of_the_rule(
    network: float, hits: float, advice: str
) -> None:
    """Above 40 % network and below 50 % cache hits: implement. Below 20 % network or above 80 %
    cache hits: skip. Otherwise: evaluate."""
    stats = stats_with_shares(network, hits)
    assert analyze_network_time_percentage(stats) == (network, advice)
    analysis = analyze(stats)
    assert (analysis.percentage, analysis.cache_hit_rate) == (network, hits)
    assert analysis.recommendation == advice


def test_percentages_are_computed_from_queries_alone() -> None:
    """A file without the optional blocks gives the same percentages from its queries."""
    track = make_track(make_query(), make_query(cache_hit=True, network_time=0.1))
    for blocks in (
        {"track_metrics": [track.model_dump()]},
        {"query_metrics": [query.model_dump() for query in track.queries]},
    ):
        analysis = analyze(minimal_stats(**blocks))
        assert analysis.percentage == pytest.approx(30.0)
        assert analysis.cache_hit_rate == 50.0


def test_unknown_figures_give_evaluate() -> None:
    """A missing figure is unknown and does not count as zero."""
    analysis = analyze(minimal_stats())
    assert (analysis.percentage, analysis.cache_hit_rate) == (None, None)
    assert analysis.recommendation == "evaluate"
    assert analyze_network_time_percentage(minimal_stats()) == (0.0, "evaluate")
    assert "unknown" in caveats(minimal_stats())
    network = stats_with_shares(90.0, 0.0).network_analysis
    assert network
    analysis = analyze(minimal_stats(network_analysis=network.model_dump()))
    assert (analysis.percentage, analysis.cache_hit_rate) == (90.0, None)
    assert analysis.recommendation == "evaluate"
    cached = analyze(minimal_stats(cache_stats={"hits": 9, "misses": 1}))
    assert (cached.cache_hit_rate, cached.recommendation) == (90.0, "skip")


def test_empty_run_is_analysed_without_division_by_zero() -> None:
    empty = stats_of([], total_time=0.0)
    assert analyze_network_time_percentage(empty) == (0.0, "evaluate")
    comparison = compare_runs(empty, empty.model_copy(update={"mode": "async"}))
    assert (comparison.speed_up, comparison.improvement_percentage) == (None, None)
    assert comparison.same_answers is None


@pytest.mark.parametrize(("tracks", "few"), [(9, True), (10, False)])
def test_fewer_than_ten_tracks_are_a_caveat(tracks: int, *, few: bool) -> None:
    assert ("Fewer than 10 tracks" in caveats(stats_with_shares(90.0, 0.0, tracks=tracks))) is few


def stats_of_ten_tracks(parse: float, network: float, *, wait: float = 0.0, **fields: object):
    """Build a run of ten tracks, one at a time, that spent these seconds on each."""
    whole = parse + network + wait
    query = make_query(
        execution_time=whole, network_time=network, parse_time=parse, wait_time=wait, requests=1
    )
    tracks = [make_track(query, started=index * whole) for index in range(10)]
    return stats_of(tracks, total_time=10 * whole).model_copy(update=fields)


def test_sync_run_gives_a_forecast_of_the_speed_up() -> None:
    """The caveat has the highest speed-up that the async engine can reach."""
    assert "with 5 at once, async is at most 5.0 times as fast" in caveats(
        stats_of_ten_tracks(0.1, 0.9)
    )
    assert "with 5 at once, async is at most 2.5 times as fast" in caveats(
        stats_of_ten_tracks(0.4, 0.6)
    )
    assert "a valid basis for a recommendation" in caveats(stats_of_ten_tracks(0.9, 0.1))


@pytest.mark.parametrize(
    ("stats", "mode"),
    [
        (stats_of_ten_tracks(0.1, 0.9), "async"),
        (stats_of_ten_tracks(0.9, 0.1), "sync"),
        (stats_of_ten_tracks(0.7, 0.3), "sync"),
        (
            stats_of_ten_tracks(0.1, 0.9, settings={"async_io": {"max_concurrent_tracks": 1}}),
            "sync",
        ),
        (stats_of_ten_tracks(0.05, 0.05, wait=0.1, settings={"requests_per_second": 5.0}), "sync"),
        (stats_with_shares(90.0, 0.0, mode="async"), "async"),
        (stats_with_shares(90.0, 90.0, mode="async"), "sync"),
        (stats_of([], total_time=0.0), "sync"),
        (minimal_stats(), "sync"),
    ],
)
def test_recommended_mode_follows_the_last_run(stats: PerformanceStats, mode: str) -> None:
    """It is async if `analyze` says implement and the possible speed-up is 1.5 or more; unknown
    figures give sync."""
    assert recommend_mode(stats) == mode


def test_recommended_mode_at_a_speed_up_of_one_and_a_half() -> None:
    """Two thirds of the time cannot overlap, and then less than that."""
    assert recommend_mode(stats_of_ten_tracks(0.66, 0.34)) == "sync"
    assert most_speed_up(stats_of_ten_tracks(0.58, 0.42), 5) == pytest.approx(1 / 0.58)
    assert recommend_mode(stats_of_ten_tracks(0.58, 0.42)) == "async"


def test_speed_up_is_bounded_by_tracks_and_by_the_bottleneck() -> None:
    """A run takes at least 1/n of its time with n tracks at once, and at least the time of its
    bottleneck."""
    assert most_speed_up(stats_of_ten_tracks(0.25, 0.75), 3) == pytest.approx(3)
    assert most_speed_up(stats_of_ten_tracks(0.25, 0.75), 100) == pytest.approx(4)
    assert most_speed_up(stats_of_ten_tracks(0.25, 0.5, wait=0.25), 100) == pytest.approx(4)
    assert most_speed_up(stats_of_ten_tracks(1.0, 0.0), 100) == pytest.approx(1)
    assert most_speed_up(stats_with_shares(50.0, 0.0, mode="async", concurrency=None), 5) is None


def test_rate_limited_run_is_a_caveat() -> None:
    rate_limited = stats_of_ten_tracks(0.05, 0.05, wait=0.1, settings={"requests_per_second": 5.0})
    assert min_rate_limited_time(rate_limited.model_copy(update={"requests": 11})) == 2.0
    assert "The rate limit alone takes 1.8 s of the 2.0 s" in caveats(rate_limited)
    assert most_speed_up(rate_limited, 5) == pytest.approx(2.0 / 1.8)
    assert "rate limit" not in caveats(
        stats_of_ten_tracks(0.05, 0.05, settings={"requests_per_second": 500})
    )


@pytest.mark.parametrize(("seconds", "fast"), [(0.004, True), (0.02, False)])
def test_very_fast_requests_are_a_caveat(seconds: float, *, fast: bool) -> None:
    """Most of the time of such a request is CPU work, which does not overlap."""
    assert ("CPU work of this machine" in caveats(stats_of_ten_tracks(0.001, seconds))) is fast


def test_concurrent_tracks_are_a_caveat() -> None:
    """The time of each query includes waiting for the other tracks."""
    together = [make_track(make_query(), started=0.0) for _ in range(10)]
    stats = stats_of(together, mode="async", total_time=1.0)
    assert "Up to 10 tracks ran at once" in caveats(stats)


def test_failures_and_retries_are_a_caveat() -> None:
    query = make_query(
        execution_time=10.0, retry_time=9.0, retries=2, failure="timeout", requests=3
    )
    stats = stats_of([make_track(query)] * 10, total_time=100.0)
    assert "90 % of the time went into failed tries that were repeated" in caveats(stats)
    assert "10 of 10 queries failed" in caveats(stats)


def test_compare_runs_reports_times_requests_memory_and_concurrency() -> None:
    sync = stats_of_ten_tracks(0.25, 0.75, peak_memory_bytes=1000)
    fast_run = stats_of_ten_tracks(0.25, 0.75, mode="async").model_copy(
        update={
            "session_info": sync.session_info.model_copy(update={"total_time": 2.5}),
        }
    )
    comparison = compare_runs(sync, fast_run)
    assert (comparison.sync_time, comparison.async_time) == (10.0, 2.5)
    assert (comparison.improvement_percentage, comparison.speed_up) == (75.0, 4.0)
    assert (comparison.sync_requests, comparison.async_requests) == (10, 10)
    assert (comparison.sync_memory_bytes, comparison.async_memory_bytes) == (1000, None)
    assert comparison.async_concurrency == fast_run.concurrency
    assert (comparison.same_answers, comparison.different_tracks) == (True, ())
    slower = compare_runs(
        fast_run.model_copy(update={"mode": "sync"}), sync.model_copy(update={"mode": "async"})
    )
    assert slower.improvement_percentage == -300.0


@each_row(
    "change",
    [
        {"match_score": 60.0},
        {"match_found": False},
        {"beatport_id": 12},
        {"outcome": "review"},
    ],
)
def test_track_with_another_answer_is_named(change: dict[str, object]) -> None:
    """Any part of an answer that differs counts."""
    track = make_track(make_query(), outcome="matched", beatport_id=11)
    first = stats_of([track, track])
    second = stats_of([track, track.model_copy(update=change)], mode="async")
    comparison = compare_runs(first, second)
    assert comparison.same_answers is False
    assert comparison.different_tracks == ("Ana Sol - Night Ferry",)


def run_of(*tracks: TrackMetrics, mode: str = "sync", total_time: float = 10.0) -> PerformanceStats:
    return stats_of(list(tracks), mode=mode, total_time=total_time)


SENT = make_track(make_query(requests=1), total_time=1.0)
CACHED = make_track(make_query(cache_hit=True, requests=0), total_time=0.0)
RECORDED = make_track(total_time=0.0)


@pytest.mark.parametrize("change", [{"track_title": "Another"}, {"track_id": "8"}])
def test_lists_without_a_common_track_are_not_compared(change: dict[str, str]) -> None:
    """Two different playlists of one length have no "different answers"."""
    other = SENT.model_copy(update=change)
    comparison = compare_runs(run_of(SENT, SENT), run_of(other, other, mode="async"))
    assert (comparison.speed_up, comparison.improvement_percentage) == (None, None)
    assert (comparison.same_answers, comparison.different_tracks) == (None, ())
    assert (comparison.compared_tracks, len(comparison.left_out)) == (0, 4)
    assert comparison.reason is not None
    assert "no track in common" in comparison.reason


def test_track_that_only_one_run_has_is_left_out() -> None:
    """Such a run was interrupted. The other tracks are compared, in any order."""
    more = SENT.model_copy(update={"track_id": "8", "track_title": "Another"})
    comparison = compare_runs(
        run_of(SENT, more, SENT, SENT, total_time=4), run_of(more, SENT, mode="async", total_time=1)
    )
    assert (comparison.same_answers, comparison.compared_tracks) == (True, 2)
    assert (comparison.sync_time, comparison.async_time, comparison.speed_up) == (2.0, 1.0, 2.0)
    assert (comparison.sync_requests, comparison.async_requests) == (2, 2)
    assert comparison.left_out == (SENT.track_title,) * 2
    assert comparison.reason == "2 of 4 tracks are left out: only one of the runs has 2."


def test_unknown_requests_of_a_part_of_a_run_stay_unknown() -> None:
    older = run_of(SENT, SENT, total_time=4).model_copy(update={"requests": None})
    comparison = compare_runs(older, run_of(SENT, mode="async", total_time=1))
    assert (comparison.compared_tracks, comparison.sync_requests) == (1, None)
    assert comparison.async_requests == 1


@pytest.mark.parametrize("quick", [CACHED, RECORDED], ids=["cache", "journal"])
def test_continued_run_is_compared_by_the_tracks_that_both_requested(quick: TrackMetrics) -> None:
    """Nine of ten tracks came from a journal or a cache: the run is not ten times as fast."""
    whole = run_of(*[SENT] * 10)
    continued = run_of(*[quick] * 9, SENT, mode="async", total_time=1.0)
    comparison = compare_runs(whole, continued)
    assert comparison.speed_up == pytest.approx(1.0)
    assert comparison.improvement_percentage == pytest.approx(0.0)
    assert (comparison.compared_tracks, len(comparison.left_out)) == (1, 9)
    assert comparison.same_answers is True
    assert comparison.reason == (
        "9 of 10 tracks are left out: in one of the runs, a journal or a cache had the answers of "
        "9."
    )
    finished = compare_runs(whole, run_of(*[quick] * 10, mode="async", total_time=0.1))
    assert (finished.speed_up, finished.improvement_percentage) == (None, None)
    assert (finished.sync_time, finished.async_time) == (10.0, 0.1)
    assert finished.reason is not None
    assert finished.reason.endswith("run both modes again without them.")


def test_tracks_that_both_runs_had_in_their_cache_are_compared() -> None:
    """A playlist with duplicates has such tracks in both modes."""
    comparison = compare_runs(
        run_of(SENT, CACHED), run_of(SENT, CACHED, mode="async", total_time=5.0)
    )
    assert (comparison.speed_up, comparison.left_out, comparison.reason) == (2.0, (), None)
    assert compare_runs(run_of(RECORDED), run_of(RECORDED, mode="async")).speed_up is None


@pytest.mark.parametrize(("failed", "advice"), [(5, "implement"), (6, "evaluate")])
def test_run_whose_queries_mostly_failed_gives_no_advice(failed: int, advice: str) -> None:
    """The time of a failed query is not typical; the mode does not change."""
    track = stats_of_ten_tracks(0.1, 0.9).track_metrics[0]
    fault = track.queries[0].model_copy(update={"failure": "network"})
    broken = track.model_copy(update={"queries": (fault,)})
    stats = run_of(*[broken] * failed, *[track] * (10 - failed), mode="async")
    for one in (stats, stats.model_copy(update={"failures": None})):
        analysis = analyze(one)
        assert analysis.recommendation == advice
        assert ("6 of 10 queries failed: no advice" in analysis.reason) is (failed == 6)
        assert recommend_mode(one) == "async"
    assert recommend_mode(run_of(*[broken] * 10)) == "sync"


@each_row(
    "stats",
    [
        *(
            stats_with_shares(*pair)
            for pair in [(90.0, 10.0), (10.0, 5.0), (30.0, 85.0), (30.0, 5.0)]
        ),
        stats_of_ten_tracks(0.1, 0.9, failures={"timeout": 10}),
    ],
)
def test_each_reason_names_both_figures(stats: PerformanceStats) -> None:
    analysis = analyze(stats)
    assert f"{analysis.percentage:.1f} % of the queries' time" in analysis.reason
    assert f"{analysis.cache_hit_rate:.1f} % of the queries" in analysis.reason


def test_field_that_an_older_file_lacks_is_no_difference() -> None:
    """Files without outcomes are compared by the fields that they have."""
    new, old = make_track(make_query(), outcome="matched", beatport_id=11), make_track(make_query())
    assert compare_runs(stats_of([new]), stats_of([old], mode="async")).same_answers is True


def test_compare_runs_rejects_the_wrong_order() -> None:
    """In the wrong order, the comparison would call the slower run fast_run."""
    sync, fast_run = stats_of([]), stats_of([], mode="async")
    with pytest.raises(MisuseError, match="the first run must be the sync one, not async"):
        compare_runs(fast_run, fast_run)
    with pytest.raises(MisuseError, match="the second run must be the async one, not sync"):
        compare_runs(sync, sync)
    unknown = sync.model_copy(update={"mode": None})
    assert compare_runs(unknown, unknown).sync_time == 1.0
