"""`import beatport_match` stays fast: it does not import what most programs never need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PACKAGES = """
import json, sys
def packages():
    return {name.partition(".")[0] for name in sys.modules}
"""
IMPORT = f"""{PACKAGES}
import beatport_match
print(json.dumps([*packages()]))
"""
FIRST_CLIENT = f"""{PACKAGES}
from beatport_match import MatchSettings
from beatport_match.transport.http import new_async_client, ssl_context
ssl_context()
before = packages()
new_async_client(MatchSettings())._add_client()
print(json.dumps([*packages() - before]))
"""


def run(script: str) -> set[str]:
    """Return the packages that a script prints in a new process."""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    return set(json.loads(ran.stdout))


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The top-level packages that `import beatport_match` loads in a new process."""
    return run(IMPORT)


@pytest.mark.parametrize(
    "package",
    [
        "httpx",
        "httpx2",
        "parsel",
        "lxml",
        "mutagen",
        "pyarrow",
        "rich",
        "tantivy",
        "trio",
        "asyncio",
    ],
)
def test_importing_the_library_is_light(imported: set[str], package: str) -> None:
    """httpx is imported with the first client, lxml with the first error page."""
    assert package not in imported


def test_the_library_was_imported(imported: set[str]) -> None:
    """Without the import, the check above would always pass."""
    assert {"beatport_match", "anyio", "pydantic"} <= imported


def test_the_first_async_client_imports_no_further_package() -> None:
    """`ssl_context` has imported them in a thread; here an import would block the event loop."""
    assert run(FIRST_CLIENT) == set()
