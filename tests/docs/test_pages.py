"""Tables of the docs are complete, their figures were measured, and names in them exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from docs_pages import DOCS, code_spans, pages, prose, rows
from tables import each_row

import beatport_match
from beatport_match import MatchSettings, errors, testing
from beatport_match.matching import match, protocol, query_plan
from beatport_match.model import evidence
from beatport_match.playlists import csv_reader, rekordbox_reader
from beatport_match.scoring import confidence

OUTCOMES = "confidence-and-outcomes.md"


@each_row(
    "page, heading, expected",
    [
        (OUTCOMES, "| outcome |", get_args(evidence.MatchOutcome)),
        (OUTCOMES, "| `stopped` |", get_args(match.Stopped)),
        (OUTCOMES, "| `relation` |", get_args(evidence.Relation)),
        (OUTCOMES, "| `kind` |", get_args(errors.FailureKind)),
        ("metrics.md", "| `query_type` |", get_args(query_plan.QueryType)),
        ("conversation.md", "| step |", protocol.Step.split(" | ")),
        ("playlists.md", "| field | columns |", csv_reader._ALIASES),
    ],
)
def test_a_table_is_complete(page: str, heading: str, expected: Iterable[str]) -> None:
    """Every outcome, kind of failure, step and so on has one row, and there is no other row."""
    listed = [re.split(r"\W", cells[0].strip("`"))[0] for cells in rows(DOCS / page, heading)]
    assert sorted(listed) == sorted(expected)


def test_limits_and_thresholds_are_those_of_the_code() -> None:
    """confidence-and-outcomes.md: the maximum confidence of each relation, and the defaults."""
    page = DOCS / OUTCOMES
    limits = {cells[0].strip("`"): float(cells[2]) for cells in rows(page, "| `relation` |")}
    assert limits == confidence.MAX_CONFIDENCE_OF_RELATION
    for cells in rows(page, "| setting | default |"):
        assert float(cells[1]) == getattr(MatchSettings(), cells[0].strip("`"))


def test_the_documented_csv_columns_are_those_of_the_reader() -> None:
    """playlists.md: the names of columns, in the order of their priority."""
    documented = {
        cells[0]: cells[1] for cells in rows(DOCS / "playlists.md", "| field | columns |")
    }
    for field, aliases in csv_reader._ALIASES.items():
        assert documented[f"`{field}`"] == " ".join(f"`{alias}`" for alias in aliases)


def test_the_documented_rekordbox_attributes_are_those_of_the_reader() -> None:
    """playlists.md: every attribute of a track that the reader uses."""
    read = set(rekordbox_reader._ATTRIBUTES.values())
    cells = [row[0] for row in rows(DOCS / "playlists.md", "| attribute of `TRACK` |")]
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == read


def test_the_fault_table_names_failure_kinds() -> None:
    """reliability.md: every kind in the table exists."""
    kinds = {
        kind
        for cells in rows(DOCS / "reliability.md", "| what happens | kind |")
        for kind in re.findall(r"`(\w+)`", cells[1])
    }
    assert kinds
    assert kinds <= set(get_args(errors.FailureKind))


def test_the_figures_of_the_motivation_were_measured() -> None:
    """motivation.md: its figures are in the pages that a command writes."""
    measured = "".join((DOCS / page).read_text("utf-8") for page in MEASURED)
    figures = [
        figure
        for line in prose(DOCS / "motivation.md").splitlines()
        for figure in re.findall(r"\d+\.\d+(?:%| ms| MB| µs|×)?", line)
    ]
    assert len(figures) > 10
    assert [one for one in figures if one.replace(" %", "%") not in measured] == []


def test_troubleshooting_says_what_to_do_about_every_kind_of_failure() -> None:
    page = DOCS / "troubleshooting.md"
    assert set(get_args(errors.FailureKind)) - set(code_spans(page)) == set()


MEASURED = ("evaluation.md", "performance.md")


@each_row("page", pages())
def test_names_in_the_text_exist(page: Path) -> None:
    """If a page names `Match.pick` or `Progress.place`, this name exists."""
    named = {
        found
        for span in code_spans(page)
        for found in re.findall(r"(?<![\w.])([A-Z]\w+)\.(\w+)", span)
    }
    doors = vars(beatport_match) | vars(testing)
    missing = [
        f"{name}.{attribute}"
        for name, attribute in named
        if name in doors and not has(doors[name], attribute)
    ]
    assert missing == []


def test_a_missing_name_is_detected() -> None:
    """The check above finds fields and methods, of models and of other classes."""
    existing = {"Match.pick", "Match.track", "MatchSettings.async_io", "Source.isrc"}
    for name in existing:
        kind, attribute = name.split(".")
        assert has(getattr(beatport_match, kind), attribute)
    assert not has(beatport_match.Match, "no_such_name")


def has(kind: type, attribute: str) -> bool:
    return hasattr(kind, attribute) or attribute in getattr(kind, "model_fields", {})


SEARCH_WORDS = (
    *("resume", "proxy", "rate limit", "timeout", "auto-accept", "FastAPI", "Traktor", "logging"),
    *("journal", "token"),
)


@each_row("word", SEARCH_WORDS)
def test_the_docs_have_the_words_that_people_search_for(word: str) -> None:
    """A user finds the topic by its usual name: in the text, and not only in contributing.md."""
    whole_word = re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE)
    for_users = [page for page in DOCS.rglob("*.md") if page.name != "contributing.md"]
    assert any(whole_word.search(prose(page)) for page in for_users)
