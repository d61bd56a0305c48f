"""Values and texts from outside: which ones are accepted, and with which characters."""

from __future__ import annotations

import codecs
import json
import math
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import each_row

from beatport_match.model.validation import (
    MAX_JSON_CHARACTERS,
    MAX_JSON_SEPARATORS,
    clean_isrc,
    finite_number,
    is_web_url,
    parse_json,
    single_line,
    single_line_path,
    spreadsheet_safe,
    terminal_safe,
)

EMBEDDINGS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
DIRECTION_MARKS = EMBEDDINGS + "\u200e\u200f\u061c"
# Unicode calls these default-ignorable too, but they are letters and marks.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0" + "".join(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
# Each kind of special character is about as frequent as a letter.
TEXT = st.text(
    st.sampled_from(" ab=+é\t\n\r\x00\x0b\x1b\x85\x9b\u00a0\u2028\u3000\u0301\u200b\u3164\ufe0f＝")
    | st.sampled_from(DIRECTION_MARKS)
    | st.characters(),
    max_size=20,
)
ANY_TEXT = TEXT | st.text(st.characters(exclude_categories=()), max_size=20)


def categories(text: str) -> set[str]:
    return {unicodedata.category(char) for char in text}


@given(ANY_TEXT)
@pytest.mark.parametrize("policy", [single_line, single_line_path, terminal_safe, spreadsheet_safe])
def test_a_safe_text_stays_as_it_is(policy: Callable[[str], str], text: str) -> None:
    """Each function is idempotent."""
    safe = policy(text)
    assert policy(safe) == safe


@given(ANY_TEXT)
def test_a_single_line_has_only_visible_characters_and_single_blanks(text: str) -> None:
    """Every text that `single_line` returns can be encoded."""
    line = single_line(text)
    assert not categories(line) & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not set(line) & set(FILLERS)
    assert line == " ".join(line.split(" ")).strip()
    assert "  " not in line
    line.encode()


def single_line_slowly(text: str) -> str:
    """Do the same as `single_line`, character by character."""
    kinds = {"Cc": " ", "Cf": "", "Cs": ""}
    assigned = (char for char in text if char not in FILLERS)
    return " ".join("".join(kinds.get(unicodedata.category(c), c) for c in assigned).split())


@given(ANY_TEXT.filter(lambda text: "Cn" not in categories(text)))
def test_a_single_line_keeps_every_other_character(text: str) -> None:
    assert single_line(text) == single_line_slowly(text)


def test_every_format_character_of_unicode_is_removed() -> None:
    formats = [char for char in map(chr, range(sys.maxunicode + 1)) if categories(char) == {"Cf"}]
    assert len(formats) > 150
    assert [char for char in formats if single_line(char)] == []


@given(ANY_TEXT)
def test_a_path_loses_only_control_characters(text: str) -> None:
    """A file name may hold two blanks, or an emoji that is joined by invisible characters."""
    path = single_line_path(text)
    assert not categories(path) & {"Cc", "Zl", "Zp"}
    assert not set(path) & set(EMBEDDINGS)
    assert single_line_path("  C:\\Sets\\a  b \U0001f469\u200d\U0001f3a4.mp3\n") == (
        "C:\\Sets\\a  b \U0001f469\u200d\U0001f3a4.mp3"
    )
    assert single_line_path("\u202aC:\\a\x08b.mp3") == "C:\\a b.mp3"


@given(ANY_TEXT)
def test_terminal_safe_text_has_no_control_characters(text: str) -> None:
    """Nor has it invisible characters, such as marks of direction, zero-width blanks and tags."""
    safe = terminal_safe(text)
    assert not categories(safe) & {"Cc", "Cf", "Zl", "Zp"}
    assert not set(safe) & set(FILLERS + DIRECTION_MARKS)
    if text.isascii() and text.isprintable():
        assert safe == text


@given(ANY_TEXT)
def test_a_spreadsheet_safe_text_is_no_formula(text: str) -> None:
    """Its only control characters are tabs and line ends."""
    safe = spreadsheet_safe(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert not set(safe) & set(DIRECTION_MARKS)
    assert not categories("".join(set(safe) - set("\t\r\n"))) & {"Cc", "Zl", "Zp"}
    assert set("\t\r\n") & set(safe) == set("\t\r\n") & set(text)


def test_a_formula_behind_a_control_character_gets_an_apostrophe() -> None:
    assert spreadsheet_safe("\x00\u202e=1+1") == "'=1+1"
    assert spreadsheet_safe("a=1\nb") == "a=1\nb"


@each_row(
    "url, expected",
    [
        ("https://www.beatport.com", True),
        ("http://127.0.0.1:8000/a?b=c#d", True),
        ("https://example.com/Tür", True),
        ("https://", False),
        ("https:///track/1", False),
        ("https://?q", False),
        ("ftp://example.com", False),
        ("javascript:alert(1)", False),
        ("https://a b", False),
        ("https://a/\x1b[2J", False),
        ("https://a/\u202e", False),
        ("https://a/\u00a0b", False),
        (" https://a", False),
        ("https://a\n", False),
        ("", False),
    ],
)
def test_a_web_url_has_a_scheme_and_a_host_and_no_blank(url: str, expected: bool) -> None:
    assert is_web_url(url) == expected


@given(ANY_TEXT)
def test_a_web_url_is_safe_in_a_terminal(text: str) -> None:
    for url in (text, f"https://a{text}"):
        assert not is_web_url(url) or terminal_safe(url) == single_line(url) == url


@each_row(
    "written, expected",
    [
        ("de-ab1-19-00001", "DEAB11900001"),
        (" DEAB11900001 ", "DEAB11900001"),
        ("DEAB1190000", ""),
        ("ĐEAB11900001", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_isrc_is_cleaned_or_unknown(written: str | None, expected: str) -> None:
    assert clean_isrc(written) == expected


@each_row("value", [True, None, "1", [], math.nan, math.inf, 10**400, -(10**400)])
def test_other_values_than_finite_numbers_are_unknown(value: object) -> None:
    """An integer of 400 digits is larger than any float."""
    assert finite_number(value) is None
    assert finite_number(3) == 3.0


@each_row("data", ["", "{", "[" * 100_000, b"\xff\xfe{\x00}\x00", "9" * 10_000])
def test_data_that_is_not_json_is_none(data: str | bytes) -> None:
    assert parse_json(data) is None


@each_row("unit", ["[],", "{},", "1,", '{"a":{}},', "[[[]]],"])
def test_json_of_too_many_values_is_not_parsed(unit: str) -> None:
    """A compressed page of a few kilobytes can hold millions of them."""
    separators = sum(map(unit.count, ",[{"))
    most = (MAX_JSON_SEPARATORS - 1) // separators
    assert isinstance(parse_json(f"[{unit * most}1]"), list)
    assert parse_json(f"[{unit * (most + 1)}1]") is None
    assert parse_json(f"[{unit * (most + 1)}1]".encode()) is None


def test_json_longer_than_the_limit_is_not_parsed() -> None:
    longest = f'"{"x" * (MAX_JSON_CHARACTERS - 2)}"'
    assert parse_json(longest) == longest[1:-1]
    assert parse_json(f"{longest} ") is None


def test_json_is_parsed_from_text_and_bytes() -> None:
    """Bytes may begin with a byte order mark."""
    data = '\ufeff{"a": "é"}'.encode()
    assert parse_json('{"a": "é"}') == parse_json(data) == {"a": "é"}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
JSON_PIECES = '[ ] { } , : " 01 -0 1e400 -1e-400 .5 1E+2 NaN -Infinity true nul \\ud800 \\u00e9'


# Whole documents, and documents with a piece in the middle that may break them.
def with_piece(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at:]


TEXTS = st.builds(json.dumps, JSON_VALUES, ensure_ascii=st.booleans())
BREAKING = st.sampled_from(
    [*JSON_PIECES.split(), "\ud800", "\x00", "\ufeff", "9" * 4301, "[" * 300]
)
DOCUMENTS = TEXTS | st.builds(with_piece, TEXTS, st.integers(0, 40), BREAKING)


@settings(max_examples=50)
@given(DOCUMENTS)
def test_json_is_read_as_the_standard_library_reads_it(text: str) -> None:
    """The text of the values is compared, because NaN differs from itself, and 1 equals true."""
    try:
        expected = repr(json.loads(text))
    except ValueError:
        expected = "None"
    assert repr(parse_json(text)) == expected
    data = text.encode("utf-8", "surrogatepass")
    assert data.startswith(codecs.BOM_UTF8) or repr(parse_json(data)) == expected


@pytest.mark.parametrize(
    "text", ['["\\ud800"]', '"\ud800"', "[" * 300 + "]" * 300], ids=["escape", "text", "nested"]
)
def test_json_that_the_fast_parser_refuses_is_still_read(text: str) -> None:
    assert parse_json(text) == parse_json(text.encode("utf-8", "surrogatepass"))
    assert parse_json(text) == json.loads(text)
