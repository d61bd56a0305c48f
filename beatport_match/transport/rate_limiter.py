"""The rate limiter of this process: it applies the rules of `rate_rules` and `reachability`.

Whether the site can be reached is stored only for this process, because each machine has its own
network. The rate and the circuit breaker may be shared with other processes (see
`shared_rate_limit`).
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit

from beatport_match._logging import logger
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.rate_rules import (
    RateRules,
    RateState,
    RetryAfter,
    current_rate,
    record,
    reserve,
)
from beatport_match.transport.reachability import Reachability, admit, observe
from beatport_match.transport.shared_rate_limit import (
    MAX_AHEAD_S,
    AsyncRateLimiter,
    RateLimiter,
    SharedRateState,
    StateChange,
)

T = TypeVar("T")


class LocalRateLimiter:
    """One rate limiter with its circuit breaker, for all tasks and threads that share it.

    The caller passes the time, so that sync and async engines use the same class. The async
    methods wait only with a shared limit.

    Args:
        settings: The rate limit, the circuit breaker, and how long to wait for the network.
        shared: Where the rate and the circuit breaker are shared with other processes.
    """

    def __init__(
        self, settings: MatchSettings, shared: RateLimiter | AsyncRateLimiter | None = None
    ) -> None:
        self._rules = RateRules(
            per_second=settings.requests_per_second,
            max_blocked=settings.max_refusals,
            pause_s=settings.refusal_pause_s,
            wait=settings.wait_when_refused,
            max_ahead_s=float("inf") if shared is None else MAX_AHEAD_S,
        )
        self._held = _StateInMemory() if shared is None else SharedRateState(shared, self._rules)
        self._host = urlsplit(settings.site_url).hostname or ""
        self._max_offline_wait_s = settings.max_offline_wait_s
        self._reachability = Reachability()
        self._lock = Lock()

    @property
    def per_second(self) -> float | None:
        """The requests a second that are let through now; `None` without a limit.

        For a shared limit, it is the value at the last use by this process.
        """
        return current_rate(self._held.latest, self._rules)

    @property
    def circuit_open(self) -> bool:
        """Return whether nothing is sent, after too many requests were blocked or not answered."""
        return self._held.latest.circuit_open or self._reachability.lost_at is not None

    def reserve(self, now: float) -> float | RetryAfter | Failure:
        """Reserve a slot; see the functions `admit` and `reserve`."""
        refusal = self._admit(now)
        return self._held.update(self._reserving(now), now) if refusal is None else refusal

    async def areserve(self, now: float) -> float | RetryAfter | Failure:
        """Reserve a slot, without blocking the event loop."""
        refusal = self._admit(now)
        return await self._held.aupdate(self._reserving(now), now) if refusal is None else refusal

    def record(self, value: ParsedResult | Failure, *, sent: float, now: float) -> None:
        """Record the result of a request; see the functions `observe` and `record`."""
        self._observe(value, sent, now)
        _log_change(*self._held.update(self._recording(value, sent, now), now))

    async def arecord(self, value: ParsedResult | Failure, *, sent: float, now: float) -> None:
        """Record the result of a request, without blocking the event loop."""
        self._observe(value, sent, now)
        _log_change(*await self._held.aupdate(self._recording(value, sent, now), now))

    def _admit(self, now: float) -> RetryAfter | Failure | None:
        with self._lock:
            self._reachability, delay = admit(
                self._reachability, self._host, self._max_offline_wait_s, now
            )
        if isinstance(delay, Failure):
            return delay
        return RetryAfter(delay) if delay else None

    def _reserving(self, now: float) -> StateChange[float | RetryAfter | Failure]:
        return partial(reserve, rules=self._rules, now=now)

    def _observe(self, value: ParsedResult | Failure, sent: float, now: float) -> None:
        with self._lock:
            was_lost = self._reachability.lost_at is not None
            self._reachability = observe(self._reachability, value, sent=sent, now=now)
            is_lost = self._reachability.lost_at is not None
        if was_lost != is_lost:
            what = "can be reached again" if was_lost else "cannot be reached; requests are paused"
            logger.warning("%s %s", self._host, what)

    def _recording(
        self, value: ParsedResult | Failure, sent: float, now: float
    ) -> StateChange[tuple[RateState, RateState]]:
        """Return the change of the state after a result; it gives the states before and after."""

        def change(before: RateState) -> tuple[RateState, tuple[RateState, RateState]]:
            after = record(before, self._rules, value, sent=sent, now=now)
            return after, (before, after)

        return change


class _StateInMemory:
    """The state of a limit that is not shared with other processes."""

    def __init__(self) -> None:
        self.latest = RateState()
        self._lock = Lock()

    def update(self, change: StateChange[T], now: float) -> T:
        del now
        with self._lock:
            self.latest, result = change(self.latest)
        return result

    async def aupdate(self, change: StateChange[T], now: float) -> T:
        return self.update(change, now)


def _log_change(before: RateState, after: RateState) -> None:
    if after.circuit_open and after.pause_s != before.pause_s:
        logger.warning(
            "Beatport blocked %d requests in a row; nothing is sent for %.0f s",
            after.blocked_count,
            after.pause_s,
        )
    elif before.circuit_open and not after.circuit_open:
        logger.warning("Beatport answers again")
