"""Interpret the metrics of a run: whether async would save time, and how two runs compare.

The only input is `PerformanceStats`, so a metrics file that is loaded again gives the same
recommendation. An unknown figure is never guessed. `text_report` and `html_report` print the
results.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from math import fsum

from beatport_match.errors import MisuseError
from beatport_match.model.metrics import Mode, TrackMetrics
from beatport_match.model.run_metrics import (
    NetworkAnalysis,
    PerformanceStats,
    Recommendation,
    RunComparison,
)

# The rule of the design: async saves time if the network takes a large part of the time and the
# cache answers few of the queries.
IMPLEMENT_ABOVE_PERCENT, SKIP_BELOW_PERCENT = 40.0, 20.0
MANY_CACHE_HITS_PERCENT, MOSTLY_CACHED_PERCENT = 50.0, 80.0
MIN_TRACKS = 10
# If the rate limit or the retries take a larger share of the time, the report adds a caveat.
NOTABLE_SHARE_PERCENT = 20.0
DEFAULT_CONCURRENT_TRACKS = 5
# A smaller speed-up does not justify the cost of async: many connections at once.
MIN_WORTHWHILE_SPEED_UP = 1.5
# Most of the time of a shorter request is CPU work of this machine: an HTTP client alone needs
# about 2 ms per request (`tests/benchmarks/async_worth.py advice`, at 0 ms).
MIN_NETWORK_BOUND_REQUEST_S = 0.01


def analyze(stats: PerformanceStats) -> NetworkAnalysis:
    """Decide from the metrics of a run whether async would save time.

    The rule: `implement` above 40 % network time and below 50 % cache hits; `skip` below 20 %
    network time or above 80 % cache hits; otherwise `evaluate`, also if a needed figure is unknown.
    If more than half of the queries failed, it is `evaluate` too, and the reason says that there is
    no advice.

    Args:
        stats: The metrics of a run. A sync run gives the best forecast.

    Returns:
        The recommendation, its reason in one sentence, and its caveats.

    Example:
        ```python
        stats = load_metrics_from_json("friday_metrics.json")
        print(analyze(stats).recommendation)
        ```
    """
    network, hits = network_percentage(stats), cache_hit_rate(stats)
    recommendation, reason = _with_recommendation(stats, network, hits)
    return NetworkAnalysis(
        percentage=network,
        cache_hit_rate=hits,
        recommendation=recommendation,
        reason=reason,
        caveats=tuple(_caveats(stats, recommendation)),
    )


def analyze_network_time_percentage(stats: PerformanceStats) -> tuple[float, Recommendation]:
    """Return the network's share of the queries' time, and the recommendation of `analyze`.

    Args:
        stats: The metrics of a run.

    Returns:
        The percentage (0-100; 0 if unknown), and `implement`, `evaluate` or `skip`.

    Example:
        ```python
        percentage, recommendation = analyze_network_time_percentage(result.metrics)
        ```
    """
    analysis = analyze(stats)
    return analysis.percentage or 0.0, analysis.recommendation


def recommend_mode(stats: PerformanceStats) -> Mode:
    """Choose the mode of the next run from the metrics of the last one.

    The mode is `async` if `analyze` says `implement`, with one exception. If the run processed its
    tracks one at a time and its times show that async could be less than 1.5 times as fast with
    these settings, the mode is `sync`: such a run waited for the rate limiter or for this machine.
    If more than half of the queries failed, it is the mode of the last run. In all other cases it
    is `sync`. A program that calls this after every run stays with async until the metrics of an
    async run no longer give `implement`.

    Args:
        stats: The metrics of the last run.

    Returns:
        `sync` or `async`.

    Example:
        ```python
        use_async = recommend_mode(result.metrics) == "async"
        ```
    """
    if _mostly_failed(stats):
        return stats.mode or "sync"
    bound = most_speed_up(stats, tracks_at_once(stats))
    if bound is not None and bound < MIN_WORTHWHILE_SPEED_UP:
        return "sync"
    return "async" if analyze(stats).recommendation == "implement" else "sync"


def network_percentage(stats: PerformanceStats) -> float | None:
    """Return the network's share of the queries' time (0-100), or `None` if no query took time."""
    if block := stats.network_analysis:
        return block.network_time_percentage if block.total_execution_time else None
    whole = fsum(query.execution_time for query in stats.queries)
    network = fsum(query.network_time for query in stats.queries)
    return min(100.0, 100 * network / whole) if whole else None


def cache_hit_rate(stats: PerformanceStats) -> float | None:
    """Return the share of queries that needed no request (0-100), or `None` without queries."""
    queries, cache = stats.queries, stats.cache_stats
    has_queries = queries or (
        stats.network_analysis and stats.network_analysis.total_execution_time
    )
    if stats.aggregate_stats and has_queries:
        return stats.aggregate_stats.cache_hit_rate
    if queries:
        return 100 * sum(query.cache_hit for query in queries) / len(queries)
    if cache and cache.hits is not None and cache.misses is not None and cache.hits + cache.misses:
        return 100 * cache.hits / (cache.hits + cache.misses)
    return None


def most_speed_up(stats: PerformanceStats, tracks_at_once: int) -> float | None:
    """Compute the highest possible speed-up of a run that processed its tracks one at a time.

    The bound is the asymptotic bound of operational analysis (Denning and Buzen, 1978). With n
    tracks at once, a run takes at least 1/n of its time, and at least the time of its bottleneck.
    The bottleneck is the larger of two times: the time that is neither network, retry nor waiting,
    because one thread does this work, and the time that the rate limit needs for the requests.

    Args:
        stats: The metrics of a run that processed one track at a time.
        tracks_at_once: The number of concurrent tracks, 1 or more.

    Returns:
        The speed-up (1.0: no gain). `None` if the times are unknown or tracks ran at once already.

    Example:
        ```python
        print(most_speed_up(result.metrics, 5))
        ```
    """
    wall = stats.session_info.total_time
    if not wall or not _one_at_a_time(stats):
        return None
    overlapping = min(
        wall,
        fsum(
            query.network_time + (query.retry_time or 0) + (query.wait_time or 0)
            for query in stats.queries
        ),
    )
    bottleneck = max(wall - overlapping, min_rate_limited_time(stats) or 0.0)
    return wall / min(wall, max(wall / tracks_at_once, bottleneck))


def min_rate_limited_time(stats: PerformanceStats) -> float | None:
    """Compute the seconds that the rate limit alone needs for the requests of a run.

    `None` if the rate limit is unknown or off, or if no request was sent.
    """
    rate = (stats.settings or {}).get("requests_per_second")
    if not isinstance(rate, int | float) or rate <= 0 or not stats.requests:
        return None
    return (stats.requests - 1) / rate


def tracks_at_once(stats: PerformanceStats) -> int:
    """Return how many tracks the async engine would process at once; 5 if unknown."""
    async_io = (stats.settings or {}).get("async_io")
    at_once = async_io.get("max_concurrent_tracks") if isinstance(async_io, dict) else None
    return at_once if isinstance(at_once, int) and at_once >= 1 else DEFAULT_CONCURRENT_TRACKS


def compare_runs(sync_stats: PerformanceStats, async_stats: PerformanceStats) -> RunComparison:
    """Compare a sync and an async run over the same tracks.

    Tracks that only one of the runs has, and tracks whose answers only one of the runs had in a
    journal or a cache, are left out. If no track is left, the times are not compared.

    Args:
        sync_stats: The metrics of the sync run.
        async_stats: The metrics of the async run.

    Returns:
        Times, requests, memory and concurrency of both runs, the speed-up, and whether both gave
        the same answers. `reason` says what was left out.

    Raises:
        MisuseError: The first run was async, or the second was sync.

    Example:
        ```python
        settings = MatchSettings(async_io={"enabled": True})
        in_async = match_playlist("friday.m3u8", settings=settings)
        print(compare_runs(result.metrics, in_async.metrics).speed_up)
        ```
    """
    for stats, mode, place in ((sync_stats, "sync", "first"), (async_stats, "async", "second")):
        if stats.mode not in {mode, None}:
            raise MisuseError(
                f"the {place} run must be the {mode} one, not {stats.mode}; "
                "give compare_runs a sync run and then an async run."
            )
    pairs, unpaired = _pairs(sync_stats.track_metrics, async_stats.track_metrics)
    compared = [(one, other) for one, other in pairs if _did_same_work(one, other)]
    cached = [one for one, other in pairs if not _did_same_work(one, other)]
    before, sync_requests = _part_of_run(sync_stats, [one for one, _ in compared])
    after, async_requests = _part_of_run(async_stats, [other for _, other in compared])
    different = tuple(one.track_title for one, other in pairs if _differ(one, other))
    # Files without tracks are compared as a whole.
    is_comparable = bool(compared or not (pairs or unpaired))
    saved = 100 * (before - after) / before if before and is_comparable else None
    return RunComparison(
        sync_time=before,
        async_time=after,
        improvement_percentage=saved,
        speed_up=before / after if before and after and is_comparable else None,
        sync_requests=sync_requests,
        async_requests=async_requests,
        sync_memory_bytes=sync_stats.peak_memory_bytes,
        async_memory_bytes=async_stats.peak_memory_bytes,
        sync_concurrency=sync_stats.concurrency,
        async_concurrency=async_stats.concurrency,
        same_answers=not different if pairs else None,
        different_tracks=different,
        compared_tracks=len(compared),
        left_out=tuple(track.track_title for track in (*cached, *unpaired)),
        reason=_why_left_out(len(compared), len(cached), len(unpaired)),
    )


def _with_recommendation(
    stats: PerformanceStats, network: float | None, hits: float | None
) -> tuple[Recommendation, str]:
    """Apply the rule; return the recommendation and its reason."""
    shares = (
        f"The network takes {_share(network)} of the queries' time and the cache answers "
        f"{_share(hits)} of the queries"
    )
    if _mostly_failed(stats):
        failed = f"{_failed(stats)} of {len(stats.queries)} queries failed"
        return "evaluate", f"{shares}, but {failed}: no advice is possible from this run."
    if network is not None and network < SKIP_BELOW_PERCENT:
        return "skip", f"{shares}, so async would save little time."
    if hits is not None and hits > MOSTLY_CACHED_PERCENT:
        return "skip", f"{shares}, so few requests can run at the same time."
    if network is None or hits is None:
        return "evaluate", f"{shares}, so no recommendation is possible."
    if network > IMPLEMENT_ABOVE_PERCENT and hits < MANY_CACHE_HITS_PERCENT:
        return "implement", f"{shares}, so async can save time."
    return "evaluate", f"{shares}: measure a sync and an async run."


def _share(percentage: float | None) -> str:
    return "an unknown share" if percentage is None else f"{percentage:.1f} %"


def _failed(stats: PerformanceStats) -> int:
    """Return the number of queries that failed."""
    if stats.failures is not None:
        return sum(stats.failures.values())
    return sum(query.failure is not None for query in stats.queries)


def _mostly_failed(stats: PerformanceStats) -> bool:
    """Return whether most queries failed, so that their times are not typical."""
    return _failed(stats) > len(stats.queries) / 2


def _caveats(stats: PerformanceStats, recommendation: Recommendation) -> Iterator[str]:
    """Yield the caveats of a recommendation, the most important first."""
    tracks = stats.session_info.total_tracks
    if not tracks:
        return
    if tracks < MIN_TRACKS:
        yield (
            f"Fewer than {MIN_TRACKS} tracks ({tracks}): one slow answer can change the "
            f"recommendation, and the whole run took only {stats.session_info.total_time:.1f} s."
        )
    yield from _concurrency_caveats(stats, recommendation)
    yield from _rate_limit_caveats(stats)
    yield from _request_caveats(stats, recommendation)


def _concurrency_caveats(stats: PerformanceStats, recommendation: Recommendation) -> Iterator[str]:
    """Yield the caveats that follow from the number of concurrent tracks."""
    if _one_at_a_time(stats):
        at_once = tracks_at_once(stats)
        bound = most_speed_up(stats, at_once)
        if bound is None or recommendation == "skip":
            yield "Tracks ran one at a time, so these times are a valid basis for a recommendation."
        else:
            yield (
                f"Tracks ran one at a time, so the speed-up is a forecast: with {at_once} at once, "
                f"async is at most {bound:.1f} times as fast."
            )
    elif stats.concurrency:
        yield (
            f"Up to {stats.concurrency.peak_tracks_in_flight} tracks ran at once. The time of each "
            "query includes waiting for the others, so the network's share may be too high: "
            "measure a sync run for a forecast."
        )
    else:
        yield "The number of tracks that ran at once is unknown, so the gain from async is too."


def _rate_limit_caveats(stats: PerformanceStats) -> Iterator[str]:
    limited, wall = min_rate_limited_time(stats), stats.session_info.total_time
    if limited is not None and wall and 100 * limited / wall > NOTABLE_SHARE_PERCENT:
        yield (
            f"The rate limit alone takes {limited:.1f} s of the {wall:.1f} s, with any number of "
            "tracks at once: async cannot reduce this time."
        )


def _request_caveats(stats: PerformanceStats, recommendation: Recommendation) -> Iterator[str]:
    """Yield the caveats for very fast requests, for retries and for failed queries."""
    queries = stats.queries
    mean = stats.requests and sum(query.network_time for query in queries) / stats.requests
    if mean and mean < MIN_NETWORK_BOUND_REQUEST_S and recommendation != "skip":
        yield (
            f"A request takes {1000 * mean:.0f} ms on average. At this speed most of the time is "
            "CPU work of this machine, which async cannot overlap."
        )
    whole = fsum(query.execution_time for query in queries)
    if stats.retry_time and whole and 100 * stats.retry_time / whole > NOTABLE_SHARE_PERCENT:
        yield (
            f"{100 * stats.retry_time / whole:.0f} % of the time went into failed tries that were "
            "repeated: measure again when the connection is stable."
        )
    if failed := sum((stats.failures or {}).values()):
        yield f"{failed} of {len(queries)} queries failed, so their times are not typical."


def _one_at_a_time(stats: PerformanceStats) -> bool:
    if stats.concurrency:
        return stats.concurrency.peak_tracks_in_flight == 1
    return stats.mode == "sync"


def _pairs(
    first: tuple[TrackMetrics, ...], second: tuple[TrackMetrics, ...]
) -> tuple[list[tuple[TrackMetrics, TrackMetrics]], list[TrackMetrics]]:
    """Return the tracks that both runs have, in pairs, and those that only one of them has."""
    others = defaultdict[tuple[str, str], deque[TrackMetrics]](deque)
    for track in second:
        others[track.track_id, track.track_title].append(track)
    pairs: list[tuple[TrackMetrics, TrackMetrics]] = []
    unpaired: list[TrackMetrics] = []
    for track in first:
        if same := others[track.track_id, track.track_title]:
            pairs.append((track, same.popleft()))
        else:
            unpaired.append(track)
    return pairs, [*unpaired, *(track for same in others.values() for track in same)]


def _did_same_work(one: TrackMetrics, other: TrackMetrics) -> bool:
    """Return whether both runs sent requests for a track, or both had its answers in their cache.

    A track that the journal had has no queries.
    """
    mine, theirs = one.queries, other.queries
    are_cached = all(query.cache_hit for query in mine), all(query.cache_hit for query in theirs)
    return bool(mine and theirs) and are_cached[0] == are_cached[1]


def _part_of_run(
    stats: PerformanceStats, compared: Sequence[TrackMetrics]
) -> tuple[float, int | None]:
    """Return the time and the number of requests of the compared tracks of a run."""
    wall, requests = stats.session_info.total_time, stats.requests
    whole = fsum(track.total_time for track in stats.track_metrics)
    if len(compared) in {0, len(stats.track_metrics)} or not whole:
        return wall, requests
    if requests is not None:
        requests = sum(query.requests or 0 for track in compared for query in track.queries)
    return wall * fsum(track.total_time for track in compared) / whole, requests


def _why_left_out(compared: int, cached: int, unpaired: int) -> str | None:
    """Return one sentence why tracks are left out; `None` if none is left out."""
    if not cached and not unpaired:
        return None
    if not compared and not cached:
        return (
            "The runs have no track in common, so they cannot be compared; run the same list in "
            "both modes."
        )
    if not compared:
        return (
            "The times cannot be compared, because in one of the runs a journal or a cache had the "
            "answers; run both modes again without them."
        )
    total = compared + cached + unpaired
    why = (
        [f"in one of the runs, a journal or a cache had the answers of {cached}"] if cached else []
    )
    why += [f"only one of the runs has {unpaired}"] if unpaired else []
    return f"{cached + unpaired} of {total} tracks are left out: {', and '.join(why)}."


def _differ(one: TrackMetrics, other: TrackMetrics) -> bool:
    """Return whether two answers differ, as far as both files have them."""
    names = ["match_found", "match_score"]
    if one.outcome is not None and other.outcome is not None:
        names += ["outcome", "beatport_id"]
    return any(getattr(one, name) != getattr(other, name) for name in names)
