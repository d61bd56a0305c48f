"""Count the outcomes of decisions, and format the counts as Markdown tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from decision_files import FLAGS
from figures import Figures
from outcomes import Outcome
from result_tables import table

# The goals; docs/evaluation.md defines the figures.
MAX_WRONG_PER_THOUSAND = 10.0
MIN_EVERYDAY = 0.97
MIN_SHOULD = 0.80
# A kind with fewer decisions has no separate line.
MIN_SHOWN = 10
OTHER_KINDS = "kinds with fewer than 10 decisions"

_COLUMNS = (
    *("decisions", "accepted right", "wrong accepts", "wrong per 1,000", "everyday accepted"),
    *("should be accepted: accepted", "right first (`T`)", "order-dependent"),
)
_COMPARED = _COLUMNS[3:]


@dataclass(frozen=True)
class Share:
    """A part of a number of decisions; `share` is 0-1, and 0 if there are none."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    def __str__(self) -> str:
        return f"{self.share:.1%} of {self.whole}" if self.whole else "–"


class DecisionFigures(Figures):
    """The figures of decisions, which depend on their flags."""

    @property
    def wrong_per_thousand(self) -> float:
        return 1000 * self.wrong / self.size if self.size else 0.0

    @property
    def everyday(self) -> Share:
        return self._share("E", lambda one: one.verdict == "right")

    @property
    def should(self) -> Share:
        return self._share("A", lambda one: one.verdict == "right")

    @property
    def first_to_review(self) -> Share:
        return self._share("T", lambda one: one.first)

    def _share(self, flag: str, is_right: Callable[[Outcome], bool]) -> Share:
        found = self.only(lambda one: one.flag == flag)
        return Share(found.count(is_right), found.size)


def comparison(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """Format one line for each matcher."""
    lines = [[name, *_cells(found)[-len(_COMPARED) :]] for name, found in outcomes.items()]
    return table(("matcher", *_COMPARED), lines)


def decision_sections(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """Yield the tables of one matcher with their headings."""
    yield "Goals of the decisions", _goals(DecisionFigures.of(outcomes))
    flags = {
        f"{flag}: {meaning}": [one for one in outcomes if one.flag == flag]
        for flag, meaning in FLAGS.items()
    }
    yield "Decisions by flag", _grouped("flag", flags, outcomes)
    sizes = Counter(one.kind for one in outcomes)
    kinds: dict[str, list[Outcome]] = {kind: [] for kind in sorted(sizes)}
    for one in outcomes:
        shown = one.kind if sizes[one.kind] >= MIN_SHOWN else OTHER_KINDS
        kinds.setdefault(shown, []).append(one)
    yield "Decisions by kind", _grouped("kind", kinds, outcomes)


def _goals(found: DecisionFigures) -> str:
    wrong, dependent = found.wrong_per_thousand, found.order_dependent
    everyday, should = found.everyday, found.should
    lines = [
        _goal("wrong accepts per 1,000", f"{wrong:.1f}", "≤", MAX_WRONG_PER_THOUSAND, wrong),
        _goal("everyday accepted", str(everyday), "≥", MIN_EVERYDAY, everyday.share),
        _goal("should be accepted: accepted", str(should), "≥", MIN_SHOULD, should.share),
        _goal("order-dependent", str(dependent), "≤", 0, dependent),
    ]
    return table(("", "measured", "goal", ""), lines)


def _goal(name: str, shown: str, sign: str, bound: float, value: float) -> list[str]:
    is_met = value >= bound if sign == "≥" else value <= bound
    goal = f"{bound:.0%}" if sign == "≥" else f"{bound:g}"
    return [name, shown, f"{sign} {goal}", "met" if is_met else "MISSED"]


def _grouped(
    name: str, groups: Mapping[str, Sequence[Outcome]], outcomes: Sequence[Outcome]
) -> str:
    lines = [[key, *_cells(found)] for key, found in groups.items() if found]
    return table((name, *_COLUMNS), [*lines, ["**all**", *_cells(outcomes)]])


def _cells(outcomes: Iterable[Outcome]) -> list[str]:
    found = DecisionFigures.of(outcomes)
    return [
        str(found.size),
        str(found.right),
        str(found.wrong),
        f"{found.wrong_per_thousand:.1f}",
        str(found.everyday),
        str(found.should),
        str(found.first_to_review),
        str(found.order_dependent),
    ]
