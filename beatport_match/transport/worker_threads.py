"""Run a blocking call of async code in a worker thread, if the system starts one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")


async def in_thread(call: Callable[[], T], *, abandon_on_cancel: bool = False) -> T:
    """Run a call in a worker thread; without a free thread, run it here and block the event loop.

    A container may limit the number of threads; then a blocking call is better than an error.

    Args:
        call: The call, without arguments.
        abandon_on_cancel: Whether a cancelled task no longer waits for the thread.
    """
    is_started = False

    def work() -> T:
        nonlocal is_started
        is_started = True
        return call()

    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=abandon_on_cancel)
    except RuntimeError:
        if is_started:
            raise
        return call()
