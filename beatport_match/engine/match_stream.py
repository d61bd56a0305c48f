"""The stream of matches for `async for`, and the task that does its work.

An async generator cannot hold a task group open across its yields: if the consumer leaves the loop,
another task would have to close the group's cancel scope. So the work runs in a separate task,
which owns every scope that it opens, and the consumer holds only the receiving end of a channel.
Closing that end stops the work; `aclose` also waits until it has stopped. This is the only task in
the library that outlives the call that started it.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import anyio

from beatport_match.matching.match import Match

if TYPE_CHECKING:
    # Imported lazily: anyio itself imports this module only when a channel is created.
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

Emit: TypeAlias = Callable[[Match], Awaitable[None]]
StreamWork: TypeAlias = Callable[[Emit], Awaitable[None]]


_running: set[Any] = set()  # the tasks of asyncio


class _StreamClosedError(Exception):
    """The consumer closed its end of the channel."""


class StreamTask:
    """The task that does the work of a stream; other code can stop it or wait for it."""

    def __init__(self, send: MemoryObjectSendStream[Match]) -> None:
        self._send = send
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()
        self._error: BaseException | None = None

    @property
    def ended(self) -> bool:
        """Return whether the work has stopped."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """Cancel the work without waiting for its end."""
        self._scope.cancel()

    async def stop(self) -> None:
        """Cancel the work and wait until it has stopped."""
        self.cancel()
        with anyio.CancelScope(shield=True):
            await self._ended.wait()

    def take_error(self) -> BaseException | None:
        """Return the exception that ended the work, once; `None` afterwards or without one."""
        error, self._error = self._error, None
        return error

    async def run(self, work: StreamWork) -> None:
        """Do the work; keep an exception for `take_error` instead of raising it."""
        try:
            with self._scope:
                await work(self._emit)
        except _StreamClosedError:
            pass
        except BaseException as error:  # noqa: BLE001
            # `MatchStream` raises it again where the matches are consumed. Raised here, in a task
            # without a parent, it would end the event loop.
            self._error = error
        finally:
            self.finish()

    async def _emit(self, match: Match) -> None:
        try:
            await self._send.send(match)
        except anyio.BrokenResourceError:
            # A separate type: the calling program's code may raise BrokenResourceError as well.
            raise _StreamClosedError from None

    def finish(self) -> None:
        """Close the channel and mark the work as ended."""
        self._send.close()
        self._ended.set()


class MatchStream:
    """Matches in the order in which they complete, for `async for`.

    The work begins when the first match is requested. Leaving the loop early stops the work soon
    afterwards. To be sure that it has stopped, use the stream in `async with` or call `aclose`. An
    exception in the work is raised where the matches are consumed.

    Example:
        ```python
        async with aiter_matches("friday.m3u8") as matches:
            async for match in matches:
                print(match.outcome)
        ```
    """

    def __init__(
        self, work: StreamWork, on_start: Callable[[StreamTask], None] | None = None
    ) -> None:
        self._work = work
        self._on_start = on_start
        self._closed = False
        self._channel: tuple[MemoryObjectReceiveStream[Match], StreamTask] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Match:
        receive, task = self._start()
        try:
            return await receive.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            receive.close()
            if error := task.take_error():
                raise error from None
            raise StopAsyncIteration from None
        except BaseException:
            await self.aclose()
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop the work and wait until it has stopped."""
        self._closed = True
        if self._channel is not None:
            receive, task = self._channel
            receive.close()
            await task.stop()

    def __del__(self) -> None:
        if self._channel is not None:
            receive, task = self._channel
            task.cancel()
            receive.close()

    def _start(self) -> tuple[MemoryObjectReceiveStream[Match], StreamTask]:
        """Return the channel and the task; create both at the first call."""
        if self._channel is None:
            if self._closed:
                raise StopAsyncIteration
            send, receive = anyio.create_memory_object_stream[Match](0)
            task = StreamTask(send)
            self._channel = receive, task
            if self._on_start is not None:
                self._on_start(task)
            # The task must not refer to the stream: otherwise a dropped stream would never be
            # collected, and the work would not stop.
            _spawn(task, self._work)
        return self._channel


def _spawn(task: StreamTask, work: StreamWork) -> None:
    """Start a task outside of every task group."""
    trio = sys.modules.get("trio")
    if trio is not None and _in_trio(trio):
        trio.lowlevel.spawn_system_task(task.run, work, context=copy_context())
        return
    import asyncio

    running = asyncio.get_running_loop().create_task(task.run(work))
    _running.add(running)  # the loop itself keeps only a weak reference
    running.add_done_callback(_running.discard)
    # A task that is cancelled before its first step never reaches its `finally`.
    running.add_done_callback(lambda _: task.finish())


def _in_trio(trio: Any) -> bool:
    """Return whether trio runs the current task."""
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
