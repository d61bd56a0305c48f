"""Measuring: what happened, summed up from the transcript after the fact."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_runs import BLOCKED, NOON, TIMEOUT, answer, found, of_a_run, of_a_track, told
from pydantic import ValidationError

from beatport_match.matching.protocol import Round
from beatport_match.model.metrics import PerformanceStats, QueryMetrics, SentMetrics
from beatport_match.performance.measure import (
    concurrency_stats,
    in_flight,
    query_metrics,
    track_metrics,
)

FOUND_TWO = answer(found(2), waits=(0.5,), sends=(2.0,), parse_s=0.25, paced=0.5)
RETRIED = answer(
    TIMEOUT,
    waits=(0.0, 1.0, 2.0),
    sends=(3.0, 3.0, 4.0),
    statuses=(None, 503, None),
    text="Night Ferry",
    query_type="title_only",
)
CACHED = answer(found(1), cached=True, idle=0.125)
PAGE = answer(found(1), sends=(1.0,), waits=(0.25,), parse_s=0.5, text="1", query_type="track_page")


def measured(*answers, weighed=0.0):
    """The figures of one query."""
    return query_metrics([(one, weighed) for one in answers], 100.0)


def test_one_query_in_figures():
    """ "`network_time` is the time until the body was read, retries and waiting kept apart;
    `parse_time` is parsing and scoring"."""
    assert measured(FOUND_TWO, weighed=0.125) == QueryMetrics(
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


def test_a_query_that_failed_in_figures():
    """ "Failed … queries are recorded once, as such": its kind, no candidates, and the tries that
    had to be repeated apart from the last one."""
    figures = measured(RETRIED)
    assert (figures.failure, figures.candidates_found) == ("timeout", 0)
    assert (figures.requests, figures.retries) == (3, 2)
    assert (figures.network_time, figures.retry_time, figures.wait_time) == (4.0, 6.0, 3.0)
    assert (figures.execution_time, figures.pace_time) == (13.0, 0.0)


@pytest.mark.parametrize(
    ("statuses", "network", "retries"),
    [
        ((301, 302, 200), 7.0, 0),
        ((301, 503, 200), 4.0, 1),
        ((503, 301, 200), 6.0, 1),
        ((None, None, None), 4.0, 2),
        ((200, 301, 302), 6.0, 1),
    ],
)
def test_a_redirect_is_no_retry(statuses, network, retries):
    """A try is all that led to its answer: the redirects on its way belong to it."""
    figures = measured(answer(found(0), waits=(0,) * 3, sends=(1.0, 2.0, 4.0), statuses=statuses))
    assert (figures.network_time, figures.retries) == (network, retries)
    assert figures.network_time + figures.retry_time == 7.0


def test_a_cached_query_in_figures():
    """ "… and cached queries are recorded once, as such": no request, no network time."""
    figures = measured(CACHED)
    assert (figures.cache_hit, figures.candidates_found) == (True, 1)
    assert (figures.requests, figures.network_time, figures.execution_time) == (0, 0.0, 0.125)


def test_a_page_counts_in_the_query_that_caused_it():
    """ "Track-page fetches count in the query that caused them": no query of its own, but its time
    and its request."""
    figures = of_a_track(FOUND_TWO, PAGE, score=97.5, stopped="enough")
    (query,) = figures.queries
    assert (query.query_type, query.candidates_found) == ("artist_title", 2)
    assert (query.requests, query.network_time, query.wait_time) == (2, 3.0, 0.75)
    assert query.execution_time == 2.75 + 1.75
    assert (figures.total_queries, figures.early_exit_query_index) == (1, 0)


def test_a_page_that_failed_is_not_lost():
    """Its failure is that of the query it counts in; and a query is no cache hit that needed a
    request for its page."""
    (query,) = of_a_track(CACHED, answer(BLOCKED, query_type="track_page")).queries
    assert (query.failure, query.cache_hit, query.candidates_found) == ("blocked", False, 1)


def test_a_page_asked_on_its_own_is_a_query():
    """Where no query caused it, it is one: a number in the tags, for instance."""
    (query,) = of_a_track(PAGE).queries
    assert (query.query_type, query.requests) == ("track_page", 1)
    lookup = answer(found(1), query_type="beatport_id")
    assert len(of_a_track(FOUND_TWO, lookup).queries) == 2


SECONDS = st.floats(0, 1000)
STEPS = st.lists(st.tuples(SECONDS, SECONDS, st.sampled_from([200, 301, 503, None])), max_size=4)


@given(STEPS, SECONDS, SECONDS, SECONDS, st.sampled_from([TIMEOUT, found(1)]))
def test_the_parts_are_no_more_than_the_whole(steps, parse_s, weighed, idle, value):
    """ "Per query, network + parse + waiting ≤ execution": to the last bit, retries included."""
    waits, sends, statuses = zip(*steps, strict=True) if steps else ((), (), ())
    one = answer(value, waits=waits, sends=sends, statuses=statuses, parse_s=parse_s, idle=idle)
    figures = measured(one, weighed=weighed)
    parts = figures.network_time + figures.parse_time + figures.wait_time
    assert parts <= figures.execution_time
    assert parts + figures.retry_time == pytest.approx(figures.execution_time - idle, abs=1e-6)
    assert figures.requests == len(steps)


def test_a_track_in_figures():
    """A track's figures sum its queries; the last query was the one that was good enough."""
    figures = of_a_track(
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


def test_a_track_to_be_reviewed_has_no_score():
    """ "`matched_tracks` were applied unasked": a best guess is named, and is no match."""
    figures = of_a_track(FOUND_TWO, score=60.0, outcome="review")
    assert (figures.match_found, figures.match_score) == (False, None)
    assert (figures.outcome, figures.beatport_id) == ("review", 1)


def test_the_weighing_is_shared_out():
    """Queries of one ask are weighed together: each has its share, and the sum is right."""
    asks = [Round(answers=(FOUND_TWO, RETRIED), scoring_s=1.0), Round(answers=(FOUND_TWO,))]
    figures = track_metrics(told(*asks), place=3, began=100.0)
    assert [query.parse_time for query in figures.queries] == [0.75, 0.5, 0.25]
    assert (figures.early_exit, figures.early_exit_query_index) == (False, None)


def test_a_track_that_asked_nothing():
    """A track without a query has no place where the asking ended early."""
    figures = of_a_track(score=99.0, stopped="enough")
    assert (figures.early_exit_query_index, figures.total_queries) == (None, 0)


def test_a_run_in_figures():
    """A run's figures: counts, means, percentages 0-100, failures by kind, and where time went."""
    blocked = answer(BLOCKED, waits=(0.0,), sends=(1.0,))
    tracks = [
        of_a_track(FOUND_TWO, stopped="enough", score=97.5, total=4.0),
        of_a_track(RETRIED, blocked, total=13.0),
        of_a_track(FOUND_TWO, CACHED, total=1.0),
        of_a_track(RETRIED, total=2.0),
    ]
    stats = of_a_run(tracks, total_time=21.5)
    assert stats.session_info.model_dump() == {
        "start_time": "2026-02-03T12:00:00+00:00",
        "end_time": "2026-02-03T12:00:21.500000+00:00",
        "total_time": 21.5,
        "total_tracks": 4,
        "matched_tracks": 1,
        "unmatched_tracks": 3,
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


def test_the_dump_is_the_layout_of_the_file():
    """ "Models … whose dump is exactly this layout, keys and nesting (more keys may stand beside
    them)"; numbers are numbers and a time has its zone."""
    stats = of_a_run([of_a_track(FOUND_TWO, score=97.5, stopped="enough")])
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


def test_figures_go_through_json_unchanged():
    """ "The analysis file *is* these models, dumped": dumped and read again they are equal."""
    tracks = [of_a_track(FOUND_TWO, RETRIED, score=97.5), of_a_track()]
    stats = of_a_run(tracks, mode="async", total_time=20.0)
    assert PerformanceStats.model_validate_json(stats.model_dump_json()) == stats
    assert PerformanceStats.model_validate(stats.model_dump()) == stats


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_empty_run_is_all_zeros(mode):
    """ "An empty run exports and analyses without dividing by zero"."""
    stats = of_a_run([], mode=mode, total_time=0.0)
    assert set(stats.aggregate_stats.model_dump().values()) == {0.0}
    assert set(stats.concurrency.model_dump().values()) == {0}
    assert (stats.requests, stats.failures, stats.track_metrics) == (0, {}, ())
    assert stats.network_analysis.network_time_by_query_type == {}
    assert stats.session_info.start_time == stats.session_info.end_time == NOON


def test_figures_are_frozen():
    """Nothing changes what was measured."""
    with pytest.raises(ValidationError, match="frozen"):
        measured(FOUND_TWO).network_time = 0.0


def test_what_went_on_at_once():
    """ "Concurrency (peak and mean requests in flight, tracks in flight)", over the span from the
    first track's beginning to the last one's end."""
    early = of_a_track(answer(found(0), started=100, waits=(1,), sends=(2,)), total=4)
    late = of_a_track(answer(found(0), started=100, waits=(0,), sends=(3,)), began=98, total=4)
    stats = concurrency_stats([early, late])
    assert (early.started, late.started) == (0, 2)
    assert (stats.peak_tracks_in_flight, stats.mean_tracks_in_flight) == (2, 8 / 6)
    assert (stats.peak_requests_in_flight, stats.mean_requests_in_flight) == (2, 5 / 6)
    nameless = early.model_copy(update={"started": None})
    assert concurrency_stats([nameless, late]) is None


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=8)


@given(SPANS)
def test_in_flight_counts_what_is_open(drawn):
    """Held against the obvious: for every moment, count the spans around it."""
    spans = [(float(begin), float(begin + length)) for begin, length in drawn]
    told_counts = in_flight(spans)
    for moment in range(20):
        around = sum(begin <= moment < end for begin, end in spans)
        counts = [count for time, count in told_counts if time <= moment]
        assert (counts[-1] if counts else 0) == around
    assert told_counts == sorted(told_counts)
