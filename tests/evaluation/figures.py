"""Count outcomes: the figures that docs/evaluation.md defines, and their goals.

This module only computes; it matches nothing and prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from outcomes import Outcome


@dataclass(frozen=True)
class Figures:
    """Figures of a group of outcomes; shares are 0-1, and 0 if the group is empty.

    `precision` is the share of accepted answers that are right. `recall` is the share of answerable
    questions with a right accepted answer. `right_first` is the same for accepted answers and
    answers for review together.
    """

    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
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
    def false_accepts(self) -> int:
        return self.count(lambda one: one.verdict == "wrong" and not one.answerable)

    @property
    def other_versions(self) -> int:
        return self.count(lambda one: one.verdict == "wrong" and one.is_other_version)

    @property
    def precision(self) -> float:
        return _share(self.right, self.accepted)

    @property
    def recall(self) -> float:
        found = self.count(lambda one: one.answerable and one.verdict == "right")
        return _share(found, self.answerable)

    @property
    def right_first(self) -> float:
        return _share(self.count(lambda one: one.answerable and one.first), self.answerable)

    @property
    def false_accept_share(self) -> float:
        return _share(self.false_accepts, self.negatives)

    @property
    def review_share(self) -> float:
        return _share(self.count(lambda one: one.verdict == "review"), self.size)

    @property
    def requests(self) -> float:
        return _share(sum(one.requests for one in self.outcomes), self.size)

    @property
    def order_dependent(self) -> int:
        return self.count(lambda one: one.order_independent is False)

    @property
    def shuffled(self) -> int:
        return self.count(lambda one: one.order_independent is not None)

    @property
    def bins(self) -> tuple[Bin, ...]:
        """Answers with a best candidate, grouped by tenths of their confidence."""
        groups: dict[int, list[Outcome]] = {}
        for one in self.outcomes:
            if one.best is not None:
                groups.setdefault(min(9, int(one.confidence * 10)), []).append(one)
        return tuple(Bin.of(tenth, group) for tenth, group in sorted(groups.items()))

    @property
    def calibration_error(self) -> float:
        """Return the ECE: the mean difference of the bins, weighted by their answers."""
        bins = self.bins
        total = sum(one.difference * one.size for one in bins)
        return _share(total, sum(one.size for one in bins))

    def by_requests(self, allowed: int) -> Figures:
        """Return the figures with at most `allowed` searches per track."""
        changed = (
            Outcome(**{**vars(one), "verdict": one.by_requests[allowed - 1]})
            for one in self.outcomes
            if one.by_requests
        )
        return Figures.of(changed)

    def accepting_from(self, confidence: float) -> Figures:
        """Return the figures of the same answers with another `accept_confidence`."""
        return Figures.of(_accepting(one, confidence) for one in self.outcomes)


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence is in the same tenth."""

    start: float
    size: int
    mean_confidence: float
    share_right: float

    @classmethod
    def of(cls, tenth: int, group: Sequence[Outcome]) -> Bin:
        mean_confidence = sum(one.confidence for one in group) / len(group)
        share_right = sum(one.first for one in group) / len(group)
        return cls(tenth / 10, len(group), mean_confidence, share_right)

    @property
    def difference(self) -> float:
        return abs(self.mean_confidence - self.share_right)


@dataclass(frozen=True)
class Goal:
    """One line of the goals: a figure, and its limit for each set; `None` means no goal."""

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
    Goal("right track first (`matched` or `review`)", lambda f: f.right_first, (0.985, 0.98), True),
    Goal(
        "false accepts (no right track on sale)",
        lambda f: f.false_accept_share,
        (0.02, None),
        False,
    ),
    Goal("calibration error (ECE)", lambda f: f.calibration_error, (0.02, 0.03), False, "{:.4f}"),
    Goal("requests per track", lambda f: f.requests, (1.3, 1.25), False, "{:.3f}"),
    Goal(
        "answers that depend on candidate order",
        lambda f: f.order_dependent,
        (0, 0),
        False,
        "{:.0f}",
    ),
)
MIN_SHARE_OF_HARD_PAIRS = 0.85


def _accepting(one: Outcome, confidence: float) -> Outcome:
    if one.best is None or one.relation != "same_recording":
        return one
    accepted = "right" if one.first else "wrong"
    return Outcome(
        **{**vars(one), "verdict": accepted if one.confidence >= confidence else "review"}
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
