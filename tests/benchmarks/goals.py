"""A measured figure with its goal, its spread and whether the goal is met; tables of figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

GOALS = "goals"


@dataclass(frozen=True)
class Figure:
    """The samples of one figure; without a goal, `at_most` and `at_least` are `None`.

    `judged` names the value that is compared with the goal: "median", or "min" for figures that
    other programs can only increase (CPU time, memory). A figure with a `column` belongs to another
    `table` than that of the goals; its `name` is the row. Figures with the same row and column
    share a cell.
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
        """Make a figure from its document."""
        fields = {name: document[name] for name in cls.__dataclass_fields__}
        return cls(**{**fields, "samples": tuple(fields["samples"])})


def tables(figures: Iterable[Figure]) -> dict[str, str]:
    """Return the figures as Markdown tables, by table name."""
    by_table: dict[str, list[Figure]] = {}
    for figure in figures:
        by_table.setdefault(figure.table, []).append(figure)
    return {
        name: (_goal_table if name == GOALS else _grid)(rows) for name, rows in by_table.items()
    }


def _goal_table(figures: Sequence[Figure]) -> str:
    lines = [("figure", "goal", "min", "median", "max", "met")]
    for figure in figures:
        name = figure.name + (f" ({figure.note})" if figure.note else "")
        values = [_format(value, figure.unit) for value in _spread(figure)]
        met = {True: "yes", False: "**no**", None: ""}[figure.met]
        lines.append((name, _format_goal(figure), *values, met))
    return _markdown(lines)


def _grid(figures: Sequence[Figure]) -> str:
    rows = list(dict.fromkeys(figure.name for figure in figures))
    columns = list(dict.fromkeys(figure.column for figure in figures))
    notes = {figure.name: figure.note for figure in reversed(figures) if figure.note}
    headers = [column or "measured" for column in columns]
    lines = [("", *headers, *([""] if notes else []))]
    for row in rows:
        cells = [
            " · ".join(
                _format(figure.value, figure.unit, digits=3)
                for figure in figures
                if (figure.name, figure.column) == (row, column)
            )
            for column in columns
        ]
        lines.append((row, *cells, *([notes.get(row, "")] if notes else [])))
    return _markdown(lines)


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    header, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([header, "|" + "---|" * len(lines[0]), *rest])


def _spread(figure: Figure) -> tuple[float, float, float]:
    return min(figure.samples), median(figure.samples), max(figure.samples)


def _format_goal(figure: Figure) -> str:
    if figure.at_most is not None:
        return f"≤ {_format(figure.at_most, figure.unit)}"
    return "" if figure.at_least is None else f"≥ {_format(figure.at_least, figure.unit)}"


def _format(value: float, unit: str, digits: int = 4) -> str:
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f} {unit}".rstrip()
    return f"{value:,.{digits}g} {unit}".replace(" ×", "×").rstrip()
