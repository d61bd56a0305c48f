"""The user's decisions about the rows of a playlist, and their undo; without widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from playlist_rows import PERSON, Row

from beatport_match import (
    Candidate,
    DecidedBy,
    Evidence,
    Match,
    PlaylistProblem,
    Rejection,
    ScoredCandidate,
    Track,
)

Verdict = Literal["accepted", "rejected", "withdrawn"]


@dataclass(frozen=True)
class Choice:
    """What was decided about one track and one candidate, and when."""

    verdict: Verdict
    track: Track
    candidate: Candidate
    decided: DecidedBy


@dataclass(frozen=True)
class _Step:
    """One step of the user: the row, its match before it, and the candidates that it decided."""

    place: int
    before: Match
    candidates: tuple[ScoredCandidate, ...]


class Review:
    """The rows of a playlist, filled as matches arrive; each step of the user can be undone."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._steps: list[_Step] = []

    def begin(self, tracks: Sequence[Track], problems: Sequence[PlaylistProblem]) -> None:
        """Take a playlist that has not been matched yet."""
        self.rows = [Row(track) for track in tracks]
        self.rows += [Row(None, trouble=str(problem)) for problem in problems]
        self._steps.clear()

    def put(self, found: Iterable[tuple[int, Match]]) -> list[int]:
        """Fill in matches and return the changed places; a row that the user decided stays."""
        decided = {step.place for step in self._steps}
        places: list[int] = []
        for place, match in found:
            if place not in decided:
                self.rows[place].match = match
                places.append(place)
        return places

    def pick(self, place: int, scored: ScoredCandidate | None = None) -> Choice | None:
        """Make a candidate the match of a row.

        Args:
            place: The row.
            scored: The candidate; `None` (the default) takes the one that a row in review proposes.

        Returns:
            What was decided; `None` if there is nothing to pick.
        """
        match = self.rows[place].match
        if scored is None and match and self.rows[place].outcome == "review":
            scored = match.best
        if match is None or scored is None:
            return None
        self._steps.append(_Step(place, match, (scored,)))
        self.rows[place].match = replace(match.pick(scored), decided_by=None)
        return Choice("accepted", match.track, scored.candidate, _now())

    def reject(self, place: int) -> list[Choice]:
        """Reject all candidates of a row, and return what was decided."""
        match = self.rows[place].match
        if match is None or not match.candidates:
            return []
        decided = _now()
        self._steps.append(_Step(place, match, match.candidates))
        self.rows[place].match = _without_candidates(match, decided)
        return [
            Choice("rejected", match.track, scored.candidate, decided)
            for scored in match.candidates
        ]

    def undo(self) -> tuple[int, list[Choice]] | None:
        """Undo the last step; return its row and what it changed, or `None` if there is none."""
        if not self._steps:
            return None
        step = self._steps.pop()
        before = step.before
        self.rows[step.place].match = before
        now = _now()
        # The step may have replaced an earlier decision, which then applies again.
        person = before.decided_by.by if before.decided_by else PERSON
        by_person = before.accepted if before.picked or before.decided_by else None
        return step.place, [
            Choice("accepted", before.track, scored.candidate, DecidedBy(person, now.at))
            if scored == by_person
            else Choice("withdrawn", before.track, scored.candidate, now)
            for scored in step.candidates
        ]

    def counts(self) -> Counter[str]:
        """Count the rows of each outcome."""
        return Counter(row.outcome for row in self.rows)

    def matches(self) -> tuple[Match, ...]:
        """Return the matches that are shown, in the order of the playlist."""
        return tuple(row.match for row in self.rows if row.match)


def _now() -> DecidedBy:
    return DecidedBy(PERSON, datetime.now(UTC))


def _without_candidates(match: Match, decided: DecidedBy) -> Match:
    """Return a match whose candidates are rejected, as a run with this decision returns it."""
    note = f"rejected by {decided}"
    line = Evidence("decision", "", "", 0.0, note, "rejected")
    rejected = [
        replace(
            scored,
            confidence=0.0,
            evidence=(*scored.evidence, line),
            doubts=(note,),
            reject_reason=Rejection("decided", f"It was {note}."),
        )
        for scored in match.candidates
    ]
    return replace(
        match,
        outcome="not_found",
        best=None,
        candidates=(),
        confidence=0.0,
        rejected=(*match.rejected, *rejected),
        picked=False,
        decided_by=None,
    )
