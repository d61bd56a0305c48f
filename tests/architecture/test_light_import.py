"""A program imports only what it uses: these tests look at the modules, not at the time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tables import each_row

MODULES = "print(json.dumps([*sys.modules]))"
FIRST_CLIENT = """
from beatport_match import MatchSettings
from beatport_match.transport.http import new_async_client, ssl_context
ssl_context()
before = {name.partition(".")[0] for name in sys.modules}
new_async_client(MatchSettings())._add_client()
print(json.dumps([*{name.partition(".")[0] for name in sys.modules} - before]))
"""
LATE_CLASSES = """
import inspect
from beatport_match import match_playlist
result = match_playlist([])
import beatport_match
loaded = {
    name: vars(sys.modules[module])[name]
    for name, module in beatport_match._MODULE_OF_NAME.items()
    if module in sys.modules
}
assert type(result) is loaded["PlaylistMatch"]
print(json.dumps({
    name: thing.__module__ for name, thing in loaded.items() if inspect.isclass(thing)
}))
"""


def run(script: str) -> list[str]:
    """Return the list that a script prints in a new process."""
    command = [sys.executable, "-c", f"import json, sys\n{script}"]
    # Coverage would load its own modules in the new process.
    environment = {
        name: one for name, one in os.environ.items() if not name.startswith("COVERAGE_")
    }
    ran = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
    names: list[str] = json.loads(ran.stdout)
    return names


@pytest.fixture(scope="module")
def matching() -> set[str]:
    """The modules that a program has loaded before it matches its first track."""
    return set(run(f"from beatport_match import match_track, amatch_track\n{MODULES}"))


def test_importing_the_package_imports_no_other_package() -> None:
    """Its names are imported when they are first used."""
    loaded = set(run(f"import beatport_match\n{MODULES}")) - set(run(MODULES))
    packages = {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names}
    assert packages == {"beatport_match", "beatport_match._version"}


@each_row(
    "module",
    [
        # httpx is imported with the first client, lxml with the first error page.
        *("asyncio", "httpx", "httpx2", "lxml", "mutagen", "parsel", "pyarrow", "rich", "tantivy"),
        *("sqlite3", "tomllib", "trio", "xml"),
        "beatport_match.catalogue",
        "beatport_match.cli",
        "beatport_match.engine.async_bridge",
        "beatport_match.engine.journal",
        "beatport_match.model.run_metrics",
        "beatport_match.performance.analysis",
        "beatport_match.performance.run_stats",
        "beatport_match.playlists",
        "beatport_match.results",
        "beatport_match.settings.files",
        "beatport_match.tags",
        "beatport_match.testing",
        "beatport_match.transport.sqlite_cache",
    ],
)
def test_matching_a_track_imports_only_what_it_needs(matching: set[str], module: str) -> None:
    assert module not in matching


def test_the_library_was_imported(matching: set[str]) -> None:
    """Without the import, the check above would always pass."""
    assert {"anyio", "pydantic", "rapidfuzz", "beatport_match.engine.async_engine"} <= matching


def test_the_first_async_client_imports_no_further_package() -> None:
    """`ssl_context` has imported them in a thread; here an import would block the event loop."""
    assert run(FIRST_CLIENT) == []


def test_classes_that_are_imported_late_report_the_package_as_their_module() -> None:
    """A pickle names the module; a program gets the result of a run without naming its class."""
    modules: dict[str, str] = dict(run(LATE_CLASSES))  # type: ignore[call-overload]
    assert {"PerformanceStats", "PlaylistMatch"} <= modules.keys()
    assert set(modules.values()) == {"beatport_match"}
