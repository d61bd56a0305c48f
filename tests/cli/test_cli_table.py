"""The table: what a person sees at 60 to 140 columns, whatever the titles hold."""

from __future__ import annotations

import unicodedata

import pytest
from command_line import a_match
from hypothesis import given
from hypothesis import strategies as st

from beatport_match import Candidate, Failure, PlaylistProblem, ScoredCandidate, Track
from beatport_match.cli.match_table import duration, problems, table
from beatport_match.cli.text_cells import (
    cell,
    clean,
    head,
    joined,
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
    a_match(Track("Ember Tide", "Nora Quill & Ash Meridian"), "matched", CANDIDATE),
    a_match(
        Track(
            "A Very Long Walk Along the Northern Harbour Wall (Copper Lark Extended Remix)", "Bo"
        ),
        "review",
        CANDIDATE,
        confidence=0.5,
        rivals=(RIVAL,),
    ),
    a_match(Track("港の灯り (夜明け Remix)", "潮騒クラブ"), "not_found"),
    a_match(
        Track("ضوء البحر", "نورا"),
        "failed",
        failures=(Failure("blocked", "a challenge page instead of an answer"),),
    ),
    a_match(
        Track("\x1b]0;owned\x07Red\x9b31m\u202egnal", "Evil\r\nHeader"),
        "matched",
        CANDIDATE,
        note="title\x1b[2J",
    ),
)
# Lines end where their text ends; `¦` stands for the marks around Arabic.
GOLDEN = """\
outcome    score  conf  what you have                                       why
                        → what was found
────────────────────────────────────────────────────────────────────────────────────────────────────
matched     98.2   99%  Nora Quill & Ash Meridian - Ember Tide              same title
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)
review      98.2   50%  Bo - A Very Long Walk…(Copper Lark Extended Remix)  another track is nearly
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)   as likely: Nora Quill,
                                                                            Ash Meridian - Ember
                                                                            Tide (Original Mix)
not found               潮騒クラブ - 港の灯り (夜明け Remix)                no query returned a
                        → nothing                                           result
failed                  ¦نورا - ضوء البحر¦                                    blocked: a challenge
                        → could not ask                                     page instead of an
                                                                            answer
matched     98.2   99%  Evil  Header - ]0;ownedRed31mgnal                   title[2J
                        → Nora Quill, Ash Meridian - Ember…(Original Mix)
"""


def text_of(width: int) -> list[str]:
    return [joined(line) for line in table(MATCHES, width)]


def test_the_table_at_100_columns() -> None:
    """The golden table: columns line up under CJK, Arabic and hostile titles."""
    marked = [line.replace("\u200e", "¦") for line in text_of(100)]
    assert marked == GOLDEN.splitlines()


@pytest.mark.parametrize("width", range(60, 141))
def test_the_table_fits(width: int) -> None:
    """ "Fits 80-120 columns", and every other width we give it."""
    assert max(map(width_of, text_of(width))) == width


def test_every_outcome_has_its_colour_and_its_word() -> None:
    """Colours for outcomes, and a word for those who see none."""
    styles = {line[0] for line in table(MATCHES, 100) if line[0][0].strip()}
    assert {("matched  ", "green"), ("review   ", "yellow")} <= styles
    assert {("not found", "cyan"), ("failed   ", "bold red")} <= styles


def test_a_link_leads_only_to_the_web() -> None:
    """What was found leads to its page; an address that is none, or could steer, does not."""

    def links(url: str, *, linked: bool = True) -> list[str]:
        found = Candidate(id=1, name="a", url=url)
        lines = table([a_match(Track("a"), "matched", found)], 100, linked=linked)
        return [style for line in lines for _, style in line if style.startswith("link")]

    assert links("https://example.com/track/a/1") == ["link https://example.com/track/a/1"]
    assert links("https://example.com/track/a/1", linked=False) == []
    assert links("javascript:alert(1)") == links("https://a/\x1b[2J") == links("https://a b") == []


def test_the_problems_beyond_twenty_are_counted() -> None:
    """A file full of bad entries does not bury the summary."""
    many = [PlaylistProblem("a.csv", f"line {n}", "has no title") for n in range(25)]
    lines = [joined(line) for line in problems(many)]
    assert lines[0] == "25 entries could not be read:"
    assert lines[-1].startswith("  … and 5 more")
    assert len(lines) == 22


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (99, "99 s"), (100, "1 min 40 s"), (185, "3 min 05 s"), (7320, "2 h 02 min")],
)
def test_durations(seconds: float, said: str) -> None:
    """Seconds as a person says them."""
    assert duration(seconds) == said


@given(st.text(), st.integers(1, 60))
def test_cut_text_always_fits(text: str, width: int) -> None:
    """No text, however odd, is wider than its column."""
    text = clean(text)
    for cut in (head(text, width), tail(text, width), truncate_middle(text, width)):
        assert width_of(cut) <= width
    assert text.startswith(head(text, width))
    assert text.endswith(tail(text, width))


@given(st.text(), st.integers(4, 40), st.integers(1, 4))
def test_wrapped_text_always_fits(text: str, width: int, most: int) -> None:
    """A reason keeps to its column and to so many lines, and loses no word where all fit."""
    text = clean(text)
    lines = wrap(text, width, most)
    assert len(lines) <= most
    assert all(width_of(line) <= width for line in lines)
    if "…" not in "".join(lines):
        assert " ".join(lines).split() == text.split()


@given(st.text(), st.integers(0, 60))
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int) -> None:
    """Columns line up: a cell has its width whatever is in it."""
    fitting = head(clean(text), width)
    assert width_of(cell(fitting, width)[0]) == width
    assert width_of(cell(fitting, width, right=True)[0]) == width


@given(st.text())
def test_clean_text_steers_nothing(text: str) -> None:
    """ "Control characters from titles never reach the terminal (strip C0/C1/escape)"."""
    assert not {unicodedata.category(char) for char in clean(text)} & {"Cc", "Zl", "Zp"}
    assert not set(clean(text)) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f")


def test_wide_characters_and_marks_are_measured() -> None:
    """East Asian characters fill two cells, combining marks none: rich measures them alike."""
    from rich.cells import cell_len

    for text in ("abc", "港の灯り", "ﾊﾝｶｸ", "Źródło", "e\u0301te\u0301", "ضوء", "サ\u3099", "🎧"):
        assert width_of(text) == cell_len(text)
    assert width_of("港の") == 4
    assert width_of("e\u0301") == 1


def test_the_version_outlives_the_cut() -> None:
    """A title too long keeps its last brackets: there the version stands."""
    title = "Marrow & Pine - Thirteen Pigeons (Ilse Marrick Club Mix)"
    assert truncate_middle(title, 40) == "Marrow & Pine…(Ilse Marrick Club Mix)"
    assert truncate_middle("x" * 30 + "(" + "y" * 30 + ")", 20).endswith("y)")
