"""A sample of the figures of docs/reliability.md: faults, and interrupted runs.

No fault becomes `not_found`, no track is lost, and no request is sent beyond the retry limit. The
full table is written by `python tests/faults/run.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fault_figures import (
    FAULT_SHARE,
    PATIENT_S,
    TIMEOUT_S,
    Engine,
    matched_without_faults,
    measure,
    tracks,
)
from interrupted_runs import cancelled, killed, uninterrupted

from beatport_match import Match
from beatport_match.testing import Fault, always, mixed, sometimes

QUICK: tuple[Fault, ...] = ("unavailable", "challenge", "reset", "truncated", "wrong_shape")


@pytest.fixture(scope="module")
def truth() -> tuple[Match, ...]:
    """The matches of twenty tracks without faults."""
    return matched_without_faults(tracks(20))


SAMPLE: list[tuple[Engine, Fault]] = [
    ("sync", "challenge"),
    ("sync", "wrong_shape"),
    ("asyncio", "rate_limited"),
    ("asyncio", "slow_body"),
    ("trio", "reset"),
    ("trio", "empty"),
]


@pytest.mark.usefixtures("skipped_waits")
@pytest.mark.parametrize(("engine", "kind"), SAMPLE)
def test_a_fault_is_never_not_found(engine: Engine, kind: Fault, truth: tuple[Match, ...]) -> None:
    """If every request fails, every track fails and none is lost, within the retry limit."""
    timeout_s = TIMEOUT_S if kind == "slow_body" else PATIENT_S
    row = measure(kind, engine, always(kind), truth, attempts=2, timeout_s=timeout_s)
    assert (row.wrongly_not_found, row.lost, row.beyond_limit) == (0, 0, 0)
    assert (row.answered, row.tracks) == (0, len(truth))


@pytest.mark.usefixtures("skipped_waits")
def test_retries_answer_most_tracks_when_faults_are_rare(truth: tuple[Match, ...]) -> None:
    """With faults in 30 % of the requests, three attempts are mostly enough."""
    plan = sometimes("reset", FAULT_SHARE)
    row = measure("reset", "asyncio", plan, truth, timeout_s=PATIENT_S)
    assert (row.wrongly_not_found, row.lost, row.beyond_limit) == (0, 0, 0)
    assert row.answered >= 17
    plan = mixed(FAULT_SHARE, QUICK)
    row = measure("mixed", "asyncio", plan, truth, timeout_s=PATIENT_S)
    assert (row.wrongly_not_found, row.lost, row.beyond_limit) == (0, 0, 0)
    assert 5 <= row.answered < 20


def test_the_measurement_counts_tracks_that_are_wrongly_not_found(
    truth: tuple[Match, ...],
) -> None:
    """A fake Beatport without tracks answers `not_found`, as a fault must never do."""
    from beatport_match.testing import FakeBeatport

    made, fake = FakeBeatport.__init__, FakeBeatport(catalogue=[])
    assert fake.requests == ()
    try:
        FakeBeatport.__init__ = lambda self, **kw: made(self, [], **kw)  # type: ignore[method-assign,misc,assignment]
        row = measure("empty catalogue", "sync", None, truth, timeout_s=PATIENT_S)
    finally:
        FakeBeatport.__init__ = made  # type: ignore[method-assign]
    assert row.wrongly_not_found == sum(one.outcome != "not_found" for one in truth) > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("a_sync", "point"), [(False, 0.3), (True, 0.7)])
def test_a_killed_run_loses_only_the_tracks_in_flight(
    tmp_path: Path, a_sync: bool, point: float
) -> None:
    """`python tests/faults/run.py` kills runs at many random points."""
    wanted = tracks(30)
    truth = uninterrupted(wanted, tmp_path)
    assert killed(wanted, truth, tmp_path, point, a_sync=a_sync) == []


@pytest.mark.parametrize("engine", ["asyncio", "trio"])
def test_a_cancelled_run_leaks_no_socket_and_loses_no_track(tmp_path: Path, engine: Engine) -> None:
    wanted = tracks(40)
    truth = matched_without_faults(wanted)
    for point in (0.1, 0.6):
        assert cancelled(wanted, truth, tmp_path, point, engine) == []
