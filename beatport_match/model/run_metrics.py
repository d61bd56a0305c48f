"""Metrics of a run, as Pydantic models. Their dump is the layout of the metrics file.

This module only defines the models. `performance.run_stats` fills them, and `performance.analysis`
interprets them. Times are in seconds, percentages are 0-100. A value that a file of an older
version may lack is `None`: unknown, never zero.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, JsonValue, PlainSerializer, computed_field

from beatport_match.model.metrics import (
    Count,
    MetricsModel,
    Mode,
    QueryMetrics,
    Seconds,
    TrackMetrics,
)

Recommendation: TypeAlias = Literal["implement", "evaluate", "skip"]
"""Whether async saves time in runs like this one: yes, perhaps, or no."""
Mean: TypeAlias = Annotated[float, Field(ge=0, le=1e12)]
"""A mean of times or numbers."""
# A sum of rounded parts can be slightly more than the whole.
MAX_ROUNDED_PERCENT = 100.000001
# A smaller number (before September 2001) is the reading of a clock that does not begin in 1970,
# such as `time.perf_counter`.
MIN_EPOCH_S = 1e9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _without_rounding(value: object) -> object:
    is_rounded = isinstance(value, float) and 100 < value <= MAX_ROUNDED_PERCENT
    return 100.0 if is_rounded else value


def _without_counter(value: object) -> object:
    return None if isinstance(value, int | float) and value < MIN_EPOCH_S else value


def _as_iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _as_epoch(moment: datetime | None) -> float | None:
    """Return the seconds since 1970 in UTC; `None` if the time zone is unknown."""
    return (moment - _EPOCH).total_seconds() if moment and moment.tzinfo else None


Percentage: TypeAlias = Annotated[float, Field(ge=0, le=100), BeforeValidator(_without_rounding)]
"""A share in percent."""
Moment: TypeAlias = Annotated[
    datetime | None,
    BeforeValidator(_without_counter),
    PlainSerializer(_as_iso, return_type=str | None),
]
"""A date and time, dumped as ISO 8601. This library writes it with a time zone. A number in a file
of another program is read as seconds since 1970, and as `None` if it is the reading of another
clock."""


class SessionInfo(MetricsModel):
    """The run as a whole.

    Attributes:
        start_time: When the run began.
        end_time: When the run ended.
        total_time: The wall-clock time of the run, in seconds.
        total_tracks: The number of tracks.
        matched_tracks: The number of tracks that were accepted automatically.
        unmatched_tracks: The number of all other tracks.
    """

    start_time: Moment = None
    end_time: Moment = None
    total_time: Seconds
    total_tracks: Count
    matched_tracks: Count
    unmatched_tracks: Count

    @computed_field  # type: ignore[prop-decorator]
    @property
    def start_epoch_s(self) -> float | None:
        """When the run began, in seconds since 1970 (UTC); `None` without a time zone."""
        return _as_epoch(self.start_time)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def end_epoch_s(self) -> float | None:
        """When the run ended, in seconds since 1970 (UTC); `None` without a time zone."""
        return _as_epoch(self.end_time)


class CacheStats(MetricsModel):
    """How many queries the cache answered.

    Attributes:
        hits: The number of queries that needed no request.
        misses: The number of queries that needed one.
        hit_rate: The share of hits, in percent.
    """

    hits: Count | None = None
    misses: Count | None = None
    hit_rate: Percentage | None = None


class AggregateStats(MetricsModel):
    """Means over the run.

    Attributes:
        average_time_per_track: In seconds.
        average_time_per_query: In seconds.
        cache_hit_rate: The share of queries that needed no request, in percent.
        match_rate: The share of tracks that were accepted automatically, in percent.
    """

    average_time_per_track: Mean
    average_time_per_query: Mean
    cache_hit_rate: Percentage
    match_rate: Percentage


class QueryTypeStats(MetricsModel):
    """The sums over all queries of one type.

    Attributes:
        total_network_time: The sum of the network times, in seconds.
        total_execution_time: The sum of the total times, in seconds.
        average_network_time: The mean of the network times, in seconds.
        network_time_percentage: The share of the network time in the total time, in percent.
        count: The number of queries.
    """

    total_network_time: Mean
    total_execution_time: Mean
    average_network_time: Mean
    network_time_percentage: Percentage
    count: Count


class NetworkStats(MetricsModel):
    """The sums over all queries.

    Queries that ran at the same time each count in full, so the sums can be larger than the
    wall-clock time.

    Attributes:
        total_network_time: The sum of the network times, in seconds.
        total_execution_time: The sum of the total times, in seconds.
        network_time_percentage: The share of the network time in the total time, in percent.
        average_network_time_per_query: The mean of the network times, in seconds.
        network_time_by_query_type: The sums by the type of the queries, a name of
            `matching.query_plan.QueryType`.
    """

    total_network_time: Mean
    total_execution_time: Mean
    network_time_percentage: Percentage
    average_network_time_per_query: Mean
    network_time_by_query_type: dict[str, QueryTypeStats]


class ConcurrencyStats(MetricsModel):
    """How many requests and tracks were in flight at the same time.

    A track is in flight from its beginning to its end. Means are over the time from the beginning
    of the first track to the end of the last one.

    Attributes:
        peak_requests_in_flight: The highest number of requests at the same time.
        mean_requests_in_flight: The mean number of requests.
        peak_tracks_in_flight: The highest number of tracks at the same time.
        mean_tracks_in_flight: The mean number of tracks.
    """

    peak_requests_in_flight: Count
    mean_requests_in_flight: Mean
    peak_tracks_in_flight: Count
    mean_tracks_in_flight: Mean


class PerformanceStats(MetricsModel):
    """All metrics of a run. Their dump is the metrics file.

    Attributes:
        version: The version of the file's layout.
        generated: When the metrics were computed.
        session_info: Start, end, total time and counts of tracks.
        cache_stats: How many queries the cache answered.
        query_metrics: The queries of all tracks, in one sequence.
        track_metrics: The metrics of each track.
        aggregate_stats: Means per track and per query.
        network_analysis: Sums of the queries' times, in total and by query type.
        mode: `sync` or `async`.
        settings: The settings of the run.
        requests: The number of requests sent.
        retries: The number of repeated tries.
        failures: The number of failed queries, by kind of `Failure`.
        wait_time: The sum of the queries' `wait_time`, in seconds.
        pace_time: The sum of the queries' `pace_time`, in seconds.
        retry_time: The sum of the queries' `retry_time`, in seconds.
        concurrency: How many requests and tracks were in flight at the same time.
        cpu_time: The processor time of the whole process during the run, in seconds.
        peak_memory_bytes: The peak of the resident memory of the whole process, from its start to
            the end of the run; `None` where the system does not report it (Windows).

    Example:
        ```python
        stats = match_playlist("friday.m3u8").metrics
        print(stats.session_info.total_time, stats.requests, stats.cache_stats.hit_rate)
        ```
    """

    version: Literal["1.0"]
    generated: Moment = None
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
    cpu_time: Mean | None = None
    peak_memory_bytes: Count | None = None

    @property
    def queries(self) -> tuple[QueryMetrics, ...]:
        """All queries of the run; taken from the tracks if the file has no `query_metrics`."""
        if self.query_metrics is not None:
            return self.query_metrics
        return tuple(query for track in self.track_metrics for query in track.queries)


class NetworkAnalysis(MetricsModel):
    """Whether async would save time in this run, with the reason.

    Attributes:
        percentage: The network's share of the queries' time, 0-100; `None` if unknown.
        cache_hit_rate: The share of queries that needed no request, 0-100; `None` if unknown.
        recommendation: `implement`, `evaluate` or `skip`.
        reason: The reason for it, in one sentence.
        caveats: The limits of the recommendation, one sentence each.

    Example:
        ```python
        analysis = analyze(result.metrics)
        print(analysis.recommendation, analysis.reason)
        ```
    """

    percentage: Percentage | None
    cache_hit_rate: Percentage | None
    recommendation: Recommendation
    reason: str
    caveats: tuple[str, ...] = ()


class RunComparison(MetricsModel):
    """A sync and an async run over the same tracks, compared.

    A track that only one of the runs has is left out. So is a track whose answers one of the runs
    had in a journal or a cache, while the other one sent requests. Then the times are estimates:
    each run's wall-clock time is divided in proportion to the time of the compared tracks.

    Attributes:
        sync_time: The wall-clock time of the sync run, in seconds.
        async_time: The wall-clock time of the async run, in seconds.
        improvement_percentage: The share of the sync run's time that async saved, in percent;
            negative if the async run took longer.
        speed_up: How many times faster the async run was (sync time divided by async time).
        sync_requests: The number of requests of the sync run, for the compared tracks.
        async_requests: The number of requests of the async run, for the compared tracks.
        sync_memory_bytes: The `peak_memory_bytes` of the sync run.
        async_memory_bytes: The `peak_memory_bytes` of the async run.
        sync_concurrency: How many requests and tracks the sync run had in flight.
        async_concurrency: How many requests and tracks the async run had in flight.
        same_answers: Whether both runs gave the same answers for the tracks that both have; `None`
            if they have none in common.
        different_tracks: The titles of tracks whose answers differ.
        compared_tracks: The number of tracks whose times are compared.
        left_out: The titles of the other tracks.
        reason: Why tracks are left out, or why the times cannot be compared, in one sentence;
            `None` if all tracks are compared.

    Example:
        ```python
        settings = MatchSettings(async_io={"enabled": True})
        in_async = match_playlist("friday.m3u8", settings=settings)
        compare_runs(result.metrics, in_async.metrics).same_answers
        # True
        ```
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
    compared_tracks: Count = 0
    left_out: tuple[str, ...] = ()
    reason: str | None = None


# The engines import this module late, so `beatport_match.__getattr__` may not see it.
for _public in (PerformanceStats, NetworkAnalysis, RunComparison):
    _public.__module__ = "beatport_match"
