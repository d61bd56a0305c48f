"""Measured facts: "startup" counts, so what most programs never need is not imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
import beatport_match
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The families that `import beatport_match` brings along, in a program of its own."""
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True)
    return set(json.loads(run.stdout))


@pytest.mark.parametrize(
    "family",
    ["httpx", "httpx2", "parsel", "lxml", "pyarrow", "rich", "tantivy", "trio", "asyncio"],
)
def test_importing_the_library_is_light(imported: set[str], family: str) -> None:
    """_http: "`httpx` is imported when a client is made: importing this library must stay quick";
    lxml, too, waits for the first error page, and the event loop for whoever runs one."""
    assert family not in imported


def test_the_library_was_imported(imported: set[str]) -> None:
    """A guard that looks at nothing would pass for ever."""
    assert {"beatport_match", "anyio", "pydantic"} <= imported
