"""The shapes of a judgement: the lines of evidence, and the candidate they are about.

Only shapes live here. Who fills them: `scoring` and `confidence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from beatport_match.model.tracks import Candidate

Relation: TypeAlias = Literal["same_recording", "other_version", "different"]
MatchOutcome: TypeAlias = Literal["matched", "review", "not_found", "failed"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the ledger.

    `name` says what was compared and `code` which case it came to, both stable, for programs (see
    `docs/how-matching-works.md`); `local` and `catalogue` are the two sides, `effect` the points it
    gave or took, `note` why, for people.
    """

    name: str
    local: str
    catalogue: str
    effect: float
    note: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """A candidate with its judgement.

    `candidate` is what Beatport has, `evidence` the ledger. `score` (0-100) is the sum of the
    evidence's effects; `confidence` (0-1) is the probability that this is the recording the DJ has;
    `relation` says what it is to that recording. `rerelease` tells that it is the first one's
    recording on another release.
    """

    candidate: Candidate
    score: float
    confidence: float
    relation: Relation
    evidence: tuple[Evidence, ...]
    rerelease: bool = False

    @property
    def id(self) -> int:
        """The candidate's number on Beatport."""
        return self.candidate.id

    @property
    def url(self) -> str | None:
        """The candidate's page on Beatport."""
        return self.candidate.url
