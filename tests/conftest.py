"""For all tests: both event loops, skipped waits, and Hypothesis profiles without deadlines."""

from __future__ import annotations

import os

import pytest
from fake_clock import FakeClock, shorten_polls
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from beatport_match import clear_shared_state

# A deadline, or a check of how fast examples are made, would fail tests on a busy machine. Without
# random choices, a run can be repeated.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", PATIENT, derandomize=True, max_examples=50)
# Run by hand: `HYPOTHESIS_PROFILE=fuzz python -m pytest -m fuzz`.
settings.register_profile("fuzz", PATIENT, max_examples=2000)
# For additional runs of the suite, such as with coverage or another Python version.
settings.register_profile("sample", PATIENT, derandomize=True, max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
if settings().derandomize and hasattr(providers, "_get_local_constants"):
    # Hypothesis also draws constants of the modules that are loaded, which depend on the tests that
    # this process ran before. Without them, a test always has the same examples.
    providers._get_local_constants = providers.Constants

# With it, each program that a test starts would compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Use one process more than there are cores: many tests wait for a program or a socket."""
    chosen = "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ
    return None if chosen else (os.cpu_count() or 1) + 1


# The pytest plugin of anyio provides the `anyio` marker and runs the tests.
@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(autouse=True)
def _own_limits() -> None:
    """Without it, a test would use the rate limit and the cached answers of earlier tests."""
    clear_shared_state()


@pytest.fixture
def skipped_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the waits of both engines take no time."""
    FakeClock().install(monkeypatch)


@pytest.fixture
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engines and the transport notice a stop after 10 ms instead of 0.25 s."""
    shorten_polls(monkeypatch)
