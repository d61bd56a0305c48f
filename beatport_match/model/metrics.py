"""Metrics of queries and tracks, as Pydantic models. Their dump is part of the metrics file.

This module only defines the models. `performance.measure` fills them from transcripts. Times are in
seconds. A value that a file of an older version may lack is `None`: unknown, never zero. The models
of whole runs are in `run_metrics`: matching one track does not need them, and building them takes
time.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Mode: TypeAlias = Literal["sync", "async"]
"""The engine of a run."""

# The upper bounds are larger than any real run (1e10 s are 300 years), and small enough that sums
# over the values of an untrusted file stay finite.
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=1e10)]
"""A time in seconds."""
Count: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
"""A count."""


class MetricsModel(BaseModel):
    """The configuration of all models of metrics."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, allow_inf_nan=False)


class SentMetrics(MetricsModel):
    """One HTTP request.

    Attributes:
        started: When the request was sent, in seconds since the run began.
        ended: When the request ended, in seconds since the run began.
        status: The HTTP status, or `None` without a response.
    """

    started: Seconds
    ended: Seconds
    status: int | None


class QueryMetrics(MetricsModel):
    """One query: its words, its times and its results.

    `network_time`, `parse_time`, `wait_time` and `retry_time` are parts of `execution_time`; their
    sum is never more than it. If the page of the best track must be fetched, because a search left
    fields out, its request counts as part of the query before it. Then `cache_hit` means that
    neither of the two needed a request, and `failure` is the kind of the one that failed.

    Attributes:
        query_text: The words of the query.
        execution_time: The total time, in seconds.
        network_time: The time of the last try, until its body was read, in seconds.
        parse_time: The time of parsing and scoring, in seconds.
        candidates_found: The number of tracks that the query returned.
        cache_hit: Whether no request was needed.
        query_type: The kind of the query (`matching.query_plan.QueryType`).
        wait_time: The time of waiting for the rate limiter and between tries, in seconds.
        pace_time: The part of `wait_time` that was for the rate limiter, in seconds.
        retry_time: The network time of tries that had to be repeated, in seconds.
        requests: The number of requests sent.
        retries: The number of repeated tries.
        failure: The kind of `Failure`, or `None` if the query succeeded.
        sent: One entry for each request.

    Example:
        ```python
        for query in result.metrics.query_metrics:
            print(query.query_text, query.execution_time, query.candidates_found)
        ```
    """

    query_text: str
    execution_time: Seconds
    network_time: Seconds
    parse_time: Seconds
    candidates_found: Count
    cache_hit: bool
    query_type: str
    wait_time: Seconds | None = None
    pace_time: Seconds | None = None
    retry_time: Seconds | None = None
    requests: Count | None = None
    retries: Count | None = None
    failure: str | None = None
    sent: tuple[SentMetrics, ...] | None = None


class TrackMetrics(MetricsModel):
    """One track: its queries, and whether the search ended early.

    Attributes:
        track_id: The playlist's identifier of the track, or its position.
        track_title: The artists and the title, in one line.
        total_time: The total time of the track, in seconds.
        total_queries: The number of `queries`.
        total_candidates: The number of tracks that all queries returned.
        candidates_evaluated: The number of different tracks among those.
        early_exit: Whether the best answer was good enough before all queries were sent.
        early_exit_query_index: The query that gave this answer, from 0.
        match_found: Whether the best candidate was accepted automatically.
        match_score: The score of the accepted candidate, 0-100.
        queries: The queries, in the order in which they were sent.
        outcome: The outcome of the match.
        beatport_id: The number of the best candidate, also if it needs review.
        started: When the track began, in seconds since the run began.

    Example:
        ```python
        for track in result.metrics.track_metrics:
            print(track.track_title, track.total_time, track.total_queries)
        ```
    """

    track_id: str
    track_title: str
    total_time: Seconds
    total_queries: Count
    total_candidates: Count
    candidates_evaluated: Count
    early_exit: bool
    early_exit_query_index: Count | None
    match_found: bool
    match_score: float | None
    queries: tuple[QueryMetrics, ...]
    outcome: str | None = None
    beatport_id: int | None = None
    started: Seconds | None = None
