"""The sync line to Beatport: one client, one pace and one memory, and hands that use them.

Method for method the same as `_aline`.
"""

from __future__ import annotations

import random
import time
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

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
from beatport_match.transport.answer_cache import KeyedLock, TieredCache
from beatport_match.transport.http import HttpClient, get, new_client
from beatport_match.transport.rate_limiter import RateLimiter
from beatport_match.transport.token_store import TokenStore

if TYPE_CHECKING:
    import httpx


class SyncEngine:
    """A matcher's line to Beatport: one client, one pace and one memory for all that it asks."""

    def __init__(self, settings: MatchSettings, client: HttpClient | None) -> None:
        self.settings = settings
        self.rate_limiter = RateLimiter(settings)
        self.cache = TieredCache(settings)
        self.in_flight = KeyedLock()
        self.tokens = TokenStore(settings)
        self.signing = Lock()
        self._given_client = client
        self._own_client: httpx.Client | None = None
        self._lock = Lock()

    def hands(self, stop: Stop) -> Hands:
        """Hands for one conversation."""
        return Hands(self, stop)

    def client(self) -> HttpClient:
        """The client, made when first needed."""
        if self._given_client is not None:
            return self._given_client
        with self._lock:
            self._own_client = self._own_client or new_client(self.settings)
            return self._own_client

    def close(self) -> None:
        """Close what is ours."""
        with self._lock:
            client, self._own_client = self._own_client, None
        if client is not None:
            client.close()
        self.cache.close()


class Hands:
    """What `drive` needs, for one track."""

    def __init__(self, line: SyncEngine, stop: Stop) -> None:
        self.attempts = line.settings.async_io.retry_attempts
        self.max_ages_s = max_ages_s(line.settings)
        self._line = line
        self._stop = stop

    def now(self) -> float:
        return time.monotonic()

    def dice(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    def turn(self) -> float | RetryAfter | Failure:
        return STOPPED if self._stop() else self._line.rate_limiter.reserve(self.now())

    def heard(self, value: ParsedResult | Failure, sent: float) -> None:
        self._line.rate_limiter.record(value, sent=sent, now=self.now())
        if isinstance(value, ParsedResult):
            self._line.tokens.confirm()

    def alone(self, request: Request) -> AbstractContextManager[None]:
        return self._line.in_flight.lock(request.canonical)

    def recall(self, request: Request) -> CachedResult | None:
        return self._line.cache.get(request)

    def keep(self, request: Request, value: ParsedResult) -> None:
        self._line.cache.put(request, value)

    def run_local_lookup(self, look: LocalLookup) -> ParsedResult | Failure:
        return look()

    def send(self, request: Request) -> Response | Failure:
        total_s = self._line.settings.async_io.request_timeout
        return get(self._line.client(), self._line.tokens.authorize(request), total_s)

    def is_signed(self, token_rejected_at: float | None) -> bool:
        return self._line.tokens.is_valid(token_rejected_at)

    def signing(self) -> Lock:
        return self._line.signing

    def renewal(self, token_rejected_at: float | None) -> Request | Failure | None:
        return self._line.tokens.refresh_request(token_rejected_at, self.now())

    def renewed(self, came: Response | Failure) -> Failure | None:
        return self._line.tokens.accept(came, self.now())

    def sleep(self, seconds: float) -> Failure | None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            time.sleep(min(left, STOP_POLL_INTERVAL_S))
            if self._stop():
                return STOPPED
        return None
