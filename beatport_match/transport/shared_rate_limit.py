"""One rate limit for several processes or machines: its state is a short text that they share.

`RateLimiter` and `AsyncRateLimiter` store the text; `rate_limit_file` is the one for the processes
of one machine. The rules stay those of `rate_rules`, and this module converts the state.

* The times in the text count from the moment at which it was written, on the clock of the system.
  If this clock is set back, no time has passed for the readers; if it is set forward, the slots are
  free. So a change of the clock never makes a process wait longer than before.
* Any text is accepted. An invalid text counts as a new state, and a value outside of its range as
  the nearest valid one. So no text makes a process wait longer than the rules allow.
"""

from __future__ import annotations

import inspect
import json
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from beatport_match.errors import MisuseError
from beatport_match.transport.rate_rules import (
    MAX_PAUSE_S,
    MIN_RATE_SHARE,
    RateRules,
    RateState,
    current_rate,
)
from beatport_match.transport.worker_threads import in_thread

T = TypeVar("T")
StateChange: TypeAlias = Callable[[RateState], tuple[RateState, T]]

FORMAT_KEY = "beatport_match_rate_limit"
_FORMAT = 1
# The slots of a killed process stay reserved, so the other processes may wait this long for them.
MAX_AHEAD_S = 10.0
_MAX_BLOCKED_COUNT = 1000.0
# Instead of "never", which is no number in JSON: before any request that may still be in flight.
_LONG_AGO_S = 1e9


class RateLimiter(Protocol):
    """A place where several processes share one rate limit, such as a file or a server.

    To share the limit in another way, write a class with this method; no base class is needed. It
    stores a text of less than 500 characters and does not interpret it. The text holds the next
    free slot, the slowdown after blocked responses, and the circuit breaker.

    Example:
        ```python
        class Memory:
            text = ""
            def update(self, change):
                self.text, answer = change(self.text)
                return answer

        matcher = Matcher(rate_limiter=Memory())
        ```
    """

    def update(self, change: Callable[[str], tuple[str, T]], /) -> T:
        """Replace the stored text, as one step that no other process can interrupt.

        Args:
            change: Takes the stored text (`""` if there is none) and returns the new text and a
                result. It does not wait, and may be called again: a store with compare-and-swap
                calls it until no other process has changed the text in between.

        Returns:
            The result of the last call of `change`.

        Raises:
            Exception: Any exception ends the run; with `on_error="result"` it ends only the track.
        """
        ...


class AsyncRateLimiter(Protocol):
    """A `RateLimiter` whose method is awaited, for `AsyncMatcher`.

    Example:
        ```python
        class Memory:
            text = ""
            async def update(self, change):
                self.text, answer = change(self.text)
                return answer

        matcher = AsyncMatcher(rate_limiter=Memory())
        ```
    """

    async def update(self, change: Callable[[str], tuple[str, T]], /) -> T:
        """Replace the stored text, as one step; see `RateLimiter.update`.

        Args:
            change: Takes the stored text (`""` if there is none) and returns the new text and a
                result. It does not wait, and may be called again.

        Returns:
            The result of the last call of `change`.

        Raises:
            Exception: Any exception ends the run; with `on_error="result"` it ends only the track.
        """
        ...


def require_rate_limiter(rate_limiter: object, *, asynchronous: bool) -> None:
    """Check a rate limiter of the caller.

    Raises:
        MisuseError: It has no method `update`, or an async one for a sync matcher.
    """
    update = getattr(rate_limiter, "update", None)
    if not callable(update) or isinstance(rate_limiter, type):
        raise MisuseError(
            f"rate_limiter must be an object with a method update, not a "
            f"{type(rate_limiter).__name__}; beatport_match.RateLimiter describes it."
        )
    if inspect.iscoroutinefunction(update) and not asynchronous:
        raise MisuseError(
            "rate_limiter is an async one, and this matcher is sync; use AsyncMatcher, or a "
            "rate_limiter whose update is not async."
        )


class SharedRateState:
    """The state of a limit that other processes change too.

    Args:
        limiter: Stores the text; a sync one is called in a thread by async code.
        rules: The rules of this process, which limit the values that it accepts from the text.
        clock: Returns the seconds since 1970.
    """

    def __init__(
        self,
        limiter: RateLimiter | AsyncRateLimiter,
        rules: RateRules,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.latest: RateState = RateState()
        self._limiter, self._rules, self._clock = limiter, rules, clock
        self._is_async = inspect.iscoroutinefunction(limiter.update)

    def update(self, change: StateChange[T], now: float) -> T:
        """Change the shared state; `now` is the time on the engine's clock."""
        return cast("RateLimiter", self._limiter).update(self._on_text(change, now))

    async def aupdate(self, change: StateChange[T], now: float) -> T:
        """Change the shared state, without blocking the event loop."""
        on_text = self._on_text(change, now)
        if self._is_async:
            return await cast("AsyncRateLimiter", self._limiter).update(on_text)
        return await in_thread(partial(cast("RateLimiter", self._limiter).update, on_text))

    def _on_text(self, change: StateChange[T], now: float) -> Callable[[str], tuple[str, T]]:
        def on_text(text: str) -> tuple[str, T]:
            today = self._clock()
            state, result = change(parse_state(text, self._rules, now, today))
            self.latest = state
            return state_text(state, now, today), result

        return on_text


def state_text(state: RateState, now: float, today: float) -> str:
    """Return a state as text.

    Args:
        state: Its times are seconds on the engine's clock.
        now: The time on the engine's clock.
        today: The same time as seconds since 1970.
    """
    values = {
        FORMAT_KEY: _FORMAT,
        "written_at": today,
        "next_free_in_s": max(0.0, state.next_free - now),
        "share": state.share,
        "slowed_s_ago": min(now - state.slowed_at, _LONG_AGO_S),
        "blocked_count": state.blocked_count,
        "opened_s_ago": now - state.opened_at,
        "pause_s": state.pause_s,
    }
    return json.dumps(values)


def parse_state(text: str, rules: RateRules, now: float, today: float) -> RateState:
    """Return the state that a text holds; a new one if it holds none.

    Args:
        text: Any text.
        rules: The next slot is free no later than these rules would have it.
        now: The time on the engine's clock.
        today: The same time as seconds since 1970.
    """
    try:
        values = json.loads(text)
        if values[FORMAT_KEY] != _FORMAT:
            return RateState()
        written = now - max(0.0, today - _number(values["written_at"], 0.0, math.inf))
        per_second = current_rate(RateState(share=MIN_RATE_SHARE), rules)
        max_wait_s = rules.max_ahead_s + 1 / per_second if per_second else math.inf
        return RateState(
            next_free=written + _number(values["next_free_in_s"], 0.0, max_wait_s),
            share=_number(values["share"], MIN_RATE_SHARE, 1.0),
            slowed_at=written - _number(values["slowed_s_ago"], 0.0, math.inf),
            blocked_count=int(_number(values["blocked_count"], 0.0, _MAX_BLOCKED_COUNT)),
            opened_at=written - _number(values["opened_s_ago"], 0.0, math.inf),
            pause_s=_number(values["pause_s"], 0.0, MAX_PAUSE_S),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return RateState()


def _number(value: Any, lowest: float, highest: float) -> float:
    """Return a number of the text, moved into its range.

    Raises:
        ValueError: It is not finite.
        TypeError: It is no number.
    """
    if isinstance(value, str) or not math.isfinite(value):
        raise ValueError
    return min(max(float(value), lowest), highest)
