"""The result of a run or of a playlist, in one sentence for the user; without widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from playlist_rows import clock

from beatport_match import Match, PlaylistProblem

# What happened, and what the user can do about it, by the kind of the failure.
_CAUSES = {
    "network": ("Beatport could not be reached", "check the network connection"),
    "timeout": ("Beatport answered too slowly", "check the network connection"),
    "status": ("Beatport reported an error", "wait some minutes"),
    "rate_limited": (
        "Beatport asked for fewer requests",
        "lower the requests per second in Settings, wait some minutes",
    ),
    "blocked": (
        "Beatport blocks requests from here",
        "lower the requests per second in Settings, wait an hour",
    ),
    "catalogue_changed": (
        "Beatport's pages could not be read",
        "install a newer version of beatport_match",
    ),
    "auth": ("Beatport did not accept the account", "choose another token file in Settings"),
}
_OTHER_CAUSE = ("of faults that the list names", "read their reasons")


def trouble_of_run(matches: Sequence[Match]) -> str:
    """Say why tracks failed and what to do; an empty text if none failed."""
    failed = [one for one in matches if one.outcome == "failed" and one.stopped != "stopped"]
    if not failed:
        return ""
    kinds = Counter(match.failures[-1].kind if match.failures else "" for match in failed)
    kind, most = kinds.most_common(1)[0]
    cause, remedy = _CAUSES.get(kind, _OTHER_CAUSE)
    mostly = "because" if most == len(failed) else "mostly because"
    return (
        f"{len(failed)} of {len(matches)} tracks failed, {mostly} {cause}: {remedy} and press "
        "Start; only tracks without an answer run again."
    )


def lines_left_out(problems: Sequence[PlaylistProblem]) -> str:
    """Say what could not be read in the journal or the decisions; an empty text for nothing."""
    if not problems:
        return ""
    more = len(problems) - 1
    return f"{problems[0]} More lines that cannot be read: {more:,}." if more else str(problems[0])


def empty_playlist(name: str, problems: int) -> str:
    """Say why a playlist has no tracks to match, and what to do."""
    if not problems:
        return f"{name} has no tracks: choose another playlist, or export it again."
    which = "a problem" if problems == 1 else f"{problems} problems"
    return f"{name} has no readable tracks, but {which} (see the list): export the file again."


def end_of_run(waiting: int, seconds: float, *, paused: bool) -> str:
    """Say how a run ended."""
    if not waiting:
        return f"Finished in {clock(seconds)}."
    button = "Continue" if paused else "Start"
    how = "Paused" if paused else "Stopped"
    tracks = "track waits" if waiting == 1 else "tracks wait"
    return f"{how} after {clock(seconds)}: {waiting} {tracks}, and {button} runs the rest."


def incomplete(recorded: int, waiting: int, cached: int) -> str:
    """Say why the times of the last run are not those of its playlist; empty if they are.

    Args:
        recorded: The number of tracks whose answer an earlier run had.
        waiting: The number of tracks that did not run.
        cached: The number of queries that the cache of earlier runs may have answered.
    """
    if waiting:
        return f"it was stopped, and {waiting} tracks wait"
    if recorded:
        return f"{recorded} of its answers came from an earlier run"
    if cached:
        return f"the cache answered {cached} of its queries"
    return ""
