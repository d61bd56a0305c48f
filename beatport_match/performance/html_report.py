"""Write the report of a run as one self-contained HTML page with charts.

The page contains no script and loads nothing: no font, no image, no style sheet. It has a light and
a dark theme. The charts are inline SVG: `time_by_query_type`, `requests_in_flight` and
`score_distribution`. All text from a metrics file is escaped, because it comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from math import fsum, log10

from beatport_match._html_page import page, section, style_sheet, tiles
from beatport_match.model.metrics import QueryMetrics
from beatport_match.model.run_metrics import PerformanceStats, RunComparison
from beatport_match.performance.analysis import analyze
from beatport_match.performance.run_stats import in_flight
from beatport_match.performance.text_report import generate_comparison_report, mode_advice

PARTS = {
    "network": "network",
    "retry": "retries",
    "parse": "parsing and scoring",
    "wait": "waiting",
    "rest": "the rest",
}
"""The parts of a query's time: CSS class to label."""

_WIDTH = 900
_LABEL_WIDTH, _VALUE_WIDTH = 150, 150
_BAR_HEIGHT, _GAP = 22, 12
_LEFT, _BOTTOM, _TOP = 44, 44, 10
_CHART_HEIGHT = 170
# More steps than pixels are not visible; each column shows the highest number in flight in it.
MAX_CHART_STEPS = _WIDTH - _LEFT
_BINS = 20
# Shorter than any run, and long enough to avoid a division by zero.
MIN_CHART_S = 0.001
MAX_LABEL_LENGTH = 18
# Each part of the time in the light and in the dark theme.
_THEME = {
    "network": ("#2f6db3", "#6ba6e8"),
    "retry": ("#c4472f", "#f0836b"),
    "parse": ("#2a8a6a", "#5cc29c"),
    "wait": ("#c08a1c", "#e2b455"),
    "rest": ("#9a9da3", "#777c85"),
    "score": ("#6b58b8", "#a594ee"),
}
_RULES = """pre { margin: 0; overflow-x: auto; font: 14px/1.5 ui-monospace, monospace; }
.recommendation { font-size: 20px; font-weight: 650; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 8px; font-size: 14px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px;
  margin-right: 6px; }
svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { fill: var(--ink); font-size: 13px; dominant-baseline: middle; }
svg text.quiet { fill: var(--quiet); } svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; } svg .grid { stroke: var(--line); fill: none; }
""" + "".join(
    f"svg .{name} {{ fill: var(--{name}); }} .legend .{name} {{ background: var(--{name}); }}\n"
    for name in _THEME
)


def report_page(stats: PerformanceStats, comparison: RunComparison | None = None) -> str:
    """Return the page for a run, with the comparison if one is given."""
    analysis = analyze(stats)
    caveats = "".join(f"<li>{escape(caveat)}</li>" for caveat in analysis.caveats)
    recommendation = (
        f'<p class="recommendation">{escape(mode_advice(stats))}</p>'
        f"<p>{escape(analysis.reason)}</p>" + (f"<ul>{caveats}</ul>" if caveats else "")
    )
    sections = [
        section("Is async worth it here?", recommendation),
        section("Where the time went", _legend() + time_by_query_type(stats)),
        section("Requests in flight", requests_in_flight(stats)),
        section("Scores of the matched tracks", score_distribution(stats)),
    ]
    if comparison:
        text = f"<pre>{escape(generate_comparison_report(comparison))}</pre>"
        sections.insert(1, section("Sync and async", text))
    title = "Where the time went"
    body = f"<h1>{title}</h1>\n{_subtitle(stats)}\n{_tiles(stats)}\n" + "\n".join(sections)
    return page(title, style_sheet(_THEME, _RULES), body)


def time_by_query_type(stats: PerformanceStats) -> str:
    """Draw one bar per query type, divided into the parts of its time; the longest first."""
    groups: dict[str, list[QueryMetrics]] = {}
    for query in stats.queries:
        groups.setdefault(query.query_type, []).append(query)
    if not groups:
        return _placeholder("This file contains no queries.")
    rows = sorted(groups.items(), key=lambda group: -_whole(group[1]))
    longest = _whole(rows[0][1]) or 1.0
    scale = (_WIDTH - _LABEL_WIDTH - _VALUE_WIDTH) / longest
    shapes: list[str] = []
    for index, (name, queries) in enumerate(rows):
        shapes += _bar(name, queries, _TOP + index * (_BAR_HEIGHT + _GAP), scale)
    height = _TOP + len(rows) * (_BAR_HEIGHT + _GAP)
    return _svg(height, "Where the time of the queries went, by query type", shapes)


def requests_in_flight(stats: PerformanceStats) -> str:
    """Draw the number of requests in flight over the time of the run."""
    if any(query.sent is None for query in stats.queries):
        return _placeholder("This file does not contain the times of its requests.")
    sent = [one for query in stats.queries for one in query.sent or ()]
    steps = in_flight((one.started, one.ended) for one in sent)
    if not steps:
        return _placeholder("No request was sent.")
    end = max(stats.session_info.total_time, steps[-1][0], MIN_CHART_S)
    peak = max(count for _, count in steps)
    x_scale = (_WIDTH - _LEFT) / end
    y_scale = _CHART_HEIGHT / peak
    path = [f"M{_LEFT + steps[0][0] * x_scale:.1f} {_TOP + _CHART_HEIGHT}"]
    for begin, finish, count in _columns(steps, end):
        y = _TOP + _CHART_HEIGHT - count * y_scale
        path.append(f"L{_LEFT + begin * x_scale:.1f} {y:.1f}H{_LEFT + finish * x_scale:.1f}")
    path.append(f"V{_TOP + _CHART_HEIGHT}Z")
    shapes = [
        *_count_axis(peak, y_scale),
        f'<path class="network" d="{"".join(path)}"/>',
        *_axis([(_LEFT + second * x_scale, f"{second:g} s") for second in _ticks(end)]),
    ]
    return _svg(_TOP + _CHART_HEIGHT + _BOTTOM, f"Requests in flight, {peak} at most", shapes)


def score_distribution(stats: PerformanceStats) -> str:
    """Draw the distribution of the scores of accepted candidates.

    The axis goes from the multiple of ten below the lowest score to 100.
    """
    scores = [track.match_score for track in stats.track_metrics if track.match_score is not None]
    if not scores:
        return _placeholder("No track was matched.")
    lowest = max(0.0, min(90.0, min(scores) // 10 * 10))
    size = (100 - lowest) / _BINS
    counts = [0] * _BINS
    for score in scores:
        counts[int(min(_BINS - 1.0, max(0.0, (score - lowest) // size)))] += 1
    peak = max(counts)
    width, y_scale = (_WIDTH - _LEFT) / _BINS, _CHART_HEIGHT / peak
    shapes = [*_count_axis(peak, y_scale)]
    for index, count in enumerate(counts):
        if count:
            x, height = _LEFT + index * width, count * y_scale
            low = lowest + index * size
            shapes.append(
                f'<rect class="score" x="{x + 1:.1f}" y="{_TOP + _CHART_HEIGHT - height:.1f}" '
                f'width="{width - 2:.1f}" height="{height:.1f}">'
                f"<title>{low:g} to {low + size:g}: {count}</title></rect>"
            )
    shapes += _axis(
        (_LEFT + mark / size * width, f"{lowest + mark:g}") for mark in _ticks(100 - lowest)
    )
    return _svg(_TOP + _CHART_HEIGHT + _BOTTOM, f"Scores of {len(scores)} matched tracks", shapes)


def seconds(time: float) -> str:
    """Format a time, such as `45 ms` or `12.3 s`."""
    return f"{1000 * time:.0f} ms" if time < 1 else f"{time:.1f} s"


def _subtitle(stats: PerformanceStats) -> str:
    start = stats.session_info.start_time
    at = f", started {start.isoformat(' ', 'seconds')}" if start else ""
    return f'<p class="quiet">Run: {stats.mode or "mode unknown"}{escape(at)}</p>'


def _tiles(stats: PerformanceStats) -> str:
    session, at_once = stats.session_info, stats.concurrency
    network = analyze(stats).percentage
    figures = {
        "wall-clock time": seconds(session.total_time),
        "tracks": str(session.total_tracks),
        "matched": str(session.matched_tracks),
        "requests": _or_unknown(stats.requests),
        "retries": _or_unknown(stats.retries),
        "network": _or_unknown(None if network is None else f"{network:.1f} %"),
        "requests at once": _or_unknown(at_once and f"{at_once.mean_requests_in_flight:.1f}"),
    }
    return tiles(figures)


def _legend() -> str:
    names: Iterable[str] = (
        f'<span><i class="{part}"></i>{name}</span>' for part, name in PARTS.items()
    )
    return f'<div class="legend">{"".join(names)}</div>'


def _or_unknown(value: object) -> str:
    return "?" if value is None else str(value)


def _bar(name: str, queries: Sequence[QueryMetrics], y: float, scale: float) -> Iterator[str]:
    whole = _whole(queries)
    short = name if len(name) <= MAX_LABEL_LENGTH else name[: MAX_LABEL_LENGTH - 1] + "…"
    middle = y + _BAR_HEIGHT / 2
    yield f'<text class="end" x="{_LABEL_WIDTH - 10}" y="{middle}">{escape(short)}</text>'
    x = float(_LABEL_WIDTH)
    for part, time in _parts(queries).items():
        width = time * scale
        if width >= 0.1:
            share = f"{100 * time / whole:.1f} %"
            place = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR_HEIGHT}"'
            yield (
                f'<rect class="{part}" {place}>'
                f"<title>{escape(name)}, {PARTS[part]}: {seconds(time)} ({share})</title></rect>"
            )
        x += width
    count = "1 query" if len(queries) == 1 else f"{len(queries)} queries"
    times = f"{seconds(whole)} in {count}"
    yield f'<text class="quiet" x="{x + 8:.1f}" y="{middle}">{times}</text>'


def _parts(queries: Sequence[QueryMetrics]) -> dict[str, float]:
    """Sum the time of each part; time without a known part counts as the rest."""
    parts = {
        "network": fsum(query.network_time for query in queries),
        "retry": fsum(query.retry_time or 0.0 for query in queries),
        "parse": fsum(query.parse_time for query in queries),
        "wait": fsum(query.wait_time or 0.0 for query in queries),
    }
    return {**parts, "rest": max(0.0, _whole(queries) - fsum(parts.values()))}


def _whole(queries: Sequence[QueryMetrics]) -> float:
    return fsum(query.execution_time for query in queries)


def _columns(steps: Sequence[tuple[float, int]], end: float) -> Iterator[tuple[float, float, int]]:
    """Convert steps to columns (from, to, count).

    Columns narrower than a pixel are joined; the joined column shows their highest count.
    """
    min_width = end / MAX_CHART_STEPS
    begin, peak = steps[0][0], 0
    times = [*(time for time, _ in steps[1:]), end]
    for (_, count), until in zip(steps, times, strict=True):
        peak = max(peak, count)
        if until - begin >= min_width:
            yield begin, until, peak
            begin, peak = until, 0
    if end > begin:
        yield begin, end, peak


def _count_axis(peak: int, y_scale: float) -> Iterator[str]:
    for count in _ticks(peak, min_step=1):
        y = _TOP + _CHART_HEIGHT - count * y_scale
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH}"/>'
        yield f'<text class="end quiet" x="{_LEFT - 8}" y="{y:.1f}">{count:g}</text>'


def _axis(marks: Iterable[tuple[float, str]]) -> Iterator[str]:
    y = _TOP + _CHART_HEIGHT
    for x, label in marks:
        anchor = "end" if x > _WIDTH - 20 else "middle"
        yield f'<path class="grid" d="M{x:.1f} {y}v6"/>'
        yield f'<text class="{anchor} quiet" x="{x:.1f}" y="{y + 20}">{label}</text>'


def _ticks(end: float, min_step: float = 0.0) -> list[float]:
    """Return at most nine round numbers from 0 to the end, at least `min_step` apart."""
    rough = max(min_step, end / 8)
    power = 10.0 ** int(log10(rough) // 1)
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [round(index * step, 12) for index in range(int(end / step) + 1)]


def _svg(height: float, label: str, shapes: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">\n'
        + "\n".join(shapes)
        + "\n</svg>"
    )


def _placeholder(why: str) -> str:
    return f'<p class="quiet">{escape(why)}</p>'
