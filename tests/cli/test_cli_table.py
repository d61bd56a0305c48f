"""The table of matches at 60 to 160 columns, with and without rich, with titles in any script.

It is shown on a terminal. Output to a file or a pipe is not cut.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from typing import get_args

import pytest
from command_line import Terminal, make_match
from hypothesis import given
from hypothesis import strategies as st
from invented_results import result_of
from tables import each_row

from beatport_match import Candidate, Failure, Match, QueryRecord, ScoredCandidate, Track
from beatport_match.cli.match_table import duration, show_matches, show_places, show_result
from beatport_match.cli.remedies import REMEDIES
from beatport_match.cli.terminal import Screen
from beatport_match.cli.text_cells import mark_direction, truncate_middle
from beatport_match.errors import FailureKind
from beatport_match.model.validation import terminal_safe

CANDIDATE = Candidate(
    id=7, name="Ember Tide", mix_name="Original Mix", artists=("Nora Quill", "Ash Meridian")
)
RIVAL = ScoredCandidate(CANDIDATE, 97.0, 0.5, "same_recording", ())
MATCHES = (
    make_match(Track("Ember Tide", "Nora Quill & Ash Meridian"), "matched", CANDIDATE),
    make_match(
        Track(
            "A Very Long Walk Along the Northern Harbour Wall (Copper Lark Extended Remix)", "Bo"
        ),
        "review",
        CANDIDATE,
        confidence=0.5,
        rivals=(RIVAL,),
    ),
    make_match(Track("港の灯り (夜明け Remix)", "潮騒クラブ"), "not_found"),
    make_match(
        Track("ضوء البحر", "نورا"),
        "failed",
        failures=(Failure("blocked", "the challenge page instead of an answer"),),
    ),
    make_match(
        Track("\x1b]0;owned\x07Red\x9b31m\u202egnal", "Evil\r\nHeader"),
        "matched",
        CANDIDATE,
        note="title\x1b[2J",
    ),
)
# Trailing spaces are removed; `¦` is the left-to-right mark around Arabic text.
# ruff: noqa: E501 - texts that are not cut
WIDE = """\
outcome    score  conf  your track                                         reason
                        → found track
────────────────────────────────────────────────────────────────────────────────────────────────────
matched     98.2   99%  Nora Quill & Ash Meridian - Ember Tide             same title
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)
review      98.2   50%  Bo - A Very Long Wal…(Copper Lark Extended Remix)  another track is nearly
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)  as likely: Nora Quill,
                                                                           Ash Meridian - Ember Tide
                                                                           (Original Mix)
not found               潮騒クラブ - 港の灯り (夜明け Remix)               no query returned a
                        → nothing found                                    result
failed                  ¦نورا - ضوء البحر¦                                   blocked: the challenge
                        → no answer                                        page instead of an answer
matched     98.2   99%  Evil  Header - ]0;ownedRed31mgnal                  title[2J
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)
"""
NARROW = """\
matched  98.2  99%
  Nora Quill & Ash Meridian - Ember Tide
  → Nora Quill, Ash Meridian - Ember Tide (Original Mix)
  same title
review  98.2  50%
  Bo - A Very Long Walk Along the Northern Harbour Wall (Copper Lark Extended Remix)
  → Nora Quill, Ash Meridian - Ember Tide (Original Mix)
  another track is nearly as likely: Nora Quill, Ash Meridian - Ember Tide (Original Mix)
not found
  潮騒クラブ - 港の灯り (夜明け Remix)
  → nothing found
  no query returned a result
failed
  نورا - ضوء البحر
  → no answer
  blocked: the challenge page instead of an answer
matched  98.2  99%
  Evil  Header - ]0;ownedRed31mgnal
  → Nora Quill, Ash Meridian - Ember Tide (Original Mix)
  title[2J
"""
PLAIN = """\
outcome    score  conf  your track
                        → found track
                        reason
────────────────────────────────────────────────────────────────────────────────────────────────────
matched     98.2   99%  Nora Quill & Ash Meridian - Ember Tide
                        → Nora Quill, Ash Meridian - Ember Tide (Original Mix)
                        same title
review      98.2   50%  Bo - A Very Long Walk Along the Northern Harbour Wall (Copper Lark Extended Remix)
                        → Nora Quill, Ash Meridian - Ember Tide (Original Mix)
                        another track is nearly as likely: Nora Quill, Ash Meridian - Ember Tide (Original Mix)
not found               潮騒クラブ - 港の灯り (夜明け Remix)
                        → nothing found
                        no query returned a result
failed                  ¦نورا - ضوء البحر¦
                        → no answer
                        blocked: the challenge page instead of an answer
matched     98.2   99%  Evil  Header - ]0;ownedRed31mgnal
                        → Nora Quill, Ash Meridian - Ember Tide (Original Mix)
                        title[2J
"""


def table_lines(*, linked: bool = True, stream: io.StringIO | None = None) -> list[str]:
    stream = stream or Terminal()
    show_matches(MATCHES, Screen(stream, required=True), linked=linked)
    text = re.sub(r"\x1b(\[[0-9;]*m|\]8;[^\x1b]*\x1b\\)", "", stream.getvalue())
    return [line.rstrip().replace("\u200e", "¦") for line in text.splitlines()]


def test_columns_line_up_at_100_columns() -> None:
    """Chinese and Arabic titles and control characters do not shift the columns."""
    assert table_lines() == WIDE.splitlines()


@pytest.mark.parametrize("has_rich", [True, False])
def test_on_a_narrow_terminal_the_texts_are_below_the_outcome(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, *, has_rich: bool
) -> None:
    """The terminal wraps them, so nothing is cut."""
    if not has_rich:
        request.getfixturevalue("without_rich")
    monkeypatch.setenv("COLUMNS", "79")
    assert table_lines() == NARROW.splitlines()


@pytest.mark.parametrize("has_rich", [True, False])
def test_output_that_is_not_for_a_terminal_is_not_cut(
    request: pytest.FixtureRequest, *, has_rich: bool
) -> None:
    if not has_rich:
        request.getfixturevalue("without_rich")
    assert table_lines(stream=io.StringIO()) == PLAIN.splitlines()


def test_without_rich_the_table_is_one_column_of_texts(without_rich: None) -> None:
    lines = table_lines()
    assert lines[:4] == PLAIN.splitlines()[:4]
    assert max(map(len, lines)) <= 100
    assert any("…(Copper Lark Extended Remix)" in line for line in lines)


@pytest.mark.parametrize("columns", [*range(80, 141), 160])
def test_the_table_is_as_wide_as_the_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """No line is wider than the rule below the headings."""
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(columns))
    lines = [line.replace("¦", "") for line in table_lines()]
    assert max(map(cell_len, lines)) == min(columns, 140)
    assert "─" * min(columns, 140) in lines


def test_every_outcome_has_a_style_and_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    show_matches(MATCHES, Screen(stream, required=True))
    text = stream.getvalue()
    for word in ("32mmatched", "33mreview", "36mnot found", "1;31mfailed"):
        assert f"\x1b[{word}" in text


def test_only_web_urls_become_links() -> None:
    """A URL with spaces or control characters is not a link."""

    def has_link(url: str, *, linked: bool = True) -> bool:
        found, stream = Candidate(id=1, name="a", url=url), Terminal()
        match = make_match(Track("a"), "matched", found)
        show_matches([match], Screen(stream, required=True), linked=linked)
        return f";{url}\x1b\\" in stream.getvalue()

    assert has_link("https://example.com/track/a/1")
    assert not has_link("https://example.com/track/a/1", linked=False)
    for url in ("javascript:alert(1)", "https://a/\x1b[2J", "https://a b"):
        assert not has_link(url)


@pytest.mark.parametrize("has_rich", [True, False])
def test_the_problems_beyond_twenty_are_counted(
    request: pytest.FixtureRequest, *, has_rich: bool
) -> None:
    """A file with many bad entries does not hide the summary."""
    if not has_rich:
        request.getfixturevalue("without_rich")
    stream, many = io.StringIO(), [(f"line {n}", "has no title") for n in range(25)]
    show_places(many, 1025, "--json lists all", Screen(stream, required=True))
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert lines[0] == "   line 0  has no title"
    assert lines[-2] == "  line 19  has no title"
    assert lines[-1] == "  … and 1,005 more; --json lists all."
    assert len(lines) == 21


@pytest.mark.parametrize("has_rich", [True, False])
def test_a_problem_of_a_long_place_is_below_it(
    request: pytest.FixtureRequest, *, has_rich: bool
) -> None:
    if not has_rich:
        request.getfixturevalue("without_rich")
    stream, path = io.StringIO(), "/music/" + "x" * 200
    show_places([(path, "is damaged.")], 1, "", Screen(stream, required=True))
    assert stream.getvalue() == f"  {path}\n    is damaged.\n"


@each_row(
    "seconds, expected",
    [(0.4, "0 s"), (99, "99 s"), (100, "1 min 40 s"), (185, "3 min 05 s"), (7320, "2 h 02 min")],
)
def test_durations_are_written_in_seconds_minutes_or_hours(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@given(st.text(), st.integers(1, 60))
def test_cut_text_is_never_wider_than_requested(text: str, width: int) -> None:
    """Also with wide characters, and without rich, where each character counts as one cell."""
    from rich.cells import cell_len

    text = terminal_safe(text)
    assert cell_len(truncate_middle(text, width, cell_len)) <= width
    assert len(truncate_middle(text, width)) <= width


@given(st.text(), st.text(), st.integers(1, 60))
def test_a_cut_text_keeps_its_beginning_and_its_end(text: str, end: str, width: int) -> None:
    text = terminal_safe(text + end)
    cut = truncate_middle(text, width)
    if cut != text:
        head, _, tail = cut.rpartition("…")
        assert text.startswith(head)
        assert text.endswith(tail)


@given(st.text())
def test_marked_text_has_both_marks_or_none(text: str) -> None:
    text = terminal_safe(text)
    assert mark_direction(text) in {text, f"\u200e{text}\u200e"}


@given(st.text())
def test_clean_text_has_no_control_characters(text: str) -> None:
    assert not {unicodedata.category(char) for char in terminal_safe(text)} & {"Cc", "Zl", "Zp"}
    assert not set(terminal_safe(text)) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f")


def test_a_cut_title_keeps_the_version_in_its_last_brackets() -> None:
    title = "Marrow & Pine - Thirteen Pigeons (Ilse Marrick Club Mix)"
    assert truncate_middle(title, 40) == "Marrow & Pine…(Ilse Marrick Club Mix)"
    assert truncate_middle("x" * 30 + "(" + "y" * 30 + ")", 20).endswith("y)")


def test_a_cut_title_does_not_begin_its_end_with_a_mark_without_its_letter() -> None:
    from rich.cells import cell_len

    assert truncate_middle("a" * 9 + "e\u0301e\u0301", 4, cell_len) == "aa…e\u0301"
    assert truncate_middle("a" * 9 + "e\u0301bc", 6, cell_len) == "aaa…bc"


def summary(*matches: Match) -> str:
    stream = io.StringIO()
    show_result(result_of(*matches), Screen(stream, required=True))
    return stream.getvalue()


def test_each_kind_of_failure_has_its_remedy() -> None:
    assert list(REMEDIES) == list(get_args(FailureKind))
    kinds: tuple[FailureKind, ...] = ("auth", "unaskable", "auth")
    failed = [make_match(Track("x"), "failed", failures=(Failure(one, ""),)) for one in kinds]
    text = summary(*failed)
    assert "  auth (2): log in to Beatport again" in text
    assert "  unaskable (1): correct the entries" in text
    assert "later" not in text


def test_answers_that_are_incomplete_are_counted() -> None:
    """A query that failed and was answered in the second round is complete."""
    answered = QueryRecord("ember", "title_only", 3, 1)
    failed = replace(answered, found=0, failure=Failure("timeout", "no answer"))
    other = replace(answered, text="ember tide")
    whole = make_match(Track("Ember"), "review", CANDIDATE)
    lost = replace(whole, queries=(other, failed))
    matches = (
        whole,
        lost,
        replace(whole, stopped="time_budget"),
        replace(whole, queries=(failed, answered)),
        replace(lost, outcome="matched"),
    )
    assert "2 answers to review are incomplete: a query failed" in summary(*matches)
    assert "1 answer to review is incomplete" in summary(lost)
    assert "incomplete" not in summary(*matches[3:])
