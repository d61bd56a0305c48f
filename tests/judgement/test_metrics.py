"""Metrics: what happened, summed up from the transcript after the fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from beatport_match.errors import Failure
from beatport_match.metrics import (
    PerformanceStats,
    QueryMetrics,
    TrackMetrics,
    performance_stats,
    query_metrics,
    track_metrics,
)
from beatport_match.tracks import Candidate
from beatport_match.wire import Answer, Question, Request, Sent, Transcript, Understood

CANDIDATE = Candidate(id=1, name="Night Ferry")
TIMEOUT = Failure("timeout", "no answer within 30 s")
BLOCKED = Failure("blocked", "a challenge page")


def question(text="Ana Sol Night Ferry", query_type="artist_title"):
    request = Request(url="https://www.beatport.com/search/tracks", params=(("q", text),))
    return Question(
        request=request, read=lambda response: TIMEOUT, text=text, query_type=query_type
    )


def answer(value, *, started=100.0, waits=(), sends=(), read_s=0.0, idle=0.0, **asked):
    """An answer as the hands would record it: wait, send, wait, send, …, then read."""
    now, sent = started, []
    for wait, send in zip(waits, sends, strict=True):
        now += wait
        sent.append(Sent(started=now, ended=now + send, status=200))
        now += send
    return Answer(
        question=question(**asked),
        value=value,
        started=started,
        ended=now + read_s + idle,
        sent=tuple(sent),
        waited=sum(waits),
        read_s=read_s,
    )


def of_a_track(*answers, enough=False, score=None, evaluated=0, total=10.0):
    """The figures of a track that was asked for in one ask each."""
    transcript = Transcript(started=100.0, ended=100.0 + total, asks=tuple((a,) for a in answers))
    return track_metrics(
        transcript,
        track_id="7",
        track_title="Night Ferry",
        candidates_evaluated=evaluated,
        enough=enough,
        match_score=score,
    )


FOUND_TWO = answer(
    Understood(candidates=(CANDIDATE, CANDIDATE)), waits=(0.5,), sends=(2.0,), read_s=0.25
)
RETRIED = answer(
    TIMEOUT,
    waits=(0.0, 1.0, 2.0),
    sends=(3.0, 3.0, 3.0),
    text="Night Ferry",
    query_type="title_only",
)


def test_one_question_in_figures():
    """Network lasts until the last body was read, parsing is understanding, waiting is the rest."""
    assert query_metrics(FOUND_TWO) == QueryMetrics(
        query_text="Ana Sol Night Ferry",
        execution_time=2.75,
        network_time=2.0,
        parse_time=0.25,
        candidates_found=2,
        cache_hit=False,
        query_type="artist_title",
        wait_time=0.5,
        requests=1,
        failure=None,
    )


def test_a_question_that_failed_in_figures():
    """A failure is a figure too: its kind, no candidates, and every retry counted and timed."""
    figures = query_metrics(RETRIED)
    assert (figures.failure, figures.candidates_found, figures.requests) == ("timeout", 0, 3)
    assert (figures.network_time, figures.wait_time, figures.execution_time) == (9.0, 3.0, 12.0)


SECONDS = st.floats(0, 1000)
STEPS = st.lists(st.tuples(SECONDS, SECONDS), max_size=4)


@given(STEPS, SECONDS, SECONDS, st.sampled_from([TIMEOUT, Understood(candidates=(CANDIDATE,))]))
def test_the_parts_add_up_to_no_more_than_the_whole(steps, read_s, idle, value):
    """Network, parsing and waiting add up to no more than the whole of a question's time."""
    waits, sends = [wait for wait, _ in steps], [send for _, send in steps]
    figures = query_metrics(answer(value, waits=waits, sends=sends, read_s=read_s, idle=idle))
    parts = figures.network_time + figures.parse_time + figures.wait_time
    assert parts <= figures.execution_time + 1e-6
    assert parts == pytest.approx(figures.execution_time - idle, abs=1e-6)
    assert figures.requests == len(steps)


def test_a_track_in_figures():
    """A track's figures sum its questions; the last question was the one that was good enough."""
    figures = of_a_track(RETRIED, FOUND_TWO, enough=True, score=97.5, evaluated=2)
    assert figures.total_time == 10.0
    assert (figures.total_queries, figures.total_candidates, figures.candidates_evaluated) == (
        2,
        2,
        2,
    )
    assert (figures.early_exit, figures.early_exit_query_index) == (True, 1)
    assert (figures.match_found, figures.match_score) == (True, 97.5)
    assert figures.requests == 4
    assert [query.query_type for query in figures.queries] == ["title_only", "artist_title"]


def test_questions_of_one_ask_are_all_counted():
    """Questions asked at once are counted in the order asked."""
    transcript = Transcript(started=0, ended=12, asks=((FOUND_TWO, RETRIED), (FOUND_TWO,)))
    figures = track_metrics(
        transcript,
        track_id="",
        track_title="",
        candidates_evaluated=1,
        enough=False,
        match_score=None,
    )
    assert [query.requests for query in figures.queries] == [1, 3, 1]
    assert (figures.early_exit, figures.early_exit_query_index) == (False, None)
    assert (figures.match_found, figures.match_score) == (False, None)


def test_a_track_that_asked_nothing():
    """A track without a question has no place where the asking ended early."""
    figures = of_a_track(enough=True, score=99.0)
    assert figures.early_exit_query_index is None
    assert (figures.total_queries, figures.requests) == (0, 0)


def test_a_run_in_figures():
    """A run's figures: counts, means, percentages 0-100 and failures by kind."""
    blocked = answer(BLOCKED, waits=(0.0,), sends=(1.0,))
    tracks = [
        of_a_track(FOUND_TWO, enough=True, score=97.5, total=4.0),
        of_a_track(RETRIED, blocked, total=13.0),
        of_a_track(FOUND_TWO, score=None, total=1.0),
        of_a_track(RETRIED, total=2.0),
    ]
    stats = performance_stats((track for track in tracks), mode="sync", total_time=21.5)
    assert stats.version == "1.0"
    assert stats.mode == "sync"
    assert stats.session_info.model_dump() == {
        "total_time": 21.5,
        "total_tracks": 4,
        "matched_tracks": 1,
        "unmatched_tracks": 3,
    }
    assert stats.requests == 1 + 3 + 1 + 1 + 3
    assert stats.failures == {"blocked": 1, "timeout": 2}
    assert stats.aggregate_stats.average_time_per_track == 5.0
    assert stats.aggregate_stats.average_time_per_query == pytest.approx(
        (2.75 * 2 + 12 * 2 + 1) / 5
    )
    assert stats.aggregate_stats.match_rate == 25.0
    assert stats.aggregate_stats.cache_hit_rate == 0.0
    assert stats.track_metrics == tuple(tracks)


def test_cache_hits_are_a_percentage_of_the_questions():
    """`cache_hit_rate` is a percentage over questions, not over tracks."""
    hit = query_metrics(FOUND_TWO).model_copy(update={"cache_hit": True})
    missed = query_metrics(FOUND_TWO)
    one = of_a_track().model_copy(update={"queries": (hit, missed, missed)})
    two = of_a_track().model_copy(update={"queries": (missed,)})
    stats = performance_stats([one, two], mode="async", total_time=1.0)
    assert stats.aggregate_stats.cache_hit_rate == 25.0


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_empty_run_is_all_zeros(mode):
    """An empty run is all zeros, and no division by none."""
    stats = performance_stats([], mode=mode, total_time=0.0)
    assert set(stats.aggregate_stats.model_dump().values()) == {0.0}
    assert set(stats.session_info.model_dump().values()) == {0}
    assert (stats.requests, stats.failures, stats.track_metrics) == (0, {}, ())


def test_figures_go_through_json_unchanged():
    """The models are the analysis file: dumped and read again they are equal."""
    tracks = [of_a_track(FOUND_TWO, RETRIED, enough=True, score=97.5), of_a_track()]
    stats = performance_stats(tracks, mode="async", total_time=20.0)
    again = PerformanceStats.model_validate_json(stats.model_dump_json())
    assert again == stats
    assert isinstance(again.track_metrics[0], TrackMetrics)


def test_figures_are_frozen():
    """Nothing changes what was measured."""
    with pytest.raises(ValidationError, match="frozen"):
        query_metrics(FOUND_TWO).network_time = 0.0
