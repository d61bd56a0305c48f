"""The pace: one place after the other, slower when refused, and shut after too many refusals."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import ParsedResult
from beatport_match.transport.rate_limiter import (
    RateRules,
    RateState,
    RetryAfter,
    current_rate,
    record,
    reserve,
)

FIVE = RateRules(per_second=5.0, max_blocked=3, pause_s=60.0)
PATIENT = RateRules(per_second=None, max_blocked=3, pause_s=60.0, wait=True)
GOOD = ParsedResult(candidates=())
NO = Failure("rate_limited", "slowly")

rates = st.floats(min_value=0.01, max_value=1000)
clocks = st.lists(st.floats(min_value=0, max_value=1e6), min_size=2, max_size=50)
values = st.sampled_from([GOOD, NO, Failure("blocked", "a wall"), Failure("timeout", "late")])


def refused(
    rules: RateRules, times: int, now: float = 0.0, pace: RateState | None = None
) -> RateState:
    """The pace after so many refusals of requests that went out one after the other."""
    pace = pace or RateState()
    for _ in range(times):
        pace = record(pace, rules, NO, sent=now, now=now)
    return pace


@given(rates, clocks)
def test_no_two_places_are_closer_than_the_rate_allows(
    per_second: float, asked: list[float]
) -> None:
    """pace.admit: "requests are spread evenly, however many ask at once", whatever order their
    clocks are read in."""
    pace, places = RateState(), list[float]()
    for now in asked:
        pace, delay = reserve(pace, RateRules(per_second=per_second), now)
        assert isinstance(delay, float)
        assert delay >= 0
        places.append(now + delay)
    gaps = [later - earlier for earlier, later in pairwise(places)]
    assert all(gap >= 1 / per_second * (1 - 1e-6) - 1e-9 for gap in gaps)


@given(rates, st.floats(min_value=0, max_value=1e6), st.floats(min_value=0, max_value=1e6))
def test_who_comes_late_does_not_wait(per_second: float, free: float, late: float) -> None:
    """pace.admit: "a burst of one": idle time is neither owed nor saved up."""
    pace, delay = reserve(RateState(next_free=free), RateRules(per_second=per_second), free + late)
    assert delay == 0
    assert pace.next_free == free + late + 1 / per_second


@given(st.floats(min_value=0, max_value=1e6))
def test_without_a_pace_nobody_waits(now: float) -> None:
    """MatchSettings: "`None` is unpaced", and there is nothing to halve."""
    rules = RateRules(per_second=None)
    pace = refused(rules, 5)
    assert reserve(pace, rules, now) == (pace, 0.0)
    assert current_rate(pace, rules) is None


@pytest.mark.parametrize("kind", ["rate_limited", "blocked"])
def test_a_refusal_halves_the_pace(kind: FailureKind) -> None:
    """Issue: "halves itself on 429 or a challenge"."""
    pace = record(RateState(), FIVE, Failure(kind, "no"), sent=1.0, now=2.0)
    assert current_rate(pace, FIVE) == 2.5
    assert reserve(pace, FIVE, 10.0)[0].next_free == pytest.approx(10.4)


@pytest.mark.parametrize("kind", ["timeout", "network", "status", "catalogue_changed", "auth"])
def test_other_trouble_says_nothing_about_the_pace(kind: FailureKind) -> None:
    """pace.heard: "Other trouble changes nothing"."""
    before = refused(FIVE, 1)
    assert record(before, FIVE, Failure(kind, "no"), sent=1.0, now=2.0) == before


def test_what_was_under_way_together_halves_once() -> None:
    """pace.heard: "at most once for all that was under way together"."""
    pace = record(RateState(), FIVE, NO, sent=1.0, now=2.0)
    pace = record(pace, FIVE, NO, sent=1.5, now=2.1)
    assert current_rate(pace, FIVE) == 2.5
    assert pace.blocked_count == 2
    assert current_rate(record(pace, FIVE, NO, sent=2.0, now=2.2), FIVE) == 1.25


def test_the_pace_recovers_slowly_and_never_beyond() -> None:
    """Issue: "recovers slowly": from half to full takes 25 good answers."""
    pace = refused(FIVE, 1)
    for told in range(1, 30):
        pace = record(pace, FIVE, GOOD, sent=1.0, now=2.0)
        assert current_rate(pace, FIVE) == pytest.approx(min(5.0, 2.5 + 0.1 * told))


@given(st.lists(st.tuples(values, st.floats(0, 100)), max_size=60))
def test_the_pace_stays_within_its_bounds(
    script: list[tuple[ParsedResult | Failure, float]],
) -> None:
    """pace.heard: "never below a sixteenth" and never above the full pace, whatever is told."""
    pace = RateState()
    for value, now in script:
        pace = record(pace, FIVE, value, sent=now, now=now)
        assert 5.0 / 16 <= (current_rate(pace, FIVE) or 0) <= 5.0
        assert 0 <= pace.pause_s <= 3600
        assert pace.circuit_open is (pace.pause_s > 0)


def test_a_run_of_refusals_shuts_the_way() -> None:
    """Settings: after `max_refusals` "in a row" what is left ends "as `failed` with the kind
    `blocked`"; one good answer between them breaks the row."""
    almost = record(refused(FIVE, 2), FIVE, GOOD, sent=0.0, now=0.0)
    assert not refused(FIVE, 2, pace=almost).circuit_open
    shut = refused(FIVE, 3)
    for now in (0.0, 30.0, 59.9):
        pace, place = reserve(shut, FIVE, now)
        assert pace == shut
        assert isinstance(place, Failure)
        assert (place.kind, place.url) == ("blocked", "")
        assert "3 requests in a row" in place.detail


def test_who_waits_is_told_how_long() -> None:
    """Settings: `wait_when_refused` "sit that out instead of failing"."""
    assert reserve(refused(PATIENT, 3), PATIENT, 20.0)[1] == RetryAfter(40.0)


@pytest.mark.parametrize("rules", [FIVE, PATIENT])
def test_after_the_pause_one_goes_to_see(rules: RateRules) -> None:
    """Settings: then "one request is let through to see"; the others wait for it or fail."""
    probing, place = reserve(refused(rules, 3), rules, 60.0)
    assert place == 0.0
    _, other = reserve(probing, rules, 60.0)
    assert other == RetryAfter(60.0) if rules.wait else isinstance(other, Failure)


def test_a_good_probe_opens_the_way() -> None:
    """Issue: "a half-open probe decides when to go on"."""
    probing, _ = reserve(refused(PATIENT, 3), PATIENT, 60.0)
    opened = record(probing, PATIENT, GOOD, sent=60.0, now=61.0)
    assert not opened.circuit_open
    assert reserve(opened, PATIENT, 61.0)[1] == 0.0
    assert not refused(PATIENT, 2, now=62.0, pace=opened).circuit_open


def test_a_refused_probe_doubles_the_pause() -> None:
    """Settings: "each further refusal doubles it, up to an hour"."""
    pace, now = refused(PATIENT, 3), 60.0
    for pause_s in (120, 240, 480, 960, 1920, 3600, 3600):
        pace, place = reserve(pace, PATIENT, now)
        assert place == 0.0
        pace = record(pace, PATIENT, NO, sent=now, now=now + 1)
        assert reserve(pace, PATIENT, now + 1)[1] == RetryAfter(pause_s)
        now += 1 + pause_s


def test_what_was_under_way_when_it_shut_is_no_probe() -> None:
    """The same: five tasks refused at once are one run of refusals, not five pauses."""
    shut = refused(PATIENT, 3, now=10.0)
    assert record(shut, PATIENT, NO, sent=9.0, now=12.0).pause_s == 60.0


def test_a_probe_that_never_comes_back_does_not_shut_for_ever() -> None:
    """A cancelled task must not leave the others waiting."""
    probing, _ = reserve(refused(PATIENT, 3), PATIENT, 60.0)
    assert reserve(probing, PATIENT, 119.0)[1] == RetryAfter(1.0)
    assert reserve(probing, PATIENT, 120.0)[1] == 0.0
