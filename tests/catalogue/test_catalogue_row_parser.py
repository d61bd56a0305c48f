"""One row -> `Candidate`: valid values, reported values, and rows that are left out."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.catalogue.row_parser import COLUMNS, RowParser
from beatport_match.model.tracks import Candidate

FULL = {
    "id": 7,
    "name": "Night Ferry",
    "mix_name": "Basalto Remix",
    "artists": ["Odd Harbour", "Plinth"],
    "remixers": ["Basalto"],
    "label": "Tallow Lane",
    "release": "Ferries",
    "release_date": "2021-05-07",
    "bpm": 124,
    "key": "G Minor",
    "genre": "House",
    "sub_genre": "Deep",
    "length_s": 371.5,
    "isrc": "ZZ0012100001",
    "catalog_number": "TLR001",
    "url": "https://pool.example/7",
    "artwork_url": "https://pool.example/7.jpg",
}
MINIMAL = {"id": 7, "name": "Night Ferry"}


def parse(**row: Any) -> tuple[Candidate | None, list[str]]:
    parser = RowParser({**MINIMAL, **row})
    return parser.candidate(), parser.problems


def test_every_column_is_read() -> None:
    """The Camelot key comes from the key."""
    candidate, problems = parse(**FULL)
    assert problems == []
    assert candidate == Candidate(
        **{**FULL, "artists": ("Odd Harbour", "Plinth"), "remixers": ("Basalto",)}, camelot="6A"
    )
    assert set(FULL) | {"length_ms"} == set(COLUMNS)


@each_row(
    "column, written, expected",
    [
        ("id", "7", 7),
        ("id", 7.0, 7),
        ("artists", "Odd Harbour; Plinth;", ("Odd Harbour", "Plinth")),
        ("artists", ["Plinth", "Plinth", " "], ("Plinth",)),
        ("artists", ("Plinth",), ("Plinth",)),
        ("artists", None, ()),
        ("bpm", "124,5", 124.5),
        ("bpm", 0, None),
        ("bpm", "0.0", None),
        ("bpm", math.nan, None),
        ("label", math.nan, None),
        ("label", " two\nlines ", "two lines"),
        ("length_s", "6:10", 370.0),
        ("release_date", date(2021, 5, 7), "2021-05-07"),
        ("release_date", datetime(2021, 5, 7, 12, tzinfo=UTC), "2021-05-07"),
        ("release_date", "2021-05-07T00:00:00Z", "2021-05-07"),
        ("release_date", "", None),
        ("isrc", "", None),
    ],
)
def test_values_of_spreadsheets_and_data_frames_are_read(
    column: str, written: object, expected: object
) -> None:
    """Numbers may be text; a missing value may be blank, zero or NaN."""
    candidate, problems = parse(**{column: written})
    assert getattr(candidate, column) == expected
    assert problems == []


def test_length_ms_is_read_if_there_is_no_length_s() -> None:
    assert getattr(parse(length_ms=371_500)[0], "length_s") == 371.5  # noqa: B009
    assert getattr(parse(length_ms="371500")[0], "length_s") == 371.5  # noqa: B009
    assert getattr(parse(length_s=10, length_ms=371_500)[0], "length_s") == 10  # noqa: B009


@pytest.mark.parametrize(
    ("column", "written", "message"),
    [
        ("artists", 7, "artists must be a list of names"),
        ("artists", [7], "artists must be a list of names"),
        ("artists", {"name": "Plinth"}, "artists must be a list of names"),
        ("artists", ["x"] * 101, "artists has more than 100 names"),
        ("artists", ["x" * 2001], "artists is longer than 2000 characters"),
        ("bpm", "fast", "bpm must be a number above 0 and up to 1,000, not 'fast'"),
        ("bpm", -1, "bpm must be a number"),
        ("bpm", True, "bpm must be a number"),
        ("bpm", math.inf, "bpm must be a number"),
        # Python converts no number of so many digits to text.
        pytest.param("bpm", 10**5000, "bpm must be a number", id="long bpm"),
        pytest.param(
            "label", 10**5000, "label must be text, not <int>", id="label of 5,000 digits"
        ),
        ("label", 7, "label must be text, not 7"),
        ("label", "x" * 2001, "label is longer than 2000 characters"),
        ("label", "caf\udce9", "label holds bytes that are not UTF-8"),
        ("length_ms", "6:10", "length_ms must be a number"),
        ("release_date", "2021", "release_date must be a date as YYYY-MM-DD, not '2021'"),
        ("release_date", "2021-02-30", "release_date must be a date"),
        ("url", "javascript:alert(1)", "url must be a URL with http"),
    ],
)
def test_an_invalid_value_is_reported_and_left_out(
    column: str, written: object, message: str
) -> None:
    """The row is built without the value."""
    candidate, (problem,) = parse(**{column: written})
    field = "length_s" if column == "length_ms" else column
    assert getattr(candidate, field) in (None, ())
    assert problem.startswith(message)
    assert len(problem) < 200


@pytest.mark.parametrize(
    ("column", "written", "message"),
    [
        ("id", None, "there is no id"),
        ("id", "", "there is no id"),
        ("id", "seven", "id must be a whole number from 1, not 'seven'"),
        ("id", 0, "id must be a whole number"),
        ("id", 7.5, "id must be a whole number"),
        ("id", True, "id must be a whole number"),
        ("id", 2**63, "id must be a whole number"),
        pytest.param("id", 10**5000, "id must be a whole number from 1, not <int>", id="long id"),
        ("name", None, "there is no name"),
        ("name", " \t", "there is no name"),
        ("name", ["Night Ferry"], "name must be text"),
        ("name", "\udce9", "name holds bytes that are not UTF-8"),
    ],
)
def test_a_row_without_a_valid_id_or_title_is_left_out(
    column: str, written: object, message: str
) -> None:
    candidate, problems = parse(**{column: written})
    assert candidate is None
    assert problems[0].startswith(message)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.fuzz
@given(st.dictionaries(st.sampled_from(COLUMNS), ANYTHING))
def test_no_row_raises_an_exception(row: dict[str, Any]) -> None:
    """Any values give a candidate or a reported problem."""
    parser = RowParser(row)
    candidate = parser.candidate()
    assert candidate or parser.problems
    assert all(isinstance(problem, str) and problem for problem in parser.problems)
