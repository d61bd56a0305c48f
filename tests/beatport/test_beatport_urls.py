"""Track numbers, slugs and queries: text in, text out."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beatport_match.beatport import safe_query, slug, track_id
from beatport_match.errors import MisuseError

STAND_IN = "http://127.0.0.1:8000/shop"


@pytest.mark.parametrize(
    "given_as",
    [
        1696999,
        "1696999",
        " 1696999 ",
        "https://www.beatport.com/track/slow-meridian/1696999",
        "http://www.beatport.com/track/-/1696999/",
        "https://www.beatport.com/de/track/slow-meridian/1696999?utm=x#top",
        "https://WWW.Beatport.com/track/slow-meridian/1696999",
        f"{STAND_IN}/track/slow-meridian/1696999",
    ],
)
def test_a_number_or_a_track_page_names_a_track(given_as: int | str) -> None:
    """`track_id`: from the number itself or from the address of its page."""
    assert track_id(given_as, STAND_IN) == 1696999


@pytest.mark.parametrize(
    "given_as",
    [
        0,
        -5,
        True,
        10**30,
        None,
        12.0,
        "",
        "0",
        "Slow Meridian",
        "１２３",
        "9" * 5000,
        "https://www.beatport.com/release/slow-meridian/1696999",
        "https://www.beatport.com/track/1696999",
        "https://www.beatport.com/track/slow-meridian/none",
        "https://elsewhere.example/track/slow-meridian/1696999",
        "https://www.beatport.com@elsewhere.example/track/a/1696999",
        "https://www.beatport.com.elsewhere.example/track/a/1696999",
        "ftp://www.beatport.com/track/a/1696999",
        "http://127.0.0.1:9000/shop/track/a/1696999",
        "http://[/track/a/1",
    ],
)
def test_anything_else_is_misuse_in_one_sentence(given_as: int | str) -> None:
    """`track_id`: MisuseError where it is neither a number from 1 nor a track page."""
    with pytest.raises(MisuseError, match=r"is not a Beatport track: give its number") as caught:
        track_id(given_as, STAND_IN)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Turn On The Lights again.. (feat. Future & Fred again..)",
            "turn-on-the-lights-again-feat-future-fred-again",
        ),
        ("Déjà Vu", "deja-vu"),
        ("  A - B  ", "a-b"),
        ("under_score", "under_score"),
        ("夜", "-"),
        ("...", "-"),
        ("", "-"),
    ],
)
def test_slugs_are_written_as_beatport_writes_them(name: str, expected: str) -> None:
    """`slug`: NFKD, ASCII, words and hyphens, lower case; `-` where nothing is left."""
    assert slug(name) == expected


@given(st.text())
def test_any_name_gives_one_step_of_a_path(name: str) -> None:
    """`slug`: a name as it can stand in an address; it never adds a step or a query."""
    assert re.fullmatch(r"[a-z0-9_-]+", slug(name))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Odd Harbour Copper Lantern (Mira Vale Remix)", None),
        ("Copper (feat. X) (Mira Remix)", "Copper feat. X Mira Remix"),
        ("Copper ((Live) Mix)", "Copper Live Mix"),
        ("Copper (Mira", "Copper Mira"),
        (")Copper(", "Copper"),
        ("  Copper\t\n\x00Lantern\u200b ", "Copper Lantern"),
        ("Copper\ud800 Lantern", "Copper Lantern"),
    ],
)
def test_the_words_of_a_query_stay(text: str, expected: str | None) -> None:
    """`safe_query`: parentheses too many, or without partner, become blanks; the words stay."""
    assert safe_query(text) == (expected or text)


def test_a_long_query_ends_with_a_whole_word() -> None:
    """`safe_query`: at most 200 characters, cut between words where there are any."""
    assert safe_query("lantern " * 60) == " ".join(["lantern"] * 25)
    assert safe_query("x" * 900) == "x" * 200
    assert safe_query("(" * 300 + "lantern") == "lantern"
    assert safe_query("( " + "x" * 900 + " )") == "x" * 198
    assert safe_query("word " * 38 + "(mix " + "x" * 90 + ")") == " ".join(["word"] * 38 + ["mix"])


@pytest.mark.parametrize("text", ["", "  ", "()", "( ) (", "\u200b\x00", "\ud800"])
def test_a_query_of_nothing_is_misuse(text: str) -> None:
    """`safe_query`: MisuseError where nothing is left to search for."""
    with pytest.raises(MisuseError, match="nothing to search for"):
        safe_query(text)


def _can_be_seen(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf", "Cs"}


QUERY_TEXT = st.text(st.one_of(st.sampled_from("() ab\n\x00\u200b"), st.characters()), max_size=500)


@given(QUERY_TEXT)
@example("(" + "a " * 150 + ")")
def test_every_query_is_safe_for_the_site(text: str) -> None:
    """`safe_query`: one pair of parentheses at most, nothing invisible, 200 characters; again
    the same when asked again.
    """
    try:
        query = safe_query(text)
    except MisuseError:
        assert not any(_can_be_seen(char) and char not in "()" for char in text)
        return
    assert query.count("(") == query.count(")") <= 1
    assert query.find("(") <= query.find(")")
    assert 0 < len(query) <= 200
    assert query == " ".join(query.split())
    assert all(_can_be_seen(char) or char == " " for char in query)
    assert safe_query(query) == query
    query.encode()
