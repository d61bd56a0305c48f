"""Run the async engine from sync code, if `settings.async_io.enabled` requests it.

The run gets an event loop of its own. A sync client of the caller is used from worker threads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import anyio
import anyio.to_thread

from beatport_match.engine.arguments import IsStopped, JournalPath, OnProgress, Tracks
from beatport_match.engine.async_matcher import AsyncMatcher
from beatport_match.engine.playlist_run import PlaylistRun, TrackQueue
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import Request
from beatport_match.matching.sources import Sources
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import AsyncHttpClient, HttpClient, RequestFailedError, send
from beatport_match.transport.shared import SharedState


def match_playlist_async(
    settings: MatchSettings,
    client: HttpClient | None,
    sources: Sources,
    tracks_or_path: Tracks,
    playlist: str | None,
    on_progress: OnProgress | None,
    stop: IsStopped,
    journal: JournalPath | None,
    state: SharedState,
) -> PlaylistMatch:
    """Match a playlist with the async engine, and return when it is done.

    Args:
        settings: The settings of the run.
        client: The caller's sync client; `None` for a client of the library.
        sources: The sources to query.
        tracks_or_path: The tracks, or the path of a playlist file.
        playlist: The name of a playlist within the file; `None` for the whole file.
        on_progress: Called after each track.
        stop: Called at every decision; if it returns `True`, the run stops.
        journal: The path of the journal; `None` for none.
        state: The rate limiter and the memory cache of the sync matcher.

    Raises:
        MisuseError: An event loop is already running in this thread.
    """
    if _is_loop_running():
        raise MisuseError(
            "settings.async_io.enabled cannot start an event loop inside a running one: "
            "use `await amatch_playlist(...)` or AsyncMatcher instead."
        )

    start = time.monotonic()
    queue = TrackQueue(tracks_or_path, playlist, count=True)
    run = PlaylistRun("async", settings, queue, state.rate_limiter, start, keeps_matches=True)

    async def work() -> None:
        total_s = settings.async_io.request_timeout
        threaded = None if client is None else ThreadedClient(client, total_s)
        async with _BridgedMatcher(settings, threaded, sources, state) as matcher:
            await matcher.match_all(run, on_progress, stop, journal)

    # After Ctrl-C, asyncio cancels the tasks and raises a KeyboardInterrupt outside of them.
    with run.partial_on_error():
        anyio.run(work)
    return run.result()


class _BridgedMatcher(AsyncMatcher):
    """An async matcher with the rate limiter and the memory cache of a sync one."""

    def __init__(
        self,
        settings: MatchSettings,
        client: AsyncHttpClient | None,
        sources: Sources,
        state: SharedState,
    ) -> None:
        self._state = state
        super().__init__(settings, http_client=client, source=sources)

    async def match_all(
        self,
        run: PlaylistRun,
        on_progress: OnProgress | None,
        stop: IsStopped,
        journal: JournalPath | None,
    ) -> None:
        """Match the tracks of a run."""
        await self._each(run, on_progress, stop, journal)

    def _new_state(self, client: AsyncHttpClient | None) -> SharedState:
        del client
        return self._state


class ThreadedClient:
    """An async client that runs the caller's sync client in worker threads.

    It has no `stream` method: the thread has already read the whole response, up to its size limit.

    Args:
        client: The sync client.
        total_s: The time limit of one request in seconds.
    """

    def __init__(self, client: HttpClient, total_s: float) -> None:
        self._client = client
        self._total_s = total_s

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _ReadResponse:
        """Send a GET request."""
        return await self._request(url, params, headers, {})

    async def post(
        self,
        url: str,
        *,
        data: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _ReadResponse:
        """Send a POST request with a form."""
        return await self._request(url, params, headers, data)

    async def _request(
        self,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        data: Mapping[str, str],
    ) -> _ReadResponse:
        request = Request(
            url=url,
            params=tuple((params or {}).items()),
            headers=tuple((headers or {}).items()),
            form=tuple(data.items()),
        )
        call = partial(send, self._client, request, self._total_s)
        response = await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
        if isinstance(response, Failure):
            raise RequestFailedError(response)
        return _ReadResponse(response.status, response.url, response.headers, response.body)


class _ReadResponse(NamedTuple):
    """A response with the attributes of a client's response."""

    status_code: int
    url: str
    headers: Mapping[str, str]
    content: bytes


def _is_loop_running() -> bool:
    """Return whether asyncio (also in a callback) or trio runs an event loop in this thread."""
    for current in (asyncio.get_running_loop, anyio.get_current_task):
        with suppress(RuntimeError):
            current()
            return True
    return False
