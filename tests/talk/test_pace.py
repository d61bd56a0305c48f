"""The pace: one place after the other, however many ask, and whenever they do."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from beatport_match.exchange import admit

rates = st.floats(min_value=0.01, max_value=1000)
clocks = st.lists(st.floats(min_value=0, max_value=1e6), min_size=2, max_size=50)


@given(rates, clocks)
def test_no_two_places_are_closer_than_the_rate_allows(rate: float, asked: list[float]) -> None:
    """exchange.admit: "requests are spread evenly, however many ask at once", whatever order their
    clocks are read in."""
    next_free, places = 0.0, list[float]()
    for now in asked:
        delay, next_free = admit(next_free, now, rate)
        assert delay >= 0
        places.append(now + delay)
    gaps = [later - earlier for earlier, later in pairwise(places)]
    assert all(gap >= 1 / rate * (1 - 1e-6) - 1e-9 for gap in gaps)


@given(rates, st.floats(min_value=0, max_value=1e6), st.floats(min_value=0, max_value=1e6))
def test_who_comes_late_does_not_wait(rate: float, free: float, late: float) -> None:
    """exchange.admit: "a burst of one": idle time is neither owed nor saved up."""
    delay, next_free = admit(free, free + late, rate)
    assert delay == 0
    assert next_free == free + late + 1 / rate


@given(st.floats(min_value=0, max_value=1e6), st.floats(min_value=0, max_value=1e6))
def test_without_a_pace_nobody_waits(next_free: float, now: float) -> None:
    """MatchSettings: "`None` is unpaced"."""
    delay, free = admit(next_free, now, None)
    assert delay == 0
    assert free <= now
