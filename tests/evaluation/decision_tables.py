"""Count the outcomes of decisions, and format the counts as Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from decision_files import FLAGS
from figures import Figures
from outcomes import Outcome
from result_tables import table


@dataclass(frozen=True)
class DecisionFigures:
    """Figures of a group of decisions; a share is right decisions and all decisions."""

    figures: Figures

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> DecisionFigures:
        return cls(Figures.of(outcomes))

    @property
    def wrong_per_thousand(self) -> float:
        return 1000 * self.figures.wrong / max(1, self.figures.size)

    @property
    def everyday(self) -> tuple[int, int]:
        return self._share("E", lambda one: one.verdict == "right")

    @property
    def should(self) -> tuple[int, int]:
        return self._share("A", lambda one: one.verdict == "right")

    @property
    def right_first(self) -> tuple[int, int]:
        return self._share("T", lambda one: one.first)

    def _share(self, flag: str, is_right: Callable[[Outcome], bool]) -> tuple[int, int]:
        found = self.figures.only(lambda one: one.flag == flag)
        return found.count(is_right), found.size


_COMPARED = (
    *("", "wrong accepts per 1,000", "everyday accepted", "should be accepted: accepted"),
    *("right first (`T`)", "order-dependent"),
)
_BY_FLAG = ("flag", "rows", "accepted right", "wrong accepts", "right first", "order-dependent")
_BY_KIND = (
    *("kind", "rows", "wrong accepts", "everyday accepted", "should be accepted: accepted"),
    *("right first (`T`)", "order-dependent"),
)


def comparison(outcomes: dict[str, Sequence[Outcome]]) -> str:
    """Format one line for each matcher."""
    return table(_COMPARED, [_compared(name, found) for name, found in outcomes.items()])


def by_flag(outcomes: Sequence[Outcome]) -> str:
    """Format one line for each flag, and one for all."""
    lines = []
    for flag, meaning in FLAGS.items():
        found = Figures.of(one for one in outcomes if one.flag == flag)
        lines.append(_flag_line(f"{flag}: {meaning}", found))
    return table(_BY_FLAG, [*lines, _flag_line("**all**", Figures.of(outcomes))])


def by_kind(outcomes: Sequence[Outcome]) -> str:
    """Format one line for each kind; a cell without such decisions has a dash."""
    kinds = sorted({one.kind for one in outcomes})
    lines = [_kind_line(kind, [one for one in outcomes if one.kind == kind]) for kind in kinds]
    return table(_BY_KIND, [*lines, _kind_line("**all**", outcomes)])


def _compared(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    found = DecisionFigures.of(outcomes)
    shares = [found.everyday, found.should, found.right_first]
    return [
        name,
        f"{found.wrong_per_thousand:.0f}",
        *(f"{right / whole:.0%}" if whole else "–" for right, whole in shares),
        str(found.figures.order_dependent),
    ]


def _flag_line(name: str, found: Figures) -> list[str]:
    right_first = str(found.count(lambda one: one.first)) if found.answerable else "–"
    counts = [found.size, found.right, found.wrong, right_first, found.order_dependent]
    return [name, *map(str, counts)]


def _kind_line(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    found = DecisionFigures.of(outcomes)
    shares = [found.everyday, found.should, found.right_first]
    return [
        name,
        str(found.figures.size),
        str(found.figures.wrong),
        *(f"{right}/{whole}" if whole else "–" for right, whole in shares),
        str(found.figures.order_dependent),
    ]
