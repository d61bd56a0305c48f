"""What both matchers need for a run over a playlist: its tracks, progress, clock and result."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from beatport_match._logging import logger
from beatport_match.beatport import ApiSource, WebSource
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.match import Match, Progress
from beatport_match.matching.protocol import Recorded, ResultKind, Transcript
from beatport_match.matching.sources import Source
from beatport_match.model.evidence import MatchOutcome
from beatport_match.model.metrics import Mode
from beatport_match.model.tracks import Track
from beatport_match.performance.measure import performance_stats, track_metrics
from beatport_match.playlists import PlaylistProblem, read_playlist
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.rate_limiter import RateLimiter

Tracks: TypeAlias = "str | os.PathLike[str] | Iterable[Track | str]"
"""The path of a playlist file, or tracks: each a `Track` or a text such as `Artist - Title`."""
OnProgress: TypeAlias = Callable[[Progress], None]
"""Called after each track of a run."""
Stop: TypeAlias = Callable[[], bool]
"""Called at every decision of a run; `True` stops it."""

# While the engine waits, it calls `stop` this often.
STOP_POLL_INTERVAL_S = 0.25

STOPPED = Failure("stopped", "the run was stopped before this query was sent")
_OUTCOMES: tuple[MatchOutcome, ...] = ("matched", "review", "not_found", "failed")


def never_stop() -> bool:
    """Return `False`: the default `stop`."""
    return False


def as_track(track_or_text: Track | str) -> Track:
    """Return a track; a text such as `Artist - Title (Mix)` is parsed.

    Raises:
        MisuseError: It is blank, or neither a `Track` nor text.
    """
    if isinstance(track_or_text, str):
        return Track.from_text(track_or_text)
    if not isinstance(track_or_text, Track):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise MisuseError(f"a track must be a Track or text, not {track_or_text!r}.")
    return track_or_text


def beatport_source(settings: MatchSettings) -> Source:
    """Make the Beatport source that the settings name: its web pages or its API.

    Use it for `source=`, where Beatport comes after catalogues of your own.

    Args:
        settings: Its `source`, `base_url`, `api_url`, `max_results` and `user_agent` count.

    Returns:
        The source; it sends nothing by itself.

    Example:
        ```python
        source = [Catalogue.open("pool.catalogue"), beatport_source(MatchSettings())]
        match_playlist("friday.m3u8", source=source)
        ```
    """
    if settings.source == "api":
        return ApiSource(
            api_url=settings.api_url,
            base_url=settings.base_url,
            max_results=settings.max_results,
            user_agent=settings.user_agent,
        )
    return WebSource(
        base_url=settings.base_url,
        max_results=settings.max_results,
        user_agent=settings.user_agent,
    )


def max_ages_s(settings: MatchSettings) -> Mapping[ResultKind, float]:
    """Return the age in seconds up to which a cached result of each kind is used."""
    return {"search": settings.cache_ttl_s, "page": settings.cache_page_ttl_s}


class TrackQueue:
    """The tracks of a run, in order; a file is read while they are taken.

    `total` is their number, `None` if it cannot be known without taking them. `problems` collects
    the entries of a playlist that cannot be read.
    """

    def __init__(self, tracks: Tracks, playlist: str | None, *, count: bool) -> None:
        self.problems: list[PlaylistProblem] = []
        self.total: int | None = None
        if isinstance(tracks, str | os.PathLike):
            path = Path(tracks)
            if count:
                self.total = sum(1 for _ in read_playlist(path, playlist))
            self._tracks = read_playlist(path, playlist, on_problem=self.problems.append)
            return
        if isinstance(tracks, Track):
            raise MisuseError(
                "a single track is not a playlist: use match_track, or put the track in a list."
            )
        if playlist is not None:
            raise MisuseError(
                "playlist= names a playlist in a file; give the path of the file as the tracks."
            )
        if isinstance(tracks, Sized):
            self.total = len(tracks)
        self._tracks = map(as_track, tracks)

    def __iter__(self) -> Iterator[tuple[int, Track]]:
        """Return the tracks with their places, from 0."""
        return enumerate(self._tracks)


class RunClock:
    """When a run started, as a date and on the engine's clock, and its mode and settings."""

    def __init__(self, mode: Mode, settings: MatchSettings, now: Callable[[], float]) -> None:
        self.mode: Mode = mode
        self.settings = settings
        self.started_at: datetime = datetime.now().astimezone()
        self.start: float = now()
        self._now = now

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return self._now() - self.start


class ProgressReporter:
    """Counts the finished tracks of a run, and calls `on_progress` after each."""

    def __init__(
        self,
        total: int | None,
        on_progress: OnProgress | None,
        rate_limiter: RateLimiter,
        clock: RunClock,
    ) -> None:
        self.start: float = clock.start
        self._total = total
        self._on_progress = on_progress
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._outcomes = Counter[MatchOutcome]()
        self._recorded = 0
        self._requests = 0

    def report(self, match: Match, place: int, *, recorded: bool = False) -> None:
        """Count a finished track; one that was `recorded` in an earlier run cost no request."""
        self._outcomes[match.outcome] += 1
        self._recorded += recorded
        self._requests += 0 if recorded else match.requests
        if self._on_progress is None:
            return
        elapsed = self._clock.elapsed()
        self._on_progress(
            Progress(
                done=self._outcomes.total(),
                total=self._total,
                track=match.track,
                match=match,
                elapsed_s=elapsed,
                eta_s=self._eta(elapsed),
                requests=self._requests,
                pace=self._rate_limiter.per_second,
                blocked=self._rate_limiter.circuit_open,
                recorded=recorded,
                place=place,
            )
        )

    def log_end(self) -> None:
        """Log one line about the whole run, at level INFO."""
        counts = ", ".join(f"{self._outcomes[one]} {one}" for one in _OUTCOMES)
        logger.info(
            "%s run: %d tracks (%d from the journal) in %.1f s with %d requests: %s",
            self._clock.mode,
            self._outcomes.total(),
            self._recorded,
            self._clock.elapsed(),
            self._requests,
            counts,
        )

    def _eta(self, elapsed: float) -> float | None:
        done = self._outcomes.total()
        if self._total is None or done == self._recorded:
            return None
        return elapsed / (done - self._recorded) * (self._total - done)


def with_metrics(recorded: Recorded[Match], place: int = 0, start: float | None = None) -> Match:
    """Return the match with its metrics; `start` is when its run started, if it is part of one."""
    start = recorded.transcript.started if start is None else start
    return replace(recorded.value, metrics=track_metrics(recorded, place=place, began=start))


def from_journal(match: Match, place: int, start: float) -> Match:
    """Return a match of an earlier run; its metrics say that it cost this run nothing."""
    nothing = Transcript(started=start, ended=start, rounds=())
    return with_metrics(Recorded(match, nothing), place, start)


def unprocessed(track: Track) -> Match:
    """Return the match of a track that a stopped run did not reach."""
    return Match(
        track=track,
        outcome="failed",
        best=None,
        candidates=(),
        confidence=0.0,
        queries=(),
        failures=(STOPPED,),
        stopped="stopped",
    )


def build_result(
    matches: dict[int, Match],
    queue: TrackQueue,
    rest: Iterable[tuple[int, Track]],
    clock: RunClock,
) -> PlaylistMatch:
    """Put the result of a run together, in the order of the playlist; `rest` was not reached."""
    matches = matches | {place: unprocessed(track) for place, track in rest}
    ordered = tuple(matches[place] for place in sorted(matches))
    metrics = performance_stats(
        [match.metrics for match in ordered if match.metrics],
        mode=clock.mode,
        total_time=clock.elapsed(),
        started_at=clock.started_at,
        # Metrics files are passed on; where a user keeps files is private.
        settings=clock.settings.model_dump(mode="json", exclude={"cache_path", "token_file"}),
    )
    return PlaylistMatch(matches=ordered, metrics=metrics, problems=tuple(queue.problems))
