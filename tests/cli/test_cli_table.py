"""The table of matches at 60 to 140 columns, with titles in any script."""

from __future__ import annotations

import unicodedata

import pytest
from command_line import make_match
from hypothesis import given
from hypothesis import strategies as st

from beatport_match import Candidate, Failure, PlaylistProblem, ScoredCandidate, Track
from beatport_match.cli.match_table import duration, problems, table
from beatport_match.cli.text_cells import (
    cell,
    clean,
    head,
    plain_text,
    tail,
    truncate_middle,
    width_of,
    wrap,
)

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
        failures=(Failure("blocked", "a challenge page instead of an answer"),),
    ),
    make_match(
        Track("\x1b]0;owned\x07Red\x9b31m\u202egnal", "Evil\r\nHeader"),
        "matched",
        CANDIDATE,
        note="title\x1b[2J",
    ),
)
# Trailing spaces are removed; `¦` is the left-to-right mark around Arabic text.
GOLDEN = """\
outcome    score  conf  your track                                          reason
                        → found track
────────────────────────────────────────────────────────────────────────────────────────────────────
matched     98.2   99%  Nora Quill & Ash Meridian - Ember Tide              same title
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)
review      98.2   50%  Bo - A Very Long Walk…(Copper Lark Extended Remix)  another track is nearly
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)   as likely: Nora Quill,
                                                                            Ash Meridian - Ember
                                                                            Tide (Original Mix)
not found               潮騒クラブ - 港の灯り (夜明け Remix)                no query returned a
                        → nothing found                                     result
failed                  ¦نورا - ضوء البحر¦                                    blocked: a challenge
                        → no answer                                         page instead of an
                                                                            answer
matched     98.2   99%  Evil  Header - ]0;ownedRed31mgnal                   title[2J
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)
"""


def table_lines(width: int) -> list[str]:
    return [plain_text(line) for line in table(MATCHES, width)]


def test_columns_line_up_at_100_columns() -> None:
    """Chinese and Arabic titles and control characters do not shift the columns."""
    marked = [line.replace("\u200e", "¦") for line in table_lines(100)]
    assert marked == GOLDEN.splitlines()


@pytest.mark.parametrize("width", range(60, 141))
def test_the_table_is_exactly_as_wide_as_requested(width: int) -> None:
    assert max(map(width_of, table_lines(width))) == width


def test_every_outcome_has_a_style_and_a_word() -> None:
    styles = {line[0] for line in table(MATCHES, 100) if line[0][0].strip()}
    assert {("matched  ", "green"), ("review   ", "yellow")} <= styles
    assert {("not found", "cyan"), ("failed   ", "bold red")} <= styles


def test_only_web_urls_become_links() -> None:
    """A URL with spaces or control characters is not a link."""

    def links(url: str, *, linked: bool = True) -> list[str]:
        found = Candidate(id=1, name="a", url=url)
        lines = table([make_match(Track("a"), "matched", found)], 100, linked=linked)
        return [style for line in lines for _, style in line if style.startswith("link")]

    assert links("https://example.com/track/a/1") == ["link https://example.com/track/a/1"]
    assert links("https://example.com/track/a/1", linked=False) == []
    assert links("javascript:alert(1)") == links("https://a/\x1b[2J") == links("https://a b") == []


def test_the_problems_beyond_twenty_are_counted() -> None:
    """A file with many bad entries does not hide the summary."""
    many = [PlaylistProblem("a.csv", f"line {n}", "has no title") for n in range(25)]
    lines = [plain_text(line) for line in problems(many)]
    assert lines[0] == "25 entries could not be read:"
    assert lines[-1].startswith("  … and 5 more")
    assert len(lines) == 22


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.4, "0 s"), (99, "99 s"), (100, "1 min 40 s"), (185, "3 min 05 s"), (7320, "2 h 02 min")],
)
def test_durations_are_written_in_seconds_minutes_or_hours(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@given(st.text(), st.integers(1, 60))
def test_cut_text_is_never_wider_than_requested(text: str, width: int) -> None:
    text = clean(text)
    for cut in (head(text, width), tail(text, width), truncate_middle(text, width)):
        assert width_of(cut) <= width
    assert text.startswith(head(text, width))
    assert text.endswith(tail(text, width))


@given(st.text(), st.integers(4, 40), st.integers(1, 4))
def test_wrapped_text_keeps_its_width_and_its_line_limit(
    text: str, width: int, max_lines: int
) -> None:
    """No word is lost if all words fit."""
    text = clean(text)
    lines = wrap(text, width, max_lines)
    assert len(lines) <= max_lines
    assert all(width_of(line) <= width for line in lines)
    if "…" not in "".join(lines):
        assert " ".join(lines).split() == text.split()


@given(st.text(), st.integers(0, 60))
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int) -> None:
    fitting = head(clean(text), width)
    assert width_of(cell(fitting, width)[0]) == width
    assert width_of(cell(fitting, width, right=True)[0]) == width


@given(st.text())
def test_clean_text_has_no_control_characters(text: str) -> None:
    assert not {unicodedata.category(char) for char in clean(text)} & {"Cc", "Zl", "Zp"}
    assert not set(clean(text)) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f")


def test_widths_of_wide_characters_and_marks_are_those_of_rich() -> None:
    """East Asian characters fill two cells, combining marks none."""
    from rich.cells import cell_len

    for text in ("abc", "港の灯り", "ﾊﾝｶｸ", "Źródło", "e\u0301te\u0301", "ضوء", "サ\u3099", "🎧"):
        assert width_of(text) == cell_len(text)
    assert width_of("港の") == 4
    assert width_of("e\u0301") == 1


def test_a_cut_title_keeps_the_version_in_its_last_brackets() -> None:
    title = "Marrow & Pine - Thirteen Pigeons (Ilse Marrick Club Mix)"
    assert truncate_middle(title, 40) == "Marrow & Pine…(Ilse Marrick Club Mix)"
    assert truncate_middle("x" * 30 + "(" + "y" * 30 + ")", 20).endswith("y)")
