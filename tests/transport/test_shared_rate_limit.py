"""A rate limit that processes share as a text: any text and any clock are accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match import MatchSettings
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult
from beatport_match.transport.rate_limiter import LocalRateLimiter
from beatport_match.transport.rate_rules import RateRules, RateState, RetryAfter, record, reserve
from beatport_match.transport.shared_rate_limit import (
    FORMAT_KEY,
    MAX_AHEAD_S,
    SharedRateState,
    parse_state,
    state_text,
)

T = TypeVar("T")
FIVE = RateRules(per_second=5.0, max_ahead_s=MAX_AHEAD_S, wait=True)
GOOD = ParsedResult(candidates=())
BLOCKED = Failure("rate_limited", "HTTP 429")
TODAY = 1.8e9

scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3)
states = st.builds(
    RateState,
    next_free=st.floats(0, 1012),
    share=st.floats(1 / 16, 1),
    slowed_at=st.floats(0, 1000) | st.just(float("-inf")),
    blocked_count=st.integers(0, 1000),
    opened_at=st.floats(0, 1000),
    pause_s=st.floats(0, 3600),
)


class Text:
    """A limiter that keeps the text in memory."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def update(self, change: Callable[[str], tuple[str, T]], /) -> T:
        self.text, result = change(self.text)
        return result


@given(states)
def test_a_state_is_read_as_it_was_written(state: RateState) -> None:
    """By a process with another clock of its engine, two seconds later."""
    text = state_text(state, 1000.0, TODAY)
    read = parse_state(text, FIVE, 52.0, TODAY + 2)
    shift = 1000.0 + 2 - 52
    assert read.next_free + shift == pytest.approx(max(1000.0, state.next_free), abs=1e-5)
    assert read.slowed_at + shift == pytest.approx(max(1000.0 - 1e9, state.slowed_at), abs=1e-5)
    assert read.opened_at + shift == pytest.approx(state.opened_at, abs=1e-5)
    assert (read.share, read.blocked_count, read.pause_s) == (
        *(state.share, state.blocked_count, state.pause_s),
    )
    assert len(text) < 500


def hostile_texts() -> st.SearchStrategy[str]:
    names = json.loads(state_text(RateState(), 0.0, TODAY))
    fields = st.fixed_dictionaries({name: scalars for name in names if name != FORMAT_KEY})
    numbers = st.fixed_dictionaries(
        {name: st.floats(allow_nan=False) for name in names if name != FORMAT_KEY}
    )
    marked = (fields | numbers).map(lambda values: json.dumps({FORMAT_KEY: 1, **values}))
    others = st.recursive(scalars, st.lists, max_leaves=5).map(json.dumps)
    return st.text() | marked | others | st.sampled_from(["[" * 100_000, "9" * 5000, '{"a": 1}'])


@given(hostile_texts(), st.floats(0, 1e6), st.sampled_from([5.0, 0.01, None]))
def test_any_text_is_read_as_a_state(text: str, now: float, per_second: float | None) -> None:
    """No process waits longer than its own rate and a pause of an hour require."""
    rules = RateRules(per_second=per_second, max_ahead_s=MAX_AHEAD_S, wait=True)
    state = parse_state(text, rules, now, TODAY)
    slowest_s = 16 / per_second if per_second else 0.0
    _, slot = reserve(state, rules, now)
    assert not isinstance(slot, Failure)
    wait_s = slot.seconds if isinstance(slot, RetryAfter) else slot
    assert 0 <= wait_s <= max(3600.0, MAX_AHEAD_S + slowest_s)
    for value in (GOOD, BLOCKED):
        after = state_text(record(state, rules, value, sent=now, now=now), now, TODAY)
        assert len(after) < 500
        assert json.loads(after)["written_at"] == TODAY


@pytest.mark.parametrize("jump_s", [-1e9, -3600.0, -1.0, 3600.0, 1e9])
def test_a_clock_that_jumps_makes_no_process_wait_longer(jump_s: float) -> None:
    """This holds for a slot and for the end of a pause."""
    state = RateState(next_free=102.0, opened_at=95.0, pause_s=60.0)
    read = parse_state(state_text(state, 100.0, TODAY), FIVE, 100.0, TODAY + jump_s)
    if jump_s < 0:
        assert read.next_free == pytest.approx(102.0)
        assert reserve(read, FIVE, 100.0)[1] == RetryAfter(pytest.approx(55.0))
    else:
        assert read.next_free < 100.0
        assert reserve(read, FIVE, 100.0)[1] == 0.0


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1)), min_size=2, max_size=60))
def test_slots_of_all_processes_are_never_closer_than_the_rate_allows(
    script: list[tuple[int, float]],
) -> None:
    """Each process has its own clock of the engine; they share the text and the system's clock."""
    limiter, today = Text(), [TODAY]
    shared = [SharedRateState(limiter, FIVE, lambda: today[0]) for _ in range(4)]
    slots = list[float]()
    for process, passed_s in script:
        today[0] += passed_s
        now = today[0] - TODAY + 1000 * process
        slot = shared[process].update(lambda state, now=now: reserve(state, FIVE, now), now)
        if isinstance(slot, float):
            slots.append(today[0] + slot)
    assert slots
    assert all(later - earlier >= 0.2 - 1e-5 for earlier, later in pairwise(slots))


def test_slots_are_given_in_the_order_of_asking() -> None:
    """So every process gets slots: a caller waits for one slot of each caller before it."""
    limiter = Text()
    busy, calm = (SharedRateState(limiter, FIVE, lambda: TODAY) for _ in range(2))
    for _ in range(10):
        busy.update(lambda state: reserve(state, FIVE, 0.0), 0.0)
    wait_s = calm.update(lambda state: reserve(state, FIVE, 500.0), 500.0)
    assert wait_s == pytest.approx(10 * 0.2, abs=1e-5)


def test_slots_are_reserved_only_a_few_seconds_ahead() -> None:
    """A killed process leaves its slots reserved, and the others then wait no longer than that."""
    limiter, asked = LocalRateLimiter(MatchSettings(), Text()), list[Any]()
    for _ in range(100):
        asked.append(limiter.reserve(0.0))
    reserved = [slot for slot in asked if isinstance(slot, float)]
    assert 49 <= len(reserved) <= 52
    assert max(reserved) <= MAX_AHEAD_S
    assert all(1.0 <= slot.seconds <= 1.3 for slot in asked[len(reserved) :])


def test_a_blocked_response_slows_all_processes() -> None:
    """The rate of the other process falls with its next request, and so does what it shows."""
    limiter, settings = Text(), MatchSettings()
    first, second = (LocalRateLimiter(settings, limiter) for _ in range(2))
    first.record(BLOCKED, sent=0.0, now=1.0)
    second.reserve(700.0)
    assert (first.per_second, second.per_second) == (2.5, 2.5)
    for good in range(1, 26):
        second.record(GOOD, sent=700.0, now=701.0 + good)
    assert second.per_second == pytest.approx(5.0)
