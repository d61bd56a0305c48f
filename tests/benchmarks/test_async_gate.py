"""The gate for the gain and the memory of async fails when a limit is exceeded."""

from __future__ import annotations

from pathlib import Path

import pytest
from async_worth import MAX_RESIDENT_BYTES, gain_faults, memory_faults

from beatport_match.model.run_metrics import RunComparison

ROOT = Path(__file__).parents[2]


def comparison(saved: float, *, same_answers: bool = True) -> RunComparison:
    known = {"improvement_percentage": saved, "same_answers": same_answers}
    fields = {name: None for name in RunComparison.model_fields if name.endswith("_concurrency")}
    return RunComparison.model_construct(**fields, **known, compared_tracks=25, different_tracks=())


@pytest.mark.parametrize(
    ("saved", "tries", "passes"),
    [([30.0], 1, True), ([29.9, 12.0, 31.0], 3, True), ([29.9, 12.0, -5.0, 90.0], 3, False)],
)
def test_one_of_three_tries_must_save_30_percent(
    saved: list[float], tries: int, *, passes: bool
) -> None:
    left = [comparison(one) for one in saved]
    faults = gain_faults(lambda: left.pop(0))
    assert len(saved) - len(left) == tries
    assert (faults == []) is passes
    assert passes or faults == ["Async never took 30 % less time than sync in 3 tries."]


def test_different_answers_fail_at_once() -> None:
    (fault,) = gain_faults(lambda: comparison(90.0, same_answers=False))
    assert fault.startswith("The modes gave different answers")


def test_memory_above_the_limit_fails() -> None:
    assert memory_faults(MAX_RESIDENT_BYTES) == []
    (fault,) = memory_faults(MAX_RESIDENT_BYTES + 2**20)
    assert fault == "A run of 500 tracks needs 41.0 MiB; the limit is 40.0 MiB."


def test_gate_demo_runs_the_gate() -> None:
    gate = (ROOT / ".ci" / "gates" / "demo").read_text("utf-8")
    assert '"$work/demo/bin/python" tests/benchmarks/async_worth.py gate\n' in gate
