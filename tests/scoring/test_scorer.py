"""Scoring: the score is the sum of the evidence, and one contradiction decides the relation."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from invented_tracks import (
    CANDIDATES,
    TRACKS,
    Recording,
    as_candidate,
    as_track,
    recordings,
    score_one,
    styles,
    unchecked,
)
from tables import each_row

from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.scoring.scorer import length_gap
from beatport_match.settings.models import MatchSettings


@given(TRACKS, CANDIDATES)
def test_score_is_the_sum_of_the_evidence_within_0_and_100(track, candidate):
    detail = score_one(track, candidate)
    assert round(sum(line.effect for line in detail.evidence), 6) == detail.score
    assert 0 <= detail.score <= 100


@given(TRACKS, CANDIDATES)
def test_every_line_of_evidence_has_its_own_name_and_a_note(track, candidate):
    evidence = score_one(track, candidate).evidence
    names = [line.name for line in evidence]
    assert names[:3] == ["title", "artists", "version"]
    assert len(set(names)) == len(names)
    assert all(line.note for line in evidence)


BASE = Recording()
LOCAL = as_track(BASE)
KNOWN = {
    "bpm": (124.0, {"bpm": 124.0}),
    "key": ("8A", {"key": "A Minor"}),
    "year": (2019, {"release_date": "2019-05-03"}),
    "label": ("Quay", {"label": "QUAY"}),
    "album": ("Harbour EP", {"release": "Harbour EP"}),
    "isrc": ("DEAB11900001", {"isrc": "DEAB11900001"}),
}


def lines(detail):
    return {line.name: line for line in detail.evidence}


@each_row("name", KNOWN)
def test_value_that_only_one_side_has_gives_no_evidence(name):
    mine, theirs = KNOWN[name]
    baseline = score_one(LOCAL, as_candidate(BASE))
    assert (
        score_one(as_track(BASE, **{name: mine}), as_candidate(BASE)).evidence == baseline.evidence
    )
    assert score_one(LOCAL, as_candidate(BASE, **theirs)).evidence == baseline.evidence


@each_row(
    "track, candidate",
    [
        ({"bpm": 0}, {"bpm": 124.0}), ({"bpm": 124.0}, {"bpm": 0.0}),
        ({"year": 0}, {"release_date": "2019-01-01"}),
        ({"year": 2019}, {"release_date": "soon"}), ({"year": 2019}, {"release_date": ""}),
        ({"key": "loud"}, {"key": "A Minor"}), ({"isrc": " - "}, {"isrc": "DEAB11900001"}),
        ({"label": ""}, {"label": "Quay"}), ({"bpm": -3}, {"bpm": 3.0}),
    ],
)  # fmt: skip
def test_zero_blank_or_invalid_value_counts_as_unknown(track, candidate):
    baseline = score_one(LOCAL, as_candidate(BASE))
    assert (
        score_one(as_track(BASE, **track), as_candidate(BASE, **candidate)).evidence
        == baseline.evidence
    )


@each_row("seconds", [0, 0.0, -5.0, None])
def test_length_of_zero_or_less_counts_as_unknown(seconds):
    assert length_gap(seconds, 400.0) is None is length_gap(400.0, seconds)
    assert "length" not in lines(score_one(as_track(BASE, duration_s=seconds), as_candidate(BASE)))


@each_row("name", KNOWN)
def test_each_value_that_agrees_raises_the_score(name):
    mine, theirs = KNOWN[name]
    baseline = score_one(Track("Lantern Meridian", "Ana Solberg"), as_candidate(BASE))
    agreed = score_one(
        Track("Lantern Meridian", "Ana Solberg", **{name: mine}), as_candidate(BASE, **theirs)
    )
    assert lines(agreed)[name].effect > 0
    assert agreed.score > baseline.score


@pytest.mark.parametrize("field", ["label", "release", "catalog_number"])
def test_left_out_text_costs_points_unless_the_candidate_has_it(field):
    track = Track("Lantern Meridian - Quay Twelve", "Ana Solberg")
    strange = lines(score_one(track, as_candidate(BASE)))["aside"]
    known = lines(score_one(track, as_candidate(BASE, **{field: "QUAY TWELVE"})))["aside"]
    assert strange.effect < 0 == known.effect


def test_equal_beatport_id_in_the_tags_is_evidence_and_another_one_is_not():
    assert (
        lines(score_one(as_track(BASE, beatport_id=7), as_candidate(BASE, 7)))["beatport_id"].effect
        > 0
    )
    assert "beatport_id" not in lines(
        score_one(as_track(BASE, beatport_id=8), as_candidate(BASE, 7))
    )


def test_score_falls_as_the_length_difference_grows():
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=400.0)
    scores = [
        score_one(track, as_candidate(Recording(length_s=400.0 + gap))).score
        for gap in (0, 4, 9, 20, 50, 200)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2] > scores[-1]


@given(recordings(), styles())
def test_same_recording_is_recognised_in_every_common_way_of_writing(recording, style):
    detail = score_one(as_track(recording, style), as_candidate(recording))
    assert detail.relation == "same_recording", detail.evidence


@given(recordings(), styles())
def test_candidate_that_contradicts_scores_below_the_right_one(recording, style):
    """The candidates contradict in title, version or artist."""
    track = as_track(recording, style)
    right = score_one(track, as_candidate(recording))
    for wrong in (
        Candidate(id=2, name="Another Story", artists=recording.artists),
        Candidate(id=3, name=recording.title, mix_name="Nobody Rework", artists=recording.artists),
        Candidate(id=4, name=recording.title, mix_name=recording.mix_name, artists=("Nobody",)),
    ):
        assert score_one(track, wrong).score < right.score


def test_another_remixer_is_another_version_although_all_else_agrees():
    """Title, artists, length, tempo and ISRC agree."""
    shared = {"title": "A Very Long Title That Both Of Them Share Word For Word"}
    mine = Recording(**shared, mix="Remix", remixer="Marwick")
    theirs = Recording(**shared, mix="Remix", remixer="Basalto")
    track = as_track(mine, bpm=124, key="8A", isrc="DEAB11900001")
    detail = score_one(track, as_candidate(theirs, bpm=124.0, key="A Minor", isrc="DEAB11900001"))
    assert detail.relation == "other_version"


def test_isrc_contradicted_by_title_version_or_length_is_reported_but_not_trusted():
    """It is one line of evidence without points, and it does not change the relation."""
    for theirs, relation in (
        (replace(BASE, title="Velvet Quarry", length_s=BASE.length_s + 20), "different"),
        (replace(BASE, mix="Remix", remixer="Marwick"), "other_version"),
        (replace(BASE, length_s=BASE.length_s + 20), "same_recording"),
    ):
        candidate = as_candidate(theirs, isrc="DEAB11900001")
        detail = score_one(as_track(BASE, isrc="DEAB11900001"), candidate)
        assert lines(detail)["isrc"].effect == 0
        assert "not trusted" in lines(detail)["isrc"].note
        assert detail.relation == relation


def test_isrc_artist_and_length_make_another_title_a_review():
    """The title may be translated, or wrong; the answer is neither accepted nor "not found"."""
    candidate = as_candidate(replace(BASE, title="Velvet Quarry"), isrc="DEAB11900001")
    track = as_track(BASE, isrc="DEAB11900001")
    assert score_one(track, candidate).relation == "same_recording"
    assert outcome_of(rank(track, [candidate]), MatchSettings()) == "review"


@each_row("known", [{"isrc": "DEAB11900001"}, {"beatport_id": 1}])
@each_row(
    "theirs",
    [
        replace(BASE, mix="Extended"),
        replace(BASE, artists=("Tilda Rook",)),
    ],
)
def test_equal_identifier_overrides_another_wording_of_version_or_artists(known, theirs):
    track, candidate = as_track(BASE, **known), as_candidate(theirs, 1, isrc="DEAB11900001")
    proven = score_one(track, candidate)
    assert score_one(as_track(BASE), candidate).relation != "same_recording"
    assert (proven.relation, proven.score) == ("same_recording", 96.0)
    assert proven.score == sum(line.effect for line in proven.evidence)


def test_a_second_equal_identifier_adds_only_its_own_points():
    """The first one has already raised the score."""
    theirs = as_candidate(replace(BASE, artists=("Tilda Rook",)), 1, isrc="DEAB11900001")
    one = lines(score_one(as_track(BASE, isrc="DEAB11900001"), theirs))
    both = lines(score_one(as_track(BASE, isrc="DEAB11900001", beatport_id=1), theirs))
    assert both["isrc"].effect == one["isrc"].effect > both["beatport_id"].effect == 12.0


def test_different_isrc_costs_a_point_and_does_not_contradict():
    """Some recordings have another ISRC on another release."""
    detail = score_one(as_track(BASE, isrc="DEAB11900001"), as_candidate(BASE, isrc="GBXX22000003"))
    assert (detail.relation, lines(detail)["isrc"].effect) == ("same_recording", -1.0)


def test_infinite_length_is_accepted():
    """JSON can contain 1e999, which is parsed as infinity."""
    assert score_one(LOCAL, unchecked(as_candidate(BASE), length_s=math.inf)).score < 100


def test_line_named_limit_corrects_a_sum_outside_0_and_100():
    track = as_track(BASE, isrc="DEAB11900001")
    high = score_one(track, as_candidate(BASE, isrc="DEAB11900001"))
    assert (high.score, lines(high)["limit"].effect < 0) == (100, True)
    low = score_one(track, Candidate(id=1, name="x", mix_name="Dub", artists=("y",), length_s=1.0))
    assert (low.score, lines(low)["limit"].effect > 0) == (0, True)


def test_a_truncated_bracket_of_another_version_stays_unexplained() -> None:
    track = Track("Night Ferry (Xq", "Ana Sol")
    found = Candidate(id=1, name="Night Ferry", mix_name="Original Mix", artists=("Ana Sol",))
    codes = [line.code for line in rank(track, [found])[0].evidence]
    assert "strange" in codes
