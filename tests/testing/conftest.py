"""Fixtures that read `__NEXT_DATA__` without code of the package."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

SCRIPT = re.compile(rb'<script id="__NEXT_DATA__" type="application/json">([^<]*)</script>')


@pytest.fixture
def next_data() -> Callable[[bytes], Any]:
    def read(body: bytes) -> Any:
        found = SCRIPT.search(body)
        assert found, body[:200]
        return json.loads(found[1])

    return read


@pytest.fixture
def queries(next_data: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    return lambda body: next_data(body)["props"]["pageProps"]["dehydratedState"]["queries"]


@pytest.fixture
def rows(queries: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return the rows of a `/search/<type>` page."""
    return lambda body: queries(body)[0]["state"]["data"]["data"]
