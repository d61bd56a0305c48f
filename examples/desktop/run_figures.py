"""The figures of a run as texts for the performance view; without widgets."""

from __future__ import annotations

from beatport_match import PerformanceStats, analyze, mode_advice

TYPES = ("Query type", "Queries", "Network", "Mean", "Share of network")
FIGURES = ("Run", "Tracks", "Time", "Requests", "Network share", "From the cache")
_UNKNOWN = "unknown"


def figures(stats: PerformanceStats) -> dict[str, str]:
    """Return the figures of a run by their names."""
    session, analysis = stats.session_info, analyze(stats)
    start = session.start_time
    at = start.astimezone().strftime(", %Y-%m-%d %H:%M") if start else ""
    texts = (
        f"{stats.mode or _UNKNOWN}{at}",
        f"{session.total_tracks}: {session.matched_tracks} matched, {session.unmatched_tracks} not",
        f"{session.total_time:.1f} s",
        f"{_count(stats.requests)}, {_count(stats.retries)} of them retries",
        _percent(analysis.percentage),
        _percent(analysis.cache_hit_rate),
    )
    return dict(zip(FIGURES, texts, strict=True))


def advice(stats: PerformanceStats) -> str:
    """Say which mode to use, with the reason and what limits it."""
    analysis = analyze(stats)
    lines = [mode_advice(stats), analysis.reason]
    return "\n".join([*lines, *(f"• {caveat}" for caveat in analysis.caveats)])


def by_type(stats: PerformanceStats) -> list[list[str]]:
    """Return the rows of the table by query type."""
    block = stats.network_analysis
    types = block.network_time_by_query_type if block else {}
    whole = block.total_network_time if block else 0.0
    return [
        [
            name,
            str(one.count),
            f"{one.total_network_time:.2f} s",
            f"{one.average_network_time:.3f} s",
            _percent(100 * one.total_network_time / whole if whole else None),
        ]
        for name, one in sorted(types.items(), key=lambda item: -item[1].total_network_time)
    ]


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{share:.1f} %"


def _count(count: int | None) -> str:
    return _UNKNOWN if count is None else str(count)
