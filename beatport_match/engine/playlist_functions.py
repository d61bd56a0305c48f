"""Match a playlist in one call, with a matcher made and closed around it.

Like `track_functions`, the calls share their rate limit, circuit breaker and cached answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from beatport_match.engine.arguments import (
    AsyncOnProgress,
    DecisionsOrPath,
    JournalPath,
    MissingOnly,
    OnError,
    OnProgress,
    Stop,
    Tracks,
)
from beatport_match.engine.async_matcher import SharingAsyncMatcher
from beatport_match.engine.match_stream import Emit, MatchStream
from beatport_match.engine.matcher import SharingMatcher
from beatport_match.matching.match import Match
from beatport_match.matching.sources import Sources
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import AsyncHttpClient, HttpClient

if TYPE_CHECKING:
    # Only runs over playlists load them.
    from beatport_match.results import PlaylistMatch


def match_playlist(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    encoding: str | None = None,
    tags: bool = False,
    settings: MatchSettings | None = None,
    http_client: HttpClient | None = None,
    source: Sources | None = None,
    decisions: DecisionsOrPath | None = None,
    missing_only: MissingOnly = False,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
    on_error: OnError = "raise",
) -> PlaylistMatch:
    """Find every track of a playlist on Beatport.

    With `settings.async_io.enabled` the async engine does the work, with the same answers.

    If an exception ends the run, such as Ctrl-C (`KeyboardInterrupt`), the attribute `partial` of
    the exception is a `PlaylistMatch` of the finished tracks.

    Args:
        tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
        playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by default
            all tracks of the file.
        encoding: The encoding of a text file; by default it is detected.
        tags: Whether the tags of the music files fill in values that the playlist lacks. It needs
            the extra `files`. Default: `False`.
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close; by default one
            is made, and closed afterwards.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        missing_only: Search only for tracks that an earlier run missed, 1, 2, 4 … 32 days after
            each miss. `True` if the journal has that run; otherwise its results, a `PlaylistMatch`
            or the path of the JSON file. It needs `decisions`, which hold the misses. Default:
            `False`, search for all.
        on_progress: Called with a `Progress` after each track; not an async function. Default:
            none.
        stop: A function, called before each step and at least every 0.25 s while waiting, or an
            event such as `threading.Event()`. Once it returns `True` or is set, the run ends and
            the remaining tracks are `failed` with the kind `stopped`. Default: none.
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
        MisuseError: An argument has a wrong type, or `settings.async_io.enabled` is set inside a
            running event loop.
        DecisionsError: The file of decisions cannot be used.
        ResultsFileError: The results for `missing_only` cannot be read.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.
        MissingDependencyError: An extra is not installed: `files` for a folder or `tags`, `socks`
            for a SOCKS proxy.

    Example:
        ```python
        result = match_playlist("collection.xml", playlist="Sets/Friday", journal="friday.journal")
        print(len(result.matched), len(result.review), len(result.not_found), len(result.failed))
        result.to_csv("friday/")
        ```
    """
    with SharingMatcher(
        settings,
        http_client=http_client,
        source=source,
        decisions=decisions,
        missing_only=missing_only,
    ) as matcher:
        return matcher.match_playlist(
            tracks_or_path,
            playlist=playlist,
            encoding=encoding,
            tags=tags,
            on_progress=on_progress,
            stop=stop,
            journal=journal,
            on_error=on_error,
        )


async def amatch_playlist(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    encoding: str | None = None,
    tags: bool = False,
    settings: MatchSettings | None = None,
    http_client: AsyncHttpClient | None = None,
    source: Sources | None = None,
    decisions: DecisionsOrPath | None = None,
    missing_only: MissingOnly = False,
    on_progress: AsyncOnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
    on_error: OnError = "raise",
) -> PlaylistMatch:
    """Find every track of a playlist on Beatport, several at the same time (asyncio or trio).

    `settings.async_io.max_concurrent_tracks` tracks are matched at the same time.

    If an exception ends the run, such as the cancellation of its task, the attribute `partial` of
    the exception is a `PlaylistMatch` of the finished tracks.

    Args:
        tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
        playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by default
            all tracks of the file.
        encoding: The encoding of a text file; by default it is detected.
        tags: Whether the tags of the music files fill in values that the playlist lacks. It needs
            the extra `files`. Default: `False`.
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: An async `httpx` (or `httpx2`) client of yours, which you close; by default the
            library uses one for the event loop, and closes it when the loop ends.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        missing_only: Search only for tracks that an earlier run missed, 1, 2, 4 … 32 days after
            each miss. `True` if the journal has that run; otherwise its results, a `PlaylistMatch`
            or the path of the JSON file. It needs `decisions`, which hold the misses. Default:
            `False`, search for all.
        on_progress: Called with a `Progress` after each track, one call at a time; an async
            function is awaited. Default: none.
        stop: A function, called before each step and at least every 0.25 s while waiting, or an
            event such as `threading.Event()`. Once it returns `True` or is set, the run ends and
            the remaining tracks are `failed` with the kind `stopped`. Default: none.
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
        MisuseError: An argument has a wrong type.
        DecisionsError: The file of decisions cannot be used.
        ResultsFileError: The results for `missing_only` cannot be read.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.
        MissingDependencyError: An extra is not installed: `files` for a folder or `tags`, `socks`
            for a SOCKS proxy.

    Example:
        ```python
        result = await amatch_playlist("collection.xml", playlist="Sets/Friday")
        print(len(result.matched), len(result.review), len(result.not_found), len(result.failed))
        result.to_csv("friday/")
        ```
    """
    async with SharingAsyncMatcher(
        settings,
        http_client=http_client,
        source=source,
        decisions=decisions,
        missing_only=missing_only,
    ) as matcher:
        return await matcher.match_playlist(
            tracks_or_path,
            playlist=playlist,
            encoding=encoding,
            tags=tags,
            on_progress=on_progress,
            stop=stop,
            journal=journal,
            on_error=on_error,
        )


def iter_matches(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    encoding: str | None = None,
    tags: bool = False,
    settings: MatchSettings | None = None,
    http_client: HttpClient | None = None,
    source: Sources | None = None,
    decisions: DecisionsOrPath | None = None,
    missing_only: MissingOnly = False,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
    on_error: OnError = "raise",
) -> Iterator[Match]:
    """Find the tracks of a playlist; each match is yielded as soon as it is known.

    The tracks are matched one after the other. With `settings.async_io.enabled`, the async engine
    matches several at the same time, in a separate thread; the matches then come in the order in
    which they finish. Your tracks are read and `on_progress` is called in the calling thread, but
    `stop` is called in the other one. When you leave the loop, the run ends and its thread stops.

    Args:
        tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
        playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by default
            all tracks of the file.
        encoding: The encoding of a text file; by default it is detected.
        tags: Whether the tags of the music files fill in values that the playlist lacks. It needs
            the extra `files`. Default: `False`.
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close; by default one
            is made, and closed afterwards.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        missing_only: Search only for tracks that an earlier run missed, 1, 2, 4 … 32 days after
            each miss. `True` if the journal has that run; otherwise its results, a `PlaylistMatch`
            or the path of the JSON file. It needs `decisions`, which hold the misses. Default:
            `False`, search for all.
        on_progress: Called with a `Progress` after each track; not an async function. Default:
            none.
        stop: A function, called before each step and at least every 0.25 s while waiting, or an
            event such as `threading.Event()`. Once it returns `True` or is set, the run ends and
            the remaining tracks are `failed` with the kind `stopped`. Default: none.
        journal: The path of a file to which each finished track is written at once; a later run
            with the same file resumes: it sends no request for those tracks. Default: none.
        on_error: How to handle an unexpected exception (of the client, of a source, of
            `on_progress`): "raise" ends the run with it; "result" makes the match of its track
            `failed` with the kind `exception`, and the run continues. Default "raise".

    Returns:
        An iterator over the matches. The work is done while it is consumed, with bounded memory.

    Raises:
        PlaylistError: The file cannot be read.
        JournalError: The journal cannot be used.
        MisuseError: An argument has a wrong type, or `settings.async_io.enabled` is set inside a
            running event loop.
        DecisionsError: The file of decisions cannot be used.
        ResultsFileError: The results for `missing_only` cannot be read.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.
        MissingDependencyError: An extra is not installed: `files` for a folder or `tags`, `socks`
            for a SOCKS proxy.

    Example:
        ```python
        for match in iter_matches("friday.m3u8"):
            print(match.track, match.outcome)
        ```
    """
    matcher = SharingMatcher(
        settings,
        http_client=http_client,
        source=source,
        decisions=decisions,
        missing_only=missing_only,
    )
    matches = matcher.iter_matches(
        tracks_or_path,
        playlist=playlist,
        encoding=encoding,
        tags=tags,
        on_progress=on_progress,
        stop=stop,
        journal=journal,
        on_error=on_error,
    )

    def until_the_end() -> Iterator[Match]:
        with matcher:
            yield from matches

    return until_the_end()


def aiter_matches(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    encoding: str | None = None,
    tags: bool = False,
    settings: MatchSettings | None = None,
    http_client: AsyncHttpClient | None = None,
    source: Sources | None = None,
    decisions: DecisionsOrPath | None = None,
    missing_only: MissingOnly = False,
    on_progress: AsyncOnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
    on_error: OnError = "raise",
) -> MatchStream:
    """Find the tracks of a playlist, several at the same time; each match is yielded at once.

    The matches come in the order in which they finish, not in that of the playlist.

    Args:
        tracks_or_path: The path of a playlist file, or tracks: each a `Track` or a text.
        playlist: The name of one playlist in a Rekordbox file, such as `Sets/Friday`; by default
            all tracks of the file.
        encoding: The encoding of a text file; by default it is detected.
        tags: Whether the tags of the music files fill in values that the playlist lacks. It needs
            the extra `files`. Default: `False`.
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: An async `httpx` (or `httpx2`) client of yours, which you close; by default the
            library uses one for the event loop, and closes it when the loop ends.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        missing_only: Search only for tracks that an earlier run missed, 1, 2, 4 … 32 days after
            each miss. `True` if the journal has that run; otherwise its results, a `PlaylistMatch`
            or the path of the JSON file. It needs `decisions`, which hold the misses. Default:
            `False`, search for all.
        on_progress: Called with a `Progress` after each track, one call at a time; an async
            function is awaited. Default: none.
        stop: A function, called before each step and at least every 0.25 s while waiting, or an
            event such as `threading.Event()`. Once it returns `True` or is set, the run ends and
            the remaining tracks are `failed` with the kind `stopped`. Default: none.
        journal: The path of a file to which each finished track is written at once; a later run
            with the same file resumes: it sends no request for those tracks. Default: none.
        on_error: How to handle an unexpected exception (of the client, of a source, of
            `on_progress`): "raise" ends the run with it; "result" makes the match of its track
            `failed` with the kind `exception`, and the run continues. Default "raise".

    Returns:
        A stream for `async for`. The work starts with the first match that is requested. Leaving
        the loop stops it soon; `aclose()` or `async with` waits until it has stopped.

    Raises:
        PlaylistError: The file cannot be read.
        JournalError: The journal cannot be used.
        MisuseError: An argument has a wrong type.
        DecisionsError: The file of decisions cannot be used.
        ResultsFileError: The results for `missing_only` cannot be read.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.
        MissingDependencyError: An extra is not installed: `files` for a folder or `tags`, `socks`
            for a SOCKS proxy.

    Example:
        ```python
        async for match in aiter_matches("friday.m3u8"):
            print(match.track, match.outcome)
        ```
    """
    matcher = SharingAsyncMatcher(
        settings,
        http_client=http_client,
        source=source,
        decisions=decisions,
        missing_only=missing_only,
    )
    matches = matcher.iter_matches(
        tracks_or_path,
        playlist=playlist,
        encoding=encoding,
        tags=tags,
        on_progress=on_progress,
        stop=stop,
        journal=journal,
        on_error=on_error,
    )

    async def work(emit: Emit) -> None:
        async with matcher, matches:
            async for match in matches:
                await emit(match)

    return MatchStream(work)
