"""The rows of the results: cells, tooltips, picks and their undo, without a window."""

from __future__ import annotations

import pytest
from playlist_rows import (
    CANDIDATE_COLUMNS,
    COLUMNS,
    FOUND,
    OUTCOME,
    Results,
    candidate_cells,
    cell_text,
    counts_text,
)

from beatport_match import Candidate, Failure, Match, PlaylistProblem, Track, rank

MIXES = ("Original Mix", "Extended Mix", "Radio Edit")
TRACK = Track("Paper <b>Satellites</b>", "Corvane", duration_s=372, album="Harbour EP")


def make_match(outcome: str = "review", **fields: object) -> Match:
    candidates = [
        Candidate(
            id=number,
            name="Paper <b>Satellites</b>",
            mix_name=mix,
            artists=("Corvane",),
            label="Zinc & Theatre",
            release="Harbour EP",
            release_date="2020-02-14",
            bpm=124.5,
            key="A Minor",
            camelot="8A",
            length_s=372.0,
        )
        for number, mix in enumerate(MIXES, 1)
    ]
    scored = tuple(rank(TRACK, candidates))
    values = {
        "track": TRACK,
        "outcome": outcome,
        "best": scored[0] if outcome in ("matched", "review") else None,
        "candidates": scored,
        "confidence": scored[0].confidence,
        "queries": (),
        "failures": (Failure("timeout", "no answer within 30 s"),) * (outcome == "failed"),
        "stopped": "exhausted",
    }
    return Match(**{**values, **fields})


def make_results(*matches: Match) -> Results:
    results = Results()
    results.begin([TRACK] * len(matches), ())
    results.put(enumerate(matches))
    return results


def test_the_proposed_candidate_is_accepted_and_taken_back() -> None:
    """The counts change with each decision."""
    review = make_match()
    results = make_results(review, make_match("matched"))
    assert counts_text(results.counts()) == "1 matched, 1 to review"
    assert results.pick(0) == review.best
    assert results.rows[0].match == review.pick(review.candidates[0])
    assert counts_text(results.counts()) == "2 matched"
    assert results.undo() == 0
    assert results.rows[0].match is review
    assert counts_text(results.counts()) == "1 matched, 1 to review"
    assert results.undo() is None


def test_picks_are_undone_in_reverse_order() -> None:
    first, second = make_match(), make_match("not_found")
    results = make_results(first, second)
    results.pick(0, first.candidates[1])
    results.pick(1, second.candidates[2])
    results.pick(0, first.candidates[2])
    assert [results.undo(), results.rows[0].match] == [0, first.pick(first.candidates[1])]
    assert [results.undo(), results.undo()] == [1, 0]
    assert results.matches() == (first, second)


@pytest.mark.parametrize("outcome", ["matched", "not_found", "failed"])
def test_only_a_track_in_review_proposes_a_candidate(outcome: str) -> None:
    results = make_results(make_match(outcome))
    assert results.pick(0) is None
    assert results.undo() is None


def test_an_arriving_match_does_not_replace_a_pick() -> None:
    results = make_results(make_match(), make_match())
    results.pick(0)
    assert results.put([(0, make_match()), (1, make_match("failed"))]) == [1]
    assert counts_text(results.counts()) == "1 matched, 1 failed"


def test_another_playlist_has_nothing_to_undo() -> None:
    results = make_results(make_match())
    results.pick(0)
    results.begin([TRACK], [PlaylistProblem("a.m3u", place="line 3", detail="no title")])
    assert results.undo() is None
    assert counts_text(results.counts()) == "1 problem, 1 waiting"


def test_a_stopped_track_waits_and_has_not_failed() -> None:
    results = make_results(make_match("failed", stopped="stopped"), make_match("failed"))
    assert counts_text(results.counts()) == "1 failed, 1 waiting"


def test_a_row_shows_what_was_found() -> None:
    """It names the mix, key, BPM, label, date and confidence."""
    (row,) = make_results(make_match()).rows
    texts = [cell_text(*pair) for pair in zip(row.cells(1), COLUMNS, strict=True)]
    assert texts[:OUTCOME] == ["1", "Corvane", "Paper <b>Satellites</b>"]
    assert texts[FOUND] == "Corvane - Paper <b>Satellites</b>"
    assert row.match
    assert row.match.best
    mix = row.match.best.candidate.mix_name
    assert texts[FOUND + 1 : -1] == [mix, "8A", "124.5", "Zinc & Theatre", "2020-02-14"]
    assert texts[-1] == f"{int(100 * row.match.best.confidence)} %"
    assert cell_text(99.9, "Confidence") == "99 %"
    assert cell_text(100 * 0.29, "Confidence") == "29 %"


def test_a_candidate_shows_mix_length_key_and_tempo() -> None:
    scored = make_match().candidates[0]
    cells = dict(zip(CANDIDATE_COLUMNS, candidate_cells(scored), strict=True))
    assert cells["Mix"] == scored.candidate.mix_name
    assert (cells["Length"], cells["Key"], cells["BPM"]) == ("6:12", "8A", "124.5")
    assert (cells["Label"], cells["Date"]) == ("Zinc & Theatre", "2020-02-14")


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (1, ("Corvane - Paper &lt;b&gt;Satellites&lt;/b&gt;", "Harbour EP", "6:12")),
        (FOUND, ("(Original Mix)", "Zinc &amp; Theatre", "6:12, 8A A Minor, 124.5 BPM")),
    ],
)
def test_a_tooltip_has_the_whole_text_and_no_markup_of_others(
    column: int, texts: tuple[str, ...]
) -> None:
    """A title with HTML in it is shown as it is written."""
    match = make_match()
    original = next(one for one in match.candidates if one.candidate.mix_name == MIXES[0])
    (row,) = make_results(make_match(best=original)).rows
    tooltip = row.tooltip(column)
    assert tooltip.startswith("<qt>")
    assert "<b>" not in tooltip
    assert all(text in tooltip for text in texts)


def test_a_tooltip_of_a_long_text_is_short() -> None:
    results = Results()
    results.begin([Track("x" * 10**6)], ())
    assert len(results.rows[0].tooltip(2)) < 1000


def test_the_tooltip_of_an_outcome_is_its_reason() -> None:
    results = make_results(make_match("failed"))
    assert "no answer within 30 s" in results.rows[0].tooltip(OUTCOME)
    results.begin([TRACK], [PlaylistProblem("a.m3u", place="line 3", detail="no <title>")])
    assert results.rows[0].tooltip(OUTCOME) == ""
    assert "no &lt;title&gt;" in results.rows[1].tooltip(FOUND)
