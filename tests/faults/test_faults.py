"""A fault is never "not found", nothing is lost, nothing is hammered: a sample of the figures.

The full table is `python tests/faults/run.py`; see docs/reliability.md.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from fault_figures import SHARE, Engine, measure, tracks, undisturbed
from interrupted_runs import cancelled, killed, whole

from beatport_match import Match
from beatport_match.testing import Fault, always, mixed, sometimes

QUICK: tuple[Fault, ...] = ("unavailable", "challenge", "reset", "truncated", "wrong_shape")


@pytest.fixture(scope="module")
def truth() -> tuple[Match, ...]:
    """What twenty tracks come to when nothing goes wrong."""
    return undisturbed(tracks(20))


SAMPLE: list[tuple[Engine, Fault]] = [
    ("sync", "challenge"),
    ("sync", "wrong_shape"),
    ("asyncio", "rate_limited"),
    ("asyncio", "slow_body"),
    ("trio", "reset"),
    ("trio", "empty"),
]


@pytest.mark.parametrize(("engine", "kind"), SAMPLE)
def test_a_fault_is_never_not_found(engine: Engine, kind: Fault, truth: tuple[Match, ...]) -> None:
    """Issue: "tracks in, tracks answered, wrongly called not found (must be 0), lost (must be 0),
    requests beyond the retry bound (must be 0)"."""
    row = measure(kind, engine, always(kind), truth, attempts=2)
    assert (row.wrongly_not_found, row.lost, row.beyond_bound) == (0, 0, 0)
    assert (row.answered, row.tracks) == (0, len(truth))


def test_most_is_answered_in_spite_of_faults(truth: tuple[Match, ...]) -> None:
    """The same at 30 %: three tries answer what one does not."""
    row = measure("reset", "asyncio", sometimes("reset", SHARE), truth)
    assert (row.wrongly_not_found, row.lost, row.beyond_bound) == (0, 0, 0)
    assert row.answered >= 17
    row = measure("mixed", "asyncio", mixed(SHARE, QUICK), truth)
    assert (row.wrongly_not_found, row.lost, row.beyond_bound) == (0, 0, 0)
    assert 5 <= row.answered < 20


def test_the_measure_sees_what_it_looks_for(truth: tuple[Match, ...]) -> None:
    """A guard that counts nothing would pass for ever: an empty shop looks as a fault must not."""
    from beatport_match.testing import FakeBeatport

    made, fake = FakeBeatport.__init__, FakeBeatport(catalogue=[])
    assert fake.requests == ()
    try:
        FakeBeatport.__init__ = lambda self, **kw: made(self, [], **kw)  # type: ignore[method-assign,misc,assignment]
        row = measure("empty shop", "sync", None, truth)
    finally:
        FakeBeatport.__init__ = made  # type: ignore[method-assign]
    assert row.wrongly_not_found == sum(one.outcome != "not_found" for one in truth) > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("a_sync", [False, True])
def test_a_killed_run_loses_what_was_in_flight(tmp_path: Path, a_sync: bool) -> None:
    """Issue: "`kill -9` at any moment loses at most the tracks then in flight"."""
    wanted = tracks(60)
    point = random.uniform(0.1, 0.9)
    truth = whole(wanted, tmp_path)
    assert killed(wanted, truth, tmp_path, point, a_sync=a_sync) == []


@pytest.mark.parametrize("engine", ["asyncio", "trio"])
def test_a_cancelled_run_leaves_nothing_and_loses_nothing(tmp_path: Path, engine: Engine) -> None:
    """Issue: cancellation leaves "no task, socket or lock behind and everything finished on
    disk"."""
    wanted = tracks(40)
    truth = undisturbed(wanted)
    for _ in range(2):
        point = random.uniform(0, 0.9)
        assert cancelled(wanted, truth, tmp_path, point, engine) == []
