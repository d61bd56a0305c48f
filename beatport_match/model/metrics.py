"""Metrics: a run in figures, as Pydantic models that are, dumped, the layout of the analysis file.

Only shapes live here; `measuring` fills them from transcripts, `analysis` judges them. Times are in
seconds, percentages 0-100. What a file of an older tool may lack is `None`: unknown, never zero.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainSerializer

Mode: TypeAlias = Literal["sync", "async"]
Recommendation: TypeAlias = Literal["implement", "evaluate", "skip"]

# Wide enough for any run (three hundred years, a million million), narrow enough that sums over a
# file from anywhere stay numbers.
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=1e10)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
Mean: TypeAlias = Annotated[float, Field(ge=0, le=1e12)]
Percentage: TypeAlias = Annotated[float, Field(ge=0, le=100)]
Moment: TypeAlias = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]
"""A time of day, ISO 8601 when dumped; ours have their zone."""


class _Figures(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, allow_inf_nan=False)


class SentMetrics(_Figures):
    """One HTTP request: seconds since its run began, and the status, `None` without an answer."""

    started: Seconds
    ended: Seconds
    status: int | None


class QueryMetrics(_Figures):
    """One query: what it was, how long it took, what it brought.

    `query_text` are the words, `query_type` is what the planner did, `candidates_found` counts the
    tracks it brought, and `sent` are its requests. `execution_time` is the whole of it. Of that,
    `network_time` went by until the body of its last try was read, `parse_time` in understanding
    and scoring, `wait_time` in waiting for the pace (`pace_time`) and between tries, `retry_time`
    on the wire for tries that had to be repeated; the parts add up to no more than the whole.
    `requests` counts what went out, `retries` the repeated tries. The page of the best track, where
    a search left something out, counts in the query that caused it; then `cache_hit` says that
    neither needed a request, and `failure` is the kind of whichever failed.
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


class TrackMetrics(_Figures):
    """One track: its queries, and whether the asking could end early.

    `track_id` is the playlist's name for it or its place, `track_title` what it is called,
    `total_time` all the time it took. `total_queries` counts its `queries`, `total_candidates` what
    they brought, `candidates_evaluated` the different ones among those. `early_exit` says that the
    best answer was good enough before everything had been asked. `match_found` says that it was
    applied unasked, `outcome` what it came to. `early_exit_query_index` is the place (from 0) of
    the query that was good enough. `match_score` (0-100) is the accepted candidate's, `beatport_id`
    the best one's, accepted or to be reviewed. `started` is in seconds since the run began.
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


class SessionInfo(_Figures):
    """The run as a whole, as a clock on the wall saw it; `matched_tracks` were applied unasked."""

    start_time: Moment | None = None
    end_time: Moment | None = None
    total_time: Seconds
    total_tracks: Count
    matched_tracks: Count
    unmatched_tracks: Count


class CacheStats(_Figures):
    """How many queries needed no request."""

    hits: Count | None = None
    misses: Count | None = None
    hit_rate: Percentage | None = None


class AggregateStats(_Figures):
    """Means over the run; `match_rate` is a percentage of tracks, `cache_hit_rate` of queries."""

    average_time_per_track: Mean
    average_time_per_query: Mean
    cache_hit_rate: Percentage
    match_rate: Percentage


class QueryTypeStats(_Figures):
    """The queries of one type, summed up."""

    total_network_time: Mean
    total_execution_time: Mean
    average_network_time: Mean
    network_time_percentage: Percentage
    count: Count


class NetworkStats(_Figures):
    """Where the time of all queries went, added up; queries that ran at once add up all the same.

    The keys of `network_time_by_query_type` are `queries.QueryType`.
    """

    total_network_time: Mean
    total_execution_time: Mean
    network_time_percentage: Percentage
    average_network_time_per_query: Mean
    network_time_by_query_type: dict[str, QueryTypeStats]


class ConcurrencyStats(_Figures):
    """How much went on at once: requests on the wire, and tracks begun and not ended.

    Means are over the time from the first track's beginning to the last one's end.
    """

    peak_requests_in_flight: Count
    mean_requests_in_flight: Mean
    peak_tracks_in_flight: Count
    mean_tracks_in_flight: Mean


class PerformanceStats(_Figures):
    """A run in figures; dumped, it is the analysis file.

    `version` is that of the file's layout, `generated` when it was measured. The blocks
    `session_info`, `cache_stats`, `aggregate_stats`, `network_analysis` and `concurrency` sum up
    what `track_metrics` tell of each track; `mode` is the engine. `requests` and `retries` count
    what went out. `query_metrics` are the queries of all tracks in one row. `failures` counts
    failed queries by kind. `wait_time`, `pace_time` and `retry_time` are sums, as those of
    `NetworkStats`. `peak_memory_bytes` is for a host that knows it. `settings` are those of the
    run.
    """

    version: Literal["1.0"]
    generated: Moment | None = None
    session_info: SessionInfo
    cache_stats: CacheStats | None = None
    query_metrics: tuple[QueryMetrics, ...] | None = None
    track_metrics: tuple[TrackMetrics, ...]
    aggregate_stats: AggregateStats | None = None
    network_analysis: NetworkStats | None = None
    mode: Mode | None = None
    settings: dict[str, JsonValue] | None = None
    requests: Count | None = None
    retries: Count | None = None
    failures: dict[str, Count] | None = None
    wait_time: Mean | None = None
    pace_time: Mean | None = None
    retry_time: Mean | None = None
    concurrency: ConcurrencyStats | None = None
    peak_memory_bytes: Count | None = None

    @property
    def queries(self) -> tuple[QueryMetrics, ...]:
        """All queries of the run, also where a file names them under their tracks alone."""
        if self.query_metrics is not None:
            return self.query_metrics
        return tuple(query for track in self.track_metrics for query in track.queries)


class NetworkAnalysis(_Figures):
    """The answer to "is async worth it here?".

    `percentage` is the network's share of the queries' time, `cache_hit_rate` that of queries that
    needed no request; `None` where it is unknown. `recommendation` is the advice, `reason` is one
    sentence, `caveats` are what to bear in mind about it.
    """

    percentage: Percentage | None
    cache_hit_rate: Percentage | None
    recommendation: Recommendation
    reason: str
    caveats: tuple[str, ...] = ()


class RunComparison(_Figures):
    """A sync and an async run over the same tracks, held against each other.

    `sync_time` and `async_time` are the walls, `sync_requests` and `async_requests` what went out,
    `sync_memory_bytes` and `async_memory_bytes` the most memory where a host knew it,
    `sync_concurrency` and `async_concurrency` how much went on at once. `improvement_percentage` is
    the share of the sync run's time that async saved, negative where it took longer; `speed_up` how
    many times as fast it was. `same_answers` is `None` where nothing can be said;
    `different_tracks` names the tracks, by title, whose answers differ or that only one run has.
    """

    sync_time: Seconds
    async_time: Seconds
    improvement_percentage: float | None
    speed_up: float | None
    sync_requests: Count | None
    async_requests: Count | None
    sync_memory_bytes: Count | None
    async_memory_bytes: Count | None
    sync_concurrency: ConcurrencyStats | None
    async_concurrency: ConcurrencyStats | None
    same_answers: bool | None
    different_tracks: tuple[str, ...]
