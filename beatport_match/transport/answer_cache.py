"""What is known already, and who is asking right now: one question goes out once.

A library lists many a track twice, and two versions of a track are often asked for in the same
words. What was understood is remembered for the life of a matcher, within bounds, and kept in the
cache where there is one. Failures are not: whoever asks next may have better luck.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from threading import Lock

import anyio

from beatport_match.matching.protocol import CachedResult, ParsedResult, Request
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.cache_codec import decode, encode
from beatport_match.transport.sqlite_cache import SqliteCache

# Some 3,000 searches; a matcher that lives for days must not serve this morning's chart.
MAX_MEMORY_BYTES = 16 * 2**20
MAX_AGE_S = 3600.0
# Two objects' heads, a tuple, a float and a place in the table (`sys.getsizeof`, CPython 3.11):
# small answers are mostly this.
ENTRY_OVERHEAD_BYTES = 300


class MemoryCache:
    """What one matcher understood, oldest forgotten first; safe to use from several threads."""

    def __init__(
        self,
        *,
        most_bytes: int = MAX_MEMORY_BYTES,
        longest_s: float = MAX_AGE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_bytes, self._longest_s, self._clock = most_bytes, longest_s, clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> CachedResult | None:
        """What is remembered, with its age."""
        with self._lock:
            kept_at, data = self._kept.get(key, (0.0, b""))
        age_s = self._clock() - kept_at
        value = decode(data) if data and age_s <= self._longest_s else None
        return CachedResult(value=value, age_s=age_s) if value else None

    def put(self, key: str, value: ParsedResult) -> None:
        """Remember it."""
        data = encode(value)
        with self._lock:
            self._drop(key)
            self._kept[key] = self._clock(), data
            self._bytes += entry_size(key, data)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        if key in self._kept:
            self._bytes -= entry_size(key, self._kept.pop(key)[1])


def entry_size(key: str, data: bytes) -> int:
    """The bytes that an entry counts as: its key, its data, and what Python keeps around them."""
    return len(key) + len(data) + ENTRY_OVERHEAD_BYTES


class TieredCache:
    """Everything that is known: of this matcher's own, and from the cache."""

    def __init__(self, settings: MatchSettings) -> None:
        self._memory = MemoryCache()
        self._cache = SqliteCache(settings.cache_path) if settings.cache_path is not None else None

    @property
    def on_disk(self) -> bool:
        """Whether a disk may have to be waited for."""
        return self._cache is not None

    def get(self, request: Request) -> CachedResult | None:
        """What is known about a request."""
        key = request.canonical
        known = self._memory.get(key)
        if known is None and self._cache is not None:
            known = self._cache.get(key)
        return known

    def put(self, request: Request, value: ParsedResult) -> None:
        """Let it be known."""
        self._memory.put(request.canonical, value)
        if self._cache is not None:
            self._cache.put(request.canonical, value)

    def close(self) -> None:
        """Close the cache."""
        if self._cache is not None:
            self._cache.close()


@dataclass(slots=True)
class _KeyLock:
    lock: Lock = field(default_factory=Lock)
    holders: int = 0


class KeyedLock:
    """One place for each key: threads that want the same one wait for each other."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[str, _KeyLock] = {}

    @contextmanager
    def lock(self, key: str) -> Generator[None, None, None]:
        """Hold the place of a key."""
        with self._guard:
            place = self._locks.setdefault(key, _KeyLock())
            place.holders += 1
        try:
            with place.lock:
                yield
        finally:
            with self._guard:
                place.holders -= 1
                if not place.holders:
                    del self._locks[key]


class AsyncKeyedLock:
    """The same for tasks."""

    def __init__(self) -> None:
        self._locks: dict[str, anyio.Lock] = {}

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncGenerator[None, None]:
        """Hold the place of a key."""
        lock = self._locks.setdefault(key, anyio.Lock())
        try:
            async with lock:
                yield
        finally:
            # Still locked where the next in line has got it.
            if not lock.locked():
                self._locks.pop(key, None)
