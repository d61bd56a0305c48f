"""What a run over a playlist is, whichever colour the hands have: its tracks, tally and figures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from beatport_match.beatport import ApiSource, WebSource
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.match import Match, Progress
from beatport_match.matching.protocol import Recorded, ResultKind, Transcript
from beatport_match.matching.sources import Source
from beatport_match.model.metrics import Mode
from beatport_match.model.tracks import Track
from beatport_match.performance.measure import performance_stats, track_metrics
from beatport_match.playlists import PlaylistProblem, read_playlist
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.rate_limiter import RateLimiter

Tracks: TypeAlias = "str | os.PathLike[str] | Iterable[Track | str]"
OnProgress: TypeAlias = Callable[[Progress], None]
Stop: TypeAlias = Callable[[], bool]

# How long a wait may last before the host is asked again whether to stop.
STOP_POLL_INTERVAL_S = 0.25

STOPPED = Failure("stopped", "the run was stopped before this could be asked")


def never_stop() -> bool:
    """The answer of a host that does not want to stop."""
    return False


def as_track(track_or_text: Track | str) -> Track:
    """A track, also from a line such as `Artist - Title (Mix)`.

    Raises:
        MisuseError: It is neither, or blank.
    """
    if isinstance(track_or_text, str):
        return Track.from_text(track_or_text)
    if not isinstance(track_or_text, Track):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise MisuseError(f"a track must be a Track or text, not {track_or_text!r}.")
    return track_or_text


def beatport_source(settings: MatchSettings) -> Source:
    """Beatport as the settings name it: its pages, or its API.

    For `source=`, where it stands beside catalogues of your own.
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
    """How old a known answer may be, in seconds."""
    return {"search": settings.cache_ttl_s, "page": settings.cache_page_ttl_s}


class TrackQueue:
    """The tracks of a run, in order; a file is read as they are taken.

    `total` is their number, `None` where it cannot be known without taking them. `problems` grows
    as entries of a playlist turn out to be unreadable.
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
            raise MisuseError("one track is no playlist: use match_track, or put it in a list.")
        if playlist is not None:
            raise MisuseError("playlist= names a playlist within a file; pass the file's path.")
        if isinstance(tracks, Sized):
            self.total = len(tracks)
        self._tracks = map(as_track, tracks)

    def __iter__(self) -> Iterator[tuple[int, Track]]:
        """The tracks with their places, from 0."""
        return enumerate(self._tracks)


class RunClock:
    """When a run began, for people and on its own clock, and how it runs."""

    def __init__(self, mode: Mode, settings: MatchSettings, now: Callable[[], float]) -> None:
        self.mode: Mode = mode
        self.settings = settings
        self.started_at = datetime.now().astimezone()
        self.start = now()
        self._now = now

    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._now() - self.start


class ProgressReporter:
    """Counts what is done and tells the host."""

    def __init__(
        self,
        total: int | None,
        on_progress: OnProgress | None,
        pace: RateLimiter,
        session: RunClock,
    ) -> None:
        self.start = session.start
        self._total = total
        self._on_progress = on_progress
        self._rate_limiter = pace
        self._elapsed = session.elapsed
        self._done = 0
        self._recorded = 0
        self._requests = 0

    def report(self, match: Match, place: int, *, recorded: bool = False) -> None:
        """Take one finished track into the count; `recorded` in an earlier run, it cost nothing."""
        self._done += 1
        self._recorded += recorded
        self._requests += 0 if recorded else match.requests
        if self._on_progress is None:
            return
        elapsed = self._elapsed()
        self._on_progress(
            Progress(
                done=self._done,
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

    def _eta(self, elapsed: float) -> float | None:
        asked = self._done - self._recorded
        if self._total is None or not asked:
            return None
        return elapsed / asked * (self._total - self._done)


def with_metrics(told: Recorded[Match], place: int = 0, began: float | None = None) -> Match:
    """The match with its figures; `start` is when its run did, if it is part of one."""
    began = told.transcript.started if began is None else began
    return replace(told.value, metrics=track_metrics(told, place=place, began=began))


def from_journal(match: Match, place: int, began: float) -> Match:
    """A match out of a journal: it cost this run nothing, whatever it cost an earlier one."""
    return with_metrics(
        Recorded(match, Transcript(started=began, ended=began, rounds=())), place, began
    )


def unprocessed(track: Track) -> Match:
    """The answer about a track that a stopped run never came to."""
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
    session: RunClock,
) -> PlaylistMatch:
    """The whole run, in the order of the playlist; `rest` was never begun."""
    matches = matches | {place: unprocessed(track) for place, track in rest}
    ordered = tuple(matches[place] for place in sorted(matches))
    figures = performance_stats(
        [match.metrics for match in ordered if match.metrics],
        mode=session.mode,
        total_time=session.elapsed(),
        started_at=session.started_at,
        # Where somebody keeps files is nobody else's to read.
        settings=session.settings.model_dump(mode="json", exclude={"cache_path", "token_file"}),
    )
    return PlaylistMatch(
        matches=ordered,
        metrics=figures,
        problems=tuple(queue.problems),
    )
