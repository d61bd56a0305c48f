"""The sync hands: `Matcher`.

Method for method the same as `_async`; what both need stands in `_runs` and `_drive`, the line to
Beatport in `_engine`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from beatport_match.engine.journal import Journal, JournalPath, NoJournal, journal_at
from beatport_match.engine.playlist_run import (
    OnProgress,
    ProgressReporter,
    RunClock,
    Stop,
    TrackQueue,
    Tracks,
    as_track,
    beatport_source,
    build_result,
    from_journal,
    never_stop,
    with_metrics,
)
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.matching.match import Match
from beatport_match.matching.search_flow import fetch_flow, match_flow, query_flow
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.tracks import Candidate, Track
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import HttpClient, require_client_kind


class Matcher:
    """Finds tracks on Beatport, one after the other.

    Args:
        settings: How to match and how to ask; the defaults if not given.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close. Ours is made
            when first needed and closed with the matcher.
        source: Where candidates come from, instead of what `settings.source` names: an open
            `Catalogue`, any other `Source`, or several in the order to ask them.

    May be used from several threads: they share its pace, and what one of them has been answered
    the others need not ask for an hour.

    Raises:
        MisuseError: `http_client` is an async one, or `source` is no source.
    """

    def __init__(
        self,
        settings: MatchSettings | None = None,
        *,
        http_client: HttpClient | None = None,
        source: Sources | None = None,
    ) -> None:
        self.settings: MatchSettings = settings or MatchSettings()
        if http_client is not None:
            require_client_kind(http_client, asynchronous=False)
        self._given = http_client
        self._engine = SyncEngine(self.settings, http_client)
        self._sources = resolve_sources(
            beatport_source(self.settings) if source is None else source
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close our own client; yours stays open."""
        self._engine.close()

    def match_track(self, track_or_text: Track | str, *, stop: Stop | None = None) -> Match:
        """Find one track.

        Raises:
            MisuseError: The track is blank or neither a `Track` nor text.
        """
        return self._match(as_track(track_or_text), stop or never_stop)

    def match_playlist(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
    ) -> PlaylistMatch:
        """Find every track of a playlist, given as tracks or as a file's path.

        With `settings.async_io.enabled` the async engine does the work, with the same answers.
        `stop` is asked at every decision; what it kept from being asked ends as `failed`. What the
        `journal` says is done is not asked again, and what gets done is written there at once.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
            MisuseError: The async engine is asked for inside a running event loop.
        """
        if self.settings.async_io.enabled:
            from beatport_match.engine.async_bridge import match_playlist_async

            return match_playlist_async(
                self.settings,
                self._given,
                self._sources,
                tracks_or_path,
                playlist,
                on_progress,
                stop,
                journal,
            )
        session = RunClock("sync", self.settings, time.monotonic)
        queue = TrackQueue(tracks_or_path, playlist, count=True)
        tally = ProgressReporter(queue.total, on_progress, self._engine.rate_limiter, session)
        waiting = iter(queue)
        with self._journal(journal, queue) as written:
            matches = dict(self._each(waiting, stop or never_stop, tally, written))
        return build_result(matches, queue, waiting, session)

    def iter_matches(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
    ) -> Iterator[Match]:
        """Find tracks one by one; each match is given as soon as it is known.

        What the `journal` says is done is given without asking; it is opened with the first match.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
        """
        queue = TrackQueue(tracks_or_path, playlist, count=on_progress is not None)

        def work() -> Iterator[Match]:
            session = RunClock("sync", self.settings, time.monotonic)
            tally = ProgressReporter(queue.total, on_progress, self._engine.rate_limiter, session)
            with self._journal(journal, queue) as written:
                for _, found in self._each(iter(queue), stop or never_stop, tally, written):
                    yield found

        return work()

    def search_tracks(self, query: str) -> tuple[Candidate, ...]:
        """Search in your own words; the candidates stand as Beatport ranks them.

        Raises:
            BeatportUnavailable: A fault kept it from being answered.
            MisuseError: The query is blank.
        """
        return self._engine.run(query_flow(query, self._sources), never_stop).value

    def fetch_track(self, url_or_id: str | int) -> Candidate | None:
        """Fetch one track's page; `None` where Beatport has no such track.

        Raises:
            BeatportUnavailable: A fault kept it from being answered.
            MisuseError: It is neither a number nor the address of a track on this Beatport.
        """
        return self.fetch_tracks((url_or_id,))[0]

    def fetch_tracks(self, urls_or_ids: Iterable[str | int]) -> tuple[Candidate | None, ...]:
        """Fetch several pages, in the order given.

        Raises:
            BeatportUnavailable: A fault kept one of them from being answered.
            MisuseError: One is neither a number nor the address of a track on this Beatport.
        """
        return self._engine.run(fetch_flow(urls_or_ids, self._sources), never_stop).value

    def _each(
        self,
        waiting: Iterator[tuple[int, Track]],
        stop: Stop,
        tally: ProgressReporter,
        journal: Journal | NoJournal,
    ) -> Iterator[tuple[int, Match]]:
        while not stop() and (entry := next(waiting, None)) is not None:
            place, track = entry
            recorded = journal.recorded(track)
            if recorded is None:
                found = self._match(track, stop, place, tally.start)
                journal.record(found)
            else:
                found = from_journal(recorded, place, tally.start)
            tally.report(found, place, recorded=recorded is not None)
            yield place, found

    def _match(self, track: Track, stop: Stop, place: int = 0, began: float | None = None) -> Match:
        flow = match_flow(track, self.settings, self._sources)
        return with_metrics(self._engine.run(flow, stop), place, began)

    def _journal(
        self, path: JournalPath | None, queue: TrackQueue
    ) -> AbstractContextManager[Journal | NoJournal]:
        return journal_at(path, self.settings, self._sources, queue.problems.append)
