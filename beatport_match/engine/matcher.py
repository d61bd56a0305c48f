"""`Matcher`: the sync interface of the library.

It has the same methods as `AsyncMatcher`. `playlist_run` holds what both need, `sync_engine`
runs the generators.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Self

from beatport_match.engine.arguments import (
    DecisionsOrPath,
    JournalPath,
    MissingOnly,
    OnProgress,
    Stop,
    Tracks,
    as_decisions,
    as_earlier,
    as_is_stopped,
    as_single_track,
    never_stop,
)
from beatport_match.engine.playlist_run import (
    PlaylistRun,
    beatport_source,
    decided_about,
    new_lookups,
    with_metrics,
)
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.matching.match import Match
from beatport_match.matching.search_flow import fetch_flow, match_flow, query_flow
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.metrics import PerformanceStats
from beatport_match.model.tracks import Candidate, Track
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings, settings_or_default
from beatport_match.transport.http import HttpClient, require_client_kind
from beatport_match.transport.shared import own_state


class Matcher:
    """Finds tracks on Beatport, one after the other.

    Several threads may use it. They share one rate limit, one circuit breaker
    and one cache: an equal query is not sent again for an hour.

    Args:
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close; by default one
            is made with the first request, and closed with the matcher.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed.
        missing_only: Ask only for tracks that an earlier run did not find, 1, 2, 4 … 32 days after
            each miss. `True` if the journal has that run; otherwise its results, a `PlaylistMatch`
            or the path of the JSON file. It needs `decisions`, which hold the misses.

    Raises:
        MisuseError: `http_client` is an async one or no client, or `source` is no source.
        DecisionsError: The file of decisions cannot be used.
        ResultsFileError: The results for `missing_only` cannot be read.
        SettingsError: `settings` is not a `MatchSettings`.

    Example:
        ```python
        with Matcher() as matcher:
            match = matcher.match_track("Artist - Title (Some Remix)")
            print(match.explain())
        ```
    """

    # A subclass may share the rate limiter and the memory cache of others.
    _new_state = staticmethod(own_state)

    def __init__(
        self,
        settings: MatchSettings | None = None,
        *,
        http_client: HttpClient | None = None,
        source: Sources | None = None,
        decisions: DecisionsOrPath | None = None,
        missing_only: MissingOnly = False,
    ) -> None:
        self.settings: MatchSettings = settings_or_default(settings)
        if http_client is not None:
            require_client_kind(http_client, asynchronous=False)
        self._given = http_client
        self._state = self._new_state(self.settings, http_client)
        self._engine = SyncEngine(self.settings, http_client, self._state)
        self._sources = resolve_sources(
            beatport_source(self.settings) if source is None else source
        )
        self._decisions = as_decisions(decisions)
        self._lookups = new_lookups("sync", self.settings)
        self._new_run = partial(
            PlaylistRun,
            "sync",
            self.settings,
            self._sources,
            self._engine.rate_limiter,
            decisions=self._decisions,
            earlier=as_earlier(missing_only, self._decisions),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the matcher's own client and cache; your client stays open.

        A closed matcher cannot be used again.
        """
        self._engine.close()

    def match_track(self, track_or_text: Track | str, *, stop: Stop | None = None) -> Match:
        """Find one track.

        Args:
            track_or_text: A `Track`, or a text such as `Artist - Title (Mix)`.
            stop: A function, called at every decision and at least every 0.25 s while waiting, or
                an event such as `threading.Event()`. Once it returns `True` or is set, the run ends
                and the tracks that are left are `failed` with the kind `stopped`.

        Returns:
            The match: its `outcome` is `matched`, `review`, `not_found` or `failed`, and
            `explain()` says why. Faults of the network or of Beatport are in its `failures`.

        Raises:
            MisuseError: The track is blank, a playlist file, or neither a `Track` nor text, `stop`
                has a wrong type, or the matcher is closed.

        Example:
            ```python
            with Matcher() as matcher:
                match = matcher.match_track("Artist - Title (Some Remix)")
            ```
        """
        track, is_stopped = as_single_track(track_or_text), as_is_stopped(stop)
        flow = match_flow(
            track, self.settings, self._sources, decided=decided_about(track, self._decisions)
        )
        return with_metrics(self._engine.run(flow, is_stopped))

    def match_playlist(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
    ) -> PlaylistMatch:
        """Find every track of a playlist.

        With `settings.async_io.enabled` the async engine does the work, with the same answers.

        If an exception ends the run, such as Ctrl-C (`KeyboardInterrupt`), the attribute `partial`
        of the exception is a `PlaylistMatch` of the finished tracks.

        Args:
            tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
            playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by
                default all tracks of the file.
            on_progress: Called with a `Progress` after each track; not an async function.
            stop: A function, called at every decision and at least every 0.25 s while waiting, or
                an event such as `threading.Event()`. Once it returns `True` or is set, the run ends
                and the tracks that are left are `failed` with the kind `stopped`.
            journal: The path of a file to which each finished track is written at once; a later run
                with the same file resumes: it sends no request for those tracks.

        Returns:
            The matches in the order of the playlist, with the metrics of the run.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
            MisuseError: An argument has a wrong type, the matcher is closed, or the async engine is
                enabled inside a running event loop.

        Example:
            ```python
            with Matcher() as matcher:
                result = matcher.match_playlist("friday.m3u8", journal="friday.journal")
            ```
        """
        self._engine.require_open()
        run = self._new_run(
            tracks_or_path, playlist, on_progress, stop, journal, keeps_matches=True
        )
        if self.settings.async_io.enabled:
            from beatport_match.engine.async_bridge import run_async

            run_async(run, self._given, self._state)
        else:
            with run.partial_on_error():
                deque(self._each(run), maxlen=0)
        return run.result()

    def iter_matches(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
    ) -> Iterator[Match]:
        """Find tracks one after the other; each match is yielded as soon as it is known.

        Args:
            tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
            playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by
                default all tracks of the file.
            on_progress: Called with a `Progress` after each track; not an async function.
            stop: A function, called at every decision and at least every 0.25 s while waiting, or
                an event such as `threading.Event()`. Once it returns `True` or is set, the run ends
                and the tracks that are left are `failed` with the kind `stopped`.
            journal: The path of a file to which each finished track is written at once; a later run
                with the same file resumes: it sends no request for those tracks.

        Returns:
            An iterator over the matches. The journal is opened with the first one.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
            MisuseError: An argument has a wrong type, or the matcher is closed.

        Example:
            ```python
            with Matcher() as matcher:
                for match in matcher.iter_matches("friday.m3u8"):
                    print(match.track, match.outcome)
            ```
        """
        self._engine.require_open()
        run = self._new_run(
            tracks_or_path, playlist, on_progress, stop, journal, keeps_matches=False
        )

        def work() -> Iterator[Match]:
            run.start = time.monotonic()  # the caller may take the first match later
            yield from self._each(run)

        return work()

    @property
    def lookup_metrics(self) -> PerformanceStats:
        """The metrics of `search_tracks`, `fetch_track` and `fetch_tracks` of this matcher so far.

        They hold the last 1,000 queries and pages, and no tracks. The total time is the time with
        at least one of them under way. Use them like the metrics of a run.

        Example:
            ```python
            print(generate_async_io_analysis_report(matcher.lookup_metrics))
            ```
        """
        return self._lookups.stats()

    def search_tracks(self, query: str) -> tuple[Candidate, ...]:
        """Search in your own words.

        Args:
            query: The text to search for.

        Returns:
            The candidates as Beatport ranks them; empty if it has none.

        Raises:
            BeatportUnavailable: A fault prevented an answer; it carries the `Failure`.
            MisuseError: The query is blank or not text, or the matcher is closed.

        Example:
            ```python
            candidates = matcher.search_tracks("artist title")
            ```
        """
        flow = self._lookups.recording(query_flow(query, self._sources))
        return self._engine.run(flow, never_stop).value

    def fetch_track(self, url_or_id: str | int) -> Candidate | None:
        """Fetch the page of one track.

        Args:
            url_or_id: The URL of a track on Beatport, or its ID.

        Returns:
            The candidate; `None` if Beatport has no such track.

        Raises:
            BeatportUnavailable: A fault prevented an answer; it carries the `Failure`.
            MisuseError: It is neither an ID nor the URL of a track on this Beatport, or the matcher
                is closed.

        Example:
            ```python
            candidate = matcher.fetch_track(16476663)
            ```
        """
        return self.fetch_tracks((url_or_id,))[0]

    def fetch_tracks(self, urls_or_ids: Iterable[str | int]) -> tuple[Candidate | None, ...]:
        """Fetch the pages of several tracks.

        Args:
            urls_or_ids: URLs of tracks on Beatport, or their IDs.

        Returns:
            A candidate for each, in the same order; `None` for a track that Beatport does not have.

        Raises:
            BeatportUnavailable: A fault prevented the answer for one of them.
            MisuseError: One is neither an ID nor the URL of a track on this Beatport, or the
                matcher is closed.

        Example:
            ```python
            first, second = matcher.fetch_tracks([16476663, 16476664])
            ```
        """
        flow = self._lookups.recording(fetch_flow(urls_or_ids, self._sources))
        return self._engine.run(flow, never_stop).value

    def _each(self, run: PlaylistRun) -> Iterator[Match]:
        with run.opened():
            while (entry := run.next_track()) is not None:
                place, track, recorded = entry
                found = recorded
                if found is None:
                    flow = run.flow(track)
                    found = run.settle(self._engine.run(flow, run.is_stopped), place)
                    if found is None:
                        continue
                progress = run.finish(found, place, recorded=recorded is not None)
                if run.on_progress is not None:
                    run.on_progress(progress)
                yield found
