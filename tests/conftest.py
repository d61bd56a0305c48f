"""What every room of the suite shares: the two event loops, and no test against the clock."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A deadline would be a timed assertion, and fail on a busy machine.
settings.register_profile("suite", deadline=None)
# By hand: `HYPOTHESIS_PROFILE=fuzz python -m pytest -m fuzz`.
settings.register_profile("fuzz", deadline=None, max_examples=2000)
# For runs beside the first one, such as under coverage or with another Python.
settings.register_profile("sample", deadline=None, max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


# The `anyio` marker and its runner come with anyio itself.
@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param
