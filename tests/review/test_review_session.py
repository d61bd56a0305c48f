"""A review as a state machine: what each key does, and what is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tables import each_row

from beatport_match import Candidate, Match, Track
from beatport_match.matching.decided import Decided
from beatport_match.matching.decided_match import undecided_match, with_decisions
from beatport_match.review.session import Decide, OpenPage, ReviewState, start, step
from beatport_match.scoring.confidence import rank
from beatport_match.settings.models import MatchSettings


def candidate(number: int, mix: str = "Original Mix") -> Candidate:
    url = f"https://www.beatport.com/track/lantern/{number}"
    return Candidate(id=number, url=url, name="Lantern", mix_name=mix, artists=("Ana Solberg",))


CANDIDATES = tuple(candidate(number, f"Marwick Remix {number}") for number in range(1, 9))


def doubtful(title: str, candidates: tuple[Candidate, ...] = CANDIDATES) -> Match:
    track = Track(f"{title} (Marwick Remix)", "Ana Solberg")
    ranked = tuple(rank(track, [one])[0] for one in candidates)
    return Match(
        track=track,
        outcome="review",
        best=ranked[0] if ranked else None,
        candidates=ranked,
        confidence=0.5,
        queries=(),
        failures=(),
        stopped="exhausted",
    )


FIRST, SECOND = doubtful("Lantern"), doubtful("Meridian", CANDIDATES[:2])
STATE = start((FIRST, doubtful("Tundra", ()), SECOND))


def after(*keys: str) -> ReviewState:
    state = STATE
    for key in keys:
        state, _ = step(state, key)
    return state


def test_only_matches_with_candidates_are_reviewed() -> None:
    assert STATE.matches == (FIRST, SECOND)
    assert STATE.match == FIRST
    assert STATE.choices == CANDIDATES[:6]


@each_row(
    "keys, number",
    [("y", 1), ("3", 3), ("6", 6), ("jy", 2), ("jjky", 2), ("ky", 6), ("jjjjjjy", 1)],
)
def test_one_key_accepts_a_candidate(keys: str, number: int) -> None:
    *before, last = keys
    state, effects = step(after(*before), last)
    assert effects == (Decide("accepted", FIRST.track, (CANDIDATES[number - 1],)),)
    assert (state.position, state.marked, state.match) == (1, 0, SECOND)
    assert state.message == f"accepted: {CANDIDATES[number - 1]}"


def test_arrow_keys_move_the_mark() -> None:
    assert after("down", "down", "up").marked == 1


def test_none_rejects_the_shown_candidates() -> None:
    state, effects = step(STATE, "n")
    assert effects == (Decide("rejected", FIRST.track, CANDIDATES[:6]),)
    assert state.match == SECOND


def test_a_skipped_track_writes_nothing() -> None:
    state, effects = step(STATE, "s")
    assert effects == ()
    assert state.match == SECOND


@pytest.mark.parametrize(("key", "chosen"), [("2", CANDIDATES[1:2]), ("n", CANDIDATES[:6])])
def test_undo_withdraws_the_last_decision_and_shows_its_track_again(
    key: str, chosen: tuple[Candidate, ...]
) -> None:
    state, effects = step(after(key), "u")
    assert effects == (Decide("withdrawn", FIRST.track, chosen),)
    assert (state.match, state.steps) == (FIRST, ())


def test_undo_of_a_skip_writes_nothing() -> None:
    state, effects = step(after("s"), "u")
    assert (state.match, effects) == (FIRST, ())


def test_undo_at_the_beginning_says_that_there_is_nothing_to_undo() -> None:
    state, effects = step(STATE, "u")
    assert (state.match, effects, state.message) == (FIRST, (), "there is nothing to undo")


def test_the_last_step_can_be_undone_and_any_other_key_ends() -> None:
    end = after("y", "y")
    assert (end.is_complete, end.is_over) == (True, False)
    assert step(end, "x")[0].is_over
    undone, effects = step(end, "u")
    assert (undone.match, effects) == (
        SECOND,
        (Decide("withdrawn", SECOND.track, CANDIDATES[:1]),),
    )


def test_quit_ends_at_once() -> None:
    state, effects = step(STATE, "q")
    assert (state.is_over, effects) == (True, ())


@each_row("key", ["x", "", "0", "7", "12", "²", "\x1b[5~", "yy"])
def test_other_keys_do_nothing(key: str) -> None:
    state, effects = step(STATE, key)
    assert effects == ()
    assert state == replace(STATE, message="this key does nothing")


def test_a_digit_without_a_candidate_does_nothing() -> None:
    assert step(after("s"), "3")[0].match == SECOND


def test_open_shows_the_page_of_the_marked_candidate() -> None:
    state, effects = step(after("j"), "o")
    assert effects == (OpenPage("https://www.beatport.com/track/lantern/2"),)
    assert (state.match, state.marked) == (FIRST, 1)


@each_row(
    "url",
    [
        None,
        "javascript:alert(1)",
        "https://example.org/track/lantern/1",
        "https://www.beatport.com/track/lantern/2",
        "https://www.beatport.com.example.org/track/lantern/1",
        "https://www.beatport.com/account/delete",
        "/track/lantern/1",
    ],
)
def test_only_the_candidates_own_page_on_beatport_is_opened(url: str | None) -> None:
    state = start((doubtful("Lantern", (replace(CANDIDATES[0], url=url),)),))
    state, effects = step(state, "o")
    assert effects == ()
    assert state.message == "this candidate has no page on Beatport"


def test_a_withdrawn_match_without_a_known_candidate_stays_as_it_is() -> None:
    match = doubtful("Lantern", ())
    assert undecided_match(match, MatchSettings()) is match


def test_a_match_without_decisions_stays_as_it_is() -> None:
    assert with_decisions(FIRST, Decided(), MatchSettings()) is FIRST
