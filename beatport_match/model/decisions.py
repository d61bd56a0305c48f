"""Decisions about one local track and one candidate, as values.

`matching.decided` compares them with tracks; `review` stores them in a file.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from beatport_match.model.tracks import Candidate, Track

Verdict: TypeAlias = Literal["accepted", "rejected", "withdrawn", "missed"]
"""What was decided; `withdrawn` cancels an earlier decision, `missed` has no candidate."""


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """Who decided about a match, and when.

    Attributes:
        by: `person`, or the name of the program or rule that decided.
        at: When, with a time zone.

    Example:
        ```python
        picked = match.pick(match.candidates[0])
        decisions = Decisions("decisions.jsonl")
        decisions.accept(match.track, picked.best)
        match_track(match.track, decisions=decisions).decided_by.by
        # 'person'
        ```
    """

    by: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.by} on {self.at.date().isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about a track, as it is kept in a file.

    Attributes:
        verdict: `accepted` or `rejected` (the candidate is, or is not, the track), `withdrawn` (an
            earlier decision about this pair no longer counts), or `missed` (a run did not find the
            track).
        track: The track as it was when the decision was made.
        candidate: The whole candidate, so that a later answer needs no request; `None` for
            `missed`.
        by: `person`, or the name of the program or rule that decided.
        at: When, with a time zone.

    Example:
        ```python
        decision = Decisions("decisions.jsonl").record_miss(track)
        decision.verdict, decision.by
        # ('missed', 'run')
        ```
    """

    verdict: Verdict
    track: Track
    candidate: Candidate | None
    by: str
    at: datetime

    @property
    def decided_by(self) -> DecidedBy:
        """Who decided, and when."""
        return DecidedBy(self.by, self.at)
