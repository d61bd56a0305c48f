"""Run a blocking call of async code in a worker thread, if the system starts one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")


async def in_thread(call: Callable[[], T], *, abandon_on_cancel: bool = False) -> T:
    """Run a call in a worker thread; without a free thread, run it here and block the event loop.

    Where a container limits the number of threads, a slow call is better than none.

    Args:
        call: The call, without arguments.
        abandon_on_cancel: Whether a cancelled task leaves the thread to itself.
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
