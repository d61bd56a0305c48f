"""The shipped decisions are well formed, and `rank` answers them at least as well as before."""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import benchmark
import pytest
from baselines import first_hit, parse_and_compare, token_set
from decision_files import FLAGS, PRIVATE_FILE, SHIPPED, Decision, read_rows, read_shipped
from decision_tables import DecisionFigures, Share, decision_sections
from decisions import Answer, Matcher, by_rank, decide, decide_all, errors, explain_errors
from docs_marks import between_marks
from floors import (
    MAX_WRONG_DECISIONS,
    MIN_EVERYDAY_ACCEPTED,
    MIN_RIGHT_FIRST,
    MIN_SHOULD_ACCEPTED,
)
from outcomes import Outcome
from tables import each_row

from beatport_match.model.tracks import Candidate, Track

DECISIONS = read_shipped()
TEXT = """\
# A comment.

A ¦ Small Hours | Night ¦ Lea Quint ¦ 6:05 ¦ - ¦ isrc=QZAAA2100001 ¦ year=2021
- Small Hours ¦ Original Mix ¦ Lea Quint + Ovid ¦ - ¦ 120.5 ¦ Kiln ¦ cat=KILN01 ¦ date=2021-02-03
* Small Hours ¦ {Basalt & Ovid}'s Night Mix ¦ Lea Quint ¦ 6:05 ¦ 121 ¦ Kiln
= Small Hours ¦ {Basalt} Night Mix ¦ Lea Quint ¦ 6:05 ¦ 121 ¦ Kiln ¦ release=Best Of
? The night mix is on sale twice.
"""


def test_the_set_is_large_and_balanced() -> None:
    """At least 400 decisions over 19 kinds; each flag has its share."""
    assert len(DECISIONS) >= 400
    assert len({one.kind for one in DECISIONS}) == 19
    flags = Counter(one.flag for one in DECISIONS)
    shares = {flag: flags[flag] / len(DECISIONS) for flag in FLAGS}
    assert shares == pytest.approx({"E": 0.35, "A": 0.15, "T": 0.06, "N": 0.44}, abs=0.03)
    assert sum(len(one.candidates) >= 2 for one in DECISIONS) >= 0.95 * len(DECISIONS)


def test_each_decision_is_well_formed() -> None:
    """Its flag fits its right candidates, all candidates differ, and its reason is a sentence."""
    assert len({one.id for one in DECISIONS}) == len(DECISIONS)
    wrong = [problem for one in DECISIONS for problem in problems(one)]
    assert wrong == []


def problems(one: Decision) -> list[str]:
    described = {
        (sold.name, sold.mix_name, sold.artists, sold.length_s, sold.release, sold.isrc)
        for sold in one.candidates
    }
    lengths = [one.track.duration_s, *(sold.length_s for sold in one.candidates)]
    tempi = [one.track.bpm, *(sold.bpm for sold in one.candidates)]
    checks = {
        "unknown flag": one.flag in FLAGS,
        "flag and right candidates differ": (one.flag == "N") == (not one.right),
        "equal candidates": len(described) == len(one.candidates),
        "no sentence": one.why[:1].isupper() and one.why.endswith("."),
        "length": all(40 <= length <= 3600 for length in lengths if length),
        "tempo": all(60 <= tempo <= 180 for tempo in tempi if tempo),
    }
    return [f"{one.id}: {problem}" for problem, passed in checks.items() if not passed]


def test_malformed_decisions_are_found() -> None:
    """The check above can fail."""
    sold = Candidate(id=0, name="A", length_s=9.0)
    broken = Decision("x", "k", "N", Track("A"), (sold, sold), frozenset({0}), "no sentence")
    assert [one.partition(": ")[2] for one in problems(broken)] == [
        *("flag and right candidates differ", "equal candidates", "no sentence", "length"),
    ]


def test_a_text_file_is_read(tmp_path: Path) -> None:
    """Lengths, tempi, remixers in braces, named fields and other releases."""
    (tmp_path / "01-kind.txt").write_text(TEXT, "utf-8")
    (one,) = read_shipped(tmp_path)
    assert (one.id, one.kind, one.flag) == ("01-kind/1", "01-kind", "A")
    assert one.track == Track(
        "Small Hours | Night", "Lea Quint", duration_s=365, isrc="QZAAA2100001", year=2021
    )
    first, second, third = one.candidates
    assert first.artists == ("Lea Quint", "Ovid")
    assert (first.length_s, first.bpm, first.label) == (None, 120.5, "Kiln")
    assert (first.catalog_number, first.release_date) == ("KILN01", "2021-02-03")
    assert (second.mix_name, second.remixers) == ("Basalt & Ovid's Night Mix", ("Basalt", "Ovid"))
    assert (second.release, third.release) == ("Small Hours", "Best Of")
    assert one.right == {1, 2}
    assert one.why == "The night mix is on sale twice."


def test_a_text_file_without_a_reason_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "01-kind.txt").write_text(TEXT.partition("?")[0], "utf-8")
    with pytest.raises(ValueError, match="decision 1 lacks"):
        read_shipped(tmp_path)


def test_rows_of_the_evaluation_data_are_read(tmp_path: Path) -> None:
    """`want` and `also` are right; a kind keeps only its part before the colon."""
    local = {"title": "Small Hours", "artist": None, "length_s": 365, "bpm": 121, "year": None}
    row = {"id": "a", "kind": "typos: one", "flag": "E", "local": local, "why": "Why."}
    sold = [{"name": "Small Hours"}, {"name": "Small Hours", "label": "Kiln"}]
    with gzip.open(tmp_path / PRIVATE_FILE, "wt", encoding="utf-8") as file:
        for want, also in ((1, [0]), (None, [])):
            file.write(json.dumps({**row, "candidates": sold, "want": want, "also": also}) + "\n")
    first, second = read_rows(tmp_path)
    assert (first.kind, first.right, second.right) == ("typos", {0, 1}, frozenset())
    assert first.track == Track("Small Hours", duration_s=365, bpm=121)
    assert first.candidates[1].label == "Kiln"


def answered(flag: str, answer: Answer, right: frozenset[int] = frozenset({0})) -> Outcome:
    sold = (Candidate(id=0, name="A"), Candidate(id=1, name="B"))

    def matcher(track: Track, candidates: Sequence[Candidate]) -> Answer:
        return answer

    return decide(Decision(flag, "k", flag, Track("A"), sold, right, "Why."), matcher)


def test_wrong_and_missed_decisions() -> None:
    """A wrong accept is wrong for each flag; `E` and `A` need an accept, `T` the first place."""
    right, wrong = Answer(0, accepted=True), Answer(1, accepted=True)
    asked, other = Answer(0, accepted=False), Answer(1, accepted=False)
    outcomes = [
        answered("E", asked),
        answered("E", right),
        answered("A", other),
        answered("T", asked),
        answered("T", other),
        answered("N", asked, frozenset()),
        answered("N", right, frozenset()),
        answered("T", wrong),
    ]
    assert [one.flag for one in errors(outcomes)] == ["N", "T", "E", "A", "T"]
    found = DecisionFigures.of(outcomes)
    assert (found.everyday, found.should) == (Share(1, 2), Share(0, 1))
    assert found.first_to_review == Share(1, 3)
    assert found.wrong_per_thousand == 250
    (explained,) = explain_errors(outcomes, 1)
    assert explained.startswith("decisions/N (wrong, nothing right)\n  local: A\n  0: ")
    assert "right: none. Why." in explained


def test_an_answer_that_depends_on_the_order_is_counted() -> None:
    """The same candidates in reversed order must give the same answer."""
    outcomes = list(decide_all(DECISIONS[:20], first_hit))
    assert DecisionFigures.of(outcomes).order_dependent == sum(
        len(one.candidates) > 1 for one in DECISIONS[:20]
    )


def test_rank_is_above_its_floors() -> None:
    outcomes = list(decide_all(DECISIONS, by_rank))
    found = DecisionFigures.of(outcomes)
    explained = "\n\n".join(explain_errors(outcomes, 10))
    assert found.wrong <= MAX_WRONG_DECISIONS, explained
    assert found.everyday.part >= MIN_EVERYDAY_ACCEPTED, explained
    assert found.should.part >= MIN_SHOULD_ACCEPTED, explained
    assert found.first_to_review.part >= MIN_RIGHT_FIRST, explained
    assert found.order_dependent == 0


SOLD = (
    Candidate(id=0, name="Small Hours", mix_name="Dub", artists=("Lea Quint",)),
    Candidate(id=1, name="Small Hours", mix_name="Original Mix", artists=("Lea Quint", "Ovid")),
)


@each_row(
    "matcher, title, artist, first, accepted",
    [
        (first_hit, "Night Ferry", "Ovid", 0, True),
        (token_set, "Small Hours (Dub)", "Lea Quint", 0, True),
        (token_set, "Night Ferry", "Basalt", None, False),
        (parse_and_compare, "Small Hours", "Ovid & Lea Quint", 1, True),
        (parse_and_compare, "Lea Quint feat. Ovid - Small Hours [Dub]", "", 0, True),
        (parse_and_compare, "Small Hours (Basalt Remix)", "Lea Quint", 0, False),
    ],
)
def test_the_baselines_do_what_their_names_say(
    matcher: Matcher, title: str, artist: str, first: int | None, accepted: bool
) -> None:
    answer = matcher(Track(title, artist), SOLD)
    assert answer.accepted is accepted
    assert first is None or answer.first == first


def test_small_kinds_share_a_line() -> None:
    """A table shows no single decision."""
    outcomes = list(decide_all(DECISIONS[:5], first_hit))
    by_kind = dict(decision_sections(outcomes))["Decisions by kind"]
    assert "kinds with fewer than 10 decisions" in by_kind
    assert "01-unexplained" not in by_kind


def test_one_command_prints_and_writes_the_benchmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--write` puts the comparison in the README, and all tables in docs/evaluation.md."""
    marks = "<!-- benchmark: begin -->\n<!-- benchmark: end -->\n"
    pages = (tmp_path / "README.md", tmp_path / "docs" / "evaluation.md")
    pages[1].parent.mkdir()
    for page in pages:
        page.write_text(marks, "utf-8")
    monkeypatch.setattr(benchmark, "DOCS", pages[1].parent)
    # A decision with a wrong label, so that there is an error to explain.
    accepted = next(one for one in DECISIONS if one.flag == "E")
    wrong = replace(accepted, right=frozenset(), flag="N")
    monkeypatch.setattr(benchmark, "read_shipped", lambda: [wrong, *DECISIONS[:30]])
    monkeypatch.setattr(sys, "argv", ["benchmark.py", "--errors", "1", "--write"])
    benchmark.main()
    printed = capsys.readouterr().out
    assert printed.count("| first hit ") == 1
    assert "(wrong, nothing right)" in printed
    assert between_marks(pages[0], "benchmark") in between_marks(pages[1], "benchmark")
    assert "Decisions by kind" in between_marks(pages[1], "benchmark")


def test_the_folder_holds_only_decisions() -> None:
    assert {file.suffix for file in SHIPPED.iterdir()} == {".txt"}
