"""The rows of the results: cells and tooltips, without a window."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playlist_rows import (
    CANDIDATE_COLUMNS,
    COLUMNS,
    FOUND,
    OUTCOME,
    candidate_cells,
    cell_text,
    counts_text,
)
from review import Review
from review_rows import MIXES, TRACK, make_match, make_review

from beatport_match import DecidedBy, PlaylistProblem, Track


def test_a_stopped_track_waits_and_has_not_failed() -> None:
    review = make_review(make_match("failed", stopped="stopped"), make_match("failed"))
    assert counts_text(review.counts()) == "1 failed, 1 waiting"


def test_a_row_shows_what_was_found() -> None:
    """It names the mix, key, BPM, label, date and confidence."""
    (row,) = make_review(make_match()).rows
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
    (row,) = make_review(make_match(best=original)).rows
    tooltip = row.tooltip(column)
    assert tooltip.startswith("<qt>")
    assert "<b>" not in tooltip
    assert all(text in tooltip for text in texts)


def test_a_tooltip_of_a_long_text_is_short() -> None:
    review = Review()
    review.begin([Track("x" * 10**6)], ())
    assert len(review.rows[0].tooltip(2)) < 1000


def test_the_tooltip_of_an_outcome_is_its_reason() -> None:
    review = make_review(make_match("failed"))
    assert "no answer within 30 s" in review.rows[0].tooltip(OUTCOME)
    review.begin([TRACK], [PlaylistProblem("a.m3u", place="line 3", detail="no <title>")])
    assert review.rows[0].tooltip(OUTCOME) == ""
    assert "no &lt;title&gt;" in review.rows[1].tooltip(FOUND)


def test_the_outcome_says_who_decided() -> None:
    match = make_match("matched")
    by_rule = make_match(
        "matched", decided_by=DecidedBy("label rule", datetime(2026, 2, 3, tzinfo=UTC))
    )
    rows = make_review(match, match.pick(match.candidates[1]), by_rule).rows
    texts = [row.cells(1)[OUTCOME] for row in rows]
    assert texts == ["Matched", "Matched by person", "Matched by label rule"]
    assert "decided by label rule on 2026-02-03" in rows[2].tooltip(OUTCOME)
