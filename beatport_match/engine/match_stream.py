"""Matches as they complete, for `async for`: the one place where a task outlives a call.

An async generator cannot hold a task group open across its yields: a consumer that breaks off
would leave the group's cancel scope to be closed by another task. So the work runs in a task of
its own, which owns every scope it opens, and the consumer holds nothing but the end of a channel.
Dropping that end is enough to stop the work; `aclose` waits until it has stopped.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import anyio

from beatport_match.matching.match import Match

if TYPE_CHECKING:
    # What anyio itself imports when a channel is made.
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

Emit: TypeAlias = Callable[[Match], Awaitable[None]]
StreamWork: TypeAlias = Callable[[Emit], Awaitable[None]]


class _StreamClosedError(Exception):
    """The consumer dropped its end of the channel."""


class StreamTask:
    """The work behind a stream, known to those who may have to wait for it."""

    def __init__(self, send: MemoryObjectSendStream[Match]) -> None:
        self._send = send
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()
        self._error: BaseException | None = None

    @property
    def ended(self) -> bool:
        """Whether it has stopped."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """Ask it to stop soon."""
        self._scope.cancel()

    async def stop(self) -> None:
        """Stop it and wait until it has stopped."""
        self.cancel()
        with anyio.CancelScope(shield=True):
            await self._ended.wait()

    def take_error(self) -> BaseException | None:
        """What went wrong in it; told once."""
        error, self._error = self._error, None
        return error

    async def run(self, work: StreamWork) -> None:
        """Do the work; no exception leaves here."""
        try:
            with self._scope:
                await work(self._give)
        except _StreamClosedError:
            pass
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001
            # Raised again where the matches are consumed: a task of nobody's may not end the loop.
            self._error = error
        finally:
            self.finish()

    async def _give(self, found: Match) -> None:
        try:
            await self._send.send(found)
        except anyio.BrokenResourceError:
            # Told apart from the same error out of the host's own code.
            raise _StreamClosedError from None

    def finish(self) -> None:
        """Tell everyone that it has stopped."""
        self._send.close()
        self._ended.set()


class MatchStream:
    """Matches as they complete; the work begins with the first one asked for.

    Breaking off the loop stops the work soon; to be sure that it has stopped, use the stream as
    `async with` or call `aclose`.
    """

    def __init__(
        self, work: StreamWork, on_begin: Callable[[StreamTask], None] | None = None
    ) -> None:
        self._work = work
        self._on_begin = on_begin
        self._closed = False
        self._channel: tuple[MemoryObjectReceiveStream[Match], StreamTask] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Match:
        receive, running = self._begun()
        try:
            return await receive.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            if error := running.take_error():
                raise error from None
            raise StopAsyncIteration from None
        except BaseException:
            await self.aclose()
            raise

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
        """Stop the work and wait until it has stopped."""
        self._closed = True
        if self._channel is not None:
            receive, running = self._channel
            receive.close()
            await running.stop()

    def __del__(self) -> None:
        if self._channel is not None:
            receive, running = self._channel
            running.cancel()
            receive.close()

    def _begun(self) -> tuple[MemoryObjectReceiveStream[Match], StreamTask]:
        if self._channel is None:
            if self._closed:
                raise StopAsyncIteration
            send, receive = anyio.create_memory_object_stream[Match](0)
            running = StreamTask(send)
            self._channel = receive, running
            if self._on_begin is not None:
                self._on_begin(running)
            # The task must not hold the stream itself, or dropping the stream would not end it.
            _spawn(running, self._work)
        return self._channel


def _spawn(running: StreamTask, work: StreamWork) -> None:
    """Start a task that belongs to nobody's task group."""
    trio = sys.modules.get("trio")
    if trio is not None and _in_trio(trio):
        trio.lowlevel.spawn_system_task(running.run, work, context=copy_context())
        return
    import asyncio

    task = asyncio.get_running_loop().create_task(running.run(work))
    _tasks.add(task)  # the loop itself keeps only a weak reference
    task.add_done_callback(_tasks.discard)
    # A task cancelled before its first step never comes to its `finally`.
    task.add_done_callback(lambda _: running.finish())


_tasks: set[Any] = set()


def _in_trio(trio: Any) -> bool:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
