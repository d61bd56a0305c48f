"""The calibration as a picture: what was stated against what was seen, in plain SVG.

It carries its colours for light and dark, so a page can show it as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from figures import Figures, Tenth

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
    """One dot for each tenth of confidence; its area tells how many answers it stands for."""
    head = f"Confidence, stated and seen (ECE {figures.calibration_error:.3f})"
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 438" role="img">',
        f"<title>{head}</title>",
        f"<desc>{_described(figures)}</desc>",
        f"<style>{_STYLE}</style>",
        '<rect class="paper" width="420" height="438"/>',
        f'<text class="ink head" x="{_LEFT}" y="26">{head}</text>',
        *_grid(),
        *(dot for tenth in figures.tenths for dot in _dot(tenth)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _described(figures: Figures) -> str:
    return "; ".join(
        f"stated {tenth.stated:.2f}, seen {tenth.seen:.2f} ({tenth.size} answers)"
        for tenth in figures.tenths
    )


def _grid() -> Iterator[str]:
    for step in range(0, 11, 2):
        share = step / 10
        x, y = _place(share, share)
        (left, bottom), (right, top) = _place(0, 0), _place(1, 1)
        yield f'<path class="grid" d="M{left} {y}H{right}M{x} {top}V{bottom}"/>'
        yield _words("soft", left - 8, y + 4, "end", f"{share:.0%}")
        yield _words("soft", x, bottom + 18, "middle", f"{share:.0%}")
    yield f'<path class="even" d="M{left} {bottom}L{right} {top}"/>'
    yield _words("ink", (left + right) / 2, bottom + 40, "middle", "stated: the mean confidence")
    yield _words("ink", left, top - 4, "start", "seen: the share that was right")


def _dot(tenth: Tenth) -> Iterator[str]:
    x, y = _place(tenth.stated, tenth.seen)
    radius = 3 + 2.5 * math.log10(tenth.size)
    yield f'<circle class="dot" cx="{x}" cy="{y}" r="{round(radius, 1)}"/>'
    # Above or below the dot, where the paper is: dots of one height may stand close together.
    below = radius + 13 if tenth.seen > 0.5 else -radius - 5
    yield _words("soft", x, round(y + below, 1), "middle", str(tenth.size))


def _words(kind: str, x: float, y: float, anchor: str, words: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'


def _place(stated: float, seen: float) -> tuple[float, float]:
    return round(_LEFT + _SIDE * stated, 1), round(_TOP + _SIDE * (1 - seen), 1)
