"""The commands `wants` and `report`, which read the results of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandResult, misuse_message
from invented_results import candidate, match, result_of, scored

from beatport_match import Track

Command = Callable[..., CommandResult]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    found = match(Track("Tide", file="/a.mp3"), "matched", scored(candidate(1), title=40.0))
    result_of(found, match(Track("Gone"), "not_found")).to_json(path)
    return path


def test_wants_writes_the_lists(command: Command, results: Path, tmp_path: Path) -> None:
    result = command("wants", results, "--out", tmp_path / "wants")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(
        f"Written to {tmp_path / 'wants'}: 1 found (1 Beatport link), 0 unsure"
    )
    assert "track/tide/1" in (tmp_path / "wants" / "wants.txt").read_text("utf-8")


def test_wants_can_give_its_counts_as_json(command: Command, results: Path, tmp_path: Path) -> None:
    counts = json.loads(command("wants", results, "--out", tmp_path, "--json").out)
    assert (counts["found"], counts["missing"], counts["without_file"]) == (1, 1, 1)


def test_report_writes_a_page(command: Command, results: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = command("report", results, "--html", page)
    assert result == (0, f"Report written to {page}\n", "")
    assert "Match report" in page.read_text("utf-8")


def test_report_never_overwrites_the_results(command: Command, results: Path) -> None:
    before = results.read_bytes()
    message = misuse_message(command("report", results, "--html", results))
    assert "would overwrite this results file" in message
    assert results.read_bytes() == before


@pytest.mark.parametrize("options", [("wants", "--out", "x"), ("report", "--html", "x")])
def test_results_that_cannot_be_read_are_one_sentence(
    command: Command, options: tuple[str, ...], tmp_path: Path
) -> None:
    name, *rest = options
    assert "nope.json: cannot be read" in misuse_message(command(name, "nope.json", *rest))
    assert list(tmp_path.iterdir()) == []
