"""Give the reasons why the candidates of a finished search were not accepted."""

from __future__ import annotations

from dataclasses import replace

from beatport_match.model.evidence import (
    Evidence,
    MatchOutcome,
    RejectCode,
    Rejection,
    Relation,
    ScoredCandidate,
)
from beatport_match.scoring.cases import CASES
from beatport_match.settings.models import MatchSettings

NOT_PICKED = Rejection("not_picked", "A person picked another candidate.")
_RERELEASE = Rejection(
    "rerelease", "It is the same recording as the first candidate, on another release."
)
# The value of `Case.contradicts` of the evidence that decides each relation.
_CONTRADICTED: dict[Relation, str] = {"different": "recording", "other_version": "version"}
_INCOMPLETE = Rejection(
    "incomplete", "Beatport's page has changed and names no artist or no version of it."
)


def with_reject_reasons(
    ranked: tuple[ScoredCandidate, ...], outcome: MatchOutcome, settings: MatchSettings
) -> tuple[ScoredCandidate, ...]:
    """Give each ranked candidate its reject reason, except the first one of a match."""
    return tuple(
        replace(one, reject_reason=_reason(one, ranked[0], settings))
        if index or outcome != "matched"
        else one
        for index, one in enumerate(ranked)
    )


def strongest_evidence(scored: ScoredCandidate, *, against: bool) -> str:
    """Join the notes of the one or two strongest lines of evidence, for or against.

    Against a candidate, the contradictions that decide its relation come first: another mix can
    cost more points than another title.
    """
    sign = -1 if against else 1
    lines = [line for line in scored.evidence if line.note and sign * line.effect > 0]
    if not lines:
        return "no evidence against it" if against else "no evidence for it"
    lines.sort(key=lambda line: (not _decides(line, scored.relation), -abs(line.effect)))
    return "; ".join(line.note for line in lines[:2])


def _decides(line: Evidence, relation: Relation) -> bool:
    """Return whether a line of evidence is a contradiction that makes this relation."""
    case = CASES.get(f"{line.name}.{line.code}")
    return case is not None and case.contradicts == _CONTRADICTED.get(relation)


def _reason(scored: ScoredCandidate, first: ScoredCandidate, settings: MatchSettings) -> Rejection:
    if scored.relation == "different":
        return _contradicted("different", "another track", scored)
    if scored.relation == "other_version":
        return _contradicted("other_version", "another version", scored)
    if scored.candidate.is_partial:
        return _INCOMPLETE
    if scored.rerelease:
        return _RERELEASE
    if scored is not first:
        return Rejection(
            "less_likely",
            f"It fits less well than the first candidate: its confidence is {scored.confidence:.2f}"
            f", that of the first one {first.confidence:.2f}.",
        )
    return Rejection(
        "unsure",
        f"Its confidence is {scored.confidence:.2f}, and a candidate is accepted from "
        f"{settings.accept_confidence:.2f}.",
    )


def _contradicted(code: RejectCode, what: str, scored: ScoredCandidate) -> Rejection:
    return Rejection(code, f"It is {what}: {strongest_evidence(scored, against=True)}.")
