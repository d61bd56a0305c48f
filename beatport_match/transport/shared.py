"""What the module-level functions share: rate limiters, memory caches and async clients.

Each call of a module-level function such as `match_track` makes its own matcher. To Beatport, all
calls of a process should look like one client, so they share:

* a rate limiter with its circuit breaker, for each host, account and rate limit;
* a memory cache, for each host, account and HTTP client of the caller (of the last accounts only);
* the library's own async client, for each event loop; it is closed with the loop.

A matcher that the caller makes has its own. After a fork, the child process starts without shared
objects.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import anyio
from anyio.lowlevel import RunVar

from beatport_match.model.validation import is_loopback_url
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.answer_cache import MemoryCache
from beatport_match.transport.client_pool import ClientPool
from beatport_match.transport.http import new_async_client, ssl_context
from beatport_match.transport.rate_limit_file import FileRateLimiter
from beatport_match.transport.rate_limiter import LocalRateLimiter
from beatport_match.transport.shared_rate_limit import (
    AsyncRateLimiter,
    RateLimiter,
    require_rate_limiter,
)
from beatport_match.transport.worker_threads import in_thread

T = TypeVar("T")

# A web service may use the API with the accounts of thousands of people, and each cache can grow to
# 16 MiB. The least recently used of so many limiters is idle.
MAX_MEMORIES = 16
MAX_RATE_LIMITERS = 1000


@dataclass(frozen=True, slots=True)
class SharedState:
    """What engines may share: a rate limiter, a memory cache, and whether also the async client."""

    rate_limiter: LocalRateLimiter
    memory: MemoryCache
    shares_client: bool = False


def own_state(settings: MatchSettings, client: object = None) -> SharedState:
    """Make the state of one matcher, which shares it with nothing else."""
    del client
    return SharedState(_new_rate_limiter(settings), MemoryCache())


def shared_state(settings: MatchSettings, client: object = None) -> SharedState:
    """Return the state that the module-level functions share for these settings.

    Args:
        settings: Host, account and rate limit count.
        client: The HTTP client of the caller, if there is one.
    """
    memory = _shared_memory(settings, client)
    return SharedState(_shared_rate_limiter(settings), memory, shares_client=True)


def with_rate_limiter(
    state: SharedState,
    settings: MatchSettings,
    rate_limiter: RateLimiter | AsyncRateLimiter | None,
    *,
    asynchronous: bool,
) -> SharedState:
    """Return the state with a rate limiter of the caller, if there is one.

    Raises:
        MisuseError: It is none, or an async one for a sync matcher.
    """
    if rate_limiter is None:
        return state
    require_rate_limiter(rate_limiter, asynchronous=asynchronous)
    return replace(state, rate_limiter=LocalRateLimiter(settings, rate_limiter))


class _Registry:
    """The shared objects of this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.rate_limiters: OrderedDict[Hashable, LocalRateLimiter] = OrderedDict()
        self.memories: OrderedDict[Hashable, MemoryCache] = OrderedDict()
        # The memory cache of a caller's client is deleted together with the client.
        self.client_memories: WeakKeyDictionary[Any, OrderedDict[Hashable, MemoryCache]] = (
            WeakKeyDictionary()
        )


_registry = _Registry()
_ClientKey = tuple[float, float | None, float | None, int, str | None, bool]
_clients: RunVar[dict[_ClientKey, tuple[ClientPool, AsyncGenerator[None, None]]]] = RunVar(
    "beatport_match_clients"
)


def _new_rate_limiter(settings: MatchSettings) -> LocalRateLimiter:
    path = settings.rate_limit_file
    return LocalRateLimiter(settings, None if path is None else FileRateLimiter(path))


def _shared_rate_limiter(settings: MatchSettings) -> LocalRateLimiter:
    """Return the rate limiter of the settings' host, account and rate limit."""
    key = (
        *_site(settings),
        settings.requests_per_second,
        settings.max_refusals,
        settings.refusal_pause_s,
        settings.wait_when_refused,
        settings.max_offline_wait_s,
        settings.rate_limit_file,
    )
    with _registry.lock:
        new_limiter = partial(_new_rate_limiter, settings)
        return _entry(_registry.rate_limiters, key, new_limiter, MAX_RATE_LIMITERS)


def _shared_memory(settings: MatchSettings, client: object | None) -> MemoryCache:
    """Return the memory cache of the settings' host and account, and of the caller's client."""
    with _registry.lock:
        memories = _registry.memories
        if client is not None:
            try:
                memories = _registry.client_memories.setdefault(client, OrderedDict())
            except TypeError:  # this client cannot be a weak key: it shares nothing
                return MemoryCache()
        return _entry(memories, _site(settings), MemoryCache, MAX_MEMORIES)


def _entry(
    entries: OrderedDict[Hashable, T], key: Hashable, new: Callable[[], T], max_entries: int
) -> T:
    """Return the entry of a key; a new entry may replace the least recently used one."""
    if key not in entries:
        entries[key] = new()
        if len(entries) > max_entries:
            entries.popitem(last=False)
    entries.move_to_end(key)
    return entries[key]


async def shared_async_client(settings: MatchSettings) -> ClientPool:
    """Return the library's own async client of this event loop."""
    clients = _clients.get(None)
    if clients is None:
        _clients.set(clients := {})
    # The settings from which a client is made.
    key = (
        settings.async_io.request_timeout,
        settings.async_io.connect_timeout,
        settings.async_io.read_timeout,
        settings.max_connections,
        settings.proxy,
        is_loopback_url(settings.site_url),
    )
    if key not in clients:
        await in_thread(ssl_context)
    if key not in clients:  # another task may have made it meanwhile
        pool = new_async_client(settings)
        closer = _close_with_the_loop(pool)
        clients[key] = pool, closer
        await anext(closer)
    return clients[key][0]


def clear_shared_state() -> None:
    """Clear the rate limits and answers that the module-level functions share.

    For tests: each test then starts with a full rate limit, a closed circuit breaker and no cached
    answer. Runs in progress are not affected.

    Example:
        ```python
        import pytest

        @pytest.fixture(autouse=True)
        def fresh_beatport():
            clear_shared_state()
        ```
    """
    global _registry  # noqa: PLW0603 - one registry for each process is the purpose of this module
    _registry = _Registry()


def _site(settings: MatchSettings) -> tuple[Hashable, ...]:
    """The host and the account, by which Beatport knows a caller."""
    is_api = settings.source == "api"
    host = urlsplit(settings.site_url).netloc
    token = settings.access_token.get_secret_value() if settings.access_token else None
    return (host, settings.token_file, token) if is_api else (host,)


async def _close_with_the_loop(pool: ClientPool) -> AsyncGenerator[None, None]:
    """Close a client when its event loop ends.

    asyncio and trio finish the asynchronous generators that are still suspended at their end.
    """
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True), suppress(Exception):
            await pool.aclose()


if hasattr(os, "register_at_fork"):
    # A lock that another thread held at the fork would never be released in the child.
    os.register_at_fork(after_in_child=clear_shared_state)
