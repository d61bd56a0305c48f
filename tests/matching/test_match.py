"""Matches: what a match says about itself, to a program and to a person."""

import pickle
from dataclasses import replace

import pytest

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.match import Match, QueryRecord
from beatport_match.matching.protocol import Recorded, Transcript
from beatport_match.model.evidence import Evidence, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.performance.measure import track_metrics
from beatport_match.scoring.confidence import rank

TRACK = Track("Night Ferry (Nørd Remix)", ["Ana Sol"], duration_s=401)

RIGHT = ScoredCandidate(
    Candidate(
        id=11,
        url="https://www.beatport.com/track/night-ferry/11",
        name="Night Ferry",
        mix_name="Nørd Remix",
        artists=("Ana Sol",),
    ),
    score=90.5,
    confidence=0.97,
    relation="same_recording",
    evidence=(
        Evidence("title", "Night Ferry", "Night Ferry", 50.0, "same title"),
        Evidence("artists", "Ana Sol", "Ana Sol", 30.0, "same artists"),
        Evidence("length", "6:41", "6:40", 11.0, "1 s apart"),
        Evidence("bpm", "124", "126", -0.5, "tempo pitched"),
    ),
)
SIBLING = ScoredCandidate(
    Candidate(id=12, name="Night Ferry", mix_name="Tom Remix", artists=("Ana Sol",)),
    score=20.0,
    confidence=0.01,
    relation="other_version",
    evidence=(
        Evidence("title", "Night Ferry", "Night Ferry", 50.0, "same title"),
        Evidence("artists", "Ana Sol", "Ana Sol", 30.0, "same artists"),
        Evidence("version", "Nørd Remix", "Tom Remix", -45.0, "another remixer or mix"),
        Evidence("length", "6:41", "5:00", -15.0, "101 s apart"),
    ),
)
STRANGER = ScoredCandidate(
    Candidate(id=13, name="Lantern"),
    score=0.0,
    confidence=0.0,
    relation="different",
    evidence=(
        Evidence("title", "Night Ferry", "Lantern", -20.0, "another title"),
        Evidence("artists", "Ana Sol", "", -30.0, "another artist"),
        Evidence("limit", "", "", 50.0, "a score stays within 0-100"),
    ),
)
RIVAL = replace(RIGHT, candidate=replace(RIGHT.candidate, id=14, url=None), confidence=0.45)
TIMEOUT = Failure("timeout", "no answer within 30 s", "https://www.beatport.com/search/tracks?q=x")


def found(outcome, best, candidates, stopped="exhausted", queries=(), failures=()):
    return Match(
        track=TRACK,
        outcome=outcome,
        best=best,
        candidates=candidates,
        confidence=best.confidence if best else 0.0,
        queries=queries,
        failures=failures,
        stopped=stopped,
        candidates_weighed=len(candidates),
    )


ASKED = QueryRecord("Ana Sol Night Ferry Nørd Remix", "artist_title", found=3, requests=1)
AGAIN = QueryRecord("Night Ferry", "title_only", found=0, requests=2, unreadable=2)
LOST = QueryRecord("Night Ferry Nørd", "remixer", found=0, requests=3, failure=TIMEOUT)

MATCHED = found("matched", RIGHT, (RIGHT, SIBLING, STRANGER), "enough", (ASKED,))
SIBLING_ONLY = found("review", SIBLING, (SIBLING, STRANGER), "exhausted", (ASKED, AGAIN))
TOO_CLOSE = found("review", replace(RIGHT, confidence=0.5), (replace(RIGHT, confidence=0.5), RIVAL))
NOT_THERE = found("not_found", None, (STRANGER,), "exhausted", (ASKED,))
NOTHING = found("not_found", None, (), "exhausted", (AGAIN,))
FAILED = found("failed", None, (), "failed", (LOST,), (TIMEOUT,))


def test_a_match_explains_itself():
    """A person sees why this one, why not the runner-up, and what was asked."""
    assert (
        MATCHED.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  Matched: same title; same artists

  Ana Sol - Night Ferry (Nørd Remix) [11] score 90.5, confidence 0.97, same_recording
  https://www.beatport.com/track/night-ferry/11
      +50.0  title        Night Ferry | Night Ferry  (same title)
      +30.0  artists      Ana Sol | Ana Sol  (same artists)
      +11.0  length       6:41 | 6:40  (1 s apart)
       -0.5  bpm          124 | 126  (tempo pitched)
       90.5  score

  Runners-up:
    Ana Sol - Night Ferry (Tom Remix) [12] score 20.0, confidence 0.01, other_version: \
another remixer or mix; 101 s apart
    unknown artist - Lantern [13] score 0.0, confidence 0.00, different: \
another artist; another title

  Asked (enough):
    artist_title: 'Ana Sol Night Ferry Nørd Remix' -> 3 candidates"""
    )


@pytest.mark.parametrize("match", [MATCHED, SIBLING_ONLY, TOO_CLOSE, NOT_THERE, FAILED])
def test_a_match_explains_itself_alike_wherever_it_was(match):
    """A match out of a journal says what it said before, though its best is no longer the same."""
    again = replace(match, best=match.best and replace(match.best))
    assert again.explain() == match.explain()


def test_a_sibling_explains_itself():
    """A sibling on sale where the wanted version is not: `review`, and which it is."""
    assert (
        SIBLING_ONLY.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  A person should look: another remixer or mix; 101 s apart

  Ana Sol - Night Ferry (Tom Remix) [12] score 20.0, confidence 0.01, other_version
      +50.0  title        Night Ferry | Night Ferry  (same title)
      +30.0  artists      Ana Sol | Ana Sol  (same artists)
      -45.0  version      Nørd Remix | Tom Remix  (another remixer or mix)
      -15.0  length       6:41 | 5:00  (101 s apart)
       20.0  score

  Runners-up:
    unknown artist - Lantern [13] score 0.0, confidence 0.00, different: \
another artist; another title

  What would change it:
    with version Tom Remix: matched, confidence 0.98 [12]

  Asked (exhausted):
    artist_title: 'Ana Sol Night Ferry Nørd Remix' -> 3 candidates
    title_only: 'Night Ferry' -> 0 candidates, 2 unreadable"""
    )


def test_releases_and_what_it_hangs_on_are_told():
    """One recording on several releases is one answer, the others listed; and what it hangs on."""
    track = Track("Ember", duration_s=300)
    early, late = (
        Candidate(id=at, name="Ember", mix_name="Original Mix", artists=("Ana Sol",), bpm=124,
                  length_s=300, release=release, label="Kiln", release_date=date)
        for at, release, date in ((1, "Ember EP", "2018-03-01"), (2, "Best Of", "2021-01-01"))
    )  # fmt: skip
    rival = replace(early, id=3, artists=("Marwick",), length_s=420, release="Quay")
    ranked = rank(track, [early, late, rival])
    match = replace(found("matched", ranked[0], ranked, "enough", (ASKED,)), track=track)
    said = match.explain()
    assert [one.id for one in match.rereleases] == [2]
    assert "The same recording on other releases:\n    [2] Best Of, Kiln, 2021-01-01\n" in said
    assert "  Runners-up:\n    Marwick - Ember" in said
    assert "  What would change it:\n    without length: " in said
    assert match.changes()[0].outcome == "review"


def test_what_is_not_there_explains_itself():
    """`not_found`: the nearest miss is shown with what speaks against it."""
    assert (
        NOT_THERE.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  Not on Beatport: nearest was unknown artist - Lantern: another artist; another title

  unknown artist - Lantern [13] score 0.0, confidence 0.00, different
      -20.0  title        Night Ferry | Lantern  (another title)
      -30.0  artists      Ana Sol | -  (another artist)
      +50.0  limit        - | -  (a score stays within 0-100)
        0.0  score

  Asked (exhausted):
    artist_title: 'Ana Sol Night Ferry Nørd Remix' -> 3 candidates"""
    )


def test_a_fault_explains_itself():
    """`failed`: the fault that kept us from knowing is named, never reported as not found."""
    assert (
        FAILED.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  Could not ask: timeout: no answer within 30 s (https://www.beatport.com/search/tracks?q=x)

  Asked (failed):
    remixer: 'Night Ferry Nørd' -> timeout: no answer within 30 s \
(https://www.beatport.com/search/tracks?q=x)"""
    )


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (MATCHED, "same title; same artists"),
        (SIBLING_ONLY, "another remixer or mix; 101 s apart"),
        (TOO_CLOSE, "two answers too close to call: also Ana Sol - Night Ferry (Nørd Remix)"),
        (NOT_THERE, "nearest was unknown artist - Lantern: another artist; another title"),
        (NOTHING, "nothing came back for any query"),
        (FAILED, str(TIMEOUT)),
        (replace(FAILED, failures=()), "could not ask"),
        (replace(FAILED, failures=(Failure("blocked", "a challenge"), TIMEOUT)), str(TIMEOUT)),
        (replace(MATCHED, best=replace(RIGHT, evidence=())), "no evidence"),
        (replace(SIBLING_ONLY, best=replace(SIBLING, evidence=())), "nothing speaks against it"),
    ],
)
def test_the_reason_in_one_line(match, reason):
    """Why the outcome is what it is, in one short line: what says most, for or against."""
    assert match.reason == reason


def test_rivals_are_named_only_where_they_are_rivals():
    """Too close to call means a same recording nearly as likely; a distant or other one is none."""
    distant = replace(RIVAL, confidence=0.2)
    sibling = replace(SIBLING, confidence=0.49)
    for runner_up in (distant, sibling):
        match = replace(TOO_CLOSE, candidates=(TOO_CLOSE.best, runner_up))
        assert "too close" not in match.reason


def test_only_three_runners_up_are_shown():
    """The most likely ones only: a person is not shown a page of them."""
    many = tuple(
        replace(STRANGER, candidate=replace(STRANGER.candidate, id=number))
        for number in range(20, 30)
    )
    text = replace(MATCHED, candidates=(RIGHT, *many)).explain()
    assert [f"[{number}]" in text for number in range(20, 24)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("match", "matched"),
    [(MATCHED, True), (SIBLING_ONLY, False), (NOT_THERE, False), (FAILED, False)],
)
def test_matched_means_safe_to_apply_unasked(match, matched):
    """`matched`: true for that one outcome only."""
    assert match.matched is matched


def test_requests_count_retries():
    """`requests`: HTTP requests sent for this track, retries included."""
    assert SIBLING_ONLY.requests == 3
    assert FAILED.requests == 3
    assert TOO_CLOSE.requests == 0


def test_a_scored_candidate_leads_to_its_page():
    """`id` and `url` of a scored candidate are its candidate's."""
    assert (RIGHT.id, RIGHT.url) == (11, "https://www.beatport.com/track/night-ferry/11")
    assert SIBLING.url is None


def test_times_do_not_make_another_match():
    """Same inputs and same answers give the same match: metrics, being times, do not count."""
    told = Recorded(MATCHED, Transcript(started=0, ended=1.5, rounds=()))
    timed = replace(MATCHED, metrics=track_metrics(told, place=0, began=0))
    assert timed == MATCHED
    assert replace(MATCHED, stopped="budget") != MATCHED


@pytest.mark.parametrize("match", [MATCHED, FAILED], ids=["matched", "failed"])
def test_matches_are_picklable(match):
    """A match crosses to another process unchanged."""
    assert pickle.loads(pickle.dumps(match)) == match


def test_a_person_may_pick_another_candidate():
    """Match.pick: "`matched`, whatever judgement thought of it", and said to be a person's."""
    match = found("review", RIGHT, (RIGHT, SIBLING))
    picked = match.pick(SIBLING)
    assert (picked.outcome, picked.best, picked.picked) == ("matched", SIBLING, True)
    assert (picked.confidence, picked.reason) == (SIBLING.confidence, "picked by hand")
    assert "What would change it" not in picked.explain()
    assert match.best == RIGHT
    assert not match.picked
    with pytest.raises(MisuseError, match=r"\[12\] is no candidate of this match"):
        replace(match, candidates=(RIGHT,)).pick(SIBLING)
