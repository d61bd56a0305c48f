"""The async engine for sync callers: an event loop of its own, only where a setting asks for it."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio
import anyio.to_thread

from beatport_match._async import AsyncMatcher
from beatport_match._http import HttpClient
from beatport_match._runs import OnProgress, Stop, Tracks
from beatport_match.errors import MisuseError
from beatport_match.results import PlaylistMatch
from beatport_match.settings import MatchSettings


def match_playlist_async(
    settings: MatchSettings,
    client: HttpClient | None,
    tracks_or_path: Tracks,
    playlist: str | None,
    on_progress: OnProgress | None,
    stop: Stop | None,
) -> PlaylistMatch:
    """Run the async engine to its end from sync code.

    Raises:
        MisuseError: An event loop is running already in this thread.
    """
    if _in_a_loop():
        raise MisuseError(
            "settings.async_io.enabled cannot start an event loop inside a running one: "
            "use `await amatch_playlist(...)` or AsyncMatcher instead."
        )

    async def run() -> PlaylistMatch:
        mine = None if client is None else _InThreads(client)
        async with AsyncMatcher(settings, http_client=mine) as matcher:
            return await matcher.match_playlist(
                tracks_or_path, playlist=playlist, on_progress=on_progress, stop=stop
            )

    return anyio.run(run)


class _InThreads:
    """A sync client's `get`, awaited: the caller's client serves the async engine from threads."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def get(self, url: str, *, params: Any = None, headers: Any = None) -> Any:
        call = partial(self._client.get, url, params=params, headers=headers)
        return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)


def _in_a_loop() -> bool:
    try:
        anyio.get_current_task()
    except RuntimeError:
        return False
    return True
