"""Matches of tracks about which there are decisions."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from beatport_match import Candidate, Failure, Match, Track
from beatport_match.matching.decided import Decided, candidate_key
from beatport_match.matching.decided_match import accepted_match, with_decisions
from beatport_match.matching.query_record import QueryRecord
from beatport_match.model.decisions import DecidedBy, Decision, Verdict
from beatport_match.scoring.confidence import rank
from beatport_match.settings.models import MatchSettings

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
TRACK = Track("Lantern Meridian (Extended Mix)", "Ana Solberg", duration_s=372.0)
RIGHT = Candidate(
    id=1,
    name="Lantern Meridian",
    mix_name="Extended Mix",
    artists=("Ana Solberg",),
    length_s=372.0,
)
SHORT = replace(RIGHT, id=2, mix_name="Radio Edit", length_s=200.0)
OTHER = replace(RIGHT, id=3, name="Tundra", artists=("Marwick",), length_s=100.0)
QUERY = QueryRecord("lantern", "title", 2, 1)


def decision(verdict: Verdict, candidate: Candidate) -> Decision:
    return Decision(verdict=verdict, track=TRACK, candidate=candidate, by="Mo", at=AT)


def rejecting(*candidates: Candidate) -> Decided:
    return Decided(rejected={candidate_key(one): decision("rejected", one) for one in candidates})


def found(*candidates: Candidate, outcome: str = "review") -> Match:
    ranked = rank(TRACK, candidates)
    return Match(
        track=TRACK,
        outcome=outcome,  # type: ignore[arg-type]
        best=ranked[0] if outcome in {"matched", "review"} else None,
        candidates=ranked,
        confidence=ranked[0].confidence,
        queries=(QUERY,),
        failures=(),
        stopped="exhausted",
    )


def test_an_accepted_candidate_is_the_match_whatever_its_score() -> None:
    match = accepted_match(TRACK, decision("accepted", OTHER))
    assert match.matched
    assert match.accepted
    assert match.accepted.candidate == OTHER
    assert (match.queries, match.failures, match.stopped) == ((), (), "decided")
    assert match.decided_by == DecidedBy("Mo", AT)
    assert match.reason == "decided by Mo on 2026-02-03"
    assert match.changes() == ()
    assert "Matched: decided by Mo on 2026-02-03" in match.explain()
    assert "Queries (stopped: decided)" in match.explain()


def test_decisions_are_applied_to_a_finished_match() -> None:
    match = with_decisions(
        found(RIGHT, SHORT), Decided(accepted=decision("accepted", SHORT)), MatchSettings()
    )
    assert match.accepted
    assert match.accepted.candidate == SHORT
    assert (match.queries, match.stopped) == ((QUERY,), "exhausted")


def test_a_rejected_candidate_is_not_proposed_and_its_evidence_says_so() -> None:
    match = with_decisions(found(RIGHT, SHORT), rejecting(RIGHT), MatchSettings())
    assert match.outcome == "review"  # only another version is left
    assert match.best
    assert match.best.candidate == SHORT
    assert [one.candidate for one in match.candidates] == [SHORT]
    (rejected,) = match.rejected
    assert rejected.candidate == RIGHT
    assert rejected.confidence == 0
    assert rejected.doubts == ("rejected by Mo on 2026-02-03",)
    assert rejected.reject_reason
    assert rejected.reject_reason.code == "decided"
    line = rejected.evidence[-1]
    assert (line.name, line.code, line.note) == ("decision", "rejected", rejected.doubts[0])
    assert sum(one.effect for one in rejected.evidence) == pytest.approx(rejected.score)
    assert "Rejected earlier:" in match.explain()
    assert "rejected by Mo on 2026-02-03" in match.explain()
    # A second time it changes nothing.
    assert with_decisions(match, rejecting(RIGHT), MatchSettings()) is match


def test_without_the_rejected_one_the_next_candidate_may_be_accepted() -> None:
    match = with_decisions(
        found(replace(RIGHT, id=4), RIGHT), rejecting(RIGHT), MatchSettings(accept_confidence=0.5)
    )
    assert match.accepted
    assert (match.accepted.rerelease, match.accepted.reject_reason) == (False, None)


def test_the_answer_stays_if_another_candidate_is_rejected() -> None:
    picked = found(RIGHT, SHORT, OTHER).pick(found(RIGHT, SHORT, OTHER).candidates[1])
    match = with_decisions(picked, rejecting(RIGHT), MatchSettings())
    assert (match.best, match.outcome, match.picked) == (picked.best, "matched", True)
    assert [one.candidate for one in match.candidates] == [SHORT, OTHER]
    match = with_decisions(picked, rejecting(SHORT), MatchSettings())
    assert not match.picked
    assert match.best != picked.best


def test_a_match_of_which_every_candidate_is_rejected_is_not_found() -> None:
    match = with_decisions(found(RIGHT, SHORT), rejecting(RIGHT, SHORT), MatchSettings())
    assert (match.outcome, match.best, match.candidates, match.confidence) == (
        "not_found",
        None,
        (),
        0.0,
    )
    assert match.reason == "every result was rejected earlier"


def test_a_fault_stays_a_fault_after_a_rejection() -> None:
    failed = replace(
        found(RIGHT, outcome="failed"), failures=(Failure("timeout", "No answer in time."),)
    )
    match = with_decisions(failed, rejecting(RIGHT), MatchSettings())
    assert match.outcome == "failed"
    assert [one.candidate for one in match.rejected] == [RIGHT]


def test_a_match_is_one_line_of_text_and_a_dictionary_of_json_values() -> None:
    match = found(RIGHT, SHORT, outcome="matched")
    assert str(match).startswith(f"matched: {TRACK} -> {RIGHT} [1] (")
    assert "\n" not in str(match)
    document = json.loads(json.dumps(match.to_dict()))
    assert document["best"]["mix_name"] == "Extended Mix"
    assert document["best_id"] == 1
    nothing = with_decisions(found(RIGHT), rejecting(RIGHT), MatchSettings())
    assert str(nothing) == f"not_found: {TRACK} (every result was rejected earlier)"
    assert (nothing.to_dict()["best"], nothing.to_dict()["best_id"]) == (None, None)


def test_a_scored_candidate_has_every_field_of_its_candidate() -> None:
    others = {"id": 7, "artists": ("A",), "remixers": ("B",), "bpm": 124.0, "length_s": 300.0}
    values = {one.name: others.get(one.name, f"a {one.name}") for one in fields(Candidate)}
    scored = replace(found(RIGHT).candidates[0], candidate=Candidate(**values))  # type: ignore[arg-type]
    assert {name: getattr(scored, name) for name in values} == values
