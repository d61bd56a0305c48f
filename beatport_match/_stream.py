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
from typing import Any, Self, TypeAlias

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from beatport_match.matches import Match

Give: TypeAlias = Callable[[int, Match], Awaitable[None]]
Work: TypeAlias = Callable[[Give], Awaitable[None]]


class MatchStream:
    """Matches as they complete; the work begins with the first one asked for.

    Breaking off the loop stops the work soon; to be sure that it has stopped, use the stream as
    `async with` or call `aclose`.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._closed = False
        self._channel: tuple[MemoryObjectReceiveStream[Match], _Ended] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Match:
        receive, ended = self._begun()
        try:
            return await receive.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            if error := ended.take_error():
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
        self._drop()
        if self._channel is not None:
            with anyio.CancelScope(shield=True):
                await self._channel[1].event.wait()

    def __del__(self) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._channel is not None:
            receive, ended = self._channel
            ended.scope.cancel()
            receive.close()

    def _begun(self) -> tuple[MemoryObjectReceiveStream[Match], _Ended]:
        if self._closed and self._channel is None:
            raise StopAsyncIteration
        if self._channel is None:
            send, receive = anyio.create_memory_object_stream[Match](0)
            self._channel = receive, _Ended()
            # The task must not hold the stream itself, or dropping the stream would not end it.
            _spawn(_run, self._work, send, self._channel[1])
        return self._channel


class _Ended:
    """How the work ended, kept apart so that the task need not know the stream."""

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.event = anyio.Event()
        self.error: BaseException | None = None

    def take_error(self) -> BaseException | None:
        error, self.error = self.error, None
        return error


async def _run(work: Work, send: MemoryObjectSendStream[Match], ended: _Ended) -> None:
    async def give(place: int, found: Match) -> None:
        del place
        await send.send(found)

    try:
        with ended.scope:
            await work(give)
    except anyio.BrokenResourceError:
        pass  # nobody listens any more
    except Exception as error:  # noqa: BLE001 - raised again where the matches are consumed
        ended.error = error
    finally:
        send.close()
        ended.event.set()


def _spawn(run: Callable[..., Any], *arguments: object) -> None:
    """Start a task that belongs to nobody's task group; it must not let an exception out."""
    trio = sys.modules.get("trio")
    if trio is not None and _in_trio(trio):
        trio.lowlevel.spawn_system_task(run, *arguments, context=copy_context())
        return
    import asyncio

    task = asyncio.get_running_loop().create_task(run(*arguments))
    _running.add(task)  # the loop itself keeps only a weak reference
    task.add_done_callback(_running.discard)


_running: set[Any] = set()


def _in_trio(trio: Any) -> bool:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
