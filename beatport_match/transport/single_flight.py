"""Single flight: equal requests at the same time are sent once.

A caller holds the lock of a request's key while it is answered. The next caller with the same key
waits, and is then answered from the cache.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from threading import Lock

import anyio


@dataclass(slots=True)
class _KeyLock:
    lock: Lock = field(default_factory=Lock)
    holders: int = 0


class KeyedLock:
    """A lock for each key, for threads; a key that is not in use takes no memory."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[str, _KeyLock] = {}

    @contextmanager
    def lock(self, key: str) -> Generator[None, None, None]:
        """Hold the lock of a key."""
        with self._guard:
            entry = self._locks.setdefault(key, _KeyLock())
            entry.holders += 1
        try:
            with entry.lock:
                yield
        finally:
            with self._guard:
                entry.holders -= 1
                if not entry.holders:
                    del self._locks[key]


class AsyncKeyedLock:
    """A lock for each key, for tasks of one event loop."""

    def __init__(self) -> None:
        self._locks: dict[str, anyio.Lock] = {}

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncGenerator[None, None]:
        """Hold the lock of a key."""
        lock = self._locks.setdefault(key, anyio.Lock())
        try:
            async with lock:
                yield
        finally:
            # It is still locked if the next waiting task got it.
            if not lock.locked():
                self._locks.pop(key, None)
