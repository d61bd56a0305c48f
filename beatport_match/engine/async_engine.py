"""The async line to Beatport: one client, one pace and one memory, and hands that use them.

Method for method the same as `_line`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from beatport_match.engine.playlist_run import STOP_POLL_INTERVAL_S, STOPPED, Stop, max_ages_s
from beatport_match.errors import Failure
from beatport_match.matching.protocol import (
    CachedResult,
    LocalLookup,
    ParsedResult,
    Request,
    Response,
    RetryAfter,
)
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.answer_cache import AsyncKeyedLock, TieredCache
from beatport_match.transport.client_pool import ClientPool
from beatport_match.transport.http import AsyncHttpClient, aget, new_async_client
from beatport_match.transport.rate_limiter import RateLimiter
from beatport_match.transport.token_store import TokenStore

T = TypeVar("T")


class AsyncEngine:
    """A matcher's line to Beatport: one client, one pace and one memory for all that it asks."""

    def __init__(self, settings: MatchSettings, client: AsyncHttpClient | None) -> None:
        self.settings = settings
        self.rate_limiter = RateLimiter(settings)
        self.cache = TieredCache(settings)
        self.in_flight = AsyncKeyedLock()
        self.tokens = TokenStore(settings)
        self.signing = anyio.Lock()
        self._given_client = client
        self._own_client: ClientPool | None = None

    def hands(self, stop: Stop) -> Hands:
        """Hands for one conversation."""
        return Hands(self, stop)

    def client(self) -> AsyncHttpClient | ClientPool:
        """The client, made when first needed."""
        if self._given_client is not None:
            return self._given_client
        self._own_client = self._own_client or new_async_client(self.settings)
        return self._own_client

    async def known(self, act: Callable[[], T]) -> T:
        """Look up or keep an answer; a disk that is slow must not hold up the loop."""
        return await anyio.to_thread.run_sync(act) if self.cache.on_disk else act()

    async def aclose(self) -> None:
        """Close what is ours."""
        client, self._own_client = self._own_client, None
        if client is not None:
            await client.aclose()
        await self.known(self.cache.close)


class Hands:
    """What `adrive` needs, for one track."""

    def __init__(self, line: AsyncEngine, stop: Stop) -> None:
        self.attempts = line.settings.async_io.retry_attempts
        self.at_once = line.settings.async_io.max_concurrent_requests
        self.max_ages_s = max_ages_s(line.settings)
        self._line = line
        self._stop = stop

    def now(self) -> float:
        return anyio.current_time()

    def dice(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    def turn(self) -> float | RetryAfter | Failure:
        return STOPPED if self._stop() else self._line.rate_limiter.reserve(self.now())

    def heard(self, value: ParsedResult | Failure, sent: float) -> None:
        self._line.rate_limiter.record(value, sent=sent, now=self.now())
        if isinstance(value, ParsedResult):
            self._line.tokens.confirm()

    def alone(self, request: Request) -> AbstractAsyncContextManager[None]:
        return self._line.in_flight.lock(request.canonical)

    async def recall(self, request: Request) -> CachedResult | None:
        return await self._line.known(partial(self._line.cache.get, request))

    async def keep(self, request: Request, value: ParsedResult) -> None:
        await self._line.known(partial(self._line.cache.put, request, value))

    async def run_local_lookup(self, look: LocalLookup) -> ParsedResult | Failure:
        # Whoever looks something up takes a moment, and holds up nobody.
        return await anyio.to_thread.run_sync(look)

    async def send(self, request: Request) -> Response | Failure:
        total_s = self._line.settings.async_io.request_timeout
        return await aget(self._line.client(), self._line.tokens.authorize(request), total_s)

    def is_signed(self, token_rejected_at: float | None) -> bool:
        return self._line.tokens.is_valid(token_rejected_at)

    def signing(self) -> anyio.Lock:
        return self._line.signing

    async def renewal(self, token_rejected_at: float | None) -> Request | Failure | None:
        renewal = partial(self._line.tokens.refresh_request, token_rejected_at, self.now())
        return await anyio.to_thread.run_sync(renewal)

    async def renewed(self, came: Response | Failure) -> Failure | None:
        return await anyio.to_thread.run_sync(self._line.tokens.accept, came, self.now())

    async def sleep(self, seconds: float) -> Failure | None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await anyio.sleep(min(left, STOP_POLL_INTERVAL_S))
            if self._stop():
                return STOPPED
        return None
