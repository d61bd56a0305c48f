"""Run the async engine from sync code, if `settings.async_io.enabled` requests it.

The run gets an event loop of its own. A sync client of the caller is used from worker threads.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from threading import Event

import anyio

from beatport_match.engine.arguments import IsStopped
from beatport_match.engine.async_engine import AsyncEngine, unless_stopped
from beatport_match.engine.async_matcher import match_all
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import HttpClient, send
from beatport_match.transport.shared import SharedState
from beatport_match.transport.worker_threads import in_thread


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

    async def _transmit(self, request: Request, stop: IsStopped) -> Response | Failure:
        if self._sync_client is None:
            return await super()._transmit(request, stop)
        # The worker thread sees no cancellation; without the event, it would keep the process
        # alive until the request ends.
        is_over = Event()
        timeout_s = self._settings.async_io.request_timeout
        call = partial(send, self._sync_client, request, timeout_s, is_over.is_set)
        try:
            wait = partial(in_thread, call, abandon_on_cancel=True)
            return await unless_stopped(wait, request, stop)
        finally:
            is_over.set()


def _is_loop_running() -> bool:
    """Return whether asyncio (also in a callback) or trio runs an event loop in this thread."""
    for current in (asyncio.get_running_loop, anyio.get_current_task):
        with suppress(RuntimeError):
            current()
            return True
    return False
