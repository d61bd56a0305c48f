"""Run the async engine from sync code, if `settings.async_io.enabled` requests it.

The run gets its own event loop: in the calling thread for a whole playlist, in a thread of
its own for an iterator. There, the loop continues while the caller uses a match. A sync client of
the caller is used from worker threads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread, current_thread
from typing import Any, TypeAlias

import anyio

from beatport_match.engine.arguments import IsStopped
from beatport_match.engine.async_engine import AsyncEngine, unless_stopped
from beatport_match.engine.async_run import InCaller, directly, match_all
from beatport_match.engine.match_stream import Emit
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.engine.task_errors import single_error
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import STOP_POLL_INTERVAL_S, HttpClient, send
from beatport_match.transport.shared import SharedState
from beatport_match.transport.worker_threads import in_thread

_Item: TypeAlias = "tuple[Match | Callable[[], Any], asyncio.Future[Any]]"
"""A match for the caller, or a call that the caller's thread makes; and where the loop waits."""


def run_async(run: PlaylistRun, client: HttpClient | None, state: SharedState) -> None:
    """Match the tracks of a run with the async engine, and return when it is done.

    Args:
        run: The run of a sync matcher.
        client: The caller's sync client; `None` for a client of the library.
        state: The rate limiter and the memory cache of the sync matcher.

    Raises:
        MisuseError: An event loop is already running in this thread.
    """
    _require_no_loop("`await amatch_playlist(...)`")
    run.mode = "async"
    # After Ctrl-C, asyncio cancels the tasks and raises a KeyboardInterrupt outside of them.
    with run.partial_on_error():
        anyio.run(_match_all, run, client, state)


def iter_async(run: PlaylistRun, client: HttpClient | None, state: SharedState) -> Iterator[Match]:
    """Match the tracks of a run with the async engine, and yield each match when it is known.

    The arguments are those of `run_async`. The work begins with the first match. When the iterator
    is closed, the run ends and its thread stops.

    Raises:
        MisuseError: An event loop is already running in this thread.
    """
    _require_no_loop("`aiter_matches(...)`")
    run.mode = "async"

    def matches() -> Iterator[Match]:
        run.start = time.monotonic()  # the caller may take the first match later
        loop = _LoopThread(partial(_match_all, run, client, state))
        try:
            yield from loop.matches()
        finally:
            loop.stop()

    return matches()


async def _match_all(
    run: PlaylistRun,
    client: HttpClient | None,
    state: SharedState,
    emit: Emit | None = None,
    in_caller: InCaller = directly,
) -> None:
    engine = _BridgedEngine(run.settings, client, state)
    try:
        await match_all(engine, run, emit, in_caller)
    finally:
        with anyio.CancelScope(shield=True):
            await engine.aclose()


class _LoopThread:
    """An event loop in a separate thread, which gives matches and calls to the caller's thread.

    The loop waits for each of them, so a caller that takes no further match stops it after the
    tracks that are already in flight.

    Args:
        work: The work of the loop: it gets the functions that pass on a match and a call.
    """

    def __init__(self, work: Callable[[Emit, InCaller], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._items: SimpleQueue[_Item | None] = SimpleQueue()
        self._consumer = current_thread()
        self._is_closed = False
        self._cancel: Callable[[], object] = bool
        self._error: BaseException | None = None
        self._thread = Thread(
            target=copy_context().run, args=(self._run,), name="beatport-match iter_matches"
        )
        self._thread.start()

    def matches(self) -> Iterator[Match]:
        """Yield the matches, and make the calls in between; raise what ended the work."""
        while (item := self._next_item()) is not None:
            given, reply = item
            if reply.cancelled():
                continue
            result: object = None
            error: Exception | None = None
            if isinstance(given, Match):
                yield given
            else:
                try:
                    result = given()
                except Exception as raised:  # noqa: BLE001 - raised again where the call is awaited
                    error = raised
            with suppress(RuntimeError):  # the loop has ended meanwhile
                reply.get_loop().call_soon_threadsafe(_answer, reply, (result, error))
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the work, and wait for its thread."""
        self._is_closed = True
        self._cancel()
        self._thread.join()

    def _next_item(self) -> _Item | None:
        # A thread of the caller that ends without closing the iterator must not leave this one.
        self._consumer = current_thread()
        while True:
            # On Windows, Ctrl-C does not interrupt a wait without a timeout.
            with suppress(Empty):
                return self._items.get(timeout=STOP_POLL_INTERVAL_S)

    def _run(self) -> None:
        try:
            anyio.run(self._main)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._error = single_error(error)
        finally:
            self._items.put(None)

    async def _main(self) -> None:
        async with anyio.create_task_group() as group:
            cancel, loop = group.cancel_scope.cancel, asyncio.get_running_loop()

            def cancel_from_another_thread() -> None:
                with suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(cancel)

            self._cancel = cancel_from_another_thread
            group.start_soon(self._watch, cancel)
            await self._work(self._pass_on, self._pass_on)
            cancel()

    async def _watch(self, cancel: Callable[[], object]) -> None:
        """Cancel the work when the caller's thread has ended, such as the main thread at exit."""
        while self._consumer.is_alive() and not self._is_closed:  # noqa: ASYNC110 - of a thread
            await anyio.sleep(STOP_POLL_INTERVAL_S)
        cancel()

    async def _pass_on(self, given: Any) -> Any:
        """Give a match or a call to the caller's thread, and wait until it is done."""
        reply = asyncio.get_running_loop().create_future()
        self._items.put((given, reply))
        result, error = await reply
        if error is not None:
            raise error
        return result


def _answer(reply: asyncio.Future[Any], result: object) -> None:
    if not reply.done():
        reply.set_result(result)


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


def _require_no_loop(remedy: str) -> None:
    """Raise a `MisuseError` inside a running event loop, which the run would block."""
    if _is_loop_running():
        raise MisuseError(
            "settings.async_io.enabled cannot start an event loop inside a running one: "
            f"use {remedy} or AsyncMatcher instead."
        )


def _is_loop_running() -> bool:
    """Return whether asyncio (also in a callback) or trio runs an event loop in this thread."""
    for current in (asyncio.get_running_loop, anyio.get_current_task):
        with suppress(RuntimeError):
            current()
            return True
    return False
