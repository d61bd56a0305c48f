"""`import beatport_match` stays fast: it does not import what most programs never need."""

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
    """The top-level packages that `import beatport_match` loads in a new process."""
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True)
    return set(json.loads(run.stdout))


@pytest.mark.parametrize(
    "package",
    ["httpx", "httpx2", "parsel", "lxml", "pyarrow", "rich", "tantivy", "trio", "asyncio"],
)
def test_importing_the_library_is_light(imported: set[str], package: str) -> None:
    """httpx is imported with the first client, lxml with the first error page."""
    assert package not in imported


def test_the_library_was_imported(imported: set[str]) -> None:
    """Without the import, the check above would always pass."""
    assert {"beatport_match", "anyio", "pydantic"} <= imported
