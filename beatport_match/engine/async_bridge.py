"""Run the async engine from sync code, if `settings.async_io.enabled` requests it.

The run gets an event loop of its own. A sync client of the caller is used from worker threads.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

import anyio
import anyio.to_thread

from beatport_match.engine.async_engine import AsyncEngine
from beatport_match.engine.async_matcher import match_all
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import HttpClient, send, timeout_failure
from beatport_match.transport.shared import SharedState


def run_async(run: PlaylistRun, client: HttpClient | None, state: SharedState) -> None:
    """Match the tracks of a run with the async engine, and return when it is done.

    Args:
        run: The run of a sync matcher.
        client: The caller's sync client; `None` for a client of the library.
        state: The rate limiter and the memory cache of the sync matcher.

    Raises:
        MisuseError: An event loop is already running in this thread.
    """
    if _is_loop_running():
        raise MisuseError(
            "settings.async_io.enabled cannot start an event loop inside a running one: "
            "use `await amatch_playlist(...)` or AsyncMatcher instead."
        )
    run.mode = "async"

    async def work() -> None:
        engine = _BridgedEngine(run.settings, client, state)
        try:
            await match_all(engine, run)
        finally:
            with anyio.CancelScope(shield=True):
                await engine.aclose()

    # After Ctrl-C, asyncio cancels the tasks and raises a KeyboardInterrupt outside of them.
    with run.partial_on_error():
        anyio.run(work)


class _BridgedEngine(AsyncEngine):
    """The async engine with the caller's sync client, which worker threads run."""

    def __init__(
        self, settings: MatchSettings, client: HttpClient | None, state: SharedState
    ) -> None:
        super().__init__(settings, None, state)
        self._sync_client = client

    async def _transmit(self, request: Request) -> Response | Failure:
        if self._sync_client is None:
            return await super()._transmit(request)
        total_s = self._settings.async_io.request_timeout
        call = partial(send, self._sync_client, request, total_s)
        with anyio.move_on_after(total_s):
            return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
        return timeout_failure(request, total_s)


def _is_loop_running() -> bool:
    """Return whether asyncio (also in a callback) or trio runs an event loop in this thread."""
    for current in (asyncio.get_running_loop, anyio.get_current_task):
        with suppress(RuntimeError):
            current()
            return True
    return False
