"""docs/performance.md: "measures every figure with its goal", by one command, which is run here on
samples to see that it runs; what the figures are is no business of a test."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from beatport_match.testing import bundled_catalogue

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "tests" / "benchmarks" / "run.py"
PAGE = (ROOT / "docs" / "performance.md").read_text("utf-8")


def command(*arguments: object) -> str:
    """What the command says, notes about what is left out included."""
    given = [sys.executable, str(RUN), *map(str, arguments)]
    ran = subprocess.run(given, capture_output=True, check=True, text=True)
    return ran.stdout + ran.stderr


def measured(folder: Path, *names: str) -> tuple[list[dict[str, object]], Path]:
    """The figures of some benchmarks, and the file that they were read from."""
    file = folder / "figures.json"
    command("--quick", "--json", file, *(part for name in names for part in ("--only", name)))
    figures = json.loads(file.read_text("utf-8"))["figures"]
    assert all(f"<!-- {one['table']}: begin -->" in PAGE for one in figures)
    return figures, file


def test_what_is_measured_can_be_read_back_and_pasted(tmp_path: Path) -> None:
    """ "Each table is put between the page's two marks of its name", from a file of any machine."""
    figures, file = measured(tmp_path, "duplicates", "parsers")
    assert {one["table"] for one in figures} == {"goals", "parsers"}
    assert all(one["samples"] for one in figures)
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace("<!-- goals: begin -->", "<!-- goals: begin -->\nold"), "utf-8")
    shown = command("--read", file, "--markdown", page)
    pasted = page.read_text("utf-8").splitlines()
    assert {line for line in shown.splitlines() if line.startswith("|")} <= set(pasted)
    assert "old" not in pasted
    assert pasted[0] == PAGE.splitlines()[0]
    assert "extra requests for 30 % duplicates | ≤ 0 | 0 | 0 | 0 | yes" in shown


def test_requests_are_counted_from_any_folder(tmp_path: Path) -> None:
    """`--data`: "the evaluation data may stand anywhere"; without it the figures are left out."""
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
    shown = command("--only", "requests", "--quick", "--data", tmp_path)
    assert "| 1 at once, 5 questions | 1 |" in shown
    assert "| requests a track, median | ≤ 1 | 1 | 1 | 1 | yes |" in shown
    assert "holds no evaluation data" in command("--only", "requests", "--data", tmp_path / "no")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the profile is for POSIX systems")
def test_a_run_is_looked_at_by_room(tmp_path: Path) -> None:
    """The profile: "by room of the house and by library", each share of the whole."""
    figures, _ = measured(tmp_path, "profile")
    shares = [one for one in figures if str(one["column"]).startswith("32 connections")]
    assert sum(sum(one["samples"]) for one in shares) == pytest.approx(100)
    assert {"client", "event loop", "weighing"} <= {one["name"] for one in shares}


@pytest.mark.skipif(find_spec("httpx2") is None, reason="httpx2 is not among the tests' packages")
def test_both_clients_are_measured(tmp_path: Path) -> None:
    """The clients: "each alone, and with ours around it"."""
    figures, _ = measured(tmp_path, "clients")
    ways = {"ours, httpx", "ours, httpx2", "httpx alone", "httpx2 alone"}
    assert {one["column"] for one in figures} == ways
