"""Cached results: in memory for the life of a matcher, and on disk if the settings name a file.

A library holds many tracks twice, and two versions of a track often need the same query. Failures
are not cached: the next request may succeed. Equal requests at the same time are sent once (single
flight): a caller holds the lock of a request's key while it is answered; the next caller with the
same key waits, and is then answered from the cache.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakValueDictionary

from beatport_match.matching.protocol import CachedResult, ParsedResult, Request
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.cache_codec import decode, encode

if TYPE_CHECKING:
    # It imports sqlite3, which most runs do not need.
    from beatport_match.transport.sqlite_cache import SqliteCache

LockT = TypeVar("LockT")

# Some 3,000 searches of a hundred rows.
MAX_MEMORY_BYTES = 16 * 2**20
# Searches with few rows would need some 12,000 entries to fill this memory: then a run would still
# need more memory after 10,000 tracks.
MAX_MEMORY_ENTRIES = 4096
# A matcher that runs for days must not use old results.
MAX_AGE_S = 3600.0
# Two objects' heads, a tuple, a float and a slot in the table (`sys.getsizeof`, CPython 3.11): most
# of a small result.
ENTRY_OVERHEAD_BYTES = 300


class MemoryCache:
    """Results of one matcher, the oldest evicted first; several threads may use it.

    Args:
        max_bytes: The size of all entries (see `entry_size`) above which the oldest are evicted.
        max_entries: The number of entries above which the oldest are evicted.
        max_age_s: The age in seconds above which an entry is ignored.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        max_bytes: int = MAX_MEMORY_BYTES,
        max_entries: int = MAX_MEMORY_ENTRIES,
        max_age_s: float = MAX_AGE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes, self._max_entries = max_bytes, max_entries
        self._max_age_s, self._clock = max_age_s, clock
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> CachedResult | None:
        """Return the result under a key, with its age."""
        with self._lock:
            stored_at, data = self._entries.get(key, (0.0, b""))
        age_s = self._clock() - stored_at
        value = decode(data) if data and age_s <= self._max_age_s else None
        return CachedResult(value=value, age_s=age_s) if value else None

    def put(self, key: str, value: ParsedResult) -> None:
        """Store a result under a key."""
        data = encode(value)
        with self._lock:
            self._drop(key)
            self._entries[key] = self._clock(), data
            self._bytes += entry_size(key, data)
            while self._bytes > self._max_bytes or len(self._entries) > self._max_entries:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        if key in self._entries:
            self._bytes -= entry_size(key, self._entries.pop(key)[1])


def entry_size(key: str, data: bytes) -> int:
    """Return the bytes that an entry counts as: its key, its data, and Python's own overhead."""
    return len(key) + len(data) + ENTRY_OVERHEAD_BYTES


class TieredCache:
    """A memory cache, and then the cache on disk if the settings name a file."""

    def __init__(self, settings: MatchSettings, memory: MemoryCache) -> None:
        self._memory = memory
        path = settings.cache_path
        self._disk: SqliteCache | None = None
        if path is not None:
            from beatport_match.transport.sqlite_cache import SqliteCache

            self._disk = SqliteCache(path)

    @property
    def on_disk(self) -> bool:
        """Return whether a call may have to wait for a disk."""
        return self._disk is not None

    def get(self, request: Request) -> CachedResult | None:
        """Return the cached result of a request, with its age."""
        key = request.canonical
        cached = self._memory.get(key)
        if cached is None and self._disk is not None:
            cached = self._disk.get(key)
        return cached

    def put(self, request: Request, value: ParsedResult) -> None:
        """Store the result of a request, unless rows of it could not be read."""
        if value.partial:
            # The next response may be complete, or a newer version may read it.
            return
        self._memory.put(request.canonical, value)
        if self._disk is not None:
            self._disk.put(request.canonical, value)

    def close(self) -> None:
        """Close the cache on disk."""
        if self._disk is not None:
            self._disk.close()


class KeyedLocks(Generic[LockT]):
    """A lock for each key; a lock that no caller holds or waits for is deleted.

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
