"""Counting outcomes: the figures of the evaluation data's README, and the goals beside them.

Numbers only: this file asks nothing and prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from outcomes import Outcome


@dataclass(frozen=True)
class Figures:
    """A heap of outcomes, counted; shares are 0-1, and 0 where there is nothing to share.

    `precision`: of those accepted, how many are right. `recall`: of those that can be answered,
    how many were accepted rightly. `named`: the same, accepted or shown to a person.
    """

    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Figures:
        return cls(tuple(outcomes))

    def count(self, test: Callable[[Outcome], bool]) -> int:
        return sum(map(test, self.outcomes))

    def only(self, test: Callable[[Outcome], bool]) -> Figures:
        return Figures.of(one for one in self.outcomes if test(one))

    @property
    def size(self) -> int:
        return len(self.outcomes)

    @property
    def right(self) -> int:
        return self.count(lambda one: one.verdict == "right")

    @property
    def wrong(self) -> int:
        return self.count(lambda one: one.verdict == "wrong")

    @property
    def accepted(self) -> int:
        return self.right + self.wrong

    @property
    def answerable(self) -> int:
        return self.count(lambda one: one.answerable)

    @property
    def negatives(self) -> int:
        return self.size - self.answerable

    @property
    def negatives_accepted(self) -> int:
        return self.count(lambda one: one.verdict == "wrong" and not one.answerable)

    @property
    def siblings(self) -> int:
        return self.count(lambda one: one.verdict == "wrong" and one.sibling)

    @property
    def precision(self) -> float:
        return _share(self.right, self.accepted)

    @property
    def recall(self) -> float:
        found = self.count(lambda one: one.answerable and one.verdict == "right")
        return _share(found, self.answerable)

    @property
    def named(self) -> float:
        return _share(self.count(lambda one: one.answerable and one.first), self.answerable)

    @property
    def on_negatives(self) -> float:
        return _share(self.negatives_accepted, self.negatives)

    @property
    def asked(self) -> float:
        return _share(self.count(lambda one: one.verdict == "asked"), self.size)

    @property
    def requests(self) -> float:
        return _share(sum(one.requests for one in self.outcomes), self.size)

    @property
    def restless(self) -> int:
        return self.count(lambda one: one.steady is False)

    @property
    def shuffled(self) -> int:
        return self.count(lambda one: one.steady is not None)

    @property
    def tenths(self) -> tuple[Tenth, ...]:
        """Answers with a best candidate, by what confidence they state."""
        heaps: dict[int, list[Outcome]] = {}
        for one in self.outcomes:
            if one.best is not None:
                heaps.setdefault(min(9, int(one.confidence * 10)), []).append(one)
        return tuple(Tenth.of(tenth, heap) for tenth, heap in sorted(heaps.items()))

    @property
    def calibration_error(self) -> float:
        """ECE: how far stated and seen lie apart in a tenth, the mean over the answers."""
        tenths = self.tenths
        return _share(sum(one.off * one.size for one in tenths), sum(one.size for one in tenths))

    def by_requests(self, allowed: int) -> Figures:
        """The same questions with at most so many searches a track."""
        changed = (
            Outcome(**{**vars(one), "verdict": one.by_requests[allowed - 1]})
            for one in self.outcomes
            if one.by_requests
        )
        return Figures.of(changed)

    def accepting_from(self, confidence: float) -> Figures:
        """The same answers with another `accept_confidence`; the questions asked stay the same."""
        return Figures.of(_accepting(one, confidence) for one in self.outcomes)


@dataclass(frozen=True)
class Tenth:
    """Answers whose confidence begins with the same digit."""

    start: float
    size: int
    stated: float
    seen: float

    @classmethod
    def of(cls, tenth: int, heap: Sequence[Outcome]) -> Tenth:
        stated = sum(one.confidence for one in heap) / len(heap)
        seen = sum(one.first for one in heap) / len(heap)
        return cls(tenth / 10, len(heap), stated, seen)

    @property
    def off(self) -> float:
        return abs(self.stated - self.seen)


@dataclass(frozen=True)
class Goal:
    """One line of the goals: which figure, and what is asked of each set; `None` is no goal."""

    name: str
    value: Callable[[Figures], float]
    bounds: tuple[float | None, float | None]
    at_least: bool
    form: str = "{:.2%}"

    def met(self, figures: Figures, bound: float) -> bool:
        value = self.value(figures)
        return value >= bound if self.at_least else value <= bound


GOALS = (
    Goal("precision of `matched`", lambda f: f.precision, (0.997, 0.995), True),
    Goal("recall of `matched`", lambda f: f.recall, (0.975, 0.955), True),
    Goal("right one first, `matched` or `review`", lambda f: f.named, (0.985, 0.98), True),
    Goal("accepted where nothing right is on sale", lambda f: f.on_negatives, (0.02, None), False),
    Goal("calibration error (ECE)", lambda f: f.calibration_error, (0.02, 0.03), False, "{:.4f}"),
    Goal("requests per track", lambda f: f.requests, (1.3, 1.25), False, "{:.3f}"),
    Goal("answers changed by another order", lambda f: f.restless, (0, 0), False, "{:.0f}"),
)
HARD_RIGHT_UNASKED = 0.85


def _accepting(one: Outcome, confidence: float) -> Outcome:
    if one.best is None or one.relation != "same_recording":
        return one
    accepted = "right" if one.first else "wrong"
    return Outcome(
        **{**vars(one), "verdict": accepted if one.confidence >= confidence else "asked"}
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
