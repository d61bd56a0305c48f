"""The cron example: tracks that are now on sale are found, and runs do not overlap."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from beatport_match import Decisions, MatchSettings, PlaylistMatch, match_playlist
from beatport_match.files.locked_file import lock
from beatport_match.testing import FakeBeatport, FaultPlan, always, bundled_catalogue

FILE = Path(__file__).parents[2] / "examples" / "ask_misses_again.py"
LATER = bundled_catalogue()
TODAY = [track for track in LATER if track.name != "Undertow"]
QUICK = {"requests_per_second": None, "retry_failed": 0}
Run = Callable[..., tuple[int, FakeBeatport]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "results.json"


@pytest.fixture
def run(file: Path) -> Run:
    """Run the example against a fake; the results are those of a first run against `TODAY`."""
    ask_again = runpy.run_path(str(FILE))["ask_again"]

    def run(tracks: object = LATER, faults: FaultPlan | None = None) -> tuple[int, FakeBeatport]:
        fake = FakeBeatport(tracks, faults=faults)
        with fake.serve() as base_url:
            return ask_again(file, MatchSettings(base_url=base_url, **QUICK)), fake

    with FakeBeatport(TODAY).serve() as base_url:
        texts = ["Olvarin - Undertow", "Corvane - Paper Satellites", "Olvarin - Nothing at All"]
        settings = MatchSettings(base_url=base_url, **QUICK)
        match_playlist(texts, settings=settings).to_json(file)
    return run


def outcomes(file: Path) -> list[str]:
    return [match.outcome for match in PlaylistMatch.from_json(file).matches]


def test_a_later_run_finds_what_appeared_and_asks_for_nothing_else(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcomes(file) == ["not_found", "matched", "not_found"]
    code, fake = run()
    assert (code, outcomes(file)) == (0, ["matched", "matched", "not_found"])
    assert not [one.path for one in fake.requests if "Satellites" in one.path]
    line = capsys.readouterr().out
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d\S+ 1 found, 1 still missing, 0 failed\n", line)


def test_a_miss_is_due_again_after_a_day(run: Run, file: Path) -> None:
    """The second run of a day sends nothing; after the wait, the track is searched again."""
    assert run(TODAY)[0] == 0
    assert run()[1].requests == ()
    decisions = file.with_name("decisions.jsonl")
    decisions.unlink()
    missing = PlaylistMatch.from_json(file).not_found[0]
    Decisions(decisions).record_miss(missing.track, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert run()[1].requests
    assert outcomes(file)[0] == "matched"


def test_a_fault_gives_exit_code_1_and_is_asked_again_in_the_next_run(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(faults=always("challenge"))[0] == 1
    assert "0 found, 0 still missing, 2 failed" in capsys.readouterr().out
    assert run()[0] == 0
    assert outcomes(file) == ["matched", "matched", "not_found"]


def test_two_runs_do_not_overlap(run: Run, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second run does not change the results, and its line says why."""
    before = file.read_bytes()
    with file.with_suffix(".journal").open("ab") as held:
        assert lock(held)
        code, fake = run()
    assert (code, fake.requests, file.read_bytes()) == (2, (), before)
    assert "another run is writing this journal; wait for it" in capsys.readouterr().out


def test_a_file_that_is_no_results_file_is_left_alone(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("title,artist\n", "utf-8")
    assert run()[0] == 2
    assert file.read_text("utf-8") == "title,artist\n"
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "give the results.json" in printed
