"""What both matchers need for a run over a playlist: its tracks, clock, progress and result."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sized
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from beatport_match._logging import logger
from beatport_match.beatport import ApiSource, WebSource
from beatport_match.engine.arguments import Tracks, as_track, check_tracks
from beatport_match.errors import Failure
from beatport_match.matching.match import Match, Progress
from beatport_match.matching.protocol import Recorded, ResultKind, Transcript
from beatport_match.matching.sources import Source
from beatport_match.model.evidence import MatchOutcome
from beatport_match.model.metrics import Mode
from beatport_match.model.tracks import Track
from beatport_match.performance.measure import performance_stats, track_metrics
from beatport_match.playlists import PlaylistProblem, read_playlist
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings, settings_or_default
from beatport_match.transport.rate_limiter import RateLimiter

# While the engine waits, it calls `stop` this often.
STOP_POLL_INTERVAL_S = 0.25

STOPPED = Failure("stopped", "the run was stopped before this query was sent")
_OUTCOMES: tuple[MatchOutcome, ...] = ("matched", "review", "not_found", "failed")


def beatport_source(settings: MatchSettings) -> Source:
    """Make the Beatport source that the settings name: its web pages or its API.

    Use it for `source=`, where Beatport comes after catalogues of your own.

    Args:
        settings: Its `source`, `base_url`, `api_url`, `max_results` and `user_agent` count.

    Returns:
        The source; it sends nothing by itself.

    Raises:
        SettingsError: `settings` is not a `MatchSettings`.

    Example:
        ```python
        source = [Catalogue.open("pool.catalogue"), beatport_source(MatchSettings())]
        match_playlist("friday.m3u8", source=source)
        ```
    """
    settings = settings_or_default(settings)
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
        check_tracks(tracks, playlist)
        if isinstance(tracks, str | os.PathLike):
            path = Path(tracks)
            if count:
                self.total = sum(1 for _ in read_playlist(path, playlist))
            self._tracks = read_playlist(path, playlist, on_problem=self.problems.append)
            return
        if isinstance(tracks, Sized):
            self.total = len(tracks)
        self._tracks = map(as_track, tracks)

    def __iter__(self) -> Iterator[tuple[int, Track]]:
        """Return the tracks with their places, from 0."""
        return enumerate(self._tracks)


class PlaylistRun:
    """A run over a playlist: its clock, its counts and its finished tracks.

    Args:
        mode: The engine that runs it.
        settings: The settings of the run.
        queue: The tracks of the run.
        rate_limiter: The rate limiter that its progress reports.
        start: When the run began, on the monotonic clock.
        keeps_matches: Whether the run has a result; without one it uses bounded memory.
    """

    def __init__(
        self,
        mode: Mode,
        settings: MatchSettings,
        queue: TrackQueue,
        rate_limiter: RateLimiter,
        start: float,
        *,
        keeps_matches: bool,
    ) -> None:
        self.start: float = start
        self.tracks: Iterator[tuple[int, Track]] = iter(queue)
        self.problems: list[PlaylistProblem] = queue.problems
        self._started_at = datetime.now().astimezone() - timedelta(seconds=self._elapsed())
        self._mode: Mode = mode
        self._settings = settings
        self._total = queue.total
        self._rate_limiter = rate_limiter
        self._matches: dict[int, Match] | None = {} if keeps_matches else None
        self._outcomes = Counter[MatchOutcome]()
        self._recorded = 0
        self._requests = 0

    def finish(self, match: Match, place: int, *, recorded: bool) -> Progress:
        """Count a finished track; one that was `recorded` in an earlier run cost no request."""
        if self._matches is not None:
            self._matches[place] = match
        self._outcomes[match.outcome] += 1
        self._recorded += recorded
        self._requests += 0 if recorded else match.requests
        elapsed = self._elapsed()
        return Progress(
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

    def log_end(self) -> None:
        """Log one line about the whole run, at level INFO."""
        counts = ", ".join(f"{self._outcomes[one]} {one}" for one in _OUTCOMES)
        logger.info(
            "%s run: %d tracks (%d from the journal) in %.1f s with %d requests: %s",
            self._mode,
            self._outcomes.total(),
            self._recorded,
            self._elapsed(),
            self._requests,
            counts,
        )

    def result(self) -> PlaylistMatch:
        """Return the result in the order of the playlist, also of the tracks not reached."""
        return self._result({place: unprocessed(track) for place, track in self.tracks})

    @contextmanager
    def partial_on_error(self) -> Generator[None, None, None]:
        """Set the attribute `partial` of an exception of the block: the result so far.

        Ctrl-C and a cancelled task are such exceptions.
        """
        try:
            yield
        except BaseException as error:
            partial = self._result({})
            with suppress(AttributeError):  # the class may allow no attributes
                error.partial = partial  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]
            raise

    def _result(self, unreached: dict[int, Match]) -> PlaylistMatch:
        assert self._matches is not None
        matches = self._matches | unreached
        ordered = tuple(matches[place] for place in sorted(matches))
        metrics = performance_stats(
            [match.metrics for match in ordered if match.metrics],
            mode=self._mode,
            total_time=self._elapsed(),
            started_at=self._started_at,
            # Metrics files are passed on; where a user keeps files is private.
            settings=self._settings.model_dump(mode="json", exclude={"cache_path", "token_file"}),
        )
        return PlaylistMatch(matches=ordered, metrics=metrics, problems=tuple(self.problems))

    def _elapsed(self) -> float:
        return time.monotonic() - self.start

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
