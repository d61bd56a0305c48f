"""One row -> `Candidate`: what is read, what is told, and what costs the row."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    "url": "https://shop.example/7",
    "artwork_url": "https://shop.example/7.jpg",
}
LEAST = {"id": 7, "name": "Night Ferry"}


def read(**row: Any) -> tuple[Candidate | None, list[str]]:
    reader = RowParser({**LEAST, **row})
    return reader.candidate(), reader.problems


def test_every_column_is_read() -> None:
    """docs/offline-catalogue.md: the table of columns; the camelot key comes from the key."""
    found, troubles = read(**FULL)
    assert troubles == []
    assert found == Candidate(
        **{**FULL, "artists": ("Odd Harbour", "Plinth"), "remixers": ("Basalto",)}, camelot="6A"
    )
    assert set(FULL) | {"length_ms"} == set(COLUMNS)


@pytest.mark.parametrize(
    ("column", "written", "kept"),
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
def test_what_spreadsheets_and_data_frames_write_is_read(
    column: str, written: object, kept: object
) -> None:
    """docs/offline-catalogue.md: numbers may come as text, gaps as blanks or as no number."""
    found, troubles = read(**{column: written})
    assert getattr(found, column) == kept
    assert troubles == []


def test_milliseconds_count_where_there_are_no_seconds() -> None:
    """ "`length_s` or `length_ms`"."""
    assert getattr(read(length_ms=371_500)[0], "length_s") == 371.5  # noqa: B009
    assert getattr(read(length_ms="371500")[0], "length_s") == 371.5  # noqa: B009
    assert getattr(read(length_s=10, length_ms=371_500)[0], "length_s") == 10  # noqa: B009


@pytest.mark.parametrize(
    ("column", "written", "told"),
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
        ("label", 7, "label must be text, not 7"),
        ("label", "x" * 2001, "label is longer than 2000 characters"),
        ("label", "caf\udce9", "label holds bytes that are not UTF-8"),
        ("length_ms", "6:10", "length_ms must be a number"),
        ("release_date", "2021", "release_date must be a day as YYYY-MM-DD, not '2021'"),
        ("release_date", "2021-02-30", "release_date must be a day"),
        ("url", "javascript:alert(1)", "url must be a web address"),
    ],
)
def test_a_value_that_cannot_be_true_is_told_and_left_out(
    column: str, written: object, told: str
) -> None:
    """Issue: "wrong types … the rest is built": the row is, without the value."""
    found, (trouble,) = read(**{column: written})
    kept = "length_s" if column == "length_ms" else column
    assert getattr(found, kept) in (None, ())
    assert trouble.startswith(told)
    assert len(trouble) < 200


@pytest.mark.parametrize(
    ("column", "written", "told"),
    [
        ("id", None, "there is no id"),
        ("id", "", "there is no id"),
        ("id", "seven", "id must be a whole number from 1, not 'seven'"),
        ("id", 0, "id must be a whole number"),
        ("id", 7.5, "id must be a whole number"),
        ("id", True, "id must be a whole number"),
        ("id", 2**63, "id must be a whole number"),
        ("name", None, "there is no name"),
        ("name", " \t", "there is no name"),
        ("name", ["Night Ferry"], "name must be text"),
        ("name", "\udce9", "name holds bytes that are not UTF-8"),
    ],
)
def test_a_row_needs_a_number_and_a_title(column: str, written: object, told: str) -> None:
    """Issue: "Catalogue rows without id or title … reported"."""
    found, troubles = read(**{column: written})
    assert found is None
    assert troubles[0].startswith(told)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.fuzz
@given(st.dictionaries(st.sampled_from(COLUMNS), ANYTHING))
def test_no_row_is_an_exception(row: dict[str, Any]) -> None:
    """STYLE: "Expected trouble is a value": whatever stands in a row gives a candidate or a
    sentence."""
    reader = RowParser(row)
    found = reader.candidate()
    assert found or reader.problems
    assert all(isinstance(trouble, str) and trouble for trouble in reader.problems)
