"""The outcome of a track without an answer: earlier decisions, or the failure that ended it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beatport_match._logging import logger
from beatport_match.engine.arguments import OnError
from beatport_match.errors import BeatportMatchError, Failure, short_repr
from beatport_match.matching.decided import UNDECIDED, Decided
from beatport_match.matching.match import Match, Stopped
from beatport_match.matching.protocol import Recorded, Transcript
from beatport_match.model.tracks import Track

if TYPE_CHECKING:
    # Imported where they are used: matching one track needs none.
    from beatport_match.review.decisions import Decisions

MAX_EXCEPTION_LENGTH = 300

STOPPED = Failure("stopped", "the run was stopped before this query was sent")


def decided_about(track: Track, decisions: Decisions | None) -> Decided:
    """Return the decisions that apply to a track, also those that a program has just added."""
    if decisions is None:
        return UNDECIDED
    decisions.refresh()
    return decisions.about(track)


def failure_of(error: Exception, on_error: OnError, where: str) -> Failure:
    """Return the failure of a track during which an unexpected exception was raised.

    Args:
        error: The exception.
        on_error: What it does.
        where: What raised it, for the text of the failure.

    Raises:
        Exception: `on_error` is "raise", or the exception is one of this library: it says that a
            call or a file is wrong, which concerns all tracks.
    """
    if on_error == "raise" or isinstance(error, BeatportMatchError):
        raise error
    logger.warning("%s was raised; its track ends as failed", type(error).__name__)
    return Failure("exception", f"{short_repr(error, MAX_EXCEPTION_LENGTH)} was raised {where}")


def failed_match(
    error: Exception, on_error: OnError, track: Track, started: float, ended: float
) -> Recorded[Match]:
    """Return the match of a track whose search ended with an exception; `failure_of` may raise."""
    failure = failure_of(error, on_error, "while the track was matched")
    match = unmatched(track, failure, "failed")
    return Recorded(match, Transcript(started=started, ended=ended, rounds=()))


def unmatched(track: Track, failure: Failure, stopped: Stopped) -> Match:
    """Return the match of a track without a query."""
    return Match(
        track=track,
        outcome="failed",
        best=None,
        candidates=(),
        confidence=0.0,
        queries=(),
        failures=(failure,),
        stopped=stopped,
    )
