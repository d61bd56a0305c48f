"""Metrics: Pydantic models, measured from a run's transcript after the fact.

Nothing counts while working. Times are in seconds, percentages 0-100. The models are the
analysis file: dumped, they are its layout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from beatport_match.errors import Failure
from beatport_match.wire import Answer, Transcript

Mode = Literal["sync", "async"]


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class QueryMetrics(_Figures):
    """One question: what it was, how long it took, what it brought.

    `execution_time` is the whole of it; `network_time` lasts until the last body was read,
    `parse_time` is understanding it, `wait_time` is pace and backoff; the three add up to no more
    than the whole. `requests` counts what went out, retries included.
    """

    query_text: str
    execution_time: float
    network_time: float
    parse_time: float
    candidates_found: int
    cache_hit: bool
    query_type: str
    wait_time: float = 0.0
    requests: int = 0
    failure: str | None = None


class TrackMetrics(_Figures):
    """One track: its questions, and whether the asking could end early.

    `early_exit_query_index` is the place (from 0) of the question that was good enough.
    """

    track_id: str
    track_title: str
    total_time: float
    total_queries: int
    total_candidates: int
    candidates_evaluated: int
    early_exit: bool
    early_exit_query_index: int | None
    match_found: bool
    match_score: float | None
    queries: tuple[QueryMetrics, ...]

    @property
    def requests(self) -> int:
        """HTTP requests sent for this track."""
        return sum(query.requests for query in self.queries)


class SessionInfo(_Figures):
    """The run as a whole; `matched_tracks` are those applied unasked."""

    total_time: float
    total_tracks: int
    matched_tracks: int
    unmatched_tracks: int


class AggregateStats(_Figures):
    """Means over the run; `match_rate` and `cache_hit_rate` are percentages."""

    average_time_per_track: float
    average_time_per_query: float
    cache_hit_rate: float
    match_rate: float


class PerformanceStats(_Figures):
    """A run in figures."""

    version: Literal["1.0"] = "1.0"
    mode: Mode
    session_info: SessionInfo
    requests: int
    failures: dict[str, int]
    aggregate_stats: AggregateStats
    track_metrics: tuple[TrackMetrics, ...]


def query_metrics(answer: Answer) -> QueryMetrics:
    """The figures of one answered question."""
    heard = answer.value
    return QueryMetrics(
        query_text=answer.question.text,
        execution_time=answer.ended - answer.started,
        network_time=sum(sent.ended - sent.started for sent in answer.sent),
        parse_time=answer.read_s,
        candidates_found=0 if isinstance(heard, Failure) else len(heard.candidates),
        cache_hit=answer.cached,
        query_type=answer.question.query_type,
        wait_time=answer.waited,
        requests=len(answer.sent),
        failure=heard.kind if isinstance(heard, Failure) else None,
    )


def track_metrics(
    transcript: Transcript,
    *,
    track_id: str,
    track_title: str,
    candidates_evaluated: int,
    enough: bool,
    match_score: float | None,
) -> TrackMetrics:
    """The figures of one track.

    `enough` says that the asking ended because the best was good enough; `match_score` is the
    accepted candidate's score, `None` where none was accepted.
    """
    queries = tuple(query_metrics(answer) for answer in transcript.answers)
    return TrackMetrics(
        track_id=track_id,
        track_title=track_title,
        total_time=transcript.ended - transcript.started,
        total_queries=len(queries),
        total_candidates=sum(query.candidates_found for query in queries),
        candidates_evaluated=candidates_evaluated,
        early_exit=enough,
        early_exit_query_index=len(queries) - 1 if enough and queries else None,
        match_found=match_score is not None,
        match_score=match_score,
        queries=queries,
    )


def performance_stats(
    tracks: Iterable[TrackMetrics], *, mode: Mode, total_time: float
) -> PerformanceStats:
    """The figures of a run; an empty run is all zeros."""
    tracks = tuple(tracks)
    queries = [query for track in tracks for query in track.queries]
    matched = sum(track.match_found for track in tracks)
    return PerformanceStats(
        mode=mode,
        session_info=SessionInfo(
            total_time=total_time,
            total_tracks=len(tracks),
            matched_tracks=matched,
            unmatched_tracks=len(tracks) - matched,
        ),
        requests=sum(query.requests for query in queries),
        failures=dict(sorted(Counter(q.failure for q in queries if q.failure).items())),
        aggregate_stats=AggregateStats(
            average_time_per_track=_mean([track.total_time for track in tracks]),
            average_time_per_query=_mean([query.execution_time for query in queries]),
            cache_hit_rate=100 * _mean([float(query.cache_hit) for query in queries]),
            match_rate=100 * matched / len(tracks) if tracks else 0.0,
        ),
        track_metrics=tracks,
    )


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
