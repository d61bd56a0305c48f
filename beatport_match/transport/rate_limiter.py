"""How fast Beatport is asked, and whether at all: the pace that everyone of a matcher shares.

Frozen values and functions that are told the time. Three rules stand here: requests are spread
evenly (GCRA), a refusal halves the pace and good answers give it back bit by bit (AIMD), and after
a run of refusals nothing is asked for a while (a circuit breaker, half open after a pause).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from beatport_match._logging import logger
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, RetryAfter
from beatport_match.settings.models import MatchSettings

# Beatport says "slower" (429) or shows its wall; everything else says nothing about the pace.
BLOCKED_KINDS = frozenset({"rate_limited", "blocked"})
# From half to full again in 25 good answers, which is ten seconds at the default pace.
RATE_RECOVERY_SHARE = 0.02
MIN_RATE_SHARE = 1 / 16
MAX_PAUSE_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRules:
    """What the settings ask for.

    `per_second` is the full pace, `None` unpaced; after `max_blocked` in a row nothing is asked
    for `pause_s` seconds; `wait` says to sit that out instead of failing.
    """

    per_second: float | None
    max_blocked: int = 10
    pause_s: float = 60.0
    wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RateState:
    """Where the pace stands; times on the hands' clock, in seconds.

    `share` (0-1) of the full pace is in use, `next_free` the next place in it. What was sent before
    `slowed_at` cannot slow it again. `blocked_count` counts refusals since the last good answer. From
    `opened_at` on nothing is asked for `pause_s`, which is 0 where the way is open.
    """

    next_free: float = 0.0
    share: float = 1.0
    slowed_at: float = float("-inf")
    blocked_count: int = 0
    opened_at: float = 0.0
    pause_s: float = 0.0

    @property
    def circuit_open(self) -> bool:
        """Whether Beatport refused so often that nothing is asked but now and then one probe."""
        return self.pause_s > 0


def reserve(
    pace: RateState, rules: RateRules, now: float
) -> tuple[RateState, float | RetryAfter | Failure]:
    """One place in the pace: how long to wait for it in seconds, or why there is none.

    The generic cell rate algorithm (ITU-T I.371) with a burst of one: requests are spread evenly,
    however many ask at once. Where the way is closed, the first to come after the pause is let
    through to see; the others wait for what becomes of it, or fail.
    """
    if pace.circuit_open:
        left = pace.opened_at + pace.pause_s - now
        if left > 0:
            return pace, RetryAfter(left) if rules.wait else _circuit_open_failure(rules)
        # Should nothing ever be heard of this probe, the next may go after another pause.
        pace = replace(pace, opened_at=now)
    per_second = current_rate(pace, rules)
    if per_second is None:
        return pace, 0.0
    at = max(pace.next_free, now)
    return replace(pace, next_free=at + 1 / per_second), at - now


def record(
    pace: RateState, rules: RateRules, value: ParsedResult | Failure, *, sent: float, now: float
) -> RateState:
    """The pace after an answer to a request that was sent at `sent`.

    A refusal halves the pace, at most once for all that was under way together, and never below a
    sixteenth; a good answer gives back a fiftieth of the full pace. Other trouble changes nothing.
    """
    if isinstance(value, ParsedResult):
        share = min(1.0, pace.share + RATE_RECOVERY_SHARE)
        return replace(pace, share=share, blocked_count=0, pause_s=0.0)
    if value.kind not in BLOCKED_KINDS:
        return pace
    pace = replace(pace, blocked_count=pace.blocked_count + 1)
    if sent >= pace.slowed_at:
        pace = replace(pace, share=max(MIN_RATE_SHARE, pace.share / 2), slowed_at=now)
    if pace.circuit_open:
        # What was under way when the way was closed is no probe.
        longer = min(MAX_PAUSE_S, 2 * pace.pause_s)
        return pace if sent < pace.opened_at else replace(pace, pause_s=longer, opened_at=now)
    if pace.blocked_count >= rules.max_blocked:
        return replace(pace, pause_s=rules.pause_s, opened_at=now)
    return pace


def current_rate(pace: RateState, rules: RateRules) -> float | None:
    """The requests in a second that are let through now; `None` is unpaced."""
    return None if rules.per_second is None else rules.per_second * pace.share


def _circuit_open_failure(rules: RateRules) -> Failure:
    return Failure(
        "blocked",
        f"Beatport refused {rules.max_blocked} requests in a row, so this was not asked; "
        f"try again later",
    )


# MERGED The pace of one matcher, shared by all its tasks and threads.
class RateLimiter:
    """Where the pace stands; the rules are `pace`'s, the clock is whoever's asks."""

    def __init__(self, settings: MatchSettings) -> None:
        self._rules = RateRules(
            per_second=settings.requests_per_second,
            max_blocked=settings.max_refusals,
            pause_s=settings.refusal_pause_s,
            wait=settings.wait_when_refused,
        )
        self._state = RateState()
        self._lock = Lock()

    @property
    def per_second(self) -> float | None:
        """The requests in a second that are let through now; `None` is unpaced."""
        return current_rate(self._state, self._rules)

    @property
    def circuit_open(self) -> bool:
        """Whether Beatport refused so often that nothing is asked."""
        return self._state.circuit_open

    def reserve(self, now: float) -> float | RetryAfter | Failure:
        """A place in the pace."""
        with self._lock:
            self._state, place = reserve(self._state, self._rules, now)
        return place

    def record(self, value: ParsedResult | Failure, *, sent: float, now: float) -> None:
        """Take in what a request came to."""
        with self._lock:
            before = self._state
            self._state = after = record(before, self._rules, value, sent=sent, now=now)
        if after.circuit_open and after.pause_s != before.pause_s:
            logger.warning(
                "Beatport refused %d requests in a row; nothing is asked for %.0f s",
                after.blocked_count,
                after.pause_s,
            )
        elif before.circuit_open and not after.circuit_open:
            logger.warning("Beatport answers again")
