"""How many concurrent tracks save time, from the metrics of a run.

The rule is the utilisation law of operational analysis (Denning and Buzen, 1978): the share of time
for which a resource is busy grows with the number of tracks in flight, until the busiest resource
is busy all the time. More tracks only wait for this resource.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from beatport_match.model.run_metrics import ConcurrencyStats, PerformanceStats
from beatport_match.performance.analysis import MIN_TRACKS, min_rate_limited_time

MAX_TRACKS_AT_ONCE = 100
# At or above this share, a resource counts as the limit of the run.
BUSY_SHARE = 0.8
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class SettingsAdvice:
    """How many tracks at once to use in the next run, and why.

    `str(advice)` is the reasons, one in each line.

    Attributes:
        max_concurrent_tracks: The value for the setting `async_io.max_concurrent_tracks`; `None` if
            there is no advice.
        reasons: The measured figures and the conclusions, one sentence each.

    Example:
        ```python
        advice = recommend_settings(result.metrics)
        print(advice.max_concurrent_tracks, advice.reasons)
        ```
    """

    max_concurrent_tracks: int | None
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.reasons)


def recommend_settings(
    stats: PerformanceStats, *, memory_bytes: int | None = None
) -> SettingsAdvice:
    """Recommend the number of concurrent tracks, from the concurrency and load of a run.

    More tracks at once gain nothing once the processor or the rate limit is busy all the time.
    The advice is the number at which that happens, at most `max_connections`.

    Args:
        stats: The metrics of a run, sync or async.
        memory_bytes: How much memory the program may use, in bytes (1 or more). Default: memory is
            no limit.

    Returns:
        The advice with its reasons. It is a forecast if nothing was busy all the time. It has no
        number, but the reason why, if fewer than ten tracks sent a request, if most queries failed,
        or if a figure is unknown.

    Example:
        ```python
        advice = recommend_settings(result.metrics)
        if at_once := advice.max_concurrent_tracks:
            settings = settings.with_(async_io={"max_concurrent_tracks": at_once})
        ```
    """
    wall, cpu, concurrency = stats.session_info.total_time, stats.cpu_time, stats.concurrency
    if problem := _too_little(stats):
        return SettingsAdvice(None, (f"No advice, because {problem}.",))
    if cpu is None or concurrency is None or not concurrency.mean_tracks_in_flight or not wall:
        problem = "the metrics hold no processor time or no start times of tracks"
        return SettingsAdvice(None, (f"No advice, because {problem}: measure a run again.",))
    shares = {
        "processor": cpu / wall,
        "rate limit": min(1.0, (min_rate_limited_time(stats) or 0.0) / wall),
    }
    limit = max(shares, key=lambda name: shares[name])
    at_once = MAX_TRACKS_AT_ONCE
    if shares[limit]:
        at_once = min(at_once, ceil(concurrency.mean_tracks_in_flight / shares[limit]))
    reasons = list(_time_reasons(concurrency, shares, limit, at_once))
    connections = (stats.settings or {}).get("max_connections")
    if isinstance(connections, int) and 1 <= connections < at_once:
        at_once = connections
        reasons.append(f"max_connections allows {connections} requests at the same time.")
    peak = stats.peak_memory_bytes
    if memory_bytes is not None and peak is not None and peak > memory_bytes:
        allowed = int(concurrency.peak_tracks_in_flight * memory_bytes / peak)
        at_once = max(1, min(at_once, allowed))
        reasons.append(
            f"The process needed up to {peak / _MIB:.0f} MiB, and {memory_bytes / _MIB:.0f} MiB "
            f"are allowed: use at most {at_once} at once. iter_matches needs less memory, because "
            "it keeps no matches."
        )
    return SettingsAdvice(at_once, tuple(reasons))


def _too_little(stats: PerformanceStats) -> str:
    """Return why a run does not allow an advice; empty if it does."""
    asked = sum(any(query.requests for query in track.queries) for track in stats.track_metrics)
    if asked < MIN_TRACKS:
        return f"only {asked} tracks sent a request, and {MIN_TRACKS} are needed"
    failed, queries = sum((stats.failures or {}).values()), len(stats.queries)
    if 2 * failed > queries:
        return f"{failed} of {queries} queries failed, so the times are not typical"
    return ""


def _time_reasons(
    concurrency: ConcurrencyStats, shares: dict[str, float], limit: str, at_once: int
) -> Iterator[str]:
    yield (
        f"On average {concurrency.mean_tracks_in_flight:.1f} tracks were in flight, at most "
        f"{concurrency.peak_tracks_in_flight}; the processor was busy for "
        f"{shares['processor']:.0%} of the time, the rate limit for {shares['rate limit']:.0%}."
    )
    if shares[limit] < BUSY_SHARE:
        yield f"With {at_once} at once, the {limit} would be busy all the time; more gain nothing."
        # The processor time of other programs is not measured.
        yield "This is a forecast for a machine without other work: measure a run with it."
        return
    yield f"The {limit} was the limit of this run: more than {at_once} at once gain nothing."
    if at_once > 1:
        yield "Fewer may be as fast: measure a run with half as many."
