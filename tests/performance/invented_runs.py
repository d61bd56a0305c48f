"""Builders of invented runs: recorded answers, and the metrics that are computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from beatport_match.errors import Failure
from beatport_match.matching.match import Match, ScoredCandidate
from beatport_match.matching.protocol import (
    Answer,
    ParsedResult,
    Question,
    Recorded,
    Request,
    Round,
    Sent,
    Transcript,
)
from beatport_match.model.metrics import QueryMetrics, TrackMetrics
from beatport_match.model.run_metrics import PerformanceStats
from beatport_match.model.tracks import Candidate, Track
from beatport_match.performance.measure import track_metrics
from beatport_match.performance.run_stats import performance_stats

CANDIDATE = Candidate(id=1, name="Night Ferry")
TIMEOUT = Failure("timeout", "no answer within 30 s")
BLOCKED = Failure("blocked", "a challenge page")
NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
SETTINGS = {"requests_per_second": None, "async_io": {"max_concurrent_tracks": 5}}


def question(text: str = "Ana Sol Night Ferry", query_type: str = "artist_title") -> Question:
    request = Request(url="https://www.beatport.com/search/tracks", params=(("q", text),))
    return Question(request=request, parse=lambda _: TIMEOUT, text=text, query_type=query_type)


def answer(
    value: ParsedResult | Failure,
    *,
    started: float = 100.0,
    waits: Sequence[float] = (),
    sends: Sequence[float] = (),
    statuses: Sequence[int | None] = (),
    slot_wait: float = 0.0,
    parse_s: float = 0.0,
    idle: float = 0.0,
    cached: bool = False,
    **question_fields: str,
) -> Answer:
    """Build an answer as the engine records it: wait, send, wait, send, …, then parse. The lists
    `waits`, `sends` and `statuses` have one item per request."""
    now = started
    sent: list[Sent] = []
    for index, (wait, send) in enumerate(zip(waits, sends, strict=True)):
        now += wait
        status = statuses[index] if statuses else 200
        sent.append(Sent(started=now, ended=now + send, status=status))
        now += send
    return Answer(
        question=question(**question_fields),
        value=value,
        started=started,
        ended=now + parse_s + idle,
        sent=tuple(sent),
        wait_s=sum(waits),
        slot_wait_s=slot_wait,
        parse_s=parse_s,
        cached=cached,
    )


def parsed(number: int) -> ParsedResult:
    return ParsedResult(candidates=(CANDIDATE,) * number)


def recorded_match(
    *rounds: Round,
    score: float | None = None,
    total: float = 10.0,
    began: float = 100.0,
    **match: Any,
) -> Recorded[Match]:
    """Build the recorded result of a track, with `score` if a candidate was accepted."""
    best = None
    if score is not None:
        best = ScoredCandidate(CANDIDATE, score, 0.99, "same_recording", ())
    defaults: dict[str, Any] = {
        "outcome": "matched" if best else "not_found",
        "stopped": "exhausted",
    }
    value = Match(
        **{
            "track": Track("Night Ferry", "Ana Sol", id="7"),
            "best": best,
            "candidates": (best,) if best else (),
            "confidence": 0.99 if best else 0.0,
            "queries": (),
            "failures": (),
            **defaults,
            **match,
        }
    )
    return Recorded(value, Transcript(started=began, ended=began + total, rounds=rounds))


def metrics_of_track(*answers: Answer, began: float = 100.0, scoring_s: float = 0.0, **match: Any):
    """Compute the metrics of a track whose answers each belong to a separate round."""
    rounds = [Round(answers=(one,), scoring_s=scoring_s) for one in answers]
    return track_metrics(recorded_match(*rounds, **match), place=0, began=began)


def stats_of(tracks: Sequence[TrackMetrics], *, mode: Any = "sync", total_time: float = 1.0):
    return performance_stats(
        tracks, mode=mode, total_time=total_time, started_at=NOON, settings=SETTINGS
    )


def make_query(**fields: Any) -> QueryMetrics:
    """Build the metrics of a query of one second, half of it on the network."""
    return QueryMetrics(
        **{
            "query_text": "Ana Sol Night Ferry",
            "execution_time": 1.0,
            "network_time": 0.5,
            "parse_time": 0.1,
            "candidates_found": 3,
            "cache_hit": False,
            "query_type": "artist_title",
            **fields,
        }
    )


def make_track(*queries: QueryMetrics, **fields: Any) -> TrackMetrics:
    return TrackMetrics(
        **{
            "track_id": "7",
            "track_title": "Ana Sol - Night Ferry",
            "total_time": sum(query.execution_time for query in queries),
            "total_queries": len(queries),
            "total_candidates": sum(query.candidates_found for query in queries),
            "candidates_evaluated": 3,
            "early_exit": True,
            "early_exit_query_index": 0,
            "match_found": True,
            "match_score": 97.5,
            "queries": queries,
            **fields,
        }
    )


def stats_with_shares(
    network: float, hits: float, *, tracks: int = 20, **fields: Any
) -> PerformanceStats:
    """Build the metrics of a sync run with these two percentages in its summary."""
    stats = stats_of([make_track(make_query())] * tracks, total_time=100.0)
    assert stats.network_analysis
    assert stats.aggregate_stats
    block = stats.network_analysis.model_copy(update={"network_time_percentage": network})
    means = stats.aggregate_stats.model_copy(update={"cache_hit_rate": hits})
    return stats.model_copy(update={"network_analysis": block, "aggregate_stats": means, **fields})
