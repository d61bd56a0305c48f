"""Draw the calibration as plain SVG: the mean confidence against the share of right answers.

The SVG contains its colours for light and dark pages, so a page can show it directly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from figures import Bin, Figures

_SIDE = 320
_LEFT, _TOP = 56, 58
_STYLE = """
  .paper { fill: #ffffff } .ink { fill: #24292f } .soft { fill: #57606a }
  .grid { stroke: #d0d7de } .even { stroke: #57606a; stroke-dasharray: 4 4 }
  .dot { fill: #0969da; fill-opacity: .75; stroke: #ffffff }
  text { font: 12px system-ui, sans-serif } .head { font-weight: 600; font-size: 14px }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .ink { fill: #e6edf3 } .soft { fill: #9198a1 }
    .grid { stroke: #30363d } .even { stroke: #9198a1 }
    .dot { fill: #58a6ff; stroke: #0d1117 }
  }
"""


def draw(figures: Figures) -> str:
    """Draw one dot for each tenth of confidence; more answers make a larger dot."""
    head = f"Confidence and share of right answers (ECE {figures.calibration_error:.3f})"
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 438" role="img">',
        f"<title>{head}</title>",
        f"<desc>{_described(figures)}</desc>",
        f"<style>{_STYLE}</style>",
        '<rect class="paper" width="420" height="438"/>',
        f'<text class="ink head" x="{_LEFT}" y="26">{head}</text>',
        *_grid(),
        *(part for one in figures.bins for part in _dot(one)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _described(figures: Figures) -> str:
    return "; ".join(
        f"mean confidence {one.mean_confidence:.2f}, "
        f"share right {one.share_right:.2f} ({one.size} answers)"
        for one in figures.bins
    )


def _grid() -> Iterator[str]:
    for step in range(0, 11, 2):
        share = step / 10
        x, y = _place(share, share)
        (left, bottom), (right, top) = _place(0, 0), _place(1, 1)
        yield f'<path class="grid" d="M{left} {y}H{right}M{x} {top}V{bottom}"/>'
        yield _text("soft", left - 8, y + 4, "end", f"{share:.0%}")
        yield _text("soft", x, bottom + 18, "middle", f"{share:.0%}")
    yield f'<path class="even" d="M{left} {bottom}L{right} {top}"/>'
    yield _text("ink", (left + right) / 2, bottom + 40, "middle", "mean confidence")
    yield _text("ink", left, top - 4, "start", "share of right answers")


def _dot(one: Bin) -> Iterator[str]:
    x, y = _place(one.mean_confidence, one.share_right)
    radius = 3 + 2.5 * math.log10(one.size)
    yield f'<circle class="dot" cx="{x}" cy="{y}" r="{round(radius, 1)}"/>'
    # Above or below the dot, away from the edge: dots of equal height may be close together.
    below = radius + 13 if one.share_right > 0.5 else -radius - 5
    yield _text("soft", x, round(y + below, 1), "middle", str(one.size))


def _text(kind: str, x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>'


def _place(across: float, up: float) -> tuple[float, float]:
    return round(_LEFT + _SIDE * across, 1), round(_TOP + _SIDE * (1 - up), 1)
