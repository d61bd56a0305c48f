"""Single flight: equal requests at the same time are sent once.

A caller holds the lock of a request's key while it is answered. The next caller with the same key
waits, and is then answered from the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

LockT = TypeVar("LockT")


class KeyedLocks(Generic[LockT]):
    """A lock for each key; one that no caller holds or waits for takes no memory.

    Args:
        new_lock: Makes a lock, for threads or for tasks.
    """

    def __init__(self, new_lock: Callable[[], LockT]) -> None:
        self._new_lock = new_lock
        self._locks: WeakValueDictionary[str, LockT] = WeakValueDictionary()
        self._guard = Lock()

    def of(self, key: str) -> LockT:
        """Return the lock of a key."""
        with self._guard:
            return self._locks.setdefault(key, self._new_lock())
