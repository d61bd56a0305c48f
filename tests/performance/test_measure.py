"""Metrics of queries, tracks and runs, computed from transcripts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_runs import (
    BLOCKED,
    NOON,
    TIMEOUT,
    answer,
    metrics_of_track,
    parsed,
    recorded_match,
    stats_of,
)
from pydantic import ValidationError
from tables import each_row

from beatport_match.matching.protocol import Round
from beatport_match.model.metrics import QueryMetrics, SentMetrics
from beatport_match.model.run_metrics import PerformanceStats
from beatport_match.performance.measure import query_metrics, track_metrics
from beatport_match.performance.run_stats import in_flight

FOUND_TWO = answer(parsed(2), waits=(0.5,), sends=(2.0,), parse_s=0.25, slot_wait=0.5)
RETRIED = answer(
    TIMEOUT,
    waits=(0.0, 1.0, 2.0),
    sends=(3.0, 3.0, 4.0),
    statuses=(None, 503, None),
    text="Night Ferry",
    query_type="title_only",
)
CACHED = answer(parsed(1), cached=True, idle=0.125)
PAGE = answer(
    parsed(1), sends=(1.0,), waits=(0.25,), parse_s=0.5, text="1", query_type="track_page"
)


def metrics_of_query(*answers, scoring_s=0.0):
    """Compute the metrics of one query from its answers."""
    return query_metrics([(one, scoring_s) for one in answers], 100.0)


def test_metrics_of_one_query():
    """`network_time` lasts until the body was read, without retries and waiting; `parse_time` is
    parsing and scoring."""
    assert metrics_of_query(FOUND_TWO, scoring_s=0.125) == QueryMetrics(
        query_text="Ana Sol Night Ferry",
        execution_time=2.875,
        network_time=2.0,
        parse_time=0.375,
        candidates_found=2,
        cache_hit=False,
        query_type="artist_title",
        wait_time=0.5,
        pace_time=0.5,
        retry_time=0.0,
        requests=1,
        retries=0,
        failure=None,
        sent=(SentMetrics(started=0.5, ended=2.5, status=200),),
    )


def test_metrics_of_a_failed_query():
    """The failure has its kind and no candidates; retries are separate from the last try."""
    figures = metrics_of_query(RETRIED)
    assert (figures.failure, figures.candidates_found) == ("timeout", 0)
    assert (figures.requests, figures.retries) == (3, 2)
    assert (figures.network_time, figures.retry_time, figures.wait_time) == (4.0, 6.0, 3.0)
    assert (figures.execution_time, figures.pace_time) == (13.0, 0.0)


@each_row(
    "statuses, network, retries",
    [
        ((301, 302, 200), 7.0, 0),
        ((301, 503, 200), 4.0, 1),
        ((503, 301, 200), 6.0, 1),
        ((None, None, None), 4.0, 2),
        ((200, 301, 302), 6.0, 1),
    ],
)
def test_redirects_belong_to_their_try(statuses, network, retries):
    """A redirect is not a retry."""
    figures = metrics_of_query(
        answer(parsed(0), waits=(0,) * 3, sends=(1.0, 2.0, 4.0), statuses=statuses)
    )
    assert (figures.network_time, figures.retries) == (network, retries)
    assert figures.network_time + figures.retry_time == 7.0


def test_cached_query_has_no_request_and_no_network_time():
    figures = metrics_of_query(CACHED)
    assert (figures.cache_hit, figures.candidates_found) == (True, 1)
    assert (figures.requests, figures.network_time, figures.execution_time) == (0, 0.0, 0.125)


def test_track_page_counts_in_the_query_that_caused_it():
    """It is not a separate query, but its time and its request are added."""
    figures = metrics_of_track(FOUND_TWO, PAGE, score=97.5, stopped="enough")
    (query,) = figures.queries
    assert (query.query_type, query.candidates_found) == ("artist_title", 2)
    assert (query.requests, query.network_time, query.wait_time) == (2, 3.0, 0.75)
    assert query.execution_time == 2.75 + 1.75
    assert (figures.total_queries, figures.early_exit_query_index) == (1, 0)


def test_failed_track_page_sets_the_failure_of_its_query():
    """A cached query that needed a request for its page is not a cache hit."""
    (query,) = metrics_of_track(CACHED, answer(BLOCKED, query_type="track_page")).queries
    assert (query.failure, query.cache_hit, query.candidates_found) == ("blocked", False, 1)


def test_track_page_without_a_query_is_a_query():
    """This happens, for example, with a Beatport number in the tags."""
    (query,) = metrics_of_track(PAGE).queries
    assert (query.query_type, query.requests) == ("track_page", 1)
    lookup = answer(parsed(1), query_type="beatport_id")
    assert len(metrics_of_track(FOUND_TWO, lookup).queries) == 2


SECONDS = st.floats(0, 1000)
STEPS = st.lists(st.tuples(SECONDS, SECONDS, st.sampled_from([200, 301, 503, None])), max_size=4)


@given(STEPS, SECONDS, SECONDS, SECONDS, st.sampled_from([TIMEOUT, parsed(1)]))
def test_parts_of_a_query_never_exceed_its_total_time(steps, parse_s, scoring_s, idle, value):
    """Network, parsing and waiting are exactly no more than the total; with retries they add up to
    it."""
    waits, sends, statuses = zip(*steps, strict=True) if steps else ((), (), ())
    one = answer(value, waits=waits, sends=sends, statuses=statuses, parse_s=parse_s, idle=idle)
    figures = metrics_of_query(one, scoring_s=scoring_s)
    parts = figures.network_time + figures.parse_time + figures.wait_time
    assert parts <= figures.execution_time
    assert parts + figures.retry_time == pytest.approx(figures.execution_time - idle, abs=1e-6)
    assert figures.requests == len(steps)


def test_metrics_of_one_track():
    """The last query is the one whose answer was good enough."""
    figures = metrics_of_track(
        RETRIED, FOUND_TWO, score=97.5, stopped="enough", candidates_weighed=2, began=90.0
    )
    assert (figures.track_id, figures.track_title) == ("7", "Ana Sol - Night Ferry")
    assert (figures.started, figures.total_time) == (10.0, 10.0)
    assert (figures.total_queries, figures.total_candidates) == (2, 2)
    assert figures.candidates_evaluated == 2
    assert (figures.early_exit, figures.early_exit_query_index) == (True, 1)
    assert (figures.match_found, figures.match_score) == (True, 97.5)
    assert (figures.outcome, figures.beatport_id) == ("matched", 1)
    assert [query.query_type for query in figures.queries] == ["title_only", "artist_title"]


def test_track_with_outcome_review_has_no_match_score():
    """Its best candidate is named but does not count as a match."""
    figures = metrics_of_track(FOUND_TWO, score=60.0, outcome="review")
    assert (figures.match_found, figures.match_score) == (False, None)
    assert (figures.outcome, figures.beatport_id) == ("review", 1)


def test_scoring_time_is_divided_among_the_queries_of_a_round():
    rounds = [Round(answers=(FOUND_TWO, RETRIED), scoring_s=1.0), Round(answers=(FOUND_TWO,))]
    figures = track_metrics(recorded_match(*rounds), place=3, began=100.0)
    assert [query.parse_time for query in figures.queries] == [0.75, 0.5, 0.25]
    assert (figures.early_exit, figures.early_exit_query_index) == (False, None)


def test_track_without_queries_has_no_early_exit_index():
    figures = metrics_of_track(score=99.0, stopped="enough")
    assert (figures.early_exit_query_index, figures.total_queries) == (None, 0)


def test_metrics_of_one_run():
    """Counts, means, percentages (0-100), failures by kind, and the sums of the times."""
    blocked = answer(BLOCKED, waits=(0.0,), sends=(1.0,))
    tracks = [
        metrics_of_track(FOUND_TWO, stopped="enough", score=97.5, total=4.0),
        metrics_of_track(RETRIED, blocked, total=13.0),
        metrics_of_track(FOUND_TWO, CACHED, total=1.0),
        metrics_of_track(RETRIED, total=2.0),
    ]
    stats = stats_of(tracks, total_time=21.5)
    assert stats.session_info.model_dump() == {
        "start_time": "2026-02-03T12:00:00+00:00",
        "end_time": "2026-02-03T12:00:21.500000+00:00",
        "total_time": 21.5,
        "total_tracks": 4,
        "matched_tracks": 1,
        "unmatched_tracks": 3,
        "start_epoch_s": 1770120000.0,
        "end_epoch_s": 1770120021.5,
    }
    assert (stats.mode, stats.requests, stats.retries) == ("sync", 1 + 3 + 1 + 1 + 3, 4)
    assert stats.failures == {"blocked": 1, "timeout": 2}
    assert (stats.wait_time, stats.pace_time, stats.retry_time) == (7.0, 1.0, 12.0)
    whole = 2.75 * 2 + 13 * 2 + 1 + 0.125
    means = stats.aggregate_stats.model_dump()
    assert means == pytest.approx(
        {
            "average_time_per_track": 5.0,
            "average_time_per_query": whole / 6,
            "cache_hit_rate": 100 / 6,
            "match_rate": 25.0,
        }
    )
    assert stats.cache_stats.model_dump() == pytest.approx(
        {"hits": 1, "misses": 5, "hit_rate": 100 / 6}
    )
    network = stats.network_analysis
    assert (network.total_network_time, network.total_execution_time) == (13.0, whole)
    assert network.network_time_percentage == pytest.approx(1300 / whole)
    assert network.average_network_time_per_query == pytest.approx(13 / 6)
    assert network.network_time_by_query_type["title_only"].model_dump() == pytest.approx(
        {
            "total_network_time": 8.0,
            "total_execution_time": 26.0,
            "average_network_time": 4.0,
            "network_time_percentage": 800 / 26,
            "count": 2,
        }
    )
    assert stats.query_metrics == tuple(query for track in tracks for query in track.queries)


LAYOUT = {
    "version": None,
    "generated": None,
    "session_info": "start_time end_time total_time total_tracks matched_tracks unmatched_tracks",
    "cache_stats": None,
    "query_metrics": (
        "query_text execution_time network_time parse_time candidates_found cache_hit query_type"
    ),
    "track_metrics": (
        "track_id track_title total_time total_queries total_candidates candidates_evaluated "
        "early_exit early_exit_query_index match_found match_score queries"
    ),
    "aggregate_stats": "average_time_per_track average_time_per_query cache_hit_rate match_rate",
    "network_analysis": (
        "total_network_time total_execution_time network_time_percentage "
        "average_network_time_per_query network_time_by_query_type"
    ),
}
BY_TYPE = (
    "total_network_time total_execution_time average_network_time network_time_percentage count"
)


def test_model_dump_has_the_keys_of_the_metrics_file():
    """More keys are allowed; numbers are numbers, and times have a time zone."""
    stats = stats_of([metrics_of_track(FOUND_TWO, score=97.5, stopped="enough")])
    document = json.loads(json.dumps(stats.model_dump()))
    assert document == json.loads(stats.model_dump_json())
    for block, names in LAYOUT.items():
        inner = document[block]
        for name in (names or "").split():
            assert name in (inner[0] if isinstance(inner, list) else inner), (block, name)
    assert document["version"] == "1.0"
    assert document["generated"].endswith("+00:00")
    (track,) = document["track_metrics"]
    assert track["queries"] == document["query_metrics"]
    by_type = document["network_analysis"]["network_time_by_query_type"]
    assert list(by_type["artist_title"]) == BY_TYPE.split()
    assert PerformanceStats.model_json_schema()["properties"].keys() == document.keys()


def test_metrics_survive_a_json_round_trip():
    tracks = [metrics_of_track(FOUND_TWO, RETRIED, score=97.5), metrics_of_track()]
    stats = stats_of(tracks, mode="async", total_time=20.0)
    assert PerformanceStats.model_validate_json(stats.model_dump_json()) == stats
    assert PerformanceStats.model_validate(stats.model_dump()) == stats


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_metrics_of_an_empty_run_are_zero(mode):
    stats = stats_of([], mode=mode, total_time=0.0)
    assert set(stats.aggregate_stats.model_dump().values()) == {0.0}
    assert set(stats.concurrency.model_dump().values()) == {0}
    assert (stats.requests, stats.failures, stats.track_metrics) == (0, {}, ())
    assert stats.network_analysis.network_time_by_query_type == {}
    assert stats.session_info.start_time == stats.session_info.end_time == NOON


def test_metrics_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        metrics_of_query(FOUND_TWO).network_time = 0.0


def test_peak_and_mean_concurrency():
    """The means cover the time from the start of the first track to the end of the last one."""
    early = metrics_of_track(answer(parsed(0), started=100, waits=(1,), sends=(2,)), total=4)
    late = metrics_of_track(
        answer(parsed(0), started=100, waits=(0,), sends=(3,)), began=98, total=4
    )
    stats = stats_of([early, late]).concurrency
    assert (early.started, late.started) == (0, 2)
    assert (stats.peak_tracks_in_flight, stats.mean_tracks_in_flight) == (2, 8 / 6)
    assert (stats.peak_requests_in_flight, stats.mean_requests_in_flight) == (2, 5 / 6)
    without_start = early.model_copy(update={"started": None})
    assert stats_of([without_start, late]).concurrency is None


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=8)


@given(SPANS)
def test_in_flight_counts_open_spans(spans_drawn):
    """The oracle counts, for every moment, the spans around it."""
    spans = [(float(begin), float(begin + length)) for begin, length in spans_drawn]
    counts_by_time = in_flight(spans)
    for moment in range(20):
        around = sum(begin <= moment < end for begin, end in spans)
        counts = [count for time, count in counts_by_time if time <= moment]
        assert (counts[-1] if counts else 0) == around
    assert counts_by_time == sorted(counts_by_time)
