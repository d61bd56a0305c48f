"""The benchmark command runs on small samples; these tests do not check the figures."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from goals import Figure, tables

from beatport_match.parsing.normalize import fold
from beatport_match.testing import bundled_catalogue
from beatport_match.transport.answer_cache import MAX_MEMORY_ENTRIES

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "tests" / "benchmarks" / "run.py"
PAGE = (ROOT / "docs" / "performance.md").read_text("utf-8")


def command(*arguments: object) -> str:
    """Run the command and return its output, with its messages."""
    full_command = [sys.executable, str(RUN), *map(str, arguments)]
    ran = subprocess.run(full_command, capture_output=True, check=True, text=True)
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The saved figures of the benchmarks that the tests need, of one run of the command."""
    names = ["duplicates", "parsers", "loop-blocking", "clients", "memory-owners"]
    names += ["profile"] * hasattr(signal, "setitimer")
    file = tmp_path_factory.mktemp("measured") / "figures.json"
    command("--quick", "--json", file, *(part for name in names for part in ("--only", name)))
    return file


@pytest.fixture(scope="module")
def figures(file: Path) -> list[dict[str, Any]]:
    return json.loads(file.read_text("utf-8"))["figures"]


def test_saved_figures_are_read_and_written_into_a_page(
    file: Path, figures: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Each table is written between the two marks of its name."""
    assert {"goals", "parsers"} < {one["table"] for one in figures}
    assert all(f"<!-- {one['table']}: begin -->" in PAGE for one in figures)
    assert all(one["samples"] for one in figures)
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace("<!-- goals: begin -->", "<!-- goals: begin -->\nold"), "utf-8")
    output = command("--read", file, "--markdown", page)
    lines = page.read_text("utf-8").splitlines()
    assert {line for line in output.splitlines() if line.startswith("|")} <= set(lines)
    assert "old" not in lines
    assert lines[0] == PAGE.splitlines()[0]
    assert "extra requests for 30 % duplicates | ≤ 0 | 0 | 0 | 0 | yes" in output


def test_requests_are_counted_with_data_from_any_folder(tmp_path: Path) -> None:
    """`--data` names the folder of the evaluation data; without data the figures are left out."""
    sold = bundled_catalogue()[:40]
    rows = [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in sold]
    questions = [
        {
            "qid": str(one.id),
            "cls": "exact",
            "track": {"title": one.name, "artists": list(one.artists)},
            "acceptable": [one.id],
            "siblings": [],
        }
        for one in sold[:5]
    ]
    for name, content in (("catalogue", rows), ("questions", questions)):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in content)
    output = command("--only", "requests", "--quick", "--data", tmp_path)
    assert "| requests to Beatport per track | 1 |" in output
    assert "| requests per track, median | ≤ 1 | 1 | 1 | 1 | yes |" in output
    assert "holds no evaluation data" in command("--only", "requests", "--data", tmp_path / "no")


def test_the_blocking_of_the_loop_is_measured_in_each_phase(figures: list[dict[str, Any]]) -> None:
    blocked = [one for one in figures if one["table"] == "event loop"]
    rows = [one["name"].split()[0] for one in blocked if one["column"] == "median"]
    assert rows == ["idle", "first", "second", "gather", "gather"]
    assert all(min(one["samples"]) > 0 for one in blocked)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the profile is for POSIX systems")
def test_the_profile_shares_add_up_to_100_percent(figures: list[dict[str, Any]]) -> None:
    shares = [one for one in figures if one["column"].startswith("32 connections")]
    assert sum(sum(one["samples"]) for one in shares) == pytest.approx(100)
    assert {"HTTP client", "event loop", "scoring"} <= {one["name"] for one in shares}


def test_a_run_is_compared_with_each_installed_client(figures: list[dict[str, Any]]) -> None:
    installed = [name for name in ("httpx", "httpx2") if find_spec(name)]
    assert {one["name"] for one in figures if one["table"] == "clients"} == {
        f"4 connections, {name}" for name in installed
    }


def test_the_memory_of_a_run_has_owners_and_bounds(figures: list[dict[str, Any]]) -> None:
    """The modules that allocated most come first; each bounded memory has its limit."""
    sizes_mb = [one["value"] for one in figures if one["column"] == "20 tracks"]
    assert sizes_mb[0] == max(sizes_mb) > 0
    most = {one["name"]: one["value"] for one in figures if one["column"] == "entries at most"}
    assert most["answers"] == MAX_MEMORY_ENTRIES
    assert most["`parsing.normalize.fold`"] == fold.cache_parameters()["maxsize"]


def test_large_numbers_are_written_with_all_digits() -> None:
    figures = [Figure("row", (value,), "MB", table="sizes") for value in (4096.0, 999.94, 0.125)]
    assert "4,096 MB · 1,000 MB · 0.125 MB" in tables(figures)["sizes"]
