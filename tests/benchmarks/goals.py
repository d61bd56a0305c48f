"""A figure with its goal: what was measured, how much it varied, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

GOALS = "goals"


@dataclass(frozen=True)
class Figure:
    """What several runs came to; without a goal, `at_most` and `at_least` are `None`.

    `judged` says which of them counts: the median, or where other programs can only add to a figure
    (time of the processor, memory) the least. A figure with a `column` stands in another `table`
    than that of the goals, `name` is its row; figures of one row and column share a cell.
    """

    name: str
    samples: tuple[float, ...]
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    judged: str = "median"
    note: str = ""
    table: str = GOALS
    column: str = ""

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

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Figure:
        """The figure that a document is of."""
        given = {name: document[name] for name in cls.__dataclass_fields__}
        return cls(**{**given, "samples": tuple(given["samples"])})


def tables(figures: Iterable[Figure]) -> dict[str, str]:
    """The figures as tables of Markdown, by name."""
    found: dict[str, list[Figure]] = {}
    for one in figures:
        found.setdefault(one.table, []).append(one)
    return {name: (_goals if name == GOALS else _grid)(inside) for name, inside in found.items()}


def _goals(figures: Sequence[Figure]) -> str:
    lines = [("figure", "goal", "min", "median", "max", "met")]
    for one in figures:
        name = one.name + (f" ({one.note})" if one.note else "")
        shown = [_shown(value, one.unit) for value in _spread(one)]
        met = {True: "yes", False: "**no**", None: ""}[one.met]
        lines.append((name, _goal(one), *shown, met))
    return _markdown(lines)


def _grid(figures: Sequence[Figure]) -> str:
    rows = list(dict.fromkeys(one.name for one in figures))
    columns = list(dict.fromkeys(one.column for one in figures))
    notes = {one.name: one.note for one in reversed(figures) if one.note}
    lines = [("", *columns, *([""] if notes else []))]
    for row in rows:
        cells = [
            " · ".join(
                _shown(one.value, one.unit, digits=3)
                for one in figures
                if (one.name, one.column) == (row, column)
            )
            for column in columns
        ]
        lines.append((row, *cells, *([notes.get(row, "")] if notes else [])))
    return _markdown(lines)


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    head, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest])


def _spread(one: Figure) -> tuple[float, float, float]:
    return min(one.samples), median(one.samples), max(one.samples)


def _goal(one: Figure) -> str:
    if one.at_most is not None:
        return f"≤ {_shown(one.at_most, one.unit)}"
    return "" if one.at_least is None else f"≥ {_shown(one.at_least, one.unit)}"


def _shown(value: float, unit: str, digits: int = 4) -> str:
    if abs(value) >= 1e5:
        return f"{value:,.0f}"
    return f"{value:,.{digits}g} {unit}".replace(" ×", "×").rstrip()
