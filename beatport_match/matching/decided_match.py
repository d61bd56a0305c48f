"""The match of a track about which there are decisions: pure functions, without a request.

`search_flow` asks `decided` first. An accepted candidate ends the search before it begins.
`with_decisions` applies decisions to a match that is finished, such as one of a results file.
"""

from __future__ import annotations

from dataclasses import replace

from beatport_match.matching.decided import Decided, candidate_key
from beatport_match.matching.match import Match
from beatport_match.model.decisions import Decision
from beatport_match.model.evidence import Evidence, Rejection, ScoredCandidate
from beatport_match.model.tracks import Track
from beatport_match.scoring import cases
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.scoring.rejection import with_reject_reasons
from beatport_match.settings.models import MatchSettings


def accepted_match(track: Track, decision: Decision) -> Match:
    """Return the match with the candidate that a decision accepts."""
    assert decision.candidate is not None
    candidates = rank(track, [decision.candidate])
    return Match(
        track=track,
        outcome="matched",
        best=candidates[0],
        candidates=candidates,
        confidence=candidates[0].confidence,
        queries=(),
        failures=(),
        stopped="decided",
        candidates_weighed=1,
        decided_by=decision.decided_by,
    )


def rejected_candidate(scored: ScoredCandidate, decision: Decision) -> ScoredCandidate:
    """Return a candidate that a decision rejects; its evidence and its doubts say so."""
    finding = cases.DECISION_REJECTED.found(decision.decided_by)
    name, code = finding.case.name.split(".")
    line = Evidence(name, "", "", finding.points, finding.note, code)
    return replace(
        scored,
        confidence=0.0,
        evidence=(*scored.evidence, line),
        doubts=(finding.note,),
        reject_reason=Rejection("decided", f"It was {finding.note}."),
    )


def with_decisions(match: Match, decided: Decided, settings: MatchSettings) -> Match:
    """Return a finished match with the decisions about its track.

    Candidates that are rejected move to `rejected`; those that remain keep their evidence and their
    confidence. A match that a withdrawn decision accepted stays as it is.
    """
    if decided.accepted:
        # The queries stay: they were sent.
        answer = accepted_match(match.track, decided.accepted)
        return replace(answer, queries=match.queries, stopped=match.stopped, metrics=match.metrics)
    kept, rejected = list[ScoredCandidate](), list(match.rejected)
    for scored in match.candidates:
        decision = decided.rejected.get(candidate_key(scored.candidate))
        if decision is None:
            kept.append(scored)
        else:
            rejected.append(rejected_candidate(scored, decision))
    if len(rejected) == len(match.rejected):
        return match
    left = replace(match, candidates=tuple(kept), rejected=tuple(rejected))
    if match.best is None or candidate_key(match.best.candidate) not in decided.rejected:
        return left
    # The next one becomes the first, and is no longer another release of it.
    first = tuple(replace(one, rerelease=False, reject_reason=None) for one in kept[:1])
    ranked = (*first, *kept[1:])
    outcome = outcome_of(ranked, settings)
    candidates = with_reject_reasons(ranked, outcome, settings)
    return replace(
        left,
        outcome=outcome,
        best=candidates[0] if outcome != "not_found" else None,
        candidates=candidates,
        confidence=candidates[0].confidence if candidates else 0.0,
        picked=False,
    )


def undecided_match(match: Match, settings: MatchSettings) -> Match:
    """Return a match whose decisions were withdrawn, so that a person decides again.

    It has the candidates that are known, also the rejected ones, ranked without the decisions.
    """
    known = [scored.candidate for scored in (*match.candidates, *match.rejected)]
    if not known:
        return match
    candidates = with_reject_reasons(rank(match.track, known), "review", settings)
    return replace(
        match,
        outcome="review",
        best=candidates[0],
        candidates=candidates,
        confidence=candidates[0].confidence,
        picked=False,
        decided_by=None,
        rejected=(),
    )


def agrees_with(match: Match, decided: Decided) -> bool:
    """Return whether an earlier match proposes no rejected candidate, and rejects no other one."""
    proposed = {candidate_key(scored.candidate) for scored in match.candidates}
    rejected = {candidate_key(scored.candidate) for scored in match.rejected}
    return proposed.isdisjoint(decided.rejected) and rejected <= decided.rejected.keys()
