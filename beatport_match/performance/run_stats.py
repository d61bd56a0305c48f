"""Compute the metrics of a run from those of its tracks and queries.

All metrics are computed after the work is done, so no counter runs during matching. This module has
no clock: the caller gives the start time of the run. `analysis` interprets the metrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from math import fsum

from pydantic import JsonValue

from beatport_match.model.metrics import Mode, QueryMetrics, TrackMetrics
from beatport_match.model.run_metrics import (
    AggregateStats,
    CacheStats,
    ConcurrencyStats,
    NetworkStats,
    PerformanceStats,
    QueryTypeStats,
    SessionInfo,
)


def performance_stats(
    tracks: Iterable[TrackMetrics],
    *,
    lookups: Sequence[QueryMetrics] = (),
    mode: Mode,
    total_time: float,
    started_at: datetime,
    settings: Mapping[str, JsonValue],
    cpu_time: float | None = None,
    peak_memory_bytes: int | None = None,
) -> PerformanceStats:
    """Compute the metrics of a run that began at `started_at` and took `total_time` seconds.

    `lookups` are queries that belong to no track: single searches and fetches. `cpu_time` (seconds)
    and `peak_memory_bytes` are figures of the system about the process. All figures of an empty run
    are zero.
    """
    tracks = tuple(tracks)
    queries = (*(query for track in tracks for query in track.queries), *lookups)
    matched = sum(track.match_found for track in tracks)
    hits = sum(query.cache_hit for query in queries)
    hit_rate = _percentage(hits, len(queries))
    ended_at = started_at + timedelta(seconds=total_time)
    return PerformanceStats(
        version="1.0",
        generated=ended_at,
        session_info=SessionInfo(
            start_time=started_at,
            end_time=ended_at,
            total_time=total_time,
            total_tracks=len(tracks),
            matched_tracks=matched,
            unmatched_tracks=len(tracks) - matched,
        ),
        cache_stats=CacheStats(hits=hits, misses=len(queries) - hits, hit_rate=hit_rate),
        query_metrics=queries,
        track_metrics=tracks,
        aggregate_stats=AggregateStats(
            average_time_per_track=_mean([track.total_time for track in tracks]),
            average_time_per_query=_mean([query.execution_time for query in queries]),
            cache_hit_rate=hit_rate,
            match_rate=_percentage(matched, len(tracks)),
        ),
        network_analysis=network_stats(queries),
        mode=mode,
        settings=dict(settings),
        requests=sum(query.requests or 0 for query in queries),
        retries=sum(query.retries or 0 for query in queries),
        failures=dict(sorted(Counter(q.failure for q in queries if q.failure).items())),
        wait_time=fsum(query.wait_time or 0 for query in queries),
        pace_time=fsum(query.pace_time or 0 for query in queries),
        retry_time=fsum(query.retry_time or 0 for query in queries),
        concurrency=concurrency_stats(tracks, queries, total_time),
        cpu_time=cpu_time,
        peak_memory_bytes=peak_memory_bytes,
    )


def network_stats(queries: Sequence[QueryMetrics]) -> NetworkStats:
    """Sum the times of the queries, in total and by type; types in the order of their first use."""
    by_type: dict[str, list[QueryMetrics]] = {}
    for query in queries:
        by_type.setdefault(query.query_type, []).append(query)
    network = fsum(query.network_time for query in queries)
    execution = fsum(query.execution_time for query in queries)
    return NetworkStats(
        total_network_time=network,
        total_execution_time=execution,
        network_time_percentage=_percentage(network, execution),
        average_network_time_per_query=_mean([query.network_time for query in queries]),
        network_time_by_query_type={name: _type_stats(group) for name, group in by_type.items()},
    )


def concurrency_stats(
    tracks: Sequence[TrackMetrics], queries: Sequence[QueryMetrics], total_time: float
) -> ConcurrencyStats | None:
    """Compute peak and mean concurrency; `None` if a track has no start time.

    Without tracks, the mean is over `total_time`.
    """
    spans = [
        (track.started, track.started + track.total_time)
        for track in tracks
        if track.started is not None
    ]
    if len(spans) < len(tracks):
        return None
    sent = [one for query in queries for one in query.sent or ()]
    requests = [(one.started, one.ended) for one in sent]
    whole = max(end for _, end in spans) - min(begin for begin, _ in spans) if spans else total_time
    return ConcurrencyStats(
        peak_requests_in_flight=max((count for _, count in in_flight(requests)), default=0),
        mean_requests_in_flight=_ratio(fsum(end - begin for begin, end in requests), whole),
        peak_tracks_in_flight=max((count for _, count in in_flight(spans)), default=0),
        mean_tracks_in_flight=_ratio(fsum(end - begin for begin, end in spans), whole),
    )


def in_flight(spans: Iterable[tuple[float, float]]) -> list[tuple[float, int]]:
    """Count the open spans from each time on.

    If one span ends when another begins, they do not count as open together.
    """
    changes = Counter[float]()
    for begin, end in spans:
        if end > begin:
            changes[begin] += 1
            changes[end] -= 1
    times = sorted(changes)
    return list(zip(times, accumulate(changes[time] for time in times), strict=True))


def _type_stats(queries: Sequence[QueryMetrics]) -> QueryTypeStats:
    network = fsum(query.network_time for query in queries)
    execution = fsum(query.execution_time for query in queries)
    return QueryTypeStats(
        total_network_time=network,
        total_execution_time=execution,
        average_network_time=network / len(queries),
        network_time_percentage=_percentage(network, execution),
        count=len(queries),
    )


def _mean(numbers: Sequence[float]) -> float:
    return _ratio(fsum(numbers), len(numbers))


def _percentage(part: float, whole: float) -> float:
    return 100 * _ratio(part, whole)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
