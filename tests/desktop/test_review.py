"""What the user decides about rows, its undo, and the file of decisions, without a window."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from decision_file import DecisionFile
from playlist_rows import counts_text
from review import Review
from review_rows import TRACK, make_match, make_review

from beatport_match import DecidedBy, Decisions, PlaylistProblem


def texts(review: Review) -> str:
    return counts_text(review.counts())


def test_the_proposed_candidate_is_accepted_and_taken_back() -> None:
    """The counts change with each decision."""
    match = make_match()
    assert match.best
    review = make_review(match, make_match("matched"))
    assert texts(review) == "1 matched, 1 to review"
    choice = review.pick(0)
    assert choice
    assert (choice.verdict, choice.track, choice.candidate) == (
        *("accepted", TRACK, match.best.candidate),
    )
    assert review.rows[0].match == match.pick(match.candidates[0])
    assert texts(review) == "2 matched"
    undone = review.undo()
    assert undone
    assert undone[0] == 0
    assert [one.verdict for one in undone[1]] == ["withdrawn"]
    assert review.rows[0].match is match
    assert review.undo() is None


def test_decisions_are_undone_in_reverse_order() -> None:
    first, second = make_match(), make_match("not_found")
    review = make_review(first, second)
    review.pick(0, first.candidates[1])
    review.pick(1, second.candidates[2])
    review.pick(0, first.candidates[2])
    places = [(undone := review.undo()) and undone[0]]
    assert review.rows[0].match == first.pick(first.candidates[1])
    places += [(undone := review.undo()) and undone[0] for _ in range(2)]
    assert places == [0, 1, 0]
    assert review.matches() == (first, second)


@pytest.mark.parametrize("outcome", ["matched", "not_found", "failed"])
def test_only_a_track_in_review_proposes_a_candidate(outcome: str) -> None:
    review = make_review(make_match(outcome))
    assert review.pick(0) is None
    assert review.undo() is None


def test_no_candidate_of_a_row_fits() -> None:
    """The row has the match that a run with this decision returns."""
    match = make_match()
    review = make_review(match)
    choices = review.reject(0)
    assert [one.candidate for one in choices] == [one.candidate for one in match.candidates]
    assert {one.verdict for one in choices} == {"rejected"}
    shown = review.rows[0].match
    assert shown
    assert (shown.outcome, shown.best, shown.candidates) == ("not_found", None, ())
    assert shown.reason == "every result was rejected earlier"
    assert "rejected by person on " in shown.explain()
    assert review.reject(0) == []
    undone = review.undo()
    assert undone
    assert [one.verdict for one in undone[1]] == ["withdrawn"] * 3
    assert review.rows[0].match is match


def test_an_undo_returns_to_the_decision_before() -> None:
    """A candidate that a rule had accepted is accepted again, and by that rule."""
    candidate = make_match().candidates[:1]
    rule = DecidedBy("label rule", datetime(2026, 2, 3, tzinfo=UTC))
    review = make_review(make_match("matched", candidates=candidate, decided_by=rule))
    review.reject(0)
    undone = review.undo()
    assert undone
    ((one,),) = (undone[1],)
    assert (one.verdict, one.decided.by) == ("accepted", "label rule")
    assert one.decided.at > rule.at


def test_an_arriving_match_does_not_replace_a_decision() -> None:
    review = make_review(make_match(), make_match(), make_match())
    review.pick(0)
    review.reject(1)
    failed = make_match("failed")
    assert review.put((place, failed) for place in range(3)) == [2]
    assert texts(review) == "1 matched, 1 not found, 1 failed"


def test_another_playlist_has_nothing_to_undo() -> None:
    review = make_review(make_match())
    review.pick(0)
    review.begin([TRACK], [PlaylistProblem("a.m3u", place="line 3", detail="no title")])
    assert review.undo() is None
    assert texts(review) == "1 problem, 1 waiting"


def test_decisions_are_written_and_withdrawn(tmp_path: Path) -> None:
    file = DecisionFile(tmp_path / "program")
    review = make_review(make_match())
    choice = review.pick(0)
    assert choice
    assert file.keep([choice]) == ""
    accepted = Decisions(file.path).about(TRACK).accepted
    assert accepted
    assert (accepted.candidate, accepted.by, accepted.at) == (
        *(choice.candidate, choice.decided.by, choice.decided.at),
    )
    undone = review.undo()
    assert undone
    assert file.keep(undone[1]) == ""
    assert Decisions(file.path).about(TRACK).accepted is None
    assert file.keep(review.reject(0)) == ""
    assert len(Decisions(file.path).about(TRACK).rejected) == 3


@pytest.mark.parametrize("content", [None, b"a playlist\n"], ids=["a folder", "another file"])
def test_a_decision_that_cannot_be_kept_is_explained(tmp_path: Path, content: bytes | None) -> None:
    file = DecisionFile(tmp_path)
    if content is None:
        file.path.mkdir()
    else:
        file.path.write_bytes(content)
    choice = make_review(make_match()).pick(0)
    assert choice
    sentence = file.keep([choice])
    assert sentence.startswith("This decision is not kept for later runs: ")
    assert "decisions.jsonl" in sentence
