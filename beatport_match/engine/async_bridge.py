"""The async engine for sync callers: an event loop of its own, only where a setting asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import anyio
import anyio.to_thread

from beatport_match.engine.async_matcher import AsyncMatcher
from beatport_match.engine.journal import JournalPath
from beatport_match.engine.playlist_run import OnProgress, Stop, Tracks
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import Request
from beatport_match.matching.sources import Sources
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import HttpClient, RequestFailedError, send


def match_playlist_async(
    settings: MatchSettings,
    client: HttpClient | None,
    sources: Sources,
    tracks_or_path: Tracks,
    playlist: str | None,
    on_progress: OnProgress | None,
    stop: Stop | None,
    journal: JournalPath | None,
) -> PlaylistMatch:
    """Run the async engine to its end from sync code.

    Raises:
        MisuseError: An event loop is running already in this thread.
    """
    if _is_loop_running():
        raise MisuseError(
            "settings.async_io.enabled cannot start an event loop inside a running one: "
            "use `await amatch_playlist(...)` or AsyncMatcher instead."
        )

    async def run() -> PlaylistMatch:
        total_s = settings.async_io.request_timeout
        mine = None if client is None else ThreadedClient(client, total_s)
        async with AsyncMatcher(settings, http_client=mine, source=sources) as matcher:
            return await matcher.match_playlist(
                tracks_or_path,
                playlist=playlist,
                on_progress=on_progress,
                stop=stop,
                journal=journal,
            )

    return anyio.run(run)


class ThreadedClient:
    """A sync client's answers, awaited: the caller's client serves the async engine from threads.

    It is met as any client that cannot `stream`: the thread has read and bounded the whole answer.
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
        return await self._ask(url, params, headers, {})

    async def post(
        self,
        url: str,
        *,
        data: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _ReadResponse:
        return await self._ask(url, params, headers, data)

    async def _ask(
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
        came = await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
        if isinstance(came, Failure):
            raise RequestFailedError(came)
        return _ReadResponse(came.status, came.url, came.headers, came.body)


class _ReadResponse(NamedTuple):
    """An answer in the words of a client."""

    status_code: int
    url: str
    headers: Mapping[str, str]
    content: bytes


def _is_loop_running() -> bool:
    """Whether a loop runs in this thread: asyncio's, also from a callback of its own, or trio's."""
    for ask in (asyncio.get_running_loop, anyio.get_current_task):
        with suppress(RuntimeError):
            ask()
            return True
    return False
