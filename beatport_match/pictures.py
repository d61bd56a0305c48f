"""Figures as pictures: inline SVG, coloured by the classes that `report_page` gives colours to.

Pure text from numbers. Whatever a file says in words is escaped; nothing here loads anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from math import fsum, log10

from beatport_match.measuring import in_flight
from beatport_match.metrics import PerformanceStats, QueryMetrics

PARTS = {
    "network": "network",
    "retry": "retries",
    "parse": "parsing and scoring",
    "wait": "waiting",
    "rest": "the rest",
}
"""The parts of a query's time, by the class of their colour."""

_WIDTH = 900
_LABEL, _VALUE = 150, 150
_BAR, _GAP = 22, 12
_LEFT, _BOTTOM, _TOP = 44, 44, 10
_CHART = 170
# More steps than pixels cannot be seen; each column shows the most that was in flight in it.
_MOST_STEPS = _WIDTH - _LEFT
_BINS = 20
# Shorter than any run, and long enough to be divided.
_SHORTEST_S = 0.001
_LONGEST_NAME = 18


def time_by_query_type(stats: PerformanceStats) -> str:
    """One bar for each query type, in its parts; the longest first."""
    groups: dict[str, list[QueryMetrics]] = {}
    for query in stats.queries:
        groups.setdefault(query.query_type, []).append(query)
    if not groups:
        return _nothing("No query is in this file.")
    rows = sorted(groups.items(), key=lambda group: -_whole(group[1]))
    longest = _whole(rows[0][1]) or 1.0
    scale = (_WIDTH - _LABEL - _VALUE) / longest
    lines: list[str] = []
    for place, (name, queries) in enumerate(rows):
        lines += _bar(name, queries, _TOP + place * (_BAR + _GAP), scale)
    height = _TOP + len(rows) * (_BAR + _GAP)
    return _svg(height, "Where the time of the queries went, by query type", lines)


def requests_in_flight(stats: PerformanceStats) -> str:
    """How many requests were on the wire at each moment of the run."""
    if any(query.sent is None for query in stats.queries):
        return _nothing("This file does not say when its requests were sent.")
    sent = [one for query in stats.queries for one in query.sent or ()]
    steps = in_flight((one.started, one.ended) for one in sent)
    if not steps:
        return _nothing("No request was sent.")
    end = max(stats.session_info.total_time, steps[-1][0], _SHORTEST_S)
    peak = max(count for _, count in steps)
    wide = (_WIDTH - _LEFT) / end
    high = _CHART / peak
    path = [f"M{_LEFT + steps[0][0] * wide:.1f} {_TOP + _CHART}"]
    for begin, finish, count in _columns(steps, end):
        y = _TOP + _CHART - count * high
        path.append(f"L{_LEFT + begin * wide:.1f} {y:.1f}H{_LEFT + finish * wide:.1f}")
    path.append(f"V{_TOP + _CHART}Z")
    lines = [
        *_count_axis(peak, high),
        f'<path class="network" d="{"".join(path)}"/>',
        *_axis([(_LEFT + second * wide, f"{second:g} s") for second in _ticks(end)]),
    ]
    return _svg(_TOP + _CHART + _BOTTOM, f"Requests in flight, {peak} at most", lines)


def score_distribution(stats: PerformanceStats) -> str:
    """How many accepted candidates have which score, from the ten below the lowest up to 100."""
    scores = [one.match_score for one in stats.track_metrics if one.match_score is not None]
    if not scores:
        return _nothing("No track was matched.")
    lowest = max(0.0, min(90.0, min(scores) // 10 * 10))
    size = (100 - lowest) / _BINS
    counts = [0] * _BINS
    for score in scores:
        counts[int(min(_BINS - 1.0, max(0.0, (score - lowest) // size)))] += 1
    peak = max(counts)
    wide, high = (_WIDTH - _LEFT) / _BINS, _CHART / peak
    lines = [*_count_axis(peak, high)]
    for place, count in enumerate(counts):
        if count:
            x, tall = _LEFT + place * wide, count * high
            low = lowest + place * size
            lines.append(
                f'<rect class="score" x="{x + 1:.1f}" y="{_TOP + _CHART - tall:.1f}" '
                f'width="{wide - 2:.1f}" height="{tall:.1f}">'
                f"<title>{low:g} to {low + size:g}: {count}</title></rect>"
            )
    lines += _axis(
        (_LEFT + mark / size * wide, f"{lowest + mark:g}") for mark in _ticks(100 - lowest)
    )
    return _svg(_TOP + _CHART + _BOTTOM, f"Scores of {len(scores)} matched tracks", lines)


def seconds(time: float) -> str:
    """A time as a person reads it, such as `45 ms` or `12.3 s`."""
    return f"{1000 * time:.0f} ms" if time < 1 else f"{time:.1f} s"


def _bar(name: str, queries: Sequence[QueryMetrics], y: float, scale: float) -> Iterator[str]:
    whole = _whole(queries)
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    middle = y + _BAR / 2
    yield f'<text class="end" x="{_LABEL - 10}" y="{middle}">{escape(short)}</text>'
    x = float(_LABEL)
    for part, time in _parts(queries).items():
        wide = time * scale
        if wide >= 0.1:
            share = f"{100 * time / whole:.1f} %"
            yield (
                f'<rect class="{part}" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{_BAR}">'
                f"<title>{escape(name)}, {PARTS[part]}: {seconds(time)} ({share})</title></rect>"
            )
        x += wide
    count = "1 query" if len(queries) == 1 else f"{len(queries)} queries"
    times = f"{seconds(whole)} in {count}"
    yield f'<text class="quiet" x="{x + 8:.1f}" y="{middle}">{times}</text>'


def _parts(queries: Sequence[QueryMetrics]) -> dict[str, float]:
    """The time of each part; what a file does not tell apart stands in the rest."""
    told = {
        "network": fsum(query.network_time for query in queries),
        "retry": fsum(query.retry_time or 0.0 for query in queries),
        "parse": fsum(query.parse_time for query in queries),
        "wait": fsum(query.wait_time or 0.0 for query in queries),
    }
    return {**told, "rest": max(0.0, _whole(queries) - fsum(told.values()))}


def _whole(queries: Sequence[QueryMetrics]) -> float:
    return fsum(query.execution_time for query in queries)


def _columns(steps: Sequence[tuple[float, int]], end: float) -> Iterator[tuple[float, float, int]]:
    """The steps as columns from, to, count; those too thin to be seen are joined to their most."""
    thinnest = end / _MOST_STEPS
    begin, most = steps[0][0], 0
    times = [*(time for time, _ in steps[1:]), end]
    for (_, count), until in zip(steps, times, strict=True):
        most = max(most, count)
        if until - begin >= thinnest:
            yield begin, until, most
            begin, most = until, 0
    if end > begin:
        yield begin, end, most


def _count_axis(peak: int, high: float) -> Iterator[str]:
    for count in _ticks(peak, least=1):
        y = _TOP + _CHART - count * high
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH}"/>'
        yield f'<text class="end quiet" x="{_LEFT - 8}" y="{y:.1f}">{count:g}</text>'


def _axis(marks: Iterable[tuple[float, str]]) -> Iterator[str]:
    y = _TOP + _CHART
    for x, label in marks:
        place = "end" if x > _WIDTH - 20 else "middle"
        yield f'<path class="grid" d="M{x:.1f} {y}v6"/>'
        yield f'<text class="{place} quiet" x="{x:.1f}" y="{y + 20}">{label}</text>'


def _ticks(end: float, least: float = 0.0) -> list[float]:
    """Round numbers from 0 to the end, at most nine, and no less than so much apart."""
    rough = max(least, end / 8)
    power = 10.0 ** int(log10(rough) // 1)
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
    return [round(place * step, 12) for place in range(int(end / step) + 1)]


def _svg(height: float, label: str, lines: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">\n'
        + "\n".join(lines)
        + "\n</svg>"
    )


def _nothing(why: str) -> str:
    return f'<p class="quiet">{escape(why)}</p>'
