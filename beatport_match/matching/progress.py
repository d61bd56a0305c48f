"""The progress of a run, which the engine reports after each track."""

from dataclasses import dataclass

from beatport_match.matching.match import Match
from beatport_match.model.tracks import Track


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run, reported after each track.

    Attributes:
        done: Number of finished tracks.
        total: Number of all tracks; `None` if it is unknown.
        track: The track that was just finished.
        match: Its result.
        elapsed_s: Seconds since the run began.
        eta_s: Estimated seconds until the run ends; `None` while it cannot be estimated.
        requests: Number of HTTP requests of this run so far.
        pace: The current rate limit in requests per second; `None` without a rate limit. It is
            lower than the setting while Beatport asks for fewer requests.
        blocked: Whether the circuit breaker is open: after repeated blocked responses no request is
            sent for a while.
        recorded: Whether this match comes from the journal of an earlier run.
        place: The position of the track in the playlist, from 0.

    Example:
        ```python
        def show(progress: Progress) -> None:
            print(f"{progress.done} of {progress.total}: {progress.match.outcome}")

        result = match_playlist("friday.m3u8", on_progress=show)
        ```
    """

    done: int
    total: int | None
    track: Track
    match: Match
    elapsed_s: float
    eta_s: float | None
    requests: int
    pace: float | None = None
    blocked: bool = False
    recorded: bool = False
    place: int = 0
