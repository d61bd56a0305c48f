"""Ordinary rows of search pages: what counts as ordinary, and that both methods of reading
agree."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from beatport_pages import HOME, api_row, details_row, search_row
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.beatport.json_fields import clean_text
from beatport_match.beatport.ordinary_rows import is_ordinary, parse_search_page
from beatport_match.beatport.track_records import parse_rows
from beatport_match.model.tracks import Candidate, as_dict
from beatport_match.model.validation import parse_json

LONG = "x" * 501
# Values that a field of some row has, and hostile ones.
VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, 1, 1.5, 1001, 86_400_001, 2**63, 10**400, float("nan"), float("inf")),
    *("", " ", "Lantern", "Lantern ", " Lantern", "a  b", "a\nb", "a\u200bb", "N\xf8rd", LONG),
    *("\u591c", "\ud800", "2024-04-26", "2024-02-31T00:00:00", "de-xyz-12-00001"),
    *([], {}, [None], ["Lantern"], [{}, {}], {"label_name": 1}, {"label_name": "Lantern "}),
    *([{"genre_name": "House"}], [{"genre_name": None}], {"genre_name": "House"}),
    *({"sub_genre_name": "Desert"}, {"release_name": "A", "x": 1}),
    *({"release_image_uri": "https://a.example/x"}, {"release_image_uri": "ftp://a.example"}),
    {"release_image_dynamic_uri": "https://a.example/{w}x{h}", "release_image_uri": None},
    [{"artist_name": "Ana", "artist_type_name": "Artist"}],
    [{"artist_name": "Ana", "artist_type_name": "Beatsource Remixer"}],
    [{"artist_name": "Ana", "artist_type_name": None}, {"artist_name": "Ana"}],
    [{"artist_name": f"Ana {at}", "artist_type_name": "Artist"} for at in range(101)],
)
KEYS = (*search_row(), "track_length_ms", "key_camelot")


def page(rows: list[object]) -> dict[str, Any]:
    """Return the data of a search page with these rows."""
    query = {"queryKey": ["search"], "state": {"data": {"count": 1, "data": rows}}}
    return {"props": {"pageProps": {"dehydratedState": {"queries": [query]}}, "page": "/"}}


def parsed(rows: list[object]) -> list[object]:
    """Return the rows of a parsed search page."""
    data: Any = parse_search_page(json.dumps(page(rows)).encode())
    found: list[object] = data["props"]["pageProps"]["dehydratedState"]["queries"][0]["state"][
        "data"
    ]["data"]
    return found


def ordinary_row(**changes: Any) -> dict[str, Any]:
    return search_row(isrc="ZZA123000417") | changes


@each_row("key", KEYS)
def test_both_ways_of_reading_a_row_give_the_same_candidate(key: str) -> None:
    rows: list[object] = [ordinary_row(**{key: value}) for value in VALUES]
    rows += [{name: value for name, value in ordinary_row().items() if name != key}]
    for row in rows:
        plain = parse_json(json.dumps([row]))
        assert isinstance(plain, list)
        # `repr`, because 1 and 1.0 are equal.
        assert repr(parse_rows(parsed([row]), HOME, 1)) == repr(parse_rows(plain, HOME, 1))


def test_the_candidate_of_an_ordinary_row_is_like_any_other() -> None:
    (made,) = parse_rows(parsed([ordinary_row()]), HOME, 1).candidates
    assert type(made) is Candidate
    assert pickle.loads(pickle.dumps(made)) == replace(made) == Candidate(**as_dict(made)) == made
    with pytest.raises(FrozenInstanceError):
        made.name = "Lantern"  # type: ignore[misc]


DOCUMENTS = st.recursive(
    st.sampled_from([None, True, 1, 2.5, 2**70, "", "Lantern", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["props", "pageProps", "dehydratedState", "queries", "x"]), inner
        )
        | st.builds(lambda one: page([one]), inner)
    ),
    max_leaves=6,
)


@given(DOCUMENTS)
def test_json_without_an_ordinary_row_is_parsed_like_any_other_json(document: object) -> None:
    script = json.dumps(document).encode()
    assert parse_search_page(script) == parse_json(script)


@each_row("script", [b"", b"{", b"\xff", b"[" * 300, b"{}" * 2])
def test_what_is_no_json_is_none(script: bytes) -> None:
    assert parse_search_page(script) is None


@each_row(
    "changes",
    [
        {},
        {"bpm": 123.5},
        {"mix_name": None, "artists": None, "label": None, "release": None, "genre": None},
        {"label": {"label_name": "Tidal Lamp "}},
        {"track_name": "M\xf8n \u0141\xf3d\u017a"},
    ],
)
def test_a_row_with_clean_values_of_the_usual_types_is_ordinary(changes: dict[str, object]) -> None:
    assert list(map(is_ordinary, parsed([ordinary_row(**changes)]))) == [True]


@each_row(
    "row",
    [
        None,
        "row",
        {},
        details_row(),
        api_row(),
        ordinary_row(track_id="7001"),
        ordinary_row(track_id=True),
        ordinary_row(track_id=2**63),
        ordinary_row(track_name="Copper  Lantern"),
        ordinary_row(track_name="Copper\u200bLantern"),
        ordinary_row(track_name=LONG),
        ordinary_row(mix_name="Dub\n"),
        ordinary_row(bpm="123"),
        ordinary_row(artists=[{"artist_name": "Ana"}]),
        ordinary_row(genre=["House"]),
        ordinary_row(key_camelot=None),
    ],
)
def test_a_row_with_any_other_value_is_not_ordinary(row: object) -> None:
    """It is not changed, and the rows beside it are ordinary."""
    found = parsed([row, ordinary_row()])
    assert list(map(is_ordinary, found)) == [False, True]
    assert found[0] == row


def test_a_page_cannot_state_that_a_row_is_ordinary() -> None:
    """What is ordinary is not checked again."""
    rows = [ordinary_row(**{"is ordinary": value}) for value in (None, True, "", "x", {})]
    assert not any(map(is_ordinary, parsed(list(rows))))


def test_cleaning_keeps_every_character_of_an_ordinary_text() -> None:
    chars = list(map(chr, range(0x3000)))
    rows = parsed([{"track_id": 1, "track_name": f"a{char}b"} for char in chars])
    kept = [char for char, row in zip(chars, rows, strict=True) if is_ordinary(row)]
    assert len(kept) > 400
    assert [char for char in kept if clean_text(f"a{char}b") != f"a{char}b"] == []
    assert not re.search("[\xad\u0300-\u036f]", "".join(kept))
