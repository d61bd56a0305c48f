"""Test the conversion of Beatport's rows, in each of their shapes, into candidates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from beatport_pages import HOME, IMAGES, api_row, details_row, search_row
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.beatport.json_fields import clean_text
from beatport_match.beatport.track_records import parse_record, parse_rows
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import single_line

Row = dict[str, Any]
SHAPES = pytest.mark.parametrize("make", [search_row, details_row, api_row])


def parse(row: object) -> Candidate:
    candidate = parse_record(row, HOME)
    assert candidate is not None
    return candidate


def test_every_field_of_a_search_row() -> None:
    """This shape has one list of artists and remixers, own names for the keys of label and genre,
    the length in milliseconds, and no preview.
    """
    assert parse(search_row()) == Candidate(
        id=7001,
        url=f"{HOME}/track/copper-lantern/7001",
        name="Copper Lantern",
        mix_name="Mira Vale Remix",
        artists=("Odd Harbour",),
        remixers=("Mira Vale",),
        label="Tidal Lamp",
        release="Lanterns",
        release_date="2024-04-26",
        bpm=123.0,
        key="F Minor",
        camelot="4A",
        genre="Organic House",
        sub_genre="Desert",
        length_s=402.5,
        isrc="ZZA123000417",
        catalog_number="TDL042",
        artwork_url=f"{IMAGES}/500x500/cover.jpg",
    )


def test_every_field_of_a_catalog_v1_row() -> None:
    """In this shape the key is text, the sub-genre can be an object of nulls, and the date and
    catalogue number are in the release.
    """
    assert parse(details_row()) == Candidate(
        id=7002,
        url=f"{HOME}/track/slow-meridian/7002",
        name="Slow Meridian",
        mix_name="Original Mix",
        artists=("Odd Harbour",),
        remixers=("Ilse Grau",),
        label="Tidal Lamp",
        release="Meridians",
        release_date="2011-02-03",
        bpm=88.0,
        key="Ab Minor",
        camelot="1A",
        genre="Progressive House",
        sub_genre=None,
        length_s=371.25,
        isrc="ZZA123100009",
        catalog_number="TDL 7",
        artwork_url=f"{IMAGES}/500x500/cover.jpg",
        preview_url=f"{IMAGES}/preview.mp3",
    )


def test_every_field_of_an_api_v4_row() -> None:
    """This shape has separate lists of artists and remixers, the key as an object, and the label in
    the release.
    """
    assert parse(api_row()) == Candidate(
        id=7003,
        url=f"{HOME}/track/glass-orchard/7003",
        name="Glass Orchard",
        mix_name="Extended Mix",
        artists=("Odd Harbour", "Ilse Grau"),
        remixers=("Ilse Grau",),
        label="Tidal Lamp",
        release="Orchards",
        release_date="2014-02-28",
        bpm=135.0,
        key="Db Major",
        camelot="3B",
        genre="Techno",
        sub_genre=None,
        length_s=358.5,
        isrc="ZZA123200001",
        catalog_number="TDL078",
        artwork_url=f"{IMAGES}/500x500/cover.jpg",
        preview_url=f"{IMAGES}/preview.mp3",
    )


@SHAPES
def test_row_needs_only_its_id_and_its_name(make: Callable[..., Row]) -> None:
    names = {"track_id", "track_name", "id", "name"}
    bare = {key: value for key, value in make().items() if key in names}
    shape = {"track_waveform_url": None} if make is details_row else {}
    shape |= {"mix_name": None} if make is api_row else {}
    candidate = parse(bare | shape)
    assert candidate == Candidate(id=candidate.id, url=candidate.url, name=candidate.name)


@SHAPES
@each_row("wrong", [None, True, 7, -1, 1e400, "", "x", [], ["x"], [None], {}, [{}]])
def test_field_of_wrong_type_does_not_affect_the_row(
    make: Callable[..., Row], wrong: object
) -> None:
    for key in make().keys() - {"track_id", "track_name", "id", "name"}:
        assert parse(make(**{key: wrong})).name == make().get("track_name", make().get("name"))


@SHAPES
@each_row(
    "field, wrong",
    [("id", None), ("id", True), ("id", 0), ("id", -4), ("id", "7001"), ("id", 7.0), ("id", 10**40)]
    + [("name", wrong) for wrong in (None, "", " \u200b\t", 5, ["x"])],
)
def test_row_without_valid_id_or_name_is_rejected(
    make: Callable[..., Row], field: str, wrong: object
) -> None:
    """The ID is a whole number from 1, and the name is not blank."""
    key = field if make is api_row else f"track_{field}"
    assert parse_record(make(**{key: wrong}), HOME) is None
    assert parse_record({k: v for k, v in make().items() if k != key}, HOME) is None


@each_row("other", [None, "x", 7, [], {}, {"id": 4, "name": "Odd Harbour", "slug": "odd-harbour"}])
def test_objects_with_only_id_and_name_are_not_tracks(other: object) -> None:
    """Artists, labels and charts also have an ID and a name."""
    assert parse_record(other, HOME) is None


def people(*named: tuple[str, str]) -> list[dict[str, object]]:
    return [
        {"artist_id": index, "artist_name": name, "artist_type_name": kind}
        for index, (name, kind) in enumerate(named)
    ]


@each_row(
    "artists, expected",
    [
        ([("A", "Artist"), ("A", "Remixer")], (("A",), ("A",))),
        ([("B", "Artist"), ("A", "Artist"), ("B", "Artist")], (("B", "A"), ())),
        ([("B", "Beatsource Remixer"), ("A", "Producer"), ("C", "DJ")], (("A", "C"), ("B",))),
        ([(" A\u200b  b ", "artist"), ("", "Artist")], (("A b",), ())),
    ],
)
def test_artist_type_separates_artists_from_remixers(
    artists: list[tuple[str, str]], expected: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    """A person may be artist and remixer. Each list has a name only once, in the given order."""
    candidate = parse(search_row(artists=people(*artists)))
    assert (candidate.artists, candidate.remixers) == expected


@each_row(
    "make, changes, expected",
    [
        (search_row, {"key_name": "G# Minor"}, ("G# Minor", "1A")),
        (search_row, {"key_name": " a♭  minor "}, ("a♭ minor", "1A")),
        (search_row, {"key_name": "sideways"}, ("sideways", None)),
        (details_row, {"key": None}, (None, "1A")),
        (details_row, {"key": {"name": "A Minor"}, "key_camelot": None}, ("A Minor", "8A")),
        (details_row, {"key": "?", "key_camelot": "99Z"}, ("?", None)),
        (api_row, {"key": None}, (None, None)),
        (api_row, {"key": "Db Major"}, ("Db Major", "3B")),
        (api_row, {"key": {"camelot_number": 12, "camelot_letter": "A"}}, (None, "12A")),
        (api_row, {"key": {"camelot_number": 13, "camelot_letter": "A"}}, (None, None)),
    ],
)
def test_key_is_parsed_in_every_form(
    make: Callable[..., Row], changes: Row, expected: tuple[str | None, str | None]
) -> None:
    """`key` has Beatport's own spelling, `camelot` the same key in Camelot notation."""
    candidate = parse(make(**changes))
    assert (candidate.key, candidate.camelot) == expected


@each_row(
    "genre, expected",
    [
        ([{"genre_name": "House"}, {"genre_name": "Techno"}], "House"),
        ({"genre_name": "House"}, "House"),
        ("House ", "House"),
        (["House"], "House"),
        ([], None),
        ({"genre_name": None}, None),
    ],
)
def test_genre_may_be_a_list_an_object_or_text(genre: object, expected: str | None) -> None:
    """In a list, the first genre counts."""
    assert parse(search_row(genre=genre)).genre == expected


@each_row(
    "make, changes, expected",
    [
        (search_row, {"release_date": None}, "2024-05-03"),
        (search_row, {"release_date": "soon", "publish_date": "2024-13-03"}, None),
        (search_row, {"release_date": "20240426", "publish_date": "2024-W17-5"}, None),
        (search_row, {"release_date": "２０２４-04-26", "publish_date": None}, None),
        (api_row, {"new_release_date": None}, "2023-03-02"),
    ],
)
def test_release_date_is_the_date_of_the_first_release(
    make: Callable[..., Row], changes: Row, expected: str | None
) -> None:
    """`publish_date` changes when a release is published again: it is only a fallback."""
    assert parse(make(**changes)).release_date == expected


@each_row("absurd", [0, -1, float("nan"), float("inf"), 10**400, True, "123"])
def test_bpm_and_length_out_of_range_are_unknown(absurd: object) -> None:
    """The BPM is above 0 and at most 1000, the length is at most a day."""
    candidate = parse(search_row(bpm=absurd, length=absurd))
    assert (candidate.bpm, candidate.length_s) == (None, None)
    over = parse(search_row(bpm=1001, length=86_400_001))
    assert (over.bpm, over.length_s) == (None, None)
    within = parse(search_row(bpm=67.5, length=86_400_000))
    assert (within.bpm, within.length_s) == (67.5, 86_400.0)


@each_row("isrc", ["", " - ", None, 5])
def test_empty_isrc_is_unknown(isrc: object) -> None:
    assert parse(search_row(isrc=isrc)).isrc is None


def test_waveform_image_is_never_used_as_cover() -> None:
    """Every shape also has a waveform image."""
    assert parse(search_row(release=None)).artwork_url is None
    assert parse(details_row(release={"name": "x"})).artwork_url is None
    assert parse(api_row(release={"image": None})).artwork_url is None


def test_cover_url_of_fixed_size_is_used_if_there_is_no_dynamic_one() -> None:
    """Rows of 2023 have no cover URL with a placeholder for the size."""
    fixed = {"release_image_uri": f"{IMAGES}/1400x1400/cover.jpg"}
    assert parse(search_row(release=fixed)).artwork_url == f"{IMAGES}/1400x1400/cover.jpg"


@each_row(
    "url", ["javascript:alert(1)", "//images.example/a", "https://a b", "https://" + "a" * 9999]
)
def test_only_web_urls_are_accepted(url: str) -> None:
    """A URL that is not http(s), contains a blank or is too long is dropped."""
    assert parse(details_row(sample_url=url)).preview_url is None


def test_text_is_cleaned_and_limited_to_500_characters() -> None:
    """Texts are trimmed, blanks are collapsed, control and zero-width characters are removed."""
    candidate = parse(
        search_row(track_name="\ufeff Cop\u200bper\x00\n\u00a0Lantern ", mix_name="x" * 900)
    )
    assert candidate.name == "Copper Lantern"
    assert candidate.mix_name == "x" * 500


@given(text=st.text(" ab\u00e9\t\u200b\u0301") | st.text(), max_length=st.integers(1, 9))
def test_a_cut_text_is_one_line_and_cutting_it_again_changes_nothing(
    text: str, max_length: int
) -> None:
    cleaned = clean_text(text, max_length)
    assert len(cleaned) <= max_length
    assert cleaned == single_line(cleaned) == clean_text(cleaned, max_length)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(make=st.sampled_from([search_row, details_row, api_row]), data=st.data())
def test_row_with_any_values_never_raises(make: Callable[..., Row], data: st.DataObject) -> None:
    """The row is parsed or rejected."""
    row = make()
    for key in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=8, unique=True)):
        row[key] = data.draw(JSON)
    candidate = parse_record(row, HOME)
    if candidate is not None:
        assert candidate.id > 0
        assert candidate.name.strip()


@each_row(
    "row, name, artists",
    [
        (None, "", ()),
        ({"title": "x"}, "", ()),
        ({"track_id": "7", "track_name": "Night Ferry"}, "Night Ferry", ()),
        ({"trackId": 7, "track_name": "Night Ferry"}, "Night Ferry", ()),
        ({"track_id": 7, "artists": [{"artist_name": "Ana"}]}, "", ("Ana",)),
        ({"track_id": 7, "track_length_ms": 1, "artists": [{"name": "Ana"}]}, "", ("Ana",)),
        ({"id": "7", "name": "Night Ferry", "mix_name": "Dub"}, "Night Ferry", ()),
        ({"name": "Night Ferry", "artists": [{"name": "Ana"}]}, "Night Ferry", ("Ana",)),
    ],
)
def test_what_is_readable_of_a_row_without_id_or_name(
    row: object, name: str, artists: tuple[str, ...]
) -> None:
    result = parse_rows([row], "https://shop.example", 1)
    assert (result.candidates, result.unreadable) == ((), 1)
    (partial,) = result.partial
    assert (partial.id, partial.name, partial.artists, partial.url) == (0, name, artists, None)


def test_rows_beyond_the_limit_count_as_unreadable() -> None:
    row = {"track_id": 7, "track_name": "Night Ferry"}
    result = parse_rows([row] * 3, "https://shop.example", 2)
    assert (len(result.candidates), result.unreadable, result.partial) == (2, 1, ())
