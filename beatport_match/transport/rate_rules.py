"""The rules of the rate limiter: when the next request may be sent, and whether any may be sent.

Three rules, each a pure function of a frozen state and the time:

* Requests are spread evenly over time (the generic cell rate algorithm, ITU-T I.371).
* A blocked response halves the rate; each good response returns a fiftieth of the full rate
  (additive increase, multiplicative decrease).
* After a number of blocked responses in a row the circuit breaker opens: nothing is sent for a
  pause, then one request is let through to probe. A blocked probe doubles the pause.

`reachability` has a fourth rule: it stops sending if no request is answered. `rate_limiter` and
`shared_rate_limit` hold the state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult

# A 429, a challenge page, a 403, or a redirect to another host. Other failures do not depend on the
# rate.
BLOCKED_KINDS = frozenset({"rate_limited", "blocked"})
# From half to full rate in 25 good responses, which is ten seconds at the default rate.
RATE_RECOVERY_SHARE = 0.02
MIN_RATE_SHARE = 1 / 16
MAX_PAUSE_S = 3600.0
# Of hundreds of callers without a slot, each asks at most once a second.
MIN_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """No slot can be reserved now; try again after this number of seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRules:
    """The rate limit and the circuit breaker, as the settings define them.

    `per_second` is the full rate, `None` without a limit. After `max_blocked` blocked responses in
    a row nothing is sent for `pause_s` seconds; with `wait` callers wait for that, otherwise they
    fail. A slot is reserved at most `max_ahead_s` seconds ahead.
    """

    per_second: float | None
    max_blocked: int = 10
    pause_s: float = 60.0
    wait: bool = False
    max_ahead_s: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateState:
    """The state of a rate limiter; times are seconds on the engine's clock.

    `share` (0-1) of the full rate is in use, `next_free` is when the next slot is free. A response
    to a request that was sent before `slowed_at` cannot slow the rate again. `blocked_count` counts
    blocked responses since the last good one. The circuit breaker opened at `opened_at` for
    `pause_s` seconds, which is 0 while it is closed.
    """

    next_free: float = 0.0
    share: float = 1.0
    slowed_at: float = float("-inf")
    blocked_count: int = 0
    opened_at: float = 0.0
    pause_s: float = 0.0

    @property
    def circuit_open(self) -> bool:
        """Return whether nothing is sent, apart from a probe after each pause."""
        return self.pause_s > 0


def reserve(
    state: RateState, rules: RateRules, now: float
) -> tuple[RateState, float | RetryAfter | Failure]:
    """Reserve a slot: return how long to wait for it in seconds, or why there is none.

    While the circuit breaker is open, the first caller after the pause gets a slot, as a probe. The
    others wait for its result, or fail.
    """
    if state.circuit_open:
        left_s = state.opened_at + state.pause_s - now
        if left_s > 0:
            return state, RetryAfter(left_s) if rules.wait else _circuit_open_failure(rules)
        # If no result of this probe is ever reported, the next one may go after another pause.
        state = replace(state, opened_at=now)
    per_second = current_rate(state, rules)
    if per_second is None:
        return state, 0.0
    slot_at = max(state.next_free, now)
    too_early_s = slot_at - now - rules.max_ahead_s
    if too_early_s > 0:
        return state, RetryAfter(max(MIN_RETRY_S, too_early_s))
    return replace(state, next_free=slot_at + 1 / per_second), slot_at - now


def record(
    state: RateState, rules: RateRules, value: ParsedResult | Failure, *, sent: float, now: float
) -> RateState:
    """Return the state after the result of a request that was sent at `sent`.

    A blocked response halves the rate, at most once for all requests that were in flight together,
    and never below a sixteenth.
    """
    if isinstance(value, ParsedResult):
        share = min(1.0, state.share + RATE_RECOVERY_SHARE)
        return replace(state, share=share, blocked_count=0, pause_s=0.0)
    if value.kind not in BLOCKED_KINDS:
        return state
    state = replace(state, blocked_count=state.blocked_count + 1)
    if sent >= state.slowed_at:
        state = replace(state, share=max(MIN_RATE_SHARE, state.share / 2), slowed_at=now)
    if state.circuit_open:
        if sent < state.opened_at:  # no probe: it was in flight when the breaker opened
            return state
        return replace(state, pause_s=min(MAX_PAUSE_S, 2 * state.pause_s), opened_at=now)
    if state.blocked_count >= rules.max_blocked:
        return replace(state, pause_s=rules.pause_s, opened_at=now)
    return state


def current_rate(state: RateState, rules: RateRules) -> float | None:
    """Return the requests a second that are let through now; `None` without a limit."""
    return None if rules.per_second is None else rules.per_second * state.share


def _circuit_open_failure(rules: RateRules) -> Failure:
    return Failure(
        "blocked",
        f"Beatport blocked {rules.max_blocked} requests in a row, so this one was not sent; "
        f"try again later",
    )
