"""The rate limiter: spacing of requests, slowdown after blocked responses, circuit breaker."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import ParsedResult
from beatport_match.settings.models import MatchSettings
from beatport_match.transport import rate_limiter
from beatport_match.transport.rate_limiter import LocalRateLimiter
from beatport_match.transport.rate_rules import (
    RateRules,
    RateState,
    RetryAfter,
    current_rate,
    record,
    reserve,
)

FIVE = RateRules(per_second=5.0, max_blocked=3, pause_s=60.0)
WAITING = RateRules(per_second=None, max_blocked=3, pause_s=60.0, wait=True)
GOOD = ParsedResult(candidates=())
BLOCKED = Failure("rate_limited", "HTTP 429")

rates = st.floats(min_value=0.01, max_value=1000)
clocks = st.lists(st.floats(min_value=0, max_value=1e6), min_size=2, max_size=50)
values = st.sampled_from(
    [GOOD, BLOCKED, Failure("blocked", "a challenge page"), Failure("timeout", "late")]
)


def blocked(
    rules: RateRules, times: int, now: float = 0.0, state: RateState | None = None
) -> RateState:
    """Return the state after blocked responses to requests that were sent one after the other."""
    state = state or RateState()
    for _ in range(times):
        state = record(state, rules, BLOCKED, sent=now, now=now)
    return state


@given(rates, clocks)
def test_slots_are_never_closer_than_the_rate_allows(per_second: float, times: list[float]) -> None:
    """For any number of callers at once, and also if their times are not in order."""
    state, slots = RateState(), list[float]()
    for now in times:
        state, delay = reserve(state, RateRules(per_second=per_second), now)
        assert isinstance(delay, float)
        assert delay >= 0
        slots.append(now + delay)
    gaps = [later - earlier for earlier, later in pairwise(slots)]
    assert all(gap >= 1 / per_second * (1 - 1e-6) - 1e-9 for gap in gaps)


def test_one_thread_at_a_time_reserves_a_slot() -> None:
    """A thread that comes while another reserves a slot gets the next one."""
    limiter = LocalRateLimiter(MatchSettings(requests_per_second=1.0))
    delays, threads = list[object](), list[threading.Thread]()
    reserve_in_memory = rate_limiter.reserve

    def slow(state: RateState, **arguments: Any) -> Any:
        if not threads:
            threads.append(threading.Thread(target=lambda: delays.append(limiter.reserve(0.0))))
            threads[0].start()
            threads[0].join(0.05)  # without a lock, it would end now
        return reserve_in_memory(state, **arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limiter, "reserve", slow)
        delays.append(limiter.reserve(0.0))
        threads[0].join(60)
    assert sorted(map(str, delays)) == ["0.0", "1.0"]


@given(rates, st.floats(min_value=0, max_value=1e6), st.floats(min_value=0, max_value=1e6))
def test_late_request_does_not_wait(per_second: float, free: float, late: float) -> None:
    """Idle time is not saved up for a burst."""
    state, delay = reserve(RateState(next_free=free), RateRules(per_second=per_second), free + late)
    assert delay == 0
    assert state.next_free == free + late + 1 / per_second


@given(st.floats(min_value=0, max_value=1e6))
def test_without_a_rate_limit_no_request_waits(now: float) -> None:
    """Blocked responses then have no rate to halve."""
    rules = RateRules(per_second=None)
    state = blocked(rules, 5)
    assert reserve(state, rules, now) == (state, 0.0)
    assert current_rate(state, rules) is None


@pytest.mark.parametrize("kind", ["rate_limited", "blocked"])
def test_blocked_response_halves_the_rate(kind: FailureKind) -> None:
    state = record(RateState(), FIVE, Failure(kind, "no"), sent=1.0, now=2.0)
    assert current_rate(state, FIVE) == 2.5
    assert reserve(state, FIVE, 10.0)[0].next_free == pytest.approx(10.4)


@each_row("kind", ["timeout", "network", "status", "catalogue_changed", "auth"])
def test_other_failures_do_not_change_the_rate(kind: FailureKind) -> None:
    before = blocked(FIVE, 1)
    assert record(before, FIVE, Failure(kind, "no"), sent=1.0, now=2.0) == before


def test_requests_in_flight_together_halve_the_rate_once() -> None:
    state = record(RateState(), FIVE, BLOCKED, sent=1.0, now=2.0)
    state = record(state, FIVE, BLOCKED, sent=1.5, now=2.1)
    assert current_rate(state, FIVE) == 2.5
    assert state.blocked_count == 2
    assert current_rate(record(state, FIVE, BLOCKED, sent=2.0, now=2.2), FIVE) == 1.25


def test_rate_recovers_slowly_up_to_the_full_rate() -> None:
    """From half to full takes 25 good responses."""
    state = blocked(FIVE, 1)
    for good in range(1, 30):
        state = record(state, FIVE, GOOD, sent=1.0, now=2.0)
        assert current_rate(state, FIVE) == pytest.approx(min(5.0, 2.5 + 0.1 * good))


@given(st.lists(st.tuples(values, st.floats(0, 100)), max_size=60))
def test_rate_stays_between_a_sixteenth_and_the_full_rate(
    script: list[tuple[ParsedResult | Failure, float]],
) -> None:
    """After any results; a pause is at most an hour."""
    state = RateState()
    for value, now in script:
        state = record(state, FIVE, value, sent=now, now=now)
        assert 5.0 / 16 <= (current_rate(state, FIVE) or 0) <= 5.0
        assert 0 <= state.pause_s <= 3600
        assert state.circuit_open is (state.pause_s > 0)


def test_blocked_responses_in_a_row_open_the_circuit_breaker() -> None:
    """Then requests fail as `blocked`; a good response in between starts the count again."""
    almost = record(blocked(FIVE, 2), FIVE, GOOD, sent=0.0, now=0.0)
    assert not blocked(FIVE, 2, state=almost).circuit_open
    open_state = blocked(FIVE, 3)
    for now in (0.0, 30.0, 59.9):
        state, slot = reserve(open_state, FIVE, now)
        assert state == open_state
        assert isinstance(slot, Failure)
        assert (slot.kind, slot.url) == ("blocked", "")
        assert "3 requests in a row" in slot.detail


def test_waiting_caller_gets_the_time_left_of_the_pause() -> None:
    """With `wait_when_refused`, requests wait instead of failing."""
    assert reserve(blocked(WAITING, 3), WAITING, 20.0)[1] == RetryAfter(40.0)


@pytest.mark.parametrize("rules", [FIVE, WAITING])
def test_after_the_pause_one_request_is_sent_as_a_probe(rules: RateRules) -> None:
    """The other requests wait for its result, or fail."""
    probing, slot = reserve(blocked(rules, 3), rules, 60.0)
    assert slot == 0.0
    _, other = reserve(probing, rules, 60.0)
    assert other == RetryAfter(60.0) if rules.wait else isinstance(other, Failure)


def test_good_probe_closes_the_circuit_breaker() -> None:
    probing, _ = reserve(blocked(WAITING, 3), WAITING, 60.0)
    closed = record(probing, WAITING, GOOD, sent=60.0, now=61.0)
    assert not closed.circuit_open
    assert reserve(closed, WAITING, 61.0)[1] == 0.0
    assert not blocked(WAITING, 2, now=62.0, state=closed).circuit_open


def test_blocked_probe_doubles_the_pause_up_to_an_hour() -> None:
    state, now = blocked(WAITING, 3), 60.0
    for pause_s in (120, 240, 480, 960, 1920, 3600, 3600):
        state, slot = reserve(state, WAITING, now)
        assert slot == 0.0
        state = record(state, WAITING, BLOCKED, sent=now, now=now + 1)
        assert reserve(state, WAITING, now + 1)[1] == RetryAfter(pause_s)
        now += 1 + pause_s


def test_request_in_flight_when_the_breaker_opened_is_no_probe() -> None:
    """Five tasks that are blocked at the same time cause one pause, not five."""
    open_state = blocked(WAITING, 3, now=10.0)
    assert record(open_state, WAITING, BLOCKED, sent=9.0, now=12.0).pause_s == 60.0


def test_lost_probe_is_replaced_after_another_pause() -> None:
    """Otherwise a cancelled task would leave the other tasks waiting forever."""
    probing, _ = reserve(blocked(WAITING, 3), WAITING, 60.0)
    assert reserve(probing, WAITING, 119.0)[1] == RetryAfter(1.0)
    assert reserve(probing, WAITING, 120.0)[1] == 0.0
