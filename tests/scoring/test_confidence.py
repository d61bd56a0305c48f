"""Confidence: from ledgers to an order, a probability and a verdict that a DJ can rely on."""

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
    styles,
    vouched_for,
)

from beatport_match.model.evidence import ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import is_same_recording, outcome_of, rank
from beatport_match.scoring.scorer import score_one
from beatport_match.settings.models import MatchSettings

BASE = Recording()


@given(TRACKS, st.lists(CANDIDATES, max_size=5))
def test_confidence_is_a_probability(track, candidates):
    """`confidence` lies within 0-1 and `score` within 0-100, whatever is compared."""
    for one in rank(track, candidates):
        assert 0 <= one.confidence <= 1
        assert 0 <= one.score <= 100


@given(TRACKS, st.lists(CANDIDATES, max_size=5), st.randoms())
def test_the_order_of_candidates_never_changes_an_answer(track, candidates, random):
    """Any answer that changes when candidates arrive in another order: 0."""
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert rank(track, shuffled) == rank(track, candidates)


@given(TRACKS, st.lists(CANDIDATES, max_size=4))
def test_a_candidate_given_twice_is_judged_once(track, candidates):
    """A candidate given twice is judged once; every other one is judged."""
    ranked = rank(track, [*candidates, *candidates])
    assert ranked == rank(track, candidates)
    assert sorted(one.id for one in ranked) == sorted({one.id for one in candidates})


def test_two_rows_of_one_number_are_judged_once_in_any_order():
    """A search may hold one track twice, told differently: which came first changes no answer."""
    one, other = as_candidate(BASE), as_candidate(BASE, bpm=99.0)
    assert one.id == other.id
    assert rank(as_track(BASE), [one, other]) == rank(as_track(BASE), [other, one])
    assert len(rank(as_track(BASE), [one, other])) == 1


@given(TRACKS, st.lists(CANDIDATES, max_size=4))
def test_ranking_is_picklable(track, candidates):
    """Pure and picklable: what goes in and what comes out cross to another process unchanged."""
    ranked = rank(track, candidates)
    assert pickle.loads(pickle.dumps(ranked)) == ranked
    again = pickle.loads(pickle.dumps((rank, track, candidates)))
    assert again[0](*again[1:]) == ranked


def test_candidates_may_come_from_any_iterable():
    """`rank(track, candidates)` takes what there is: a generator is walked once."""
    track, one = as_track(BASE), as_candidate(BASE)
    assert rank(track, (each for each in [one])) == rank(track, [one])
    assert rank(track, iter(())) == ()


@given(st.data(), recordings(), styles(), st.sampled_from(WAYS_TO_DIFFER))
def test_another_recording_is_never_matched(data, recording, style, way):
    """Another remix, version, part, title or artist is never `matched`, but called what it is."""
    other = data.draw(other_than(recording, way))
    assume(not vouched_for(style, recording, other))
    outcome, ranked = ask(as_track(recording, style), as_candidate(other))
    assert outcome != "matched", ranked
    assert ranked[0].relation == RELATION[way], ranked
    assert outcome == ("not_found" if RELATION[way] == "different" else "review")


@given(st.data(), recordings(), styles())
def test_the_right_one_is_first_among_others(data, recording, style):
    """The right recording stands first among everything it could be taken for, and is matched."""
    others = [data.draw(other_than(recording, way)) for way in WAYS_TO_DIFFER]
    others = [other for other in others if not vouched_for(style, recording, other)]
    wrong = [as_candidate(other, number) for number, other in enumerate(others, 1)]
    outcome, ranked = ask(as_track(recording, style), *wrong, as_candidate(recording, 99))
    assert ranked[0].id == 99
    assert [one.relation for one in ranked].count("same_recording") == 1
    assert outcome == "matched"


@given(TRACKS, st.lists(CANDIDATES, max_size=5))
def test_what_contradicts_stands_below_what_does_not(track, candidates):
    """Best first: no other version above a same recording, no other track above a version."""
    order = ["same_recording", "other_version", "different"]
    places = [order.index(one.relation) for one in rank(track, candidates)]
    assert places == sorted(places)


@given(TRACKS, st.lists(CANDIDATES, max_size=5))
def test_what_contradicts_is_never_likely(track, candidates):
    """A contradiction caps the confidence however long the shared text is: never even odds."""
    for one in rank(track, candidates):
        if one.relation != "same_recording":
            assert one.confidence < 0.5


def test_no_weight_makes_a_contradiction_likely(monkeypatch):
    """A contradiction bounds the confidence, whatever the weights say."""
    monkeypatch.setattr("beatport_match.scoring.confidence.CONSTANT", 99.0)
    monkeypatch.setattr("beatport_match.scoring.confidence.WEIGHTS", {})
    remix = as_candidate(replace(BASE, mix="Remix", remixer="Marwick"))
    for wrong in (remix, as_candidate(replace(BASE, title="Velvet Quarry"))):
        assert rank(as_track(BASE), [wrong])[0].confidence < 0.5


def test_a_contradiction_stands_below_a_poor_fit_of_more_points():
    """Relation before score: a sibling with more points never passes the recording itself."""
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
def test_less_evidence_makes_less_sure(known, seconds):
    """Confidence falls where evidence is missing or speaks against the candidate."""
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


def test_several_releases_of_one_recording_are_one_answer():
    """The same recording on several releases is one answer: doubt is not shared among them."""
    alone = rank(as_track(BASE), [EARLY])[0]
    outcome, ranked = ask(as_track(BASE), LATE, UNDATED, EARLY)
    assert outcome == "matched"
    assert ranked[0].confidence == alone.confidence


def test_the_earliest_release_stands_first():
    """Of several original releases the earliest stands first, an undated one after dated ones."""
    again = replace(EARLY, id=9, release_date="2019-01-01")
    _, ranked = ask(as_track(BASE), again, UNDATED, EARLY)
    assert [one.id for one in ranked] == [EARLY.id, again.id, UNDATED.id]


@pytest.mark.parametrize(
    "release", ["Best Of", "Ferries, Vol. 2", "Miami 2019", "Ferries (Deluxe)", "Quay Sampler"]
)
def test_an_original_release_stands_before_a_compilation(release):
    """An original release before compilations and re-issues, though these are older."""
    gathered = replace(LATE, id=2, release=release, release_date="2010-01-01")
    _, ranked = ask(as_track(BASE), gathered, EARLY)
    assert [one.id for one in ranked] == [EARLY.id, gathered.id]
    assert [one.rerelease for one in ranked] == [False, True]


def test_a_rerelease_is_as_right_as_the_first():
    """The same recording on several releases is one answer: none of them makes another unsure."""
    _, ranked = ask(as_track(BASE), LATE, UNDATED, EARLY)
    assert len({one.confidence for one in ranked}) == 1


def test_the_version_worded_as_in_the_library_stands_first():
    """Of two that fit alike, the one whose version is written as the library writes it."""
    track = Track("Lantern Meridian (Burger & Voss Mix)", "Ana Solberg", duration_s=400)
    mixes = ("Burger / Voss Mix", "Burger & Voss Mix")
    one, two = (
        Candidate(id=at, name="Lantern Meridian", mix_name=mix, artists=("Ana Solberg",),
                  length_s=400.0)
        for at, mix in enumerate(mixes)
    )  # fmt: skip
    assert ask(track, one, two)[1][0].id == two.id


def test_a_rival_that_is_better_measured_leaves_doubt():
    """A rival's length agrees, and nothing is known of the best one's: a person should look."""
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
def test_the_tracks_own_album_stands_first(track):
    """The release filed under the track's own album stands first, else the earliest."""
    _, ranked = ask(track, LATE, UNDATED, EARLY)
    assert ranked[0].id == LATE.id


def test_equal_isrcs_make_one_recording():
    """Two releases with one ISRC are one recording though Beatport gives their lengths apart."""
    track = Track("Lantern Meridian", "Ana Solberg")
    one = as_candidate(replace(BASE, length_s=400), 1, isrc="DEAB11900001")
    two = as_candidate(replace(BASE, length_s=460), 2, isrc="DEAB11900001")
    assert ask(track, one, two)[0] == "matched"


TWO_ARTISTS = replace(BASE, artists=("Ana Solberg", "Marwick"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
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


def test_two_recordings_too_close_to_call_are_for_a_person():
    """Two different recordings too close to call: `review` with both."""
    track = Track("Lantern Meridian", "Ana Solberg")
    one = as_candidate(replace(BASE, length_s=400), 1)
    two = as_candidate(replace(BASE, length_s=300), 2)
    outcome, ranked = ask(track, one, two)
    assert outcome == "review"
    assert [each.relation for each in ranked] == ["same_recording"] * 2
    assert ranked[0].confidence <= 0.5
    assert ask(track, one)[0] == ask(track, two)[0] == "matched"


def test_a_length_calls_it_between_two_recordings():
    """What is too close to call by text is told apart by the length, where it is known."""
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=300)
    one, two = as_candidate(BASE, 1), as_candidate(replace(BASE, length_s=300), 2)
    outcome, ranked = ask(track, one, two)
    assert (outcome, ranked[0].id) == ("matched", 2)


def test_rivals_share_one_certainty():
    """`confidence` is shared between rivals: of two recordings only one is what the DJ has."""
    track = Track("Lantern Meridian", "Ana Solberg", duration_s=400)
    one, two = as_candidate(BASE, 1), as_candidate(replace(BASE, length_s=420), 2)
    assert sum(each.confidence for each in rank(track, [one, two])) <= 1


def test_a_version_left_unsaid_is_not_matched_by_text_alone():
    """No mix in the title and no length: the Extended Mix is another version, not a match."""
    for mix in QUIET:
        outcome, ranked = ask(
            Track("Lantern Meridian", "Ana Solberg"), as_candidate(replace(BASE, mix=mix))
        )
        assert (outcome, ranked[0].relation) == ("review", "other_version")


# --- verdicts


def scored(confidence, relation="same_recording"):
    return ScoredCandidate(Candidate(id=1, name="x"), 50.0, confidence, relation, ())


THRESHOLDS = MatchSettings(accept_confidence=0.8, review_confidence=0.4)


@pytest.mark.parametrize(
    ("ranked", "outcome"),
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
def test_the_settings_thresholds_decide(ranked, outcome):
    """From `accept_confidence` on `matched`, from `review_confidence` on `review`."""
    assert outcome_of(ranked, THRESHOLDS) == outcome


@given(st.floats(0, 1), st.sampled_from(["other_version", "different"]))
def test_no_threshold_accepts_a_contradiction(accept, relation):
    """Another version or another track is never `matched`, however low the threshold is set."""
    settings = MatchSettings(accept_confidence=accept, review_confidence=0)
    assert outcome_of((scored(1.0, relation),), settings) != "matched"


def test_accepting_more_asks_for_less():
    """The same ranking under stricter settings never moves nearer to `matched`."""
    order = ["matched", "review", "not_found"]
    best = (scored(0.6),)
    outcomes = [
        outcome_of(best, MatchSettings(accept_confidence=accept, review_confidence=review))
        for accept, review in [(0.5, 0.1), (0.7, 0.1), (0.7, 0.65)]
    ]
    assert [order.index(outcome) for outcome in outcomes] == [0, 1, 2]


def test_no_runner_up_is_surer_than_the_best():
    """Rank puts the best first: nothing behind it is surer, however many fit as well."""
    track = Track("Ember")
    rivals = [
        Candidate(id=number, name="Ember", mix_name="Original Mix", artists=(name,))
        for number, name in enumerate(("Ana Solberg", "Tomek Brzoza", "Lea Quint"), 1)
    ]
    sure = [one.confidence for one in rank(track, rivals)]
    assert max(sure) == sure[0] < 0.5


@pytest.mark.parametrize(
    ("seconds", "outcome"), [(2, "matched"), (9, "matched"), (20, "review"), (90, "review")]
)
def test_a_length_that_contradicts_is_for_a_person(seconds, outcome):
    """More than 10 s apart speaks against: whatever the words say, a person should look."""
    track = as_track(BASE, duration_s=BASE.length_s + seconds)
    assert ask(track, as_candidate(BASE))[0] == outcome
