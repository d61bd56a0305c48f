"""`Matcher`: the sync interface of the library.

It has the same methods as `AsyncMatcher`. `playlist_run` holds the code that both use,
`sync_engine` runs the generators.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Self

from beatport_match.engine.arguments import (
    DecisionsOrPath,
    FileTracks,
    JournalPath,
    MissingOnly,
    OnError,
    OnProgress,
    Stop,
    Tracks,
    as_decisions,
    as_earlier,
    as_is_stopped,
    as_single_track,
    check_number,
    check_on_error,
    never_stop,
)
from beatport_match.engine.beatport_source import beatport_source, with_max_results
from beatport_match.engine.match_metrics import new_lookups, with_metrics
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.engine.sync_run import match_each, match_one
from beatport_match.engine.track_outcome import decided_about
from beatport_match.matching.fetched_tracks import FetchedTracks
from beatport_match.matching.lookup_flows import fetch_flow, fetch_one_flow, query_flow
from beatport_match.matching.match import Match
from beatport_match.matching.query_plan import own_queries
from beatport_match.matching.search_flow import match_flow
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.tracks import Candidate, Track
from beatport_match.settings.models import MatchSettings, settings_or_default
from beatport_match.transport.http import HttpClient, require_client_kind
from beatport_match.transport.shared import own_state, shared_state, with_rate_limiter
from beatport_match.transport.shared_rate_limit import RateLimiter

if TYPE_CHECKING:
    # Only runs over playlists load them.
    from beatport_match.model.run_metrics import PerformanceStats
    from beatport_match.results import PlaylistMatch


class Matcher:
    """Finds tracks on Beatport, one after the other unless `settings.async_io.enabled` is set.

    Several threads may use it. They share one rate limit, one circuit breaker
    and one cache: an equal query is not sent again for an hour.

    Args:
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close; by default one
            is made with the first request, and closed with the matcher.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        missing_only: Search only for tracks that an earlier run missed, 1, 2, 4 … 32 days after
            each miss. `True` if the journal has that run; otherwise its results, a `PlaylistMatch`
            or the path of the JSON file. It needs `decisions`, which hold the misses. Default:
            `False`, search for all.
        rate_limiter: A rate limit that other processes or machines share, instead of the one in
            `settings.rate_limit_file`; by default a rate limit of this matcher alone.

    Raises:
        MisuseError: `http_client` is an async one or no client, `source` is no source, or
            `rate_limiter` is an async one or none.
        DecisionsError: The file of decisions cannot be used.
        ResultsFileError: The results for `missing_only` cannot be read.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.

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
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        self.settings: MatchSettings = settings_or_default(settings)
        if http_client is not None:
            require_client_kind(http_client, asynchronous=False)
        self._given = http_client
        self._state = with_rate_limiter(
            self._new_state(self.settings, http_client),
            self.settings,
            rate_limiter,
            asynchronous=False,
        )
        self._engine = SyncEngine(self.settings, http_client, self._state)
        self._sources = resolve_sources(
            beatport_source(self.settings) if source is None else source
        )
        self._lookups = new_lookups("sync", self.settings)
        self._decisions = as_decisions(decisions)
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

    def match_track(
        self,
        track_or_text: Track | str,
        *,
        stop: Stop | None = None,
        queries: Iterable[str] | None = None,
        on_error: OnError = "raise",
    ) -> Match:
        """Find one track, in the calling thread and with one request at a time.

        For several tracks at the same time, use `match_playlist` with `settings.async_io.enabled`.

        Args:
            track_or_text: A `Track`, a text such as `Artist - Title (Mix)`, or the URL of a track
                page on Beatport.
            stop: A function, called before each step and at least every 0.25 s while waiting, or
                an event such as `threading.Event()`. Once it returns `True` or is set, the run ends
                and the remaining tracks are `failed` with the kind `stopped`. Default: none.
            queries: 1-20 texts to search for, in this order, instead of the queries that are
                planned from the track; the search still ends at a good answer. Default: none.
            on_error: How to handle an unexpected exception (of the client or of a source):
                "raise" raises it; "result" makes the match `failed` with the kind `exception`.
                Default "raise".

        Returns:
            The match: its `outcome` is `matched`, `review`, `not_found` or `failed`, and
            `explain()` says why. Faults of the network or of Beatport are in its `failures`.

        Raises:
            MisuseError: The track is blank, a playlist file, or neither a `Track` nor text, another
                argument has a wrong type or value, or the matcher is closed.
            MissingDependencyError: The proxy is a SOCKS proxy, and the extra `socks` is not
                installed.

        Example:
            ```python
            with Matcher() as matcher:
                match = matcher.match_track("Artist - Title (Some Remix)")
            ```
        """
        track, is_stopped = as_single_track(track_or_text), as_is_stopped(stop)
        check_on_error(on_error)
        own = None if queries is None else own_queries(queries)
        self._engine.require_open()
        decided = decided_about(track, self._decisions)
        flow = match_flow(track, self.settings, self._sources, own, decided)
        return with_metrics(
            match_one(self._engine, self.settings, track, flow, is_stopped, on_error)
        )

    def match_playlist(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        encoding: str | None = None,
        tags: bool = False,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
        on_error: OnError = "raise",
    ) -> PlaylistMatch:
        """Find every track of a playlist.

        With `settings.async_io.enabled` the async engine does the work, with the same answers.

        If an exception ends the run, such as Ctrl-C (`KeyboardInterrupt`), the attribute `partial`
        of the exception is a `PlaylistMatch` of the finished tracks.

        Args:
            tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
            playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by
                default all tracks of the file.
            encoding: The encoding of a text file; by default it is detected.
            tags: Whether the tags of the music files fill in values that the playlist lacks. It
                needs the extra `files`. Default: `False`.
            on_progress: Called with a `Progress` after each track; not an async function. Default:
                none.
            stop: A function, called before each step and at least every 0.25 s while waiting, or
                an event such as `threading.Event()`. Once it returns `True` or is set, the run ends
                and the remaining tracks are `failed` with the kind `stopped`. Default: none.
            journal: The path of a file to which each finished track is written at once; a later run
                with the same file resumes: it sends no request for those tracks. Default: none.
            on_error: How to handle an unexpected exception (of the client, of a source, of
                `on_progress`): "raise" ends the run with it; "result" makes the match of its track
                `failed` with the kind `exception`, and the run continues. Default "raise".

        Returns:
            The matches in the order of the playlist, with the metrics of the run.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
            MisuseError: An argument has a wrong type, the matcher is closed, or the async engine is
                enabled inside a running event loop.
            MissingDependencyError: An extra is not installed: `files` for a folder or `tags`,
                `socks` for a SOCKS proxy.

        Example:
            ```python
            with Matcher() as matcher:
                result = matcher.match_playlist("friday.m3u8", journal="friday.journal")
            ```
        """
        self._engine.require_open()
        run = self._new_run(
            FileTracks(tracks_or_path, playlist, encoding, tags),
            on_progress,
            stop,
            journal,
            on_error,
            keeps_matches=True,
        )
        if self.settings.async_io.enabled:
            from beatport_match.engine.async_bridge import run_async

            run_async(run, self._given, self._state)
        else:
            with run.partial_on_error():
                deque(match_each(self._engine, run), maxlen=0)
        return run.result()

    def iter_matches(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        encoding: str | None = None,
        tags: bool = False,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
        journal: JournalPath | None = None,
        on_error: OnError = "raise",
    ) -> Iterator[Match]:
        """Find tracks; each match is yielded as soon as it is known.

        The tracks are matched one after the other. With `settings.async_io.enabled`, the async
        engine matches several at the same time, in a separate thread; the matches then come in
        the order in which they finish. Your tracks are read and `on_progress` is called in the
        calling thread, but `stop` is called in the other one. When you leave the loop, the run ends
        and its thread stops.

        Args:
            tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
            playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by
                default all tracks of the file.
            encoding: The encoding of a text file; by default it is detected.
            tags: Whether the tags of the music files fill in values that the playlist lacks. It
                needs the extra `files`. Default: `False`.
            on_progress: Called with a `Progress` after each track; not an async function. Default:
                none.
            stop: A function, called before each step and at least every 0.25 s while waiting, or
                an event such as `threading.Event()`. Once it returns `True` or is set, the run ends
                and the remaining tracks are `failed` with the kind `stopped`. Default: none.
            journal: The path of a file to which each finished track is written at once; a later run
                with the same file resumes: it sends no request for those tracks. Default: none.
            on_error: How to handle an unexpected exception (of the client, of a source, of
                `on_progress`): "raise" ends the run with it; "result" makes the match of its track
                `failed` with the kind `exception`, and the run continues. Default "raise".

        Returns:
            An iterator over the matches. The journal is opened with the first one.

        Raises:
            PlaylistError: The file cannot be read.
            JournalError: The journal cannot be used.
            MisuseError: An argument has a wrong type, the matcher is closed, or the async engine is
                enabled inside a running event loop.
            MissingDependencyError: An extra is not installed: `files` for a folder or `tags`,
                `socks` for a SOCKS proxy.

        Example:
            ```python
            with Matcher() as matcher:
                for match in matcher.iter_matches("friday.m3u8"):
                    print(match.track, match.outcome)
            ```
        """
        self._engine.require_open()
        run = self._new_run(
            FileTracks(tracks_or_path, playlist, encoding, tags),
            on_progress,
            stop,
            journal,
            on_error,
            keeps_matches=False,
        )

        if self.settings.async_io.enabled:
            from beatport_match.engine.async_bridge import iter_async

            return iter_async(run, self._given, self._state)

        def work() -> Iterator[Match]:
            run.start = time.monotonic()  # the caller may take the first match later
            yield from match_each(self._engine, run)

        return work()

    @property
    def lookup_metrics(self) -> PerformanceStats:
        """The metrics of `search_tracks`, `fetch_track` and `fetch_tracks` of this matcher so far.

        They hold the last 1,000 queries and pages, and no tracks. The total time is the time with
        at least one of them in progress. Use them like the metrics of a run.

        Example:
            ```python
            with Matcher() as matcher:
                matcher.search_tracks("olvarin undertow")
                print(generate_async_io_analysis_report(matcher.lookup_metrics))
            ```
        """
        return self._lookups.stats()

    def search_tracks(
        self, query: str, *, timeout: float | None = None, max_results: int | None = None
    ) -> tuple[Candidate, ...]:
        """Search in your own words.

        Args:
            query: The text to search for.
            timeout: Seconds (0.001-600) that one request may take. Default:
                `settings.async_io.request_timeout`.
            max_results: Maximum number of candidates (1-150). Default: `settings.max_results`.

        Returns:
            The candidates as Beatport ranks them; empty if it has none.

        Raises:
            BeatportUnavailable: A fault prevented an answer; it carries the `Failure`.
            MisuseError: The query is blank or not text, a number is out of range, or the matcher is
                closed.
            MissingDependencyError: The proxy is a SOCKS proxy, and the extra `socks` is not
                installed.

        Example:
            ```python
            with Matcher() as matcher:
                candidates = matcher.search_tracks("olvarin undertow")
            ```
        """
        check_number("timeout", timeout, 0.001, 600)
        check_number("max_results", max_results, 1, 150)
        sources = with_max_results(self._sources, max_results)
        flow = self._lookups.recording(
            query_flow(query, sources, timeout_s=timeout, max_results=max_results)
        )
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
            MissingDependencyError: The proxy is a SOCKS proxy, and the extra `socks` is not
                installed.

        Example:
            ```python
            with Matcher() as matcher:
                candidate = matcher.fetch_track(16476663)
            ```
        """
        flow = self._lookups.recording(fetch_one_flow(url_or_id, self._sources))
        return self._engine.run(flow, never_stop).value

    def fetch_tracks(
        self, urls_or_ids: Iterable[str | int], *, max_concurrent: int | None = None
    ) -> FetchedTracks:
        """Fetch the pages of several tracks.

        Args:
            urls_or_ids: URLs of tracks on Beatport, or their IDs.
            max_concurrent: Maximum number of concurrent requests (1-100); the sync matcher sends
                one at a time. Default: `settings.async_io.max_concurrent_requests`.

        Returns:
            A sequence with a candidate for each, in the same order; `None` for a track that
            Beatport does not have, and for a page that could not be read. `failures` tells them
            apart: it holds the `Failure` of each page that could not be read, by its index.

        Raises:
            MisuseError: One is neither an ID nor the URL of a track on this Beatport,
                `max_concurrent` is out of range, or the matcher is closed.
            MissingDependencyError: The proxy is a SOCKS proxy, and the extra `socks` is not
                installed.

        Example:
            ```python
            with Matcher() as matcher:
                first, second = matcher.fetch_tracks([16476663, 16476664])
            ```
        """
        check_number("max_concurrent", max_concurrent, 1, 100)
        flow = self._lookups.recording(fetch_flow(urls_or_ids, self._sources, max_concurrent))
        return self._engine.run(flow, never_stop).value


class SharingMatcher(Matcher):
    """A matcher that shares its rate limit, circuit breaker and cache with all others like it."""

    _new_state = staticmethod(shared_state)
