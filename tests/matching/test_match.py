"""The match: its outcome, its explanation as text, and the comparison of matches."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tables import each_row

from beatport_match.errors import Failure, MisuseError, SettingsError
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded, Transcript
from beatport_match.matching.query_record import QueryRecord
from beatport_match.model.decisions import DecidedBy
from beatport_match.model.evidence import Evidence, Rejection, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.performance.measure import track_metrics
from beatport_match.scoring.confidence import rank
from beatport_match.scoring.rejection import NOT_PICKED

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
OTHER_VERSION = ScoredCandidate(
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


FIRST_QUERY = QueryRecord("Ana Sol Night Ferry Nørd Remix", "artist_title", found=3, requests=1)
SECOND_QUERY = QueryRecord("Night Ferry", "title_only", found=0, requests=2, unreadable=2)
FAILED_QUERY = QueryRecord("Night Ferry Nørd", "remixer", found=0, requests=3, failure=TIMEOUT)

MATCHED = found("matched", RIGHT, (RIGHT, OTHER_VERSION, STRANGER), "enough", (FIRST_QUERY,))
OTHER_VERSION_ONLY = found(
    "review", OTHER_VERSION, (OTHER_VERSION, STRANGER), "exhausted", (FIRST_QUERY, SECOND_QUERY)
)
CLOSE_RIVALS = found(
    "review", replace(RIGHT, confidence=0.5), (replace(RIGHT, confidence=0.5), RIVAL)
)
NOT_FOUND = found("not_found", None, (STRANGER,), "exhausted", (FIRST_QUERY,))
NO_CANDIDATES = found("not_found", None, (), "exhausted", (SECOND_QUERY,))
FAILED = found("failed", None, (), "failed", (FAILED_QUERY,), (TIMEOUT,))


def test_explain_of_a_match():
    """The text has the reason, the score breakdown, the next candidates and the queries."""
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

  Queries (stopped: enough):
    artist_title: 'Ana Sol Night Ferry Nørd Remix' -> 3 candidates"""
    )


@each_row("match", [MATCHED, OTHER_VERSION_ONLY, CLOSE_RIVALS, NOT_FOUND, FAILED])
def test_explain_is_the_same_after_a_journal(match):
    """In a match from a journal, `best` is an equal object but not the same one."""
    again = replace(match, best=match.best and replace(match.best))
    assert again.explain() == match.explain()


def test_explain_of_another_version():
    """Only another version is on sale: the text says which one."""
    assert (
        OTHER_VERSION_ONLY.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  Needs review: another remixer or mix; 101 s apart

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

  Queries (stopped: exhausted):
    artist_title: 'Ana Sol Night Ferry Nørd Remix' -> 3 candidates
    title_only: 'Night Ferry' -> 0 candidates, 2 unreadable"""
    )


def test_explain_lists_rereleases_and_changes():
    """Several releases of one recording are one answer; the others are listed."""
    track = Track("Ember", duration_s=300)
    early, late = (
        Candidate(id=at, name="Ember", mix_name="Original Mix", artists=("Ana Sol",), bpm=124,
                  length_s=300, release=release, label="Kiln", release_date=date)
        for at, release, date in ((1, "Ember EP", "2018-03-01"), (2, "Best Of", "2021-01-01"))
    )  # fmt: skip
    rival = replace(early, id=3, artists=("Marwick",), length_s=420, release="Quay")
    ranked = rank(track, [early, late, rival])
    match = replace(found("matched", ranked[0], ranked, "enough", (FIRST_QUERY,)), track=track)
    text = match.explain()
    assert [one.id for one in match.rereleases] == [2]
    assert "The same recording on other releases:\n    [2] Best Of, Kiln, 2021-01-01\n" in text
    assert "  Runners-up:\n    Marwick - Ember" in text
    assert "  What would change it:\n    without length: " in text
    assert match.changes()[0].outcome == "review"


def test_explain_of_not_found():
    """The closest candidate is shown with the evidence against it."""
    assert (
        NOT_FOUND.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  Not on Beatport: the closest candidate is unknown artist - Lantern: another artist; another title

  unknown artist - Lantern [13] score 0.0, confidence 0.00, different
      -20.0  title        Night Ferry | Lantern  (another title)
      -30.0  artists      Ana Sol | -  (another artist)
      +50.0  limit        - | -  (a score stays within 0-100)
        0.0  score

  Queries (stopped: exhausted):
    artist_title: 'Ana Sol Night Ferry Nørd Remix' -> 3 candidates"""
    )


def test_explain_of_a_failure():
    assert (
        FAILED.explain()
        == """\
Ana Sol - Night Ferry (Nørd Remix)
  Failed: timeout: no answer within 30 s (https://www.beatport.com/search/tracks?q=x)

  Queries (stopped: failed):
    remixer: 'Night Ferry Nørd' -> timeout: no answer within 30 s \
(https://www.beatport.com/search/tracks?q=x)"""
    )


@each_row(
    "match, reason",
    [
        (MATCHED, "same title; same artists"),
        (OTHER_VERSION_ONLY, "another remixer or mix; 101 s apart"),
        (CLOSE_RIVALS, "another track is nearly as likely: Ana Sol - Night Ferry (Nørd Remix)"),
        (
            NOT_FOUND,
            "the closest candidate is unknown artist - Lantern: another artist; another title",
        ),
        (NO_CANDIDATES, "no query returned a result"),
        (FAILED, str(TIMEOUT)),
        (replace(FAILED, failures=()), "no failure was recorded"),
        (replace(FAILED, failures=(Failure("blocked", "a challenge"), TIMEOUT)), str(TIMEOUT)),
        (replace(MATCHED, best=replace(RIGHT, evidence=())), "no evidence for it"),
        (
            replace(OTHER_VERSION_ONLY, best=replace(OTHER_VERSION, evidence=())),
            "too little evidence for it: your track has no tempo",
        ),
        (
            replace(
                OTHER_VERSION_ONLY,
                best=replace(OTHER_VERSION, evidence=()),
                track=replace(OTHER_VERSION_ONLY.track, bpm=124),
            ),
            "too little evidence for it",
        ),
    ],
)
def test_reason_is_the_strongest_evidence_or_the_last_failure(match, reason):
    assert match.reason == reason


def test_reason_names_only_a_rival_that_is_nearly_as_likely():
    """A rival is the same recording by its relation, with more than half the confidence."""
    distant = replace(RIVAL, confidence=0.2)
    other_version = replace(OTHER_VERSION, confidence=0.49)
    for runner_up in (distant, other_version):
        match = replace(CLOSE_RIVALS, candidates=(CLOSE_RIVALS.best, runner_up))
        assert "nearly as likely" not in match.reason


def test_explain_shows_three_runners_up_at_most():
    many = tuple(
        replace(STRANGER, candidate=replace(STRANGER.candidate, id=number))
        for number in range(20, 30)
    )
    text = replace(MATCHED, candidates=(RIGHT, *many)).explain()
    assert [f"[{number}]" in text for number in range(20, 24)] == [True, True, True, False]


@each_row(
    "match, matched",
    [(MATCHED, True), (OTHER_VERSION_ONLY, False), (NOT_FOUND, False), (FAILED, False)],
)
def test_only_the_outcome_matched_is_matched_and_accepted(match, matched):
    assert match.matched is matched
    assert match.accepted == (match.best if matched else None)


def test_requests_include_retries():
    assert OTHER_VERSION_ONLY.requests == 3
    assert FAILED.requests == 3
    assert CLOSE_RIVALS.requests == 0


def test_a_scored_candidate_has_the_id_and_url_of_its_candidate():
    assert (RIGHT.id, RIGHT.url) == (11, "https://www.beatport.com/track/night-ferry/11")
    assert OTHER_VERSION.url is None


def test_metrics_do_not_count_when_matches_are_compared():
    recorded = Recorded(MATCHED, Transcript(started=0, ended=1.5, rounds=()))
    timed = replace(MATCHED, metrics=track_metrics(recorded, place=0, began=0))
    assert timed == MATCHED
    assert replace(MATCHED, stopped="budget") != MATCHED


@pytest.mark.parametrize("match", [MATCHED, FAILED], ids=["matched", "failed"])
def test_a_match_can_be_pickled(match):
    assert pickle.loads(pickle.dumps(match)) == match


def test_pick_makes_a_candidate_the_matched_answer():
    """The original match stays as it was."""
    match = found("review", RIGHT, (RIGHT, OTHER_VERSION))
    picked = match.pick(OTHER_VERSION)
    assert (picked.outcome, picked.best, picked.picked) == ("matched", OTHER_VERSION, True)
    assert (picked.confidence, picked.reason) == (OTHER_VERSION.confidence, "picked by hand")
    assert "What would change it" not in picked.explain()
    assert match.best == RIGHT
    assert not match.picked
    with pytest.raises(MisuseError, match=r"\[12\] is not a candidate of this match"):
        replace(match, candidates=(RIGHT,)).pick(OTHER_VERSION)


def test_pick_takes_the_candidate_of_a_scored_one():
    """`Decisions.accept` takes both too."""
    match = found("review", RIGHT, (RIGHT, OTHER_VERSION))
    assert match.pick(OTHER_VERSION.candidate) == match.pick(OTHER_VERSION)
    with pytest.raises(MisuseError, match=r"\[12\] is not a candidate of this match; pick one of"):
        replace(match, candidates=(RIGHT,)).pick(OTHER_VERSION.candidate)


def test_repr_is_one_short_line():
    """An interactive session prints it; the evidence of all candidates is a page."""
    match = found("review", RIGHT, (RIGHT, OTHER_VERSION))
    assert repr(match) == f"<Match review: {TRACK} -> {RIGHT.candidate} [{RIGHT.id}]>"
    assert repr(found("not_found", None, ())) == f"<Match not_found: {TRACK}>"
    assert repr(RIGHT) == f"<ScoredCandidate {RIGHT}>"


def test_pick_takes_the_place_of_an_earlier_decision():
    decided_by = DecidedBy("rule", datetime(2026, 2, 3, tzinfo=UTC))
    decided = replace(found("matched", RIGHT, (RIGHT, OTHER_VERSION)), decided_by=decided_by)
    picked = decided.pick(OTHER_VERSION)
    assert (picked.decided_by, picked.picked, picked.reason) == (None, True, "picked by hand")


def test_pick_says_that_the_others_were_not_picked():
    """A candidate keeps a reason that it already has; the picked one has none."""
    other = replace(
        OTHER_VERSION, reject_reason=Rejection("other_version", "It is another version.")
    )
    picked = found("matched", RIGHT, (RIGHT, other)).pick(other)
    assert picked.best.reject_reason is None
    assert [one.reject_reason for one in picked.candidates] == [NOT_PICKED, None]
    again = picked.pick(RIGHT)
    assert [one.reject_reason for one in again.candidates] == [None, NOT_PICKED]


@pytest.mark.parametrize("value", [0, None, "7"])
def test_pick_names_a_value_that_is_no_candidate(value):
    with pytest.raises(MisuseError) as caught:
        MATCHED.pick(value)
    assert str(caught.value) == (
        f"the picked candidate must be one of match.candidates, such as match.candidates[0], not "
        f"{value!r}."
    )


def test_explain_and_changes_reject_settings_of_a_wrong_type():
    for use in (MATCHED.explain, MATCHED.changes):
        with pytest.raises(
            SettingsError, match="settings must be a MatchSettings, not of the type"
        ):
            use({"max_queries": 3})
