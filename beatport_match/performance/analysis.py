"""What the figures of a run mean: is async worth it here, and what did it change?

Judges `PerformanceStats` and nothing else, so that a file read again gives the same advice. Where a
figure is unknown it is not guessed; `report` puts all this into words for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from beatport_match.errors import MisuseError
from beatport_match.model.metrics import (
    Mode,
    NetworkAnalysis,
    PerformanceStats,
    Recommendation,
    RunComparison,
    TrackMetrics,
)

# The rule of the design: async pays where the network takes much of the time and the cache spares
# little of it.
IMPLEMENT_FROM_PERCENT, SKIP_BELOW_PERCENT = 40.0, 20.0
MANY_CACHE_HITS_PERCENT, MOSTLY_CACHED_PERCENT = 50.0, 80.0
MIN_TRACKS = 10
# Above this share of the time, waiting for the pace or repeating tries is what a run is about.
NOTABLE_SHARE = 20.0
DEFAULT_CONCURRENT_TRACKS = 5
# Below half as fast again, async is not worth what it brings along: many connections at once.
MIN_WORTHWHILE_SPEED_UP = 1.5
# A request that takes less is, for the most part, work of this machine: an HTTP client alone needs
# some 2 ms for one (`tests/benchmarks/async_worth.py advice`, at 0 ms).
EQUAL_TIME_S = 0.01


def analyze(stats: PerformanceStats) -> NetworkAnalysis:
    """Say whether async is worth it, why, and what to bear in mind.

    `implement` above 40 % network time and below 50 % cache hits; `skip` below 20 % network time or
    above 80 % cache hits; else `evaluate`, also where what decides is unknown.
    """
    network, hits = network_percentage(stats), cache_hit_rate(stats)
    recommendation, reason = _with_recommendation(network, hits)
    return NetworkAnalysis(
        percentage=network,
        cache_hit_rate=hits,
        recommendation=recommendation,
        reason=reason,
        caveats=tuple(_caveats(stats, recommendation)),
    )


def analyze_network_time_percentage(stats: PerformanceStats) -> tuple[float, Recommendation]:
    """The network's share of the queries' time (0-100; 0 where unknown), and the recommendation."""
    analysis = analyze(stats)
    return analysis.percentage or 0.0, analysis.recommendation


def recommend_mode(stats: PerformanceStats) -> Mode:
    """The mode for the next run, by the figures of the last one.

    `async` where `analyze` says `implement`, unless the run took its tracks one at a time and its
    own times say that with its settings async could be less than 1.5 times as fast, because the
    pace or this machine is what it waits for; else `sync`. A program that follows it run by run
    stays with async until the figures of an async run speak against it.
    """
    bound = most_speed_up(stats, tracks_at_once(stats))
    if bound is not None and bound < MIN_WORTHWHILE_SPEED_UP:
        return "sync"
    return "async" if analyze(stats).recommendation == "implement" else "sync"


def network_percentage(stats: PerformanceStats) -> float | None:
    """The network's share of the queries' time (0-100), or `None` where no query took any."""
    if block := stats.network_analysis:
        return block.network_time_percentage if block.total_execution_time else None
    whole = fsum(query.execution_time for query in stats.queries)
    network = fsum(query.network_time for query in stats.queries)
    return min(100.0, 100 * network / whole) if whole else None


def cache_hit_rate(stats: PerformanceStats) -> float | None:
    """The share of queries that needed no request (0-100), or `None` where nothing was asked."""
    queries, cache = stats.queries, stats.cache_stats
    asked = queries or (stats.network_analysis and stats.network_analysis.total_execution_time)
    if stats.aggregate_stats and asked:
        return stats.aggregate_stats.cache_hit_rate
    if queries:
        return 100 * sum(query.cache_hit for query in queries) / len(queries)
    if cache and cache.hits is not None and cache.misses is not None and cache.hits + cache.misses:
        return 100 * cache.hits / (cache.hits + cache.misses)
    return None


def most_speed_up(stats: PerformanceStats, tracks_at_once: int) -> float | None:
    """At most so many times as fast could a run be that took its tracks one at a time.

    The asymptotic bounds of operational analysis (Denning and Buzen, 1978): with n tracks at once a
    run takes no less than an nth of its time, nor than its bottleneck, which is either what no
    network, retry or wait accounts for, since one thread does that, or the pace. `None` where the
    times are unknown or tracks ran at once already.
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
    bottleneck = max(wall - overlapping, pace_floor(stats) or 0.0)
    return wall / min(wall, max(wall / tracks_at_once, bottleneck))


def pace_floor(stats: PerformanceStats) -> float | None:
    """The seconds that the pace alone takes for the run's requests; `None` without a known pace."""
    pace = (stats.settings or {}).get("requests_per_second")
    if not isinstance(pace, int | float) or pace <= 0 or not stats.requests:
        return None
    return (stats.requests - 1) / pace


def tracks_at_once(stats: PerformanceStats) -> int:
    """How many tracks the async engine would take at once with the run's settings; 5 if unknown."""
    engine = (stats.settings or {}).get("async_io")
    at_once = engine.get("max_concurrent_tracks") if isinstance(engine, dict) else None
    return at_once if isinstance(at_once, int) and at_once >= 1 else DEFAULT_CONCURRENT_TRACKS


def compare_runs(sync_stats: PerformanceStats, async_stats: PerformanceStats) -> RunComparison:
    """Hold an async run against a sync one over the same tracks.

    Raises:
        MisuseError: The first run says that it was async, or the second that it was sync.
    """
    for stats, mode, place in ((sync_stats, "sync", "first"), (async_stats, "async", "second")):
        if stats.mode not in {mode, None}:
            raise MisuseError(
                f"the {place} run must be the {mode} one, not {stats.mode}; "
                "compare_runs takes a sync run and then an async one."
            )
    before, after = sync_stats.session_info.total_time, async_stats.session_info.total_time
    different = tuple(_different(sync_stats.track_metrics, async_stats.track_metrics))
    known = sync_stats.track_metrics or async_stats.track_metrics
    return RunComparison(
        sync_time=before,
        async_time=after,
        improvement_percentage=100 * (before - after) / before if before else None,
        speed_up=before / after if before and after else None,
        sync_requests=sync_stats.requests,
        async_requests=async_stats.requests,
        sync_memory_bytes=sync_stats.peak_memory_bytes,
        async_memory_bytes=async_stats.peak_memory_bytes,
        sync_concurrency=sync_stats.concurrency,
        async_concurrency=async_stats.concurrency,
        same_answers=not different if known else None,
        different_tracks=different,
    )


def _with_recommendation(network: float | None, hits: float | None) -> tuple[Recommendation, str]:
    """The rule, and the sentence that says how it came out."""
    if network is not None and network < SKIP_BELOW_PERCENT:
        return "skip", f"Only {network:.1f} % of the time is the network's: little to overlap."
    if hits is not None and hits > MOSTLY_CACHED_PERCENT:
        return "skip", f"{hits:.1f} % of the queries come from the cache: little is asked at all."
    if network is None:
        return "evaluate", "How long the network took is unknown: nothing can be said yet."
    share = f"{network:.1f} % of the time is the network's"
    if hits is None:
        return "evaluate", f"{share}, but how much the cache spares is unknown."
    if network > IMPLEMENT_FROM_PERCENT and hits < MANY_CACHE_HITS_PERCENT:
        return "implement", f"{share} and {hits:.1f} % of the queries are cached: it can overlap."
    return "evaluate", f"{share} and {hits:.1f} % of the queries are cached: measure both ways."


def _caveats(stats: PerformanceStats, recommendation: Recommendation) -> Iterator[str]:
    """What to bear in mind about the advice, the weightiest first."""
    tracks = stats.session_info.total_tracks
    if not tracks:
        return
    if tracks < MIN_TRACKS:
        yield (
            f"Fewer than {MIN_TRACKS} tracks ({tracks}): one slow answer can turn the advice, "
            f"and there are only {stats.session_info.total_time:.1f} s to save from."
        )
    yield from _order_caveats(stats, recommendation)
    yield from _pace_caveats(stats)
    sent = stats.requests and sum(query.network_time for query in stats.queries) / stats.requests
    if sent and sent < EQUAL_TIME_S and recommendation != "skip":
        yield (
            f"A request takes {1000 * sent:.0f} ms on average: so near, most of that is this "
            "machine's own work, which does not overlap."
        )
    whole = fsum(query.execution_time for query in stats.queries)
    if stats.retry_time and whole and 100 * stats.retry_time / whole > NOTABLE_SHARE:
        yield (
            f"{100 * stats.retry_time / whole:.0f} % of the time went into tries that had to be "
            "repeated: measure again when the line is healthy."
        )
    if failed := sum((stats.failures or {}).values()):
        yield f"{failed} of {len(stats.queries)} queries failed: their times are not usual ones."


def _order_caveats(stats: PerformanceStats, recommendation: Recommendation) -> Iterator[str]:
    """What it does to the advice that tracks ran one at a time, or did not."""
    if _one_at_a_time(stats):
        at_once = tracks_at_once(stats)
        bound = most_speed_up(stats, at_once)
        if bound is None or recommendation == "skip":
            yield "Tracks ran one at a time, so this is the run that async would change."
        else:
            yield (
                f"Tracks ran one at a time, so the advice is a forecast: with {at_once} at once "
                f"at most {bound:.1f} times as fast."
            )
    elif stats.concurrency:
        yield (
            f"Up to {stats.concurrency.peak_tracks_in_flight} tracks ran at once: each query's "
            "time holds waiting for the others, so the network's share may look larger than it "
            "is. Measure a sync run for a forecast."
        )
    else:
        yield "How many tracks ran at once is unknown, so what async would gain is, too."


def _pace_caveats(stats: PerformanceStats) -> Iterator[str]:
    floor, wall = pace_floor(stats), stats.session_info.total_time
    if floor is not None and wall and 100 * floor / wall > NOTABLE_SHARE:
        yield (
            f"The pace alone takes {floor:.1f} s of the {wall:.1f} s, however many tracks run at "
            "once: async cannot gain what the pace takes."
        )


def _one_at_a_time(stats: PerformanceStats) -> bool:
    if stats.concurrency:
        return stats.concurrency.peak_tracks_in_flight <= 1
    return stats.mode == "sync"


def _different(ours: tuple[TrackMetrics, ...], theirs: tuple[TrackMetrics, ...]) -> Iterator[str]:
    """The tracks that two runs answer differently, or that one of them has not."""
    for one, other in zip(ours, theirs, strict=False):
        if any(a != b for a, b in _answers(one, other)):
            yield one.track_title
    longer = max(ours, theirs, key=len)
    yield from (track.track_title for track in longer[min(len(ours), len(theirs)) :])


def _answers(one: TrackMetrics, other: TrackMetrics) -> Iterator[tuple[object, object]]:
    """Which track it is and what both runs answer about it, as far as both say."""
    yield one.track_id, other.track_id
    yield one.track_title, other.track_title
    yield one.match_found, other.match_found
    yield one.match_score, other.match_score
    if one.outcome is not None and other.outcome is not None:
        yield one.outcome, other.outcome
        yield one.beatport_id, other.beatport_id
