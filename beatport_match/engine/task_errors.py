"""Pass every exception of a task to the code that started the task.

A task group does not pass on all of them. If a `KeyboardInterrupt` or `SystemExit` leaves a task,
asyncio ends its loop at once; the worker threads of anyio then never stop, and keep the process
alive. If a `CancelledError` that a callback raised leaves a task, the group ignores it, and the
result of the task is missing without an error.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import anyio

T = TypeVar("T")


class _CarriedError(Exception):
    """Carries an exception that a task group would not pass on."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


async def passing_errors(call: Callable[..., Awaitable[T]], *args: object) -> T:
    """Await a call in a task group, in such a way that the group passes on all its exceptions.

    Args:
        call: The async function.
        *args: Its arguments.

    Returns:
        Its result. `single_error` finds its exception in the group that the task group raises.
    """
    try:
        return await call(*args)
    except (KeyboardInterrupt, SystemExit) as error:
        raise _CarriedError(error) from None
    except anyio.get_cancelled_exc_class() as error:
        if _is_being_cancelled():
            raise
        raise _CarriedError(error) from None


def single_error(error: BaseException) -> BaseException:
    """Return the first exception in a group, so that async code raises what sync code does."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error.error if isinstance(error, _CarriedError) else error


def _is_being_cancelled() -> bool:
    """Return whether a cancel scope around the present code is cancelled.

    Otherwise, an exception of a cancellation comes from the calling program: a callback may ask for
    the result of a task that was cancelled.
    """
    return anyio.current_effective_deadline() == -math.inf
