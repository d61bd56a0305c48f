"""Test track IDs, slugs and safe queries."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.beatport import safe_query, slug, track_id
from beatport_match.errors import MisuseError

TEST_SITE = "http://127.0.0.1:8000/site"


@each_row(
    "url_or_id",
    [
        1696999,
        "1696999",
        " 1696999 ",
        "https://www.beatport.com/track/slow-meridian/1696999",
        "http://www.beatport.com/track/-/1696999/",
        "https://www.beatport.com/de/track/slow-meridian/1696999?utm=x#top",
        "https://WWW.Beatport.com/track/slow-meridian/1696999",
        f"{TEST_SITE}/track/slow-meridian/1696999",
    ],
)
def test_track_id_accepts_a_number_or_the_url_of_a_track_page(url_or_id: int | str) -> None:
    assert track_id(url_or_id, TEST_SITE) == 1696999


@each_row(
    "url_or_id",
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
        "http://127.0.0.1:9000/site/track/a/1696999",
        "http://[/track/a/1",
    ],
)
def test_track_id_rejects_anything_else_in_one_sentence(url_or_id: int | str) -> None:
    with pytest.raises(MisuseError, match=r"is not a Beatport track: give its ID") as caught:
        track_id(url_or_id, TEST_SITE)
    assert len(str(caught.value)) < 400


@each_row(
    "name, expected",
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
def test_slug_equals_beatports_own(name: str, expected: str) -> None:
    """A slug is NFKD, ASCII, words and hyphens, lower case; `-` if nothing is left."""
    assert slug(name) == expected


@given(st.text())
def test_slug_is_always_one_path_segment(name: str) -> None:
    """A slug never adds a path segment or a query string to a URL."""
    assert re.fullmatch(r"[a-z0-9_-]+", slug(name))


@each_row(
    "text, expected",
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
def test_safe_query_keeps_all_words(text: str, expected: str | None) -> None:
    """Parentheses beyond one pair, or without a partner, become spaces."""
    assert safe_query(text) == (expected or text)


def test_long_query_is_cut_between_words() -> None:
    """A query has at most 200 characters; one long word is cut in two."""
    assert safe_query("lantern " * 60) == " ".join(["lantern"] * 25)
    assert safe_query("x" * 900) == "x" * 200
    assert safe_query("(" * 300 + "lantern") == "lantern"
    assert safe_query("( " + "x" * 900 + " )") == "x" * 198
    assert safe_query("word " * 38 + "(mix " + "x" * 90 + ")") == " ".join(["word"] * 38 + ["mix"])


@each_row("text", ["", "  ", "()", "( ) (", "\u200b\x00", "\ud800"])
def test_query_without_words_raises_misuse_error(text: str) -> None:
    with pytest.raises(MisuseError, match="nothing to search for"):
        safe_query(text)


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf", "Cs"}


QUERY_TEXT = st.text(st.one_of(st.sampled_from("() ab\n\x00\u200b"), st.characters()), max_size=500)


@given(QUERY_TEXT)
@example("(" + "a " * 150 + ")")
def test_safe_query_always_passes_the_firewall(text: str) -> None:
    """At most one pair of parentheses, no invisible characters, at most 200 characters; the
    function is idempotent.
    """
    try:
        query = safe_query(text)
    except MisuseError:
        assert not any(_is_visible(char) and char not in "()" for char in text)
        return
    assert query.count("(") == query.count(")") <= 1
    assert query.find("(") <= query.find(")")
    assert 0 < len(query) <= 200
    assert query == " ".join(query.split())
    assert all(_is_visible(char) or char == " " for char in query)
    assert safe_query(query) == query
    query.encode()
