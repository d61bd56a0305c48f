"""Confidence: the order of candidates, their probability and the outcome."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from invented_tracks import (
    CANDIDATES,
    QUIET,
    RELATION,
    TRACKS,
    WAYS_TO_DIFFER,
    Recording,
    as_candidate,
    as_track,
    ask,
    other_than,
    recordings,
    score_one,
    styles,
    vouched_for,
)
from tables import each_row

from beatport_match.model.evidence import ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import (
    is_same_recording,
    outcome_of,
    rank,
    rank_scored,
    score_all,
)
from beatport_match.settings.models import MatchSettings

BASE = Recording()


@given(TRACKS, st.lists(CANDIDATES, max_size=5))
def test_confidence_and_score_stay_in_their_ranges(track, candidates):
    for one in rank(track, candidates):
        assert 0 <= one.confidence <= 1
        assert 0 <= one.score <= 100


@given(TRACKS, st.lists(CANDIDATES, max_size=5), st.randoms())
def test_order_of_candidates_does_not_change_the_ranking(track, candidates, random):
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert rank(track, shuffled) == rank(track, candidates)


@given(TRACKS, st.lists(CANDIDATES, max_size=4))
def test_candidate_given_twice_is_ranked_once(track, candidates):
    """All other candidates are ranked, too."""
    ranked = rank(track, [*candidates, *candidates])
    assert ranked == rank(track, candidates)
    assert sorted(one.id for one in ranked) == sorted({one.id for one in candidates})


def test_candidates_beyond_the_limit_count_as_rivals():
    track, one = Track("Ember"), as_candidate(Recording(title="Ember"), 1)
    rival = as_candidate(Recording(title="Ember", artists=("Marwick",)), 2)
    assert rank_scored(score_all(track, [one, rival]), 1) == rank(track, [one, rival])[:1]


def test_two_rows_with_one_id_are_ranked_once_in_any_order():
    """A search may return one track twice with different values."""
    one, other = as_candidate(BASE), as_candidate(BASE, bpm=99.0)
    assert one.id == other.id
    assert rank(as_track(BASE), [one, other]) == rank(as_track(BASE), [other, one])
    assert len(rank(as_track(BASE), [one, other])) == 1


@given(TRACKS, st.lists(CANDIDATES, max_size=4))
def test_ranking_is_picklable(track, candidates):
    """Ranking is pure: its input and its result can be sent to another process."""
    ranked = rank(track, candidates)
    assert pickle.loads(pickle.dumps(ranked)) == ranked
    again = pickle.loads(pickle.dumps((rank, track, candidates)))
    assert again[0](*again[1:]) == ranked


def test_candidates_may_come_from_any_iterable():
    """A generator is iterated once."""
    track, one = as_track(BASE), as_candidate(BASE)
    assert rank(track, (each for each in [one])) == rank(track, [one])
    assert rank(track, iter(())) == ()


@given(st.data(), recordings(), styles(), st.sampled_from(WAYS_TO_DIFFER))
def test_another_recording_is_not_matched_and_has_the_right_relation(data, recording, style, way):
    other = data.draw(other_than(recording, way))
    assume(not vouched_for(style, recording, other))
    outcome, ranked = ask(as_track(recording, style), as_candidate(other))
    assert outcome != "matched", ranked
    assert ranked[0].relation == RELATION[way], ranked
    assert outcome == ("not_found" if RELATION[way] == "different" else "review")


@given(st.data(), recordings(), styles())
def test_right_recording_is_first_and_matched_among_similar_ones(data, recording, style):
    others = [data.draw(other_than(recording, way)) for way in WAYS_TO_DIFFER]
    others = [other for other in others if not vouched_for(style, recording, other)]
    wrong = [as_candidate(other, number) for number, other in enumerate(others, 1)]
    outcome, ranked = ask(as_track(recording, style), *wrong, as_candidate(recording, 99))
    assert ranked[0].id == 99
    assert [one.relation for one in ranked].count("same_recording") == 1
    assert outcome == "matched"


@given(TRACKS, st.lists(CANDIDATES, max_size=5))
def test_ranking_sorts_by_relation_first(track, candidates):
    order = ["same_recording", "other_version", "different"]
    places = [order.index(one.relation) for one in rank(track, candidates)]
    assert places == sorted(places)


@given(TRACKS, st.lists(CANDIDATES, max_size=5))
def test_contradiction_limits_confidence_below_one_half(track, candidates):
    """The length of the shared text does not matter."""
    for one in rank(track, candidates):
        if one.relation != "same_recording":
            assert one.confidence < 0.5


def test_contradiction_limits_confidence_regardless_of_the_weights(monkeypatch):
    monkeypatch.setattr("beatport_match.scoring.confidence.CONSTANT", 99.0)
    monkeypatch.setattr("beatport_match.scoring.confidence._WEIGHTS", {})
    remix = as_candidate(replace(BASE, mix="Remix", remixer="Marwick"))
    for wrong in (remix, as_candidate(replace(BASE, title="Velvet Quarry"))):
        assert rank(as_track(BASE), [wrong])[0].confidence < 0.5


def test_same_recording_ranks_above_another_version_with_more_points():
    known = {"bpm": 124, "key": "8A", "label": "Kiln", "album": "Ferries", "isrc": "DEAB11900001"}
    known["year"] = 2019
    track = as_track(replace(BASE, title="Lantern Meridian (Kiln Road) [Kiln] [Ferries]"), **known)
    poor = Candidate(
        id=1,
        name="Lintern Meridion",
        artists=("Solberg",),
        length_s=900.0,
        bpm=90.0,
        isrc="GBXX22000003",
        key="C Major",
        label="Quay",
        release_date="2010-01-01",
    )
    sibling = as_candidate(
        replace(BASE, title="Lantern Meridian (Kiln Road)", mix="Remix", remixer="Marwick"),
        2,
        bpm=124.0,
        key="A Minor",
        label="Kiln",
        release="Ferries",
        release_date="2019-05-03",
    )
    first, second = rank(track, [sibling, poor])
    assert first.score < second.score
    assert (first.id, second.id) == (poor.id, sibling.id)


@pytest.mark.parametrize(
    ("known", "seconds"),
    [({}, 600.0), ({"artists": "", "duration_s": None}, 400.0), ({"bpm": 150.0}, 460.0)],
    ids=["200 s longer", "artist unknown", "longer and slower"],
)
def test_missing_or_contradicting_evidence_lowers_confidence(known, seconds):
    agreed = Track("Lantern Meridian", "Ana Solberg", duration_s=400.0, bpm=124.0)
    theirs = as_candidate(replace(BASE, length_s=seconds), bpm=124.0)
    sure = rank(agreed, [as_candidate(BASE, bpm=124.0)])[0]
    less = rank(replace(agreed, **known), [theirs])[0]
    assert less.score < sure.score
    assert less.confidence < sure.confidence


# --- several releases of one recording, and several recordings that fit

EARLY = as_candidate(BASE, 7, release="Harbour EP", release_date="2018-03-01")
LATE = as_candidate(BASE, 3, release="Best Of", release_date="2021-01-01")
UNDATED = as_candidate(BASE, 1, release="Nowhere")


def test_other_releases_of_the_recording_do_not_lower_its_confidence():
    alone = rank(as_track(BASE), [EARLY])[0]
    outcome, ranked = ask(as_track(BASE), LATE, UNDATED, EARLY)
    assert outcome == "matched"
    assert ranked[0].confidence == alone.confidence


def test_earliest_release_is_first_and_undated_release_is_last():
    again = replace(EARLY, id=9, release_date="2019-01-01")
    _, ranked = ask(as_track(BASE), again, UNDATED, EARLY)
    assert [one.id for one in ranked] == [EARLY.id, again.id, UNDATED.id]


@each_row(
    "release", ["Best Of", "Ferries, Vol. 2", "Miami 2019", "Ferries (Deluxe)", "Quay Sampler"]
)
def test_original_release_ranks_above_an_older_compilation(release):
    gathered = replace(LATE, id=2, release=release, release_date="2010-01-01")
    _, ranked = ask(as_track(BASE), gathered, EARLY)
    assert [one.id for one in ranked] == [EARLY.id, gathered.id]
    assert [one.rerelease for one in ranked] == [False, True]


def test_all_releases_of_one_recording_have_the_same_confidence():
    _, ranked = ask(as_track(BASE), LATE, UNDATED, EARLY)
    assert len({one.confidence for one in ranked}) == 1


def test_version_with_the_wording_of_the_library_is_first():
    """This decides between two candidates with equal scores."""
    track = Track("Lantern Meridian (Burger & Voss Mix)", "Ana Solberg", duration_s=400)
    mixes = ("Burger / Voss Mix", "Burger & Voss Mix")
    one, two = (
        Candidate(id=at, name="Lantern Meridian", mix_name=mix, artists=("Ana Solberg",),
                  length_s=400.0)
        for at, mix in enumerate(mixes)
    )  # fmt: skip
    assert ask(track, one, two)[1][0].id == two.id


def test_rival_with_an_equal_length_causes_review_if_the_best_length_is_unknown():
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=300)
    unmeasured = as_candidate(replace(BASE, length_s=None), 1)
    joined = as_candidate(replace(BASE, title="Lantern Meridian / Quay", length_s=300), 2)
    assert ask(track, unmeasured)[0] == "matched"
    assert ask(track, unmeasured, joined)[0] == "review"


@pytest.mark.parametrize(
    "track",
    [as_track(BASE, album="Best Of", duration_s=None), as_track(BASE, album="Best Of")],
    ids=["length unknown", "length known"],
)
def test_release_with_the_album_of_the_track_is_first(track):
    _, ranked = ask(track, LATE, UNDATED, EARLY)
    assert ranked[0].id == LATE.id


def test_equal_isrcs_make_one_recording_despite_different_lengths():
    track = Track("Lantern Meridian", "Ana Solberg")
    one = as_candidate(replace(BASE, length_s=400), 1, isrc="DEAB11900001")
    two = as_candidate(replace(BASE, length_s=460), 2, isrc="DEAB11900001")
    assert ask(track, one, two)[0] == "matched"


TWO_ARTISTS = replace(BASE, artists=("Ana Solberg", "Marwick"))


@each_row(
    "one, other, same",
    [
        (BASE, BASE, True),
        (BASE, replace(BASE, title="Lantern Quarry"), False),
        (BASE, replace(BASE, mix="Dub"), False),
        (BASE, replace(BASE, part="2"), False),
        (BASE, replace(BASE, length_s=401), True),
        (BASE, replace(BASE, length_s=460), False),
        (BASE, replace(BASE, length_s=None), True),
        (BASE, TWO_ARTISTS, True),
        (BASE, replace(TWO_ARTISTS, length_s=410), False),
        (TWO_ARTISTS, replace(BASE, artists=("Ana Solberg", "Basalto")), False),
    ],
)
def test_which_candidates_are_releases_of_one_recording(one, other, same):
    """Releases of one recording agree in title, version and credit, and nearly in length."""
    track = as_track(BASE)
    mine, theirs = score_one(track, as_candidate(one, 1)), score_one(track, as_candidate(other, 2))
    assert is_same_recording(mine, theirs) is is_same_recording(theirs, mine) is same


def test_two_recordings_that_fit_equally_need_review():
    track = Track("Lantern Meridian", "Ana Solberg")
    one = as_candidate(replace(BASE, length_s=400), 1)
    two = as_candidate(replace(BASE, length_s=300), 2)
    outcome, ranked = ask(track, one, two)
    assert outcome == "review"
    assert [each.relation for each in ranked] == ["same_recording"] * 2
    assert ranked[0].confidence <= 0.5
    assert ask(track, one)[0] == ask(track, two)[0] == "matched"


def test_length_decides_between_two_recordings_with_the_same_words():
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=300)
    one, two = as_candidate(BASE, 1), as_candidate(replace(BASE, length_s=300), 2)
    outcome, ranked = ask(track, one, two)
    assert (outcome, ranked[0].id) == ("matched", 2)


def test_confidences_of_two_recordings_add_up_to_at_most_one():
    """Only one of two recordings can be the one that the DJ has."""
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=400)
    one, two = as_candidate(BASE, 1), as_candidate(replace(BASE, length_s=420), 2)
    assert sum(each.confidence for each in rank(track, [one, two])) <= 1


def test_unstated_version_is_not_matched_without_a_length():
    """Without a mix in the title and without a length, the extended mix is another version."""
    for mix in QUIET:
        outcome, ranked = ask(
            Track("Lantern Meridian", "Ana Solberg"), as_candidate(replace(BASE, mix=mix))
        )
        assert (outcome, ranked[0].relation) == ("review", "other_version")


# --- similarities


@each_row(
    "track, title, artists",
    [
        (Track("Night Ferry (Nørd Remix)", "Ana Sol"), 100.0, 100.0),
        (Track("Ana Sol - Night Ferry"), 100.0, 100.0),
        (Track("Night Fery", "Tom, Ana Sol"), 95.2, 77.8),
        (Track("Night Ferry"), 100.0, None),
        (Track("Xoxo", "Zzz"), 0.0, 0.0),
    ],
)
def test_similarities_compare_the_letters_of_titles_and_artists(track, title, artists):
    """They ignore the version and the order of names; a side without artists gives `None`."""
    candidate = Candidate(id=1, name="Night Ferry", mix_name="Original Mix", artists=("Ana Sol",))
    (ranked,) = rank(track, [candidate])
    assert (ranked.title_similarity, ranked.artist_similarity) == (title, artists)


# --- outcomes


def scored(confidence, relation="same_recording"):
    return ScoredCandidate(Candidate(id=1, name="x"), 50.0, confidence, relation, ())


THRESHOLDS = MatchSettings(accept_confidence=0.8, review_confidence=0.4)


@each_row(
    "ranked, outcome",
    [
        ((), "not_found"),
        ((scored(1.0),), "matched"),
        ((scored(0.8),), "matched"),
        ((scored(0.7999),), "review"),
        ((scored(0.4),), "review"),
        ((scored(0.3999),), "not_found"),
        ((scored(0.0),), "not_found"),
        ((scored(0.1, "other_version"),), "review"),
        ((scored(1.0, "other_version"),), "review"),
        ((scored(0.0, "different"),), "not_found"),
        ((scored(1.0, "different"),), "not_found"),
        ((scored(0.9), scored(0.9, "different")), "matched"),
        ((scored(0.5), scored(0.5)), "review"),
    ],
)
def test_thresholds_in_the_settings_decide_the_outcome(ranked, outcome):
    """Both thresholds are inclusive."""
    assert outcome_of(ranked, THRESHOLDS) == outcome


@given(st.floats(0, 1), st.sampled_from(["other_version", "different"]))
def test_no_threshold_accepts_a_contradiction(accept, relation):
    """Another version or another track is never `matched`, even with a very low threshold."""
    settings = MatchSettings(accept_confidence=accept, review_confidence=0)
    assert outcome_of((scored(1.0, relation),), settings) != "matched"


def test_stricter_thresholds_never_move_an_outcome_nearer_to_matched():
    order = ["matched", "review", "not_found"]
    best = (scored(0.6),)
    outcomes = [
        outcome_of(best, MatchSettings(accept_confidence=accept, review_confidence=review))
        for accept, review in [(0.5, 0.1), (0.7, 0.1), (0.7, 0.65)]
    ]
    assert [order.index(outcome) for outcome in outcomes] == [0, 1, 2]


def test_no_candidate_has_a_higher_confidence_than_the_first():
    track = Track("Ember")
    rivals = [
        Candidate(id=number, name="Ember", mix_name="Original Mix", artists=(name,))
        for number, name in enumerate(("Ana Solberg", "Tomek Brzoza", "Lea Quint"), 1)
    ]
    sure = [one.confidence for one in rank(track, rivals)]
    assert max(sure) == sure[0] < 0.5


@each_row("seconds, outcome", [(2, "matched"), (9, "matched"), (20, "review"), (90, "review")])
def test_length_difference_over_10_seconds_needs_review(seconds, outcome):
    track = as_track(BASE, duration_s=BASE.length_s + seconds)
    assert ask(track, as_candidate(BASE))[0] == outcome


TITLE = "Perpetual Glasswing Orchard"
SOLD = Candidate(
    id=1,
    name=TITLE,
    mix_name="Original Mix",
    artists=("Corvane",),
    length_s=372.0,
    bpm=124.0,
    isrc="ZZA123200001",
)
OTHER_ISRC = "ZZA123200009"


def outcome_with(known, mix="Original Mix"):
    ranked = rank(Track(f"{TITLE} ({mix})", **known), [replace(SOLD, mix_name=mix)])
    return outcome_of(ranked, MatchSettings())


@each_row(
    "known, outcome",
    [
        ({}, "review"),
        ({"bpm": 124.0, "key": "Am"}, "review"),
        ({"duration_s": 381.0}, "review"),
        ({"duration_s": 372.0}, "matched"),
        ({"duration_s": 376.0}, "matched"),
        ({"duration_s": 360.9, "bpm": 127.8}, "matched"),  # played 3 % faster
        ({"isrc": SOLD.isrc}, "matched"),
        ({"artists": "Corvane"}, "matched"),
    ],
)
def test_title_alone_needs_an_artist_a_length_or_an_isrc(known, outcome):
    """An equal tempo is not enough."""
    assert outcome_with(known) == outcome


@each_row(
    "mix, outcome",
    [
        ("Brenn Remix", "matched"),
        ("Brenn & Tove Edit", "matched"),
        ("Extended Mix", "review"),
        ("Instrumental", "review"),
    ],
)
def test_title_without_an_artist_is_matched_with_a_named_mix(mix, outcome):
    """The remixer can replace the artist; a kind of version names no person."""
    assert outcome_with({}, mix) == outcome


@each_row(
    "known, outcome",
    [
        ({}, "review"),
        ({"duration_s": 381.0}, "review"),
        ({"duration_s": 372.0}, "matched"),
        ({"artists": "Corvane"}, "matched"),
        ({"artists": "Corvane", "duration_s": 372.0}, "matched"),
        ({"artists": "Corvane", "duration_s": 392.0}, "review"),
    ],
)
def test_another_isrc_needs_review_unless_artist_or_length_agrees(known, outcome):
    """Re-releases have other codes."""
    known = {**known, "isrc": OTHER_ISRC}
    assert outcome_with(known) == outcome
    (best,) = rank(Track(TITLE, **known), [SOLD])
    assert ("isrc", "other", -1.0) in [(it.name, it.code, it.effect) for it in best.evidence]


def test_another_isrc_limits_tracks_without_an_agreeing_artist_or_length():
    """A named mix is not enough, and neither is a part of the artist's name."""
    assert outcome_with({"isrc": OTHER_ISRC}, "Brenn Remix") == "review"
    track = Track(TITLE, "Corvani", isrc=OTHER_ISRC)
    assert "another ISRC" in rank(track, [SOLD])[0].doubts
    assert rank(replace(track, duration_s=372.0, bpm=124.0), [SOLD])[0].doubts == ()
    assert rank(replace(track, artists="Corvane"), [SOLD])[0].doubts == ()


def test_the_version_is_the_first_doubt_about_another_version():
    """Its length would limit it too, but alone the length would only need a review."""
    (best,) = rank(Track(f"{TITLE} (Brenn Remix)", "Corvane", duration_s=384.0), [SOLD])
    assert best.relation == "other_version"
    assert best.doubts == ("another remixer or mix", "12 s apart")
