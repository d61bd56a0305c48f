"""The command `analyze`, and what `playlist --metrics` and `demo` leave for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import ROOT, Ran

from beatport_match import load_metrics_from_json

Command = Callable[..., Ran]


@pytest.fixture
def runs(command: Command, collection: Path, base_url: str, tmp_path: Path) -> tuple[Path, Path]:
    """The metrics files of a sync and of an async run."""
    files: list[Path] = []
    for engine in ((), ("--async",)):
        folder = tmp_path / f"metrics{len(files)}"
        options = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url)
        ran = command("playlist", collection, *options, "--metrics", folder, *engine)
        assert ran.code == 0
        (file,) = folder.iterdir()
        assert f"Figures written to {file}" in ran.out
        files.append(file)
    return files[0], files[1]


def refused(ran: Ran) -> str:
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    return ran.err


def test_playlist_writes_metrics(runs: tuple[Path, Path]) -> None:
    """ "`playlist … --metrics DIR` writes the file", named after the playlist's file."""
    sync, other = runs
    assert sync.name.startswith("collection_metrics_")
    stats = load_metrics_from_json(sync)
    assert (stats.mode, stats.session_info.total_tracks) == ("sync", 20)
    assert stats.settings["requests_per_second"] is None
    assert load_metrics_from_json(other).mode == "async"


def test_analyze_prints_the_report(command: Command, runs: tuple[Path, Path]) -> None:
    """ "`analyze FILE` … prints the report"."""
    ran = command("analyze", runs[0])
    assert (ran.code, ran.err) == (0, "")
    assert "Is async worth it here?" in ran.out
    assert "Tracks ran one at a time" in ran.out
    assert "Recommendation: " in ran.out


def test_analyze_compares(command: Command, runs: tuple[Path, Path]) -> None:
    """ "… `[--compare FILE]`", whichever of the two is named first."""
    sync, other = runs
    ran = command("analyze", sync, "--compare", other)
    assert "Both gave the same answers." in ran.out
    assert "async took" in ran.out
    turned = command("analyze", other, "--compare", sync)
    assert turned.out.splitlines()[-3:] == ran.out.splitlines()[-3:]


def test_analyze_as_json(command: Command, runs: tuple[Path, Path]) -> None:
    """ "… or `--json`": one document, with the analysis and the comparison."""
    sync, other = runs
    told = json.loads(command("analyze", sync, "--compare", other, "--json").out)
    assert told["analysis"]["recommendation"] in {"implement", "evaluate", "skip"}
    assert told["comparison"]["same_answers"] is True
    assert json.loads(command("analyze", sync, "--json").out)["comparison"] is None


def test_analyze_writes_a_page(command: Command, runs: tuple[Path, Path], tmp_path: Path) -> None:
    """ "`analyze --html FILE` writes one self-contained page", also over an older one."""
    sync, other = runs
    page = tmp_path / "page.html"
    ran = command("analyze", sync, "--html", page)
    assert ran.out == f"Page written to {page}\n"
    first = page.read_text(encoding="utf-8")
    assert first.startswith("<!DOCTYPE html>")
    ran = command("analyze", sync, "--compare", other, "--html", page, "--json")
    assert json.loads(ran.out)["comparison"]
    assert "Sync and async" in page.read_text(encoding="utf-8")
    assert {file.name for file in tmp_path.iterdir()} == {"metrics0", "metrics1", "page.html"}


def test_the_page_is_not_written_over_its_source(command: Command, runs: tuple[Path, Path]) -> None:
    """ "Nothing lost": a slip of the pen does not cost the figures."""
    sync, other = runs
    before = other.read_bytes()
    said = refused(command("analyze", sync, "--compare", other, "--html", other))
    assert "is the metrics file itself" in said
    assert other.read_bytes() == before


def test_analyze_refuses_what_is_no_metrics_file(command: Command, tmp_path: Path) -> None:
    """ "2 misuse", in one sentence that names the file."""
    assert "nope.json" in refused(command("analyze", tmp_path / "nope.json"))
    (tmp_path / "results.json").write_text('{"version": "1.0", "matches": []}')
    assert "lacks the field session_info" in refused(command("analyze", tmp_path / "results.json"))


def test_analyze_refuses_two_of_a_kind(command: Command, runs: tuple[Path, Path]) -> None:
    """A comparison needs one run of each mode."""
    assert "is sync as well" in refused(command("analyze", runs[0], "--compare", runs[0]))


def test_a_page_that_cannot_be_written(command: Command, runs: tuple[Path, Path]) -> None:
    """Said in a sentence, with the option that helps."""
    nowhere = runs[0].parent / "nowhere" / "page.html"
    assert "name another with --html" in refused(command("analyze", runs[0], "--html", nowhere))


def test_a_folder_that_cannot_be_is_told_before_the_work(
    command: Command, collection: Path, tmp_path: Path
) -> None:
    """Nothing is asked in vain: the folder is made first."""
    (tmp_path / "file").write_text("")
    said = refused(command("playlist", collection, "--metrics", tmp_path / "file"))
    assert "name another with --metrics" in said


def test_a_stranger_s_words_steer_no_terminal(
    command: Command, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    """A metrics file may come from anywhere: nothing in it reaches the terminal as a control."""
    evil = runs[0].read_text("utf-8").replace('"artist_title"', '"\\u001b[2Jartist"')
    (tmp_path / "evil.json").write_text(evil, encoding="utf-8")
    ran = command("analyze", tmp_path / "evil.json")
    assert "[2Jartist" in ran.out
    assert "\x1b" not in ran.out


def test_demo_ends_with_the_recommendation(command: Command, tmp_path: Path) -> None:
    """ "`demo` ends with the comparison and the recommendation", and leaves both files."""
    ran = command("demo", "--latency", 0, "--playlist", "Not on sale", "--out", tmp_path / "demo")
    assert ran.code == 0
    end = ran.out[ran.out.index("wall time") :]
    assert end.index("times as fast as sync") < end.index("Recommendation: ")
    files = sorted((tmp_path / "demo").glob("demo_*_metrics_*.json"))
    assert [load_metrics_from_json(file).mode for file in files] == ["async", "sync"]
    told = json.loads(command("demo", "--latency", 0, "--playlist", "Not on sale", "--json").out)
    assert told["comparison"]["same_answers"] is True
    assert told["analysis"]["recommendation"] in {"implement", "evaluate", "skip"}


def test_analyze_needs_neither_a_client_nor_a_parser() -> None:
    """_analyze: it "asks nothing of Beatport", and waits for nothing that would."""
    code = (
        "import sys\n"
        "from beatport_match.cli import main\n"
        "main(['analyze', 'nope.json'])\n"
        "print([name for name in ('httpx', 'parsel', 'rich', 'asyncio') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert ran.stdout.splitlines()[-1] == "[]"
