"""The async hands: `AsyncMatcher`, on asyncio and trio.

Method for method the same as `_sync`; what both need stands in `_runs` and `_drive`, the line to
Beatport in `_aline`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self, TypeAlias

import anyio

from beatport_match.engine.async_engine import AsyncEngine, single_error
from beatport_match.engine.journal import Journal, JournalPath, NoJournal, journal_at
from beatport_match.engine.match_stream import Emit, MatchStream, StreamTask
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
from beatport_match.matching.match import Match
from beatport_match.matching.search_flow import fetch_flow, match_flow, query_flow
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.tracks import Candidate, Track
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import AsyncHttpClient, require_client_kind

OnMatch: TypeAlias = Callable[[int, Match], Awaitable[None]]


class AsyncMatcher:
    """Finds tracks on Beatport, several at once, on asyncio or trio.

    Args:
        settings: How to match and how to ask; the defaults if not given.
        http_client: An async `httpx` (or `httpx2`) client of yours, which you close. Ours is made
            when first needed and closed with the matcher.
        source: Where candidates come from, instead of what `settings.source` names: an open
            `Catalogue`, any other `Source`, or several in the order to ask them.

    Belongs to the event loop it is used in; its tasks share its pace, and what one of them has
    been answered the others need not ask for an hour.

    Raises:
        MisuseError: `http_client` is a sync one, or `source` is no source.
    """

    def __init__(
        self,
        settings: MatchSettings | None = None,
        *,
        http_client: AsyncHttpClient | None = None,
        source: Sources | None = None,
    ) -> None:
        self.settings: MatchSettings = settings or MatchSettings()
        if http_client is not None:
            require_client_kind(http_client, asynchronous=True)
        self._engine = AsyncEngine(self.settings, http_client)
        self._sources = resolve_sources(
            beatport_source(self.settings) if source is None else source
        )
        self._streams: list[StreamTask] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End what still streams and close our own client; yours stays open."""
        with anyio.CancelScope(shield=True):
            for running in self._streams:
                await running.stop()
            self._streams.clear()
            await self._engine.aclose()

    async def match_track(self, track_or_text: Track | str, *, stop: Stop | None = None) -> Match:
        """Find one track.

        Raises:
            MisuseError: The track is blank or neither a `Track` nor text.
        """
        return await self._match(as_track(track_or_text), stop or never_stop)

    async def match_playlist(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
    ) -> PlaylistMatch:
        """Find every track of a playlist, given as tracks or as a file's path.

        `stop` is asked at every decision; what it kept from being asked ends as `failed`. What the
        `journal` says is done is not asked again, and what gets done is written there at once.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
        """
        session = RunClock("async", self.settings, anyio.current_time)
        queue = TrackQueue(tracks_or_path, playlist, count=True)
        matches: dict[int, Match] = {}
        tally = ProgressReporter(queue.total, on_progress, self._engine.rate_limiter, session)
        waiting = iter(queue)

        async def keep(place: int, found: Match) -> None:
            matches[place] = found

        with self._journal(journal, queue) as written:
            await self._each(waiting, stop or never_stop, tally, written, keep)
        return build_result(matches, queue, waiting, session)

    def iter_matches(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
    ) -> MatchStream:
        """Find tracks several at once; each match is given as soon as it is known.

        What the `journal` says is done is given without asking; it is opened with the first match.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
        """
        queue = TrackQueue(tracks_or_path, playlist, count=on_progress is not None)
        self._streams = [running for running in self._streams if not running.ended]

        def on_begin(running: StreamTask) -> None:
            self._streams.append(running)

        async def work(give: Emit) -> None:
            async def keep(_place: int, found: Match) -> None:
                await give(found)

            session = RunClock("async", self.settings, anyio.current_time)
            tally = ProgressReporter(queue.total, on_progress, self._engine.rate_limiter, session)
            with self._journal(journal, queue) as written:
                await self._each(iter(queue), stop or never_stop, tally, written, keep)

        return MatchStream(work, on_begin)

    async def search_tracks(self, query: str) -> tuple[Candidate, ...]:
        """Search in your own words; the candidates stand as Beatport ranks them.

        Raises:
            BeatportUnavailable: A fault kept it from being answered.
            MisuseError: The query is blank.
        """
        return (await self._engine.run(query_flow(query, self._sources), never_stop)).value

    async def fetch_track(self, url_or_id: str | int) -> Candidate | None:
        """Fetch one track's page; `None` where Beatport has no such track.

        Raises:
            BeatportUnavailable: A fault kept it from being answered.
            MisuseError: It is neither a number nor the address of a track on this Beatport.
        """
        return (await self.fetch_tracks((url_or_id,)))[0]

    async def fetch_tracks(self, urls_or_ids: Iterable[str | int]) -> tuple[Candidate | None, ...]:
        """Fetch several pages, at once, in the order given.

        Raises:
            BeatportUnavailable: A fault kept one of them from being answered.
            MisuseError: One is neither a number nor the address of a track on this Beatport.
        """
        return (await self._engine.run(fetch_flow(urls_or_ids, self._sources), never_stop)).value

    async def _each(
        self,
        waiting: Iterator[tuple[int, Track]],
        stop: Stop,
        tally: ProgressReporter,
        journal: Journal | NoJournal,
        keep: OnMatch,
    ) -> None:
        async def work() -> None:
            while not stop() and (entry := next(waiting, None)) is not None:
                place, track = entry
                recorded = journal.recorded(track)
                if recorded is None:
                    found = await self._match(track, stop, place, tally.start)
                    journal.record(found)
                else:
                    found = from_journal(recorded, place, tally.start)
                tally.report(found, place, recorded=recorded is not None)
                await keep(place, found)

        try:
            async with anyio.create_task_group() as group:
                for _ in range(self.settings.async_io.max_concurrent_tracks):
                    group.start_soon(work)
        except BaseExceptionGroup as bugs:
            raise single_error(bugs) from None

    async def _match(
        self, track: Track, stop: Stop, place: int = 0, began: float | None = None
    ) -> Match:
        flow = match_flow(track, self.settings, self._sources)
        return with_metrics(await self._engine.run(flow, stop), place, began)

    def _journal(
        self, path: JournalPath | None, queue: TrackQueue
    ) -> AbstractContextManager[Journal | NoJournal]:
        return journal_at(path, self.settings, self._sources, queue.problems.append)
