"""The match report: which fields Beatport adds or changes, and a page that loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from invented_results import HOSTILE, PageContent, candidate, match, result_of, scored
from tables import each_row

from beatport_match import OutputError, Track, write_match_report
from beatport_match.reports.html_table import key_text
from beatport_match.reports.match_report import field_changes, match_report_page

FOUND = candidate(
    1, bpm=128.0, key="Ab Minor", camelot="1A", label="Quay Records", release_date="2019-05-03"
)


@each_row(
    "values, expected",
    [
        ({}, "added added added added"),
        ({"key": "G#m", "bpm": 127.6, "label": "QUAY records", "year": 2019}, "same " * 4),
        ({"key": "2A", "bpm": 64.0, "label": "Other", "year": 2020}, "changed " * 4),
        ({"key": "no key", "bpm": 0, "label": " ", "year": 0}, "changed added added added"),
    ],
)
def test_fields_are_compared_by_their_meaning(values: dict[str, Any], expected: str) -> None:
    """Another notation of a key and a measured tempo are no change."""
    changes = field_changes(Track("Tide", **values), FOUND)
    assert [change.name for change in changes] == ["key", "BPM", "label", "year"]
    assert [change.state for change in changes] == expected.split()
    assert [change.after for change in changes] == ["Ab Minor (1A)", "128", "Quay Records", "2019"]


@each_row(
    "key, camelot, shown",
    [
        ("G#m", None, "Ab Minor (1A)"),
        (None, "1A", "Ab Minor (1A)"),
        ("unknown", "6m", "Ab Minor (1A)"),
        ("unknown", None, "unknown"),
        (None, None, ""),
    ],
)
def test_all_keys_are_shown_in_one_notation(
    key: str | None, camelot: str | None, shown: str
) -> None:
    assert key_text(key, camelot) == shown


def test_a_value_that_beatport_lacks_stays() -> None:
    track = Track("Tide", key="Am", bpm=127.5, label="Quay", year=2019)
    changes = field_changes(track, candidate(1, release_date="soon"))
    assert {change.state for change in changes} == {"unknown"}
    assert [change.before for change in changes] == ["A Minor (8A)", "127.5", "Quay", "2019"]


def test_the_page_shows_every_outcome() -> None:
    page = match_report_page(
        result_of(
            match(Track("Tide", key="Am", bpm=120), "matched", scored(FOUND, title=40.0)),
            match(Track("Maybe"), "review", scored(candidate(2, "Maybe"), title=-4.0)),
            match(Track("Gone"), "not_found"),
            match(Track("Fault"), "failed"),
        )
    )
    content = PageContent(page)
    titles = [
        text for text in content.texts if text in {"Found", "To review", "Not found", "Failed"}
    ]
    assert titles == ["Found", "To review", "Not found", "Failed"]
    assert "<del>" in page
    texts = "".join(content.texts)
    assert "A Minor (8A) → Ab Minor (1A)" in texts
    assert "note about title" in texts
    assert ("href", "https://www.beatport.com/track/tide/1") in content.attributes
    assert '<b>2</b><span class="quiet">values changed</span>' in page


def test_the_page_loads_and_runs_nothing() -> None:
    hostile = candidate(1, HOSTILE, url="javascript:alert(1)", label=HOSTILE, key=HOSTILE)
    page = match_report_page(
        result_of(match(Track(HOSTILE, label=HOSTILE, key=HOSTILE), "matched", scored(hostile)))
    )
    content = PageContent(page)
    assert not {"script", "img", "link", "iframe", "a"} & set(content.tags)
    assert not [name for name, _ in content.attributes if name.startswith("on") or name == "src"]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in content.attributes
    assert "\u202e" not in page


def test_an_empty_result_is_a_page_without_tables() -> None:
    content = PageContent(match_report_page(result_of()))
    assert "Match report" in content.texts
    assert "table" not in content.tags


def test_the_report_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    write_match_report(result_of(match(Track("Odd \udcff"), "not_found")), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    with pytest.raises(OutputError, match="cannot be written"):
        write_match_report(result_of(), tmp_path / "missing" / "report.html")
