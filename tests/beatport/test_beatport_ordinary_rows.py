"""Ordinary rows of search pages: what counts as ordinary, and that both ways of reading agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
from beatport_pages import HOME, api_row, details_row, search_row
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.beatport.json_fields import clean_text
from beatport_match.beatport.ordinary_rows import ordinary_rows
from beatport_match.beatport.track_records import parse_record, parse_rows

LONG = "x" * 501
# Values that a field of some row has, and hostile ones.
VALUES: tuple[object, ...] = (
    *(None, "", " ", "Lantern", "Lantern ", " Lantern", "a  b", "a\nb", "a\u200bb", "N\xf8rd", "\u591c"),
    *("\ud800", "2024-04-26", "2024-02-31T00:00:00", "de-xyz-12-00001", LONG, True, 0, -1, 1, 1.5),
    *(2**63, 10**400, float("nan"), float("inf"), [], {}, [None], ["Lantern"], {"label_name": 1}),
    *([{"genre_name": "House"}], [{"genre_name": None}], {"genre_name": "House"}, [{}, {}]),
    *({"sub_genre_name": "Desert"}, {"label_name": "Lantern "}, {"release_name": "A", "x": 1}),
    *({"release_image_uri": "https://a.example/x"}, {"release_image_uri": "ftp://a.example"}),
    {"release_image_dynamic_uri": "https://a.example/{w}x{h}", "release_image_uri": None},
    [{"artist_name": "Ana", "artist_type_name": "Artist"}],
    [{"artist_name": "Ana", "artist_type_name": "Beatsource Remixer"}],
    [{"artist_name": "Ana", "artist_type_name": None}, {"artist_name": "Ana"}],
    [{"artist_name": "Ana", "artist_type_name": "Artist"}] * 101,
)
KEYS = (*search_row(), "track_length_ms", "key_camelot")


def ordinary_row(**changes: Any) -> dict[str, Any]:
    return search_row(isrc="ZZA123000417") | changes


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=4), st.data())
def test_both_ways_of_reading_a_row_give_the_same_candidate(
    changes: dict[str, object], data: st.DataObject
) -> None:
    row = ordinary_row(**changes)
    for key in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=3, unique=True)):
        del row[key]
    (found,) = parse_rows([row], HOME, 1).candidates or (None,)
    assert repr(found) == repr(parse_record(row, HOME))
    assert found == parse_record(row, HOME)


@pytest.mark.parametrize(
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
    assert ordinary_rows([ordinary_row(**changes)]) != [None]


@pytest.mark.parametrize(
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
    assert ordinary_rows([row, ordinary_row()])[0] is None


def test_an_ordinary_row_beside_another_one_stays_ordinary() -> None:
    assert [row is None for row in ordinary_rows([{}, ordinary_row(), 1])] == [True, False, True]


def test_cleaning_keeps_every_character_of_an_ordinary_text() -> None:
    kept = [char for char in map(chr, range(0x3000)) if _is_ordinary(f"a{char}b")]
    assert len(kept) > 400
    assert [char for char in kept if clean_text(f"a{char}b") != f"a{char}b"] == []
    assert not re.search("[\xad\u0300-\u036f]", "".join(kept))


def _is_ordinary(name: str) -> bool:
    return ordinary_rows([ordinary_row(track_name=name)]) != [None]
