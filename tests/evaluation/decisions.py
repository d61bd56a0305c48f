"""Decide which of the given candidates is the local track, and whether the decision is right.

There is no search: every decision has its candidates, in the given and in the reversed order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from decision_files import FLAGS, Decision
from outcomes import SETTINGS, Outcome

from beatport_match.model.evidence import ScoredCandidate
from beatport_match.model.tracks import Candidate, Track, as_minutes
from beatport_match.scoring.confidence import outcome_of, rank


@dataclass(frozen=True)
class Answer:
    """The answer of a matcher: the `id` of its first candidate, and whether it is accepted."""

    first: int | None
    accepted: bool
    confidence: float = 0.0
    relation: str = ""
    why: str = field(default="", compare=False)


Matcher = Callable[[Track, Sequence[Candidate]], Answer]


def by_rank(track: Track, candidates: Sequence[Candidate]) -> Answer:
    """Answer with `rank`. Accepted: the same recording, with at least `accept_confidence`."""
    ranked = rank(track, candidates)
    best = ranked[0]
    return Answer(
        first=best.candidate.id,
        accepted=outcome_of(ranked, SETTINGS) == "matched",
        confidence=best.confidence,
        relation=best.relation,
        why="\n".join(_explained(one) for one in ranked),
    )


def decide_all(decisions: Iterable[Decision], matcher: Matcher = by_rank) -> Iterator[Outcome]:
    """Yield the outcome of every decision, in their order."""
    for decision in decisions:
        yield decide(decision, matcher)


def decide(decision: Decision, matcher: Matcher = by_rank) -> Outcome:
    """Decide once, and again with the candidates in reversed order."""
    answer = matcher(decision.track, decision.candidates)
    is_right = answer.first in decision.right
    verdict = ("right" if is_right else "wrong") if answer.accepted else "review"
    outcome = Outcome(
        group="decisions",
        qid=decision.id,
        kind=decision.kind,
        verdict=verdict,
        best=answer.first,
        confidence=answer.confidence,
        relation=answer.relation,
        answerable=bool(decision.right),
        first=is_right,
        is_other_version=answer.relation == "other_version",
        requests=0,
        by_requests=(),
        order_independent=matcher(decision.track, decision.candidates[::-1]) == answer,
        why="",
        flag=decision.flag,
    )
    why = _question(decision) + answer.why if is_wrong(outcome) or is_missed(outcome) else ""
    return replace(outcome, why=why)


def is_wrong(one: Outcome) -> bool:
    """Return whether a wrong candidate was accepted."""
    return one.verdict == "wrong"


def is_missed(one: Outcome) -> bool:
    """Return whether the right candidate was not accepted, or for `T` was not first."""
    return not is_wrong(one) and (
        not one.first if one.flag == "T" else one.answerable and one.verdict != "right"
    )


def errors(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes that are wrong, and then those that are missed."""
    return [*filter(is_wrong, outcomes), *filter(is_missed, outcomes)]


def explain_errors(outcomes: Sequence[Outcome], limit: int) -> Iterator[str]:
    """Yield one text for each of the first errors."""
    for one in errors(outcomes)[:limit]:
        yield f"{one.key} ({'wrong' if is_wrong(one) else 'missed'}, {FLAGS[one.flag]})\n{one.why}"


def _question(decision: Decision) -> str:
    wanted = ", ".join(map(str, sorted(decision.right))) or "none"
    lines = [
        f"local: {_described(decision.track, decision.track.duration_s)}",
        *(f"{one.id}: {_described(one, one.length_s)}" for one in decision.candidates),
        f"right: {wanted}. {decision.why}",
    ]
    return "".join(f"  {line}\n" for line in lines)


def _described(one: Track | Candidate, length: float | None) -> str:
    known = [as_minutes(length)] if length else []
    known += [f"{one.bpm:g} BPM"] if one.bpm else []
    known += [one.label] if one.label else []
    return ", ".join([str(one), *known])


def _explained(scored: ScoredCandidate) -> str:
    lines = [f"{line.name} {line.effect:+g}: {line.note}" for line in scored.evidence]
    head = f"{scored.candidate.id}: {scored.relation}, confidence {scored.confidence:.3f}"
    return f"  {head}; " + "; ".join(lines)
