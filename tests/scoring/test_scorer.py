"""Scoring: the score is a ledger a person can check, and a contradiction decides."""

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
    styles,
)

from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.scorer import length_gap, score_one


@given(TRACKS, CANDIDATES)
def test_the_score_is_the_ledgers_sum(track, candidate):
    """The score is exactly the sum of the ledger's effects, and stays within 0-100."""
    weighed = score_one(track, candidate)
    assert round(sum(line.effect for line in weighed.evidence), 6) == weighed.score
    assert 0 <= weighed.score <= 100


@given(TRACKS, CANDIDATES)
def test_every_line_of_the_ledger_is_named_once_and_explained(track, candidate):
    """A person sees why: each line has a code of its own and a note."""
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


def lines(weighed):
    return {line.name: line for line in weighed.evidence}


@pytest.mark.parametrize("name", KNOWN)
def test_absent_evidence_is_neutral(name):
    """Absent evidence is neutral: what only one side knows leaves no line and no point."""
    mine, theirs = KNOWN[name]
    silent = score_one(LOCAL, as_candidate(BASE))
    assert score_one(as_track(BASE, **{name: mine}), as_candidate(BASE)).evidence == silent.evidence
    assert score_one(LOCAL, as_candidate(BASE, **theirs)).evidence == silent.evidence


@pytest.mark.parametrize(
    ("track", "candidate"),
    [
        ({"bpm": 0}, {"bpm": 124.0}), ({"bpm": 124.0}, {"bpm": 0.0}),
        ({"year": 0}, {"release_date": "2019-01-01"}),
        ({"year": 2019}, {"release_date": "soon"}), ({"year": 2019}, {"release_date": ""}),
        ({"key": "loud"}, {"key": "A Minor"}), ({"isrc": " - "}, {"isrc": "DEAB11900001"}),
        ({"label": ""}, {"label": "Quay"}), ({"bpm": -3}, {"bpm": 3.0}),
    ],
)  # fmt: skip
def test_what_says_nothing_is_absent(track, candidate):
    """Zero, a blank or nonsense counts as unknown, not as another value."""
    silent = score_one(LOCAL, as_candidate(BASE))
    assert (
        score_one(as_track(BASE, **track), as_candidate(BASE, **candidate)).evidence
        == silent.evidence
    )


@pytest.mark.parametrize("seconds", [0, 0.0, -5.0, None])
def test_an_unknown_length_is_neutral(seconds):
    """A length of zero counts as unknown: no gap, no line."""
    assert length_gap(seconds, 400.0) is None is length_gap(400.0, seconds)
    assert "length" not in lines(score_one(as_track(BASE, duration_s=seconds), as_candidate(BASE)))


@pytest.mark.parametrize("name", KNOWN)
def test_evidence_that_agrees_speaks_for_and_never_lowers_the_score(name):
    """Score grows where it must: each figure that agrees gives points."""
    mine, theirs = KNOWN[name]
    silent = score_one(Track("Lantern Meridian", "Ana Solberg"), as_candidate(BASE))
    agreed = score_one(
        Track("Lantern Meridian", "Ana Solberg", **{name: mine}), as_candidate(BASE, **theirs)
    )
    assert lines(agreed)[name].effect > 0
    assert agreed.score > silent.score


@pytest.mark.parametrize("field", ["label", "release", "catalog_number"])
def test_what_a_reading_leaves_out_counts_unless_the_candidate_knows_it(field):
    """What had to be left out of a title counts against it, unless the candidate knows it."""
    track = Track("Lantern Meridian - Quay Twelve", "Ana Solberg")
    strange = lines(score_one(track, as_candidate(BASE)))["aside"]
    known = lines(score_one(track, as_candidate(BASE, **{field: "QUAY TWELVE"})))["aside"]
    assert strange.effect < 0 == known.effect


def test_the_number_in_the_tags_is_evidence():
    """A Beatport id in the tags that is the candidate's own speaks for it; another says nothing."""
    assert (
        lines(score_one(as_track(BASE, beatport_id=7), as_candidate(BASE, 7)))["beatport_id"].effect
        > 0
    )
    assert "beatport_id" not in lines(
        score_one(as_track(BASE, beatport_id=8), as_candidate(BASE, 7))
    )


def test_the_score_falls_as_the_length_goes_away():
    """Length: the farther apart, the lower the score, all else equal."""
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=400.0)
    scores = [
        score_one(track, as_candidate(Recording(length_s=400.0 + gap))).score
        for gap in (0, 4, 9, 20, 50, 200)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2] > scores[-1]


@given(recordings(), styles())
def test_the_same_recording_is_known_however_it_is_written(recording, style):
    """The right candidate has the relation `same_recording` in every common way of writing."""
    weighed = score_one(as_track(recording, style), as_candidate(recording))
    assert weighed.relation == "same_recording", weighed.evidence


@given(recordings(), styles())
def test_agreement_is_worth_more_than_contradiction(recording, style):
    """A candidate that contradicts in title, artist or version scores below the right one."""
    track = as_track(recording, style)
    right = score_one(track, as_candidate(recording))
    for wrong in (
        Candidate(id=2, name="Another Story", artists=recording.artists),
        Candidate(id=3, name=recording.title, mix_name="Nobody Rework", artists=recording.artists),
        Candidate(id=4, name=recording.title, mix_name=recording.mix_name, artists=("Nobody",)),
    ):
        assert score_one(track, wrong).score < right.score


def test_a_contradiction_decides_however_long_the_shared_text_is():
    """Another remixer caps the outcome though title, artists, length, tempo and ISRC agree."""
    shared = {"title": "A Very Long Title That Both Of Them Share Word For Word"}
    mine = Recording(**shared, mix="Remix", remixer="Marwick")
    theirs = Recording(**shared, mix="Remix", remixer="Basalto")
    track = as_track(mine, bpm=124, key="8A", isrc="DEAB11900001")
    weighed = score_one(track, as_candidate(theirs, bpm=124.0, key="A Minor", isrc="DEAB11900001"))
    assert weighed.relation == "other_version"


def test_an_isrc_that_contradicts_the_title_is_reported_not_trusted():
    """ISRC contradicted by title or length: it stands in the ledger, and decides nothing."""
    for theirs, relation in (
        (replace(BASE, title="Velvet Quarry"), "different"),
        (replace(BASE, mix="Remix", remixer="Marwick"), "other_version"),
        (replace(BASE, length_s=BASE.length_s + 20), "same_recording"),
    ):
        candidate = as_candidate(theirs, isrc="DEAB11900001")
        weighed = score_one(as_track(BASE, isrc="DEAB11900001"), candidate)
        assert lines(weighed)["isrc"].effect == 0
        assert "not trusted" in lines(weighed)["isrc"].note
        assert weighed.relation == relation


@pytest.mark.parametrize("known", [{"isrc": "DEAB11900001"}, {"beatport_id": 1}])
@pytest.mark.parametrize(
    "theirs",
    [
        replace(BASE, mix="Extended"),
        replace(BASE, artists=("Somebody Else",)),
    ],
    ids=["a version unsaid", "an alias"],
)
def test_a_proof_decides_over_another_wording(known, theirs):
    """ISRC or number, equal and consistent: decisive, over how version and artists are written."""
    track, candidate = as_track(BASE, **known), as_candidate(theirs, 1, isrc="DEAB11900001")
    proven = score_one(track, candidate)
    assert score_one(as_track(BASE), candidate).relation != "same_recording"
    assert (proven.relation, proven.score) == ("same_recording", 96.0)
    assert proven.score == sum(line.effect for line in proven.evidence)


def test_another_code_is_no_contradiction():
    """One recording has a code of its own on each release, now and then."""
    weighed = score_one(
        as_track(BASE, isrc="DEAB11900001"), as_candidate(BASE, isrc="GBXX22000003")
    )
    assert (weighed.relation, lines(weighed)["isrc"].effect) == ("same_recording", -1.0)


def test_an_endless_length_is_no_error():
    """Input is hostile until read: JSON can say 1e999, which no length is."""
    assert score_one(LOCAL, as_candidate(Recording(length_s=float("inf")))).score < 100


def test_a_score_that_would_leave_the_scale_says_so():
    """Where the sum would leave 0-100, a line named `limit` says so."""
    track = as_track(BASE, isrc="DEAB11900001")
    high = score_one(track, as_candidate(BASE, isrc="DEAB11900001"))
    assert (high.score, lines(high)["limit"].effect < 0) == (100, True)
    low = score_one(track, Candidate(id=1, name="x", mix_name="Dub", artists=("y",), length_s=1.0))
    assert (low.score, lines(low)["limit"].effect > 0) == (0, True)
