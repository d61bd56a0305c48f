"""Print the report of a run and of a comparison as plain text.

`analysis` computes the recommendation; this module only formats it. Lines have at most 100 columns.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from beatport_match.model.run_metrics import (
    ConcurrencyStats,
    NetworkAnalysis,
    PerformanceStats,
    RunComparison,
)
from beatport_match.performance.analysis import (
    MIN_WORTHWHILE_SPEED_UP,
    analyze,
    cache_hit_rate,
    most_speed_up,
    recommend_mode,
    tracks_at_once,
)

_WIDTH = 100
_UNKNOWN = "unknown"
_TYPE_WIDTH = 16
MAX_NAMED_TRACKS = 10


def generate_async_io_analysis_report(stats: PerformanceStats) -> str:
    """Format the report of a run: its times and counts, and whether async would save time.

    Args:
        stats: The metrics of the run.

    Returns:
        The text, with at most 100 columns, ending in a line feed.

    Example:
        ```python
        print(generate_async_io_analysis_report(result.metrics))
        ```
    """
    lines = ["Is async worth it here?", "", *_run(stats), "", *_time_breakdown(stats)]
    if by_type := list(_by_type(stats)):
        lines += ["", *by_type]
    return "\n".join([*lines, "", mode_advice(stats), *reasons(analyze(stats))]) + "\n"


def generate_comparison_report(comparison: RunComparison) -> str:
    """Format the report of a comparison: both runs side by side, and the effect of async.

    Args:
        comparison: The result of `compare_runs`.

    Returns:
        The text, with at most 100 columns, ending in a line feed.

    Example:
        ```python
        settings = MatchSettings(async_io={"enabled": True})
        in_async = match_playlist("friday.m3u8", settings=settings)
        print(generate_comparison_report(compare_runs(result.metrics, in_async.metrics)))
        ```
    """
    return "\n".join(_comparison(comparison)) + "\n"


def mode_advice(stats: PerformanceStats, concurrent_tracks: int | None = None) -> str:
    """Return one sentence for the user of a program that says which mode to use.

    Args:
        stats: The metrics of the last run; those of a sync run also give a forecast.
        concurrent_tracks: The number of tracks that async would process at once, 1 or more. `None`
            (the default) takes it from the settings of the run.

    Returns:
        The sentence. It contains the result of `most_speed_up`, if that is known. If most queries
        failed, it says that no advice is possible.

    Example:
        ```python
        print(mode_advice(result.metrics))
        ```
    """
    if 2 * sum((stats.failures or {}).values()) > len(stats.queries):
        return "No advice is possible: most queries of this run failed."
    bound = most_speed_up(stats, concurrent_tracks or tracks_at_once(stats))
    if bound is not None and bound < MIN_WORTHWHILE_SPEED_UP:
        return f"Use sync: async is at most {bound:.1f} times as fast here."
    if recommend_mode(stats) == "async":
        gain = f"about {bound:.1f} times faster here" if bound else "a sync run gives a forecast"
        return f"Use async: {gain}."
    if analyze(stats).recommendation == "evaluate":
        return "Compare both modes: the figures of this run do not decide between them."
    return "Use sync: async would save little time here."


def _run(stats: PerformanceStats) -> Iterator[str]:
    session = stats.session_info
    at = f", {session.start_time.isoformat(' ', 'seconds')}" if session.start_time else ""
    yield f"Run: {stats.mode or 'mode unknown'}{at}"
    yield (
        f"  tracks     {session.total_tracks}: {session.matched_tracks} matched, "
        f"{session.unmatched_tracks} not matched"
    )
    yield f"  wall-clock {session.total_time:.2f} s"
    requests = f"requests {_UNKNOWN}"
    if stats.requests is not None:
        requests = f"{stats.requests} requests, {_known(stats.retries)} of them retries"
    yield f"  sent       {len(stats.queries)} queries, {requests}"
    if stats.failures:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in stats.failures.items())
        yield f"  failed     {_short(kinds, _WIDTH - 13)}"
    elif stats.failures is None:
        yield f"  failed     {_UNKNOWN}"
    hits = cache_hit_rate(stats)
    yield f"  cache      {_UNKNOWN if hits is None else f'answered {hits:.1f} % of the queries'}"
    yield f"  at once    {_concurrency(stats.concurrency)}"
    if stats.peak_memory_bytes is not None:
        yield f"  memory     {_memory(stats.peak_memory_bytes)} at its peak"


def _time_breakdown(stats: PerformanceStats) -> Iterator[str]:
    """Yield the parts of the queries' time, and their sum with the wall-clock time."""
    block, queries = stats.network_analysis, stats.queries
    whole = block.total_execution_time if block else sum(one.execution_time for one in queries)
    network = block.total_network_time if block else sum(one.network_time for one in queries)
    summed = queries or stats.query_metrics is not None
    parse = sum(query.parse_time for query in queries) if summed else None
    parts = {
        "network": network,
        "retries": stats.retry_time,
        "parsing and scoring": parse,
        "waiting": stats.wait_time,
    }
    yield "Where the queries' time went:"
    for name, seconds in parts.items():
        slot_wait = stats.pace_time if name == "waiting" else None
        detail = f", {slot_wait:.2f} s of it for the rate limit" if slot_wait else ""
        yield f"  {name:<20}{_part(seconds, whole)}{detail}"
    if None not in parts.values():
        rest = max(0.0, whole - sum(seconds or 0.0 for seconds in parts.values()))
        yield f"  {'the rest':<20}{_part(rest, whole)}"
    wall = stats.session_info.total_time
    yield f"  {'all queries':<20}{whole:>9.2f} s, wall-clock time {wall:.2f} s"


def _by_type(stats: PerformanceStats) -> Iterator[str]:
    types = stats.network_analysis.network_time_by_query_type if stats.network_analysis else {}
    if types:
        headings = f"{'count':>7}{'network':>12}{'mean':>10}{'share':>10}"
        yield f"{'By query type':<{_TYPE_WIDTH}}{headings}"
    for name, one in sorted(types.items(), key=lambda item: -item[1].total_network_time):
        yield (
            f"  {_short(name, _TYPE_WIDTH - 3):<{_TYPE_WIDTH - 2}}{one.count:>7}"
            f"{one.total_network_time:>10.2f} s{one.average_network_time:>8.3f} s"
            f"{one.network_time_percentage:>8.1f} %"
        )


def reasons(analysis: NetworkAnalysis) -> Iterator[str]:
    """Yield the lines of the reason and the caveats of a recommendation."""
    yield from textwrap.wrap(analysis.reason, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    for caveat in analysis.caveats:
        yield from textwrap.wrap(caveat, _WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _comparison(comparison: RunComparison) -> Iterator[str]:
    at_once = comparison.sync_concurrency, comparison.async_concurrency
    yield f"{'':<22}{'sync':>12}{'async':>12}"
    rows: dict[str, tuple[str, ...]] = {
        "wall-clock time": (f"{comparison.sync_time:.2f} s", f"{comparison.async_time:.2f} s"),
        "requests": (_known(comparison.sync_requests), _known(comparison.async_requests)),
        "tracks at once, peak": _of_both(at_once, "peak_tracks_in_flight"),
        "requests, peak": _of_both(at_once, "peak_requests_in_flight"),
        "requests, mean": _of_both(at_once, "mean_requests_in_flight", ".1f"),
    }
    if comparison.sync_memory_bytes is not None or comparison.async_memory_bytes is not None:
        memory = comparison.sync_memory_bytes, comparison.async_memory_bytes
        rows["memory, peak"] = _memory(memory[0]), _memory(memory[1])
    for name, (sync, other) in rows.items():
        yield f"{name:<22}{sync:>12}{other:>12}"
    yield ""
    if comparison.reason:
        yield from textwrap.wrap(comparison.reason, _WIDTH)
    if comparison.speed_up is None or comparison.improvement_percentage is None:
        if not comparison.reason:
            yield "One of the runs took no time, so the times cannot be compared."
    elif comparison.improvement_percentage < 0:
        more = -comparison.improvement_percentage
        yield f"async took {more:.1f} % longer ({comparison.speed_up:.2f} times as fast as sync)."
    else:
        yield (
            f"async took {comparison.improvement_percentage:.1f} % less time: "
            f"{comparison.speed_up:.1f} times as fast as sync."
        )
    yield from _same_answers(comparison)


def _same_answers(comparison: RunComparison) -> Iterator[str]:
    if comparison.same_answers is None:
        if not comparison.reason:
            yield "It is unknown whether both gave the same answers: neither run lists tracks."
    elif comparison.same_answers:
        yield "Both gave the same answers."
    else:
        different = comparison.different_tracks
        yield f"The runs gave DIFFERENT answers for {len(different)} tracks:"
        yield from (f"  {_short(title, _WIDTH - 2)}" for title in different[:MAX_NAMED_TRACKS])
        if len(different) > MAX_NAMED_TRACKS:
            yield f"  … and {len(different) - MAX_NAMED_TRACKS} more"


def _part(seconds: float | None, whole: float) -> str:
    if seconds is None:
        return f"{_UNKNOWN:>11}"
    share = f"{100 * seconds / whole:>8.1f} %" if whole else ""
    return f"{seconds:>9.2f} s{share}"


def _concurrency(stats: ConcurrencyStats | None) -> str:
    if stats is None:
        return _UNKNOWN
    if not stats.peak_tracks_in_flight and stats.peak_requests_in_flight:
        return f"up to {stats.peak_requests_in_flight} requests, outside of a run"
    if stats.peak_tracks_in_flight <= 1:
        return "one track at a time"
    return (
        f"up to {stats.peak_tracks_in_flight} tracks ({stats.mean_tracks_in_flight:.1f} on "
        f"average), requests in flight {stats.peak_requests_in_flight} "
        f"({stats.mean_requests_in_flight:.1f})"
    )


def _of_both(
    at_once: tuple[ConcurrencyStats | None, ...], field: str, format_spec: str = ""
) -> tuple[str, ...]:
    return tuple(_known(getattr(stats, field, None), format_spec) for stats in at_once)


def _known(value: float | None, format_spec: str = "") -> str:
    return _UNKNOWN if value is None else format(value, format_spec)


def _memory(size: int | None) -> str:
    return _UNKNOWN if size is None else f"{size / 2**20:.1f} MiB"


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
