"""The commands of docs/evaluation.md: `run.py` measures, `compare.py` compares two runs."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import compare
import pytest
import run
from decision_files import PRIVATE_FILE
from docs_marks import between_marks
from figures import Figures
from messy_titles import rows_and_questions
from outcomes import Outcome, load
from questions import SETS

from beatport_match.testing import bundled_catalogue

ONE = Outcome(
    group="questions",
    qid="a",
    kind="exact",
    verdict="right",
    best=1,
    confidence=0.95,
    relation="same_recording",
    answerable=True,
    first=True,
    is_other_version=False,
    requests=1,
    by_requests=("review", "right", "right", "right"),
    order_independent=True,
    why="",
)
WRONG = replace(ONE, qid="b", verdict="wrong", first=False, is_other_version=True, why="Why\n  so")
NEGATIVE = replace(ONE, qid="c", verdict="wrong", first=False, answerable=False, requests=4)
REVIEW = replace(ONE, qid="d", verdict="review", confidence=0.4)
NONE = replace(ONE, qid="e", verdict="none", best=None, first=False, confidence=0.0, relation="")
ALL = Figures((ONE, WRONG, NEGATIVE, REVIEW, NONE))


def test_figures_follow_their_definitions() -> None:
    """Precision is right of accepted, recall is right of answerable; also the other figures."""
    assert ALL.precision == 1 / 3
    assert ALL.recall == 1 / 4
    assert ALL.right_first == 2 / 4
    assert (ALL.false_accepts, ALL.negatives, ALL.other_versions) == (1, 1, 1)
    assert ALL.review_share == 1 / 5
    assert ALL.requests == 8 / 5
    assert Figures(()).precision == 0


def test_calibration_uses_answers_with_a_best_candidate() -> None:
    """ECE is the mean |share right − mean confidence| of the bins, weighted by answers."""
    assert [one.size for one in ALL.bins] == [1, 3]
    assert ALL.calibration_error == pytest.approx((0.6 * 1 + (0.95 - 1 / 3) * 3) / 4)


def test_figures_for_fewer_searches_and_other_thresholds() -> None:
    """By number of searches allowed, and by `accept_confidence`."""
    assert ALL.by_requests(1).right == 0
    assert ALL.accepting_from(0.3).right == 2
    assert ALL.accepting_from(0.99).accepted == 0


def test_each_change_is_listed_once_and_the_worst_first() -> None:
    """Newly wrong answers are first and explained; unchanged answers are not listed."""
    before = [replace(WRONG, verdict="right", first=True), REVIEW, ONE, NONE]
    after = [WRONG, replace(REVIEW, verdict="right"), ONE, NONE]
    report = "\n".join(compare.changes(before, after))
    assert report.index("newly wrong: 1") < report.index("Why") < report.index("newly right: 1")
    assert "questions/a" not in report
    assert "No answer changed" in "\n".join(compare.changes(before, before))
    assert "| questions, after" in compare.side_by_side(before, after)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of invented evaluation data: questions for both sets, and no hard pairs."""
    _, questions = rows_and_questions(each=1)
    catalogue = [vars_of(track) for track in bundled_catalogue()]
    files = {"catalogue.jsonl.gz": catalogue, **dict.fromkeys(SETS.values(), questions)}
    for name, rows in files.items():
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)
    (tmp_path / "hard_pairs.json").write_text("[]")
    return tmp_path


def vars_of(track: object) -> dict[str, object]:
    return {name: getattr(track, name) for name in track.__dataclass_fields__}


def test_one_command_prints_saves_and_draws(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`run.py` prints every table, saves each outcome, and writes a page and its picture."""
    page = data / "page.md"
    page.write_text("Before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nAfter\n")
    picture, saved = data / "pictures" / "calibration.svg", data / "run.json"
    files = ("--markdown", page, "--picture", picture, "--save", saved)
    given = ["run.py", "--data", data, "--jobs", "1", *files]
    monkeypatch.setattr(sys, "argv", [str(one) for one in given])
    run.main()
    printed = capsys.readouterr().out
    for heading in ("Goals", "By kind: real pairs", "Calibration", "searches", "accept_confidence"):
        assert heading in printed
    assert printed.strip() in between_marks(page, "figures")
    assert page.read_text().startswith("Before")
    assert page.read_text().endswith("After\n")
    assert ET.fromstring(picture.read_text("utf-8")).tag.endswith("svg")
    assert len(load(saved)) == 32


def test_decisions_have_their_own_marks(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--set decisions` leaves the other tables of the page; `all` includes the decisions."""
    sold = {"name": "Small Hours", "mix_name": "Original Mix", "artists": ["Lea Quint"]}
    local = {"title": "Small Hours", "artist": "Lea Quint", "length_s": 365, "bpm": None}
    wrong = {"kind": "covers", "flag": "N", "local": local, "candidates": [sold], "want": None}
    with gzip.open(data / PRIVATE_FILE, "wt", encoding="utf-8") as file:
        file.write(json.dumps({**wrong, "id": "a", "why": "Planted."}))
    page = data / "page.md"
    marks = ("figures", "decisions")
    page.write_text("".join(f"<!-- {one}: begin -->\nold\n<!-- {one}: end -->\n" for one in marks))
    given = ("--set", "decisions", "--errors", 1, "--markdown", page)
    (outcome,) = measured(monkeypatch, data, "decided", *map(str, given))
    assert (outcome.group, outcome.verdict, outcome.flag) == ("decisions", "wrong", "N")
    printed = capsys.readouterr().out
    assert "decisions/a (wrong, nothing right)" in printed
    assert "Planted." in printed
    assert between_marks(page, "figures") == "old"
    assert between_marks(page, "decisions") in printed
    assert len(measured(monkeypatch, data, "everything")) == 33
    (data / PRIVATE_FILE).unlink()
    with pytest.raises(SystemExit, match=r"holds no decisions\.jsonl\.gz"):
        measured(monkeypatch, data, "refused", "--set", "decisions")


def measured(
    monkeypatch: pytest.MonkeyPatch, data: Path, name: str, *options: object
) -> list[Outcome]:
    """Run all sets of the data and return the saved outcomes."""
    given = ["run.py", "--data", data, "--jobs", "1", "--save", data / name, *options]
    monkeypatch.setattr(sys, "argv", [str(one) for one in given])
    run.main()
    return load(data / name)


def test_a_catalogue_can_replace_the_simulated_search(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--source catalogue` the tables stay the same and no HTTP request is counted.

    With `--catalogue PATH` an existing catalogue is used.
    """
    pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
    from beatport_match import Catalogue

    searched = measured(monkeypatch, data, "search")
    headings = [line for line in capsys.readouterr().out.splitlines() if line.startswith("#")]
    page = data / "page.md"
    page.write_text("<!-- figures: begin -->\n<!-- figures: end -->\n")
    options = ("--source", "catalogue", "--markdown", page)
    built = measured(monkeypatch, data, "built", *options)
    assert ", searched in a catalogue; " in page.read_text()
    assert [one for one in capsys.readouterr().out.splitlines() if one[:1] == "#"] == headings
    assert [one.key for one in built] == [one.key for one in searched]
    assert sum(one.requests for one in searched) > sum(one.requests for one in built) == 0
    right = [sum(one.verdict == "right" for one in run) for run in (built, searched)]
    assert right[0] >= right[1] > 20
    Catalogue.build(data / "catalogue.jsonl.gz", data / "whole")
    existing = ("--source", "catalogue", "--catalogue", data / "whole")
    assert measured(monkeypatch, data, "given", *existing) == built
    Catalogue.build([], data / "empty")
    empty = ("--source", "catalogue", "--catalogue", data / "empty")
    assert {one.verdict for one in measured(monkeypatch, data, "none", *empty)} == {"none"}
    with pytest.raises(SystemExit):
        measured(monkeypatch, data, "refused", "--catalogue", data / "whole")
    assert "--catalogue needs --source catalogue" in capsys.readouterr().err


def test_a_page_without_marks_is_not_changed(tmp_path: Path) -> None:
    """The error names the missing marks."""
    page = tmp_path / "page.md"
    page.write_text("Mine\n")
    with pytest.raises(SystemExit, match="figures: begin"):
        between_marks(page, "figures")
    assert page.read_text() == "Mine\n"
