"""The report as one self-contained page: no script, no font, nothing loaded from anywhere.

Readable in light and dark. The pictures are `pictures`' to draw; here stand the words, the colours
and the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from beatport_match.analysis import analyze
from beatport_match.metrics import PerformanceStats, RunComparison
from beatport_match.pictures import (
    PARTS,
    requests_in_flight,
    score_distribution,
    seconds,
    time_by_query_type,
)
from beatport_match.report import generate_comparison_report

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf8; --ink: #1d1f23; --quiet: #5d626b;
  --line: #dcdad5; --card: #ffffff; --network: #2f6db3; --retry: #c4472f; --parse: #2a8a6a;
  --wait: #c08a1c; --rest: #9a9da3; --score: #6b58b8; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171b; --ink: #e8e8e6; --quiet: #a2a7b0;
  --line: #33373f; --card: #1d2026; --network: #6ba6e8; --retry: #f0836b; --parse: #5cc29c;
  --wait: #e2b455; --rest: #777c85; --score: #a594ee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 980px; padding: 32px 20px 48px; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 0 0 12px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 20px; margin: 20px 0 0; overflow-x: auto; }
p { margin: 0 0 8px; } ul { margin: 8px 0 0; padding-left: 20px; }
pre { margin: 0; overflow-x: auto; font: 14px/1.5 ui-monospace, monospace; }
.quiet { color: var(--quiet); } .verdict { font-size: 20px; font-weight: 650; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px 36px; margin: 20px 0 0; }
.tiles div { min-width: 90px; } .tiles b { display: block; font-size: 22px; font-weight: 650; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 8px; font-size: 14px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px;
  margin-right: 6px; }
svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { fill: var(--ink); font-size: 13px; dominant-baseline: middle; }
svg text.quiet { fill: var(--quiet); } svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; } svg .grid { stroke: var(--line); fill: none; }
""" + "".join(
    f"svg .{name} {{ fill: var(--{name}); }} .legend .{name} {{ background: var(--{name}); }}\n"
    for name in (*PARTS, "score")
)
# Whatever a file might smuggle in, the browser is told to load and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_page(stats: PerformanceStats, comparison: RunComparison | None = None) -> str:
    """The page for a run, with a comparison where there is one."""
    analysis = analyze(stats)
    caveats = "".join(f"<li>{escape(caveat)}</li>" for caveat in analysis.caveats)
    verdict = (
        f'<p class="verdict">Recommendation: {analysis.recommendation}</p>'
        f"<p>{escape(analysis.reason)}</p>" + (f"<ul>{caveats}</ul>" if caveats else "")
    )
    sections = [
        _section("Is async worth it here?", verdict),
        _section("Where the time went", _legend() + time_by_query_type(stats)),
        _section("Requests in flight", requests_in_flight(stats)),
        _section("Scores of the matched tracks", score_distribution(stats)),
    ]
    if comparison:
        words = f"<pre>{escape(generate_comparison_report(comparison))}</pre>"
        sections.insert(1, _section("Sync and async", words))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Where the time went</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Where the time went</h1>\n{_subtitle(stats)}\n{_tiles(stats)}\n"
        + "\n".join(sections)
        + "\n</body>\n</html>\n"
    )


def _subtitle(stats: PerformanceStats) -> str:
    began = stats.session_info.start_time
    at = f", begun {began.isoformat(' ', 'seconds')}" if began else ""
    return f'<p class="quiet">A run of the {stats.mode or "unknown"} engine{escape(at)}</p>'


def _tiles(stats: PerformanceStats) -> str:
    session, at_once = stats.session_info, stats.concurrency
    network = analyze(stats).percentage
    tiles = {
        "wall": seconds(session.total_time),
        "tracks": str(session.total_tracks),
        "matched": str(session.matched_tracks),
        "requests": _known(stats.requests),
        "retries": _known(stats.retries),
        "network": _known(None if network is None else f"{network:.1f} %"),
        "requests at once": _known(at_once and f"{at_once.mean_requests_in_flight:.1f}"),
    }
    shown = (
        f'<div><b>{value}</b><span class="quiet">{name}</span></div>'
        for name, value in tiles.items()
    )
    return f'<div class="tiles">{"".join(shown)}</div>'


def _legend() -> str:
    names: Iterable[str] = (
        f'<span><i class="{part}"></i>{name}</span>' for part, name in PARTS.items()
    )
    return f'<div class="legend">{"".join(names)}</div>'


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{content}\n</section>"


def _known(value: object) -> str:
    return "?" if value is None else str(value)
