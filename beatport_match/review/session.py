"""A review as a state machine: a state and a key give the next state and its effects.

The module is pure: the command line shows the state, reads the keys and carries out the effects.
A decision is written at once, so an interrupted review loses nothing.

    y        accept the marked candidate
    1 … 6    accept this candidate
    n        none of the shown candidates is the track
    s        skip the track; the next review shows it again
    u        undo the last step
    j k      mark the next or the previous candidate
    o        open the page of the marked candidate
    q        quit
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from beatport_match.beatport.urls import HOME, linked_track
from beatport_match.matching.match import Match
from beatport_match.model.tracks import Candidate, Track

# Six candidates of three lines, the track and the keys fit a terminal of 24 lines.
MAX_CHOICES = 6
_DIGITS = frozenset("123456")


@dataclass(frozen=True, slots=True)
class Decide:
    """Write one decision for each candidate."""

    verdict: Literal["accepted", "rejected", "withdrawn"]
    track: Track
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Open a track's page on Beatport in the browser."""

    url: str


Effect: TypeAlias = Decide | OpenPage


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Where a review is.

    Attributes:
        matches: The matches to review, in order. Each has at least one candidate.
        position: The index of the shown match; their number at the end.
        marked: The index of the marked candidate.
        steps: What was decided for each match before `position`; `None` for a skipped one.
        is_over: Whether the person has ended the review.
        message: What the last key did, or why it did nothing.
    """

    matches: tuple[Match, ...]
    position: int = 0
    marked: int = 0
    steps: tuple[Decide | None, ...] = ()
    is_over: bool = False
    message: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether no match is left; the last step can still be undone."""
        return self.position == len(self.matches)

    @property
    def match(self) -> Match:
        """The shown match, if the review is not complete."""
        return self.matches[self.position]

    @property
    def choices(self) -> tuple[Candidate, ...]:
        """The candidates that are shown, and that a digit accepts."""
        return tuple(scored.candidate for scored in self.match.candidates[:MAX_CHOICES])


def start(matches: tuple[Match, ...]) -> ReviewState:
    """Return the first state of a review of the matches that have candidates."""
    return ReviewState(tuple(match for match in matches if match.candidates))


def step(state: ReviewState, key: str) -> tuple[ReviewState, tuple[Effect, ...]]:
    """Return the next state, and the effects to carry out in their order.

    Args:
        state: The state, which is not over.
        key: The key, such as `y`, or `down`. An unknown one changes only the message.
    """
    state = replace(state, message="")
    if key == "u":
        return _undone(state)
    if key == "q" or state.is_complete:
        return replace(state, is_over=True), ()
    choices = state.choices
    if key == "y":
        return _accepted(state, choices[state.marked])
    if key in _DIGITS and int(key) <= len(choices):
        return _accepted(state, choices[int(key) - 1])
    if key == "n":
        decision = Decide("rejected", state.match.track, choices)
        return _moved(state, decision, "none of them"), (decision,)
    if key == "s":
        return _moved(state, None, "skipped"), ()
    if key in {"j", "down", "k", "up"}:
        move = 1 if key in {"j", "down"} else -1
        return replace(state, marked=(state.marked + move) % len(choices)), ()
    if key == "o":
        return _opened(state, choices[state.marked])
    return replace(state, message="this key does nothing"), ()


def _accepted(state: ReviewState, candidate: Candidate) -> tuple[ReviewState, tuple[Effect, ...]]:
    decision = Decide("accepted", state.match.track, (candidate,))
    return _moved(state, decision, f"accepted: {candidate}"), (decision,)


def _moved(state: ReviewState, decision: Decide | None, message: str) -> ReviewState:
    steps = (*state.steps, decision)
    return replace(state, position=state.position + 1, marked=0, steps=steps, message=message)


def _undone(state: ReviewState) -> tuple[ReviewState, tuple[Effect, ...]]:
    if not state.steps:
        return replace(state, message="there is nothing to undo"), ()
    last = state.steps[-1]
    back = replace(
        state, position=state.position - 1, marked=0, steps=state.steps[:-1], message="undone"
    )
    return back, () if last is None else (replace(last, verdict="withdrawn"),)


def _opened(state: ReviewState, candidate: Candidate) -> tuple[ReviewState, tuple[Effect, ...]]:
    # A results file may hold any URL.
    url = candidate.url or ""
    if url.startswith(f"{HOME}/") and linked_track(url, HOME) == candidate.id:
        return replace(state, message=f"opened {url}"), (OpenPage(url),)
    return replace(state, message="this candidate has no page on Beatport"), ()
