"""The command `analyze`, and the metrics files of `playlist --metrics` and `demo`."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from command_line import ROOT, CommandResult

from beatport_match import load_metrics_from_json, mode_advice
from beatport_match.cli import main
from beatport_match.testing import FakeBeatport, demo_collection

Command = Callable[..., CommandResult]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The metrics files of a sync and of an async run, made once."""
    files: list[Path] = []
    with FakeBeatport().serve() as base_url, demo_collection() as collection:
        options = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url)
        for engine in ((), ("--async",)):
            folder, printed = tmp_path_factory.mktemp("metrics"), io.StringIO()
            arguments = ("playlist", str(collection), *options, "--metrics", str(folder), *engine)
            with redirect_stdout(printed), redirect_stderr(io.StringIO()):
                assert main(arguments) == 0
            (file,) = folder.iterdir()
            assert f"Metrics written to {file}" in printed.getvalue()
            files.append(file)
    return files[0], files[1]


@pytest.fixture
def runs(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copies of the files, each in a folder of its own."""
    copies: list[Path] = []
    for number, file in enumerate(made):
        (tmp_path / f"metrics{number}").mkdir()
        copies.append(shutil.copy2(file, tmp_path / f"metrics{number}" / file.name))
    return copies[0], copies[1]


def misuse_message(result: CommandResult) -> str:
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    return result.err


def test_playlist_metrics_writes_a_file_named_after_the_playlist_file(
    runs: tuple[Path, Path],
) -> None:
    sync, other = runs
    assert sync.name.startswith("collection_metrics_")
    stats = load_metrics_from_json(sync)
    assert (stats.mode, stats.session_info.total_tracks) == ("sync", 20)
    assert stats.settings["requests_per_second"] is None
    assert load_metrics_from_json(other).mode == "async"


def test_analyze_prints_the_report(command: Command, runs: tuple[Path, Path]) -> None:
    result = command("analyze", runs[0])
    assert (result.code, result.err) == (0, "")
    assert "Is async worth it here?" in result.out
    assert "Tracks ran one at a time" in result.out
    assert mode_advice(load_metrics_from_json(runs[0])) in result.out.splitlines()
    assert "IMPLEMENT" not in result.out


def test_of_several_files_the_newest_run_is_reported(
    command: Command, runs: tuple[Path, Path]
) -> None:
    """A shell gives all files of `metrics/*.json`; their order does not matter."""
    sync, other = runs
    for files in (runs, runs[::-1]):
        result = command("analyze", *files)
        assert result.out == command("analyze", other).out
        assert (
            result.err == f"Note: the newest of these 2 runs is {other}; the others are not used.\n"
        )
    page = misuse_message(command("analyze", sync, other, "--html", sync))
    assert "would overwrite this metrics file" in page


def test_compare_accepts_the_two_files_in_either_order(
    command: Command, runs: tuple[Path, Path]
) -> None:
    sync, other = runs
    result = command("analyze", sync, "--compare", other)
    assert "Both gave the same answers." in result.out
    assert "async took" in result.out
    swapped = command("analyze", other, "--compare", sync)
    assert swapped.out.splitlines()[-3:] == result.out.splitlines()[-3:]


def test_json_has_the_analysis_and_the_comparison(
    command: Command, runs: tuple[Path, Path]
) -> None:
    sync, other = runs
    document = json.loads(command("analyze", sync, "--compare", other, "--json").out)
    assert document["analysis"]["recommendation"] in {"implement", "evaluate", "skip"}
    assert document["comparison"]["same_answers"] is True
    assert json.loads(command("analyze", sync, "--json").out)["comparison"] is None


def test_html_writes_one_page_and_replaces_an_older_one(
    command: Command, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    sync, other = runs
    page = tmp_path / "page.html"
    result = command("analyze", sync, "--html", page)
    assert result.out == f"Report written to {page}\n"
    first = page.read_text(encoding="utf-8")
    assert first.startswith("<!DOCTYPE html>")
    result = command("analyze", sync, "--compare", other, "--html", page, "--json")
    assert json.loads(result.out)["comparison"]
    assert "Sync and async" in page.read_text(encoding="utf-8")
    assert {file.name for file in tmp_path.iterdir()} == {"metrics0", "metrics1", "page.html"}


def test_html_never_overwrites_a_metrics_file(command: Command, runs: tuple[Path, Path]) -> None:
    sync, other = runs
    before = other.read_bytes()
    message = misuse_message(command("analyze", sync, "--compare", other, "--html", other))
    assert "would overwrite this metrics file" in message
    assert other.read_bytes() == before


def test_analyze_rejects_a_file_without_metrics(command: Command, tmp_path: Path) -> None:
    """The error is one sentence that names the file."""
    assert "nope.json" in misuse_message(command("analyze", tmp_path / "nope.json"))
    (tmp_path / "results.json").write_text('{"version": "1.0", "matches": []}')
    assert "lacks the field session_info" in misuse_message(
        command("analyze", tmp_path / "results.json")
    )


def test_compare_needs_one_run_of_each_mode(command: Command, runs: tuple[Path, Path]) -> None:
    assert "this run is also sync" in misuse_message(
        command("analyze", runs[0], "--compare", runs[0])
    )


def test_a_page_that_cannot_be_written_is_one_sentence(
    command: Command, runs: tuple[Path, Path]
) -> None:
    """The sentence names the option that helps."""
    page = runs[0].parent / "missing" / "page.html"
    assert "choose another file with --html" in misuse_message(
        command("analyze", runs[0], "--html", page)
    )


def test_metrics_folder_is_made_before_the_first_request(
    command: Command, collection: Path, tmp_path: Path
) -> None:
    """A folder that cannot be made is an error before any request is sent."""
    (tmp_path / "file").write_text("")
    message = misuse_message(command("playlist", collection, "--metrics", tmp_path / "file"))
    assert "choose another folder with --metrics" in message


def test_control_characters_of_a_metrics_file_are_not_printed(
    command: Command, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    """A metrics file may come from anywhere."""
    hostile = runs[0].read_text("utf-8").replace('"artist_title"', '"\\u001b[2Jartist"')
    (tmp_path / "hostile.json").write_text(hostile, encoding="utf-8")
    result = command("analyze", tmp_path / "hostile.json")
    assert "[2Jartist" in result.out
    assert "\x1b" not in result.out


def test_demo_ends_with_comparison_and_recommendation(command: Command, tmp_path: Path) -> None:
    """The demo also writes the metrics files of both runs."""
    result = command(
        "demo", "--latency", 0, "--playlist", "Not on sale", "--out", tmp_path / "demo"
    )
    assert result.code == 0
    ending = result.out[result.out.index("wall-clock time") :]
    assert ending.index("times as fast as sync") < ending.index("Is async worth it here?")
    metrics = load_metrics_from_json(next((tmp_path / "demo").glob("demo_sync_metrics_*.json")))
    assert mode_advice(metrics) in ending
    assert "IMPLEMENT" not in ending
    files = sorted((tmp_path / "demo").glob("demo_*_metrics_*.json"))
    assert [load_metrics_from_json(file).mode for file in files] == ["async", "sync"]
    document = json.loads(
        command("demo", "--latency", 0, "--playlist", "Not on sale", "--json").out
    )
    assert document["comparison"]["same_answers"] is True
    assert document["analysis"]["recommendation"] in {"implement", "evaluate", "skip"}


def test_analyze_imports_no_network_modules() -> None:
    code = (
        "import sys\n"
        "from beatport_match.cli import main\n"
        "main(['analyze', 'nope.json'])\n"
        "print([name for name in ('httpx', 'parsel', 'rich', 'asyncio') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert result.stdout.splitlines()[-1] == "[]"
