"""A figure with its goal: what was measured, how much it varied, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """What several runs came to; without a goal, `at_most` and `at_least` are `None`.

    `judged` says which of them counts: the median, or where other programs can only add to a figure
    (time of the processor, memory) the least.
    """

    name: str
    samples: tuple[float, ...]
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    judged: str = "median"
    note: str = ""

    @property
    def value(self) -> float:
        return min(self.samples) if self.judged == "min" else median(self.samples)

    @property
    def met(self) -> bool | None:
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "value": self.value, "met": self.met}


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table of Markdown."""
    lines = ["| figure | goal | min | median | max | met |", "|---|---|---|---|---|---|"]
    for one in figures:
        least, most = min(one.samples), max(one.samples)
        cells = [one.name + (f" ({one.note})" if one.note else ""), _goal(one)]
        cells += [_shown(value, one.unit) for value in (least, median(one.samples), most)]
        cells.append({True: "yes", False: "**no**", None: ""}[one.met])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _goal(one: Figure) -> str:
    if one.at_most is not None:
        return f"≤ {_shown(one.at_most, one.unit)}"
    return "" if one.at_least is None else f"≥ {_shown(one.at_least, one.unit)}"


def _shown(value: float, unit: str) -> str:
    return (
        f"{value:,.4g} {unit}".replace(" ×", "×").rstrip() if abs(value) < 1e5 else f"{value:,.0f}"
    )
