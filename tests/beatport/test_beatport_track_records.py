"""Rows of Beatport's, in each of its shapes, become candidates."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from beatport_pages import HOME, IMAGES, api_row, details_row, search_row
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.beatport.json_fields import clean
from beatport_match.beatport.track_records import parse_record
from beatport_match.model.tracks import Candidate

Row = dict[str, Any]
SHAPES = pytest.mark.parametrize("make", [search_row, details_row, api_row])


def read(row: object) -> Candidate:
    candidate = parse_record(row, HOME)
    assert candidate is not None
    return candidate


def test_a_search_row_is_read_whole() -> None:
    """Shape S: one list of artists with remixers in it, label and genre under names of their own,
    the length in milliseconds, and no preview.
    """
    assert read(search_row()) == Candidate(
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


def test_a_row_of_a_track_page_is_read_whole() -> None:
    """Shape C1: the key is text, the sub-genre can be an object of nulls, and date and catalogue
    number stand in the release.
    """
    assert read(details_row()) == Candidate(
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


def test_a_row_of_the_api_is_read_whole() -> None:
    """Shape V4: artists and remixers apart, the key an object, the label in the release."""
    assert read(api_row()) == Candidate(
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
def test_a_row_needs_no_more_than_its_number_and_its_name(make: Callable[..., Row]) -> None:
    """Every other field that is missing is unknown."""
    names = {"track_id", "track_name", "id", "name"}
    bare = {key: value for key, value in make().items() if key in names}
    shape = {"track_waveform_url": None} if make is details_row else {}
    shape |= {"mix_name": None} if make is api_row else {}
    candidate = read(bare | shape)
    assert candidate == Candidate(id=candidate.id, url=candidate.url, name=candidate.name)


@SHAPES
@pytest.mark.parametrize("wrong", [None, True, 7, -1, 1e400, "", "x", [], ["x"], [None], {}, [{}]])
def test_a_field_of_another_type_loses_only_itself(make: Callable[..., Row], wrong: object) -> None:
    """Every other field of another type is unknown: the row is kept whatever becomes of one."""
    for key in make().keys() - {"track_id", "track_name", "id", "name"}:
        assert read(make(**{key: wrong})).name == make().get("track_name", make().get("name"))


@SHAPES
@pytest.mark.parametrize(
    ("field", "wrong"),
    [("id", None), ("id", True), ("id", 0), ("id", -4), ("id", "7001"), ("id", 7.0), ("id", 10**40)]
    + [("name", wrong) for wrong in (None, "", " \u200b\t", 5, ["x"])],
)
def test_a_row_without_number_or_name_is_lost(
    make: Callable[..., Row], field: str, wrong: object
) -> None:
    """A row needs its number (whole, from 1) and its name (not blank)."""
    key = field if make is api_row else f"track_{field}"
    assert parse_record(make(**{key: wrong}), HOME) is None
    assert parse_record({k: v for k, v in make().items() if k != key}, HOME) is None


@pytest.mark.parametrize(
    "other", [None, "x", 7, [], {}, {"id": 4, "name": "Odd Harbour", "slug": "odd-harbour"}]
)
def test_artists_labels_and_charts_are_not_tracks(other: object) -> None:
    """The keys of a row tell its shape: an id and a name alone are no track."""
    assert parse_record(other, HOME) is None


def people(*named: tuple[str, str]) -> list[dict[str, object]]:
    return [
        {"artist_id": at, "artist_name": name, "artist_type_name": kind}
        for at, (name, kind) in enumerate(named)
    ]


@pytest.mark.parametrize(
    ("artists", "expected"),
    [
        ([("A", "Artist"), ("A", "Remixer")], (("A",), ("A",))),
        ([("B", "Artist"), ("A", "Artist"), ("B", "Artist")], (("B", "A"), ())),
        ([("B", "Beatsource Remixer"), ("A", "Producer"), ("C", "DJ")], (("A", "C"), ("B",))),
        ([(" A\u200b  b ", "artist"), ("", "Artist")], (("A b",), ())),
    ],
)
def test_artists_and_remixers_are_told_apart_by_type(
    artists: list[tuple[str, str]], expected: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    """A person may be artist and remixer; within a list each name stands once, in order."""
    candidate = read(search_row(artists=people(*artists)))
    assert (candidate.artists, candidate.remixers) == expected


@pytest.mark.parametrize(
    ("make", "changes", "expected"),
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
def test_keys_are_read_in_every_form(
    make: Callable[..., Row], changes: Row, expected: tuple[str | None, str | None]
) -> None:
    """`key` is Beatport's own spelling, `camelot` the same key on the wheel."""
    candidate = read(make(**changes))
    assert (candidate.key, candidate.camelot) == expected


@pytest.mark.parametrize(
    ("genre", "expected"),
    [
        ([{"genre_name": "House"}, {"genre_name": "Techno"}], "House"),
        ({"genre_name": "House"}, "House"),
        ("House ", "House"),
        (["House"], "House"),
        ([], None),
        ({"genre_name": None}, None),
    ],
)
def test_a_genre_may_be_a_list_an_object_or_text(genre: object, expected: str | None) -> None:
    """Of several genres the first counts."""
    assert read(search_row(genre=genre)).genre == expected


@pytest.mark.parametrize(
    ("make", "changes", "expected"),
    [
        (search_row, {"release_date": None}, "2024-05-03"),
        (search_row, {"release_date": "soon", "publish_date": "2024-13-03"}, None),
        (search_row, {"release_date": "20240426", "publish_date": "2024-W17-5"}, None),
        (search_row, {"release_date": "２０２４-04-26", "publish_date": None}, None),
        (api_row, {"new_release_date": None}, "2023-03-02"),
    ],
)
def test_the_date_is_when_the_music_came_out(
    make: Callable[..., Row], changes: Row, expected: str | None
) -> None:
    """publish_date moves when a release is put up again: it counts only where nothing better is."""
    assert read(make(**changes)).release_date == expected


@pytest.mark.parametrize("absurd", [0, -1, float("nan"), float("inf"), 10**400, True, "123"])
def test_absurd_numbers_are_unknown(absurd: object) -> None:
    """A tempo is above 0 and up to 1000, a length up to a day."""
    candidate = read(search_row(bpm=absurd, length=absurd))
    assert (candidate.bpm, candidate.length_s) == (None, None)
    over = read(search_row(bpm=1001, length=86_400_001))
    assert (over.bpm, over.length_s) == (None, None)
    within = read(search_row(bpm=67.5, length=86_400_000))
    assert (within.bpm, within.length_s) == (67.5, 86_400.0)


@pytest.mark.parametrize("isrc", ["", " - ", None, 5])
def test_an_empty_isrc_is_unknown(isrc: object) -> None:
    """The code is in capitals without blanks and hyphens, `None` where nothing is left."""
    assert read(search_row(isrc=isrc)).isrc is None


def test_the_waveform_is_never_the_cover() -> None:
    """A row without a cover has none: the waveform, which every shape also has, is not taken."""
    assert read(search_row(release=None)).artwork_url is None
    assert read(details_row(release={"name": "x"})).artwork_url is None
    assert read(api_row(release={"image": None})).artwork_url is None


def test_the_fixed_cover_serves_where_the_sizable_one_is_missing() -> None:
    """Rows of 2023 have no address with a size to fill in."""
    fixed = {"release_image_uri": f"{IMAGES}/1400x1400/cover.jpg"}
    assert read(search_row(release=fixed)).artwork_url == f"{IMAGES}/1400x1400/cover.jpg"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//images.example/a", "https://a b", "https://" + "a" * 9999]
)
def test_only_web_addresses_are_links(address: str) -> None:
    """An address that is not http(s), holds a blank or has no end is none."""
    assert read(details_row(sample_url=address)).preview_url is None


def test_text_is_one_line_without_anything_invisible() -> None:
    """Texts are trimmed, blanks collapsed, control and zero-width characters gone, 500 at most."""
    candidate = read(
        search_row(track_name="\ufeff Cop\u200bper\x00\n\u00a0Lantern ", mix_name="x" * 900)
    )
    assert candidate.name == "Copper Lantern"
    assert candidate.mix_name == "x" * 500


def cleaned(text: str, longest: int) -> str:
    """`clean`, character by character."""
    kinds = {"Cc": " ", "Cf": "", "Cs": ""}
    shown = (kinds.get(unicodedata.category(char), char) for char in text[: 4 * longest])
    return " ".join("".join(shown).split())[:longest].rstrip()


@given(
    text=st.text(
        st.sampled_from(" ab\u00e9\t\u00a0\u2009\u3000\u200b\u0301\ud800\x00"), max_size=12
    )
    | st.text(" ab", max_size=12)
    | st.text(),
    longest=st.integers(1, 9) | st.just(500),
)
def test_text_that_is_clean_already_is_told_apart_from_all_other(text: str, longest: int) -> None:
    """Trimmed, blanks collapsed, nothing invisible, whichever way is taken; once clean stays so."""
    assert clean(text, longest) == cleaned(text, longest)
    assert clean(clean(text, longest), longest) == clean(text, longest)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(make=st.sampled_from([search_row, details_row, api_row]), data=st.data())
def test_no_row_is_worse_than_lost(make: Callable[..., Row], data: st.DataObject) -> None:
    """A row in which anything stands anywhere is read or lost; it never raises."""
    row = make()
    for key in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=8, unique=True)):
        row[key] = data.draw(JSON)
    candidate = parse_record(row, HOME)
    if candidate is not None:
        assert candidate.id > 0
        assert candidate.name.strip()
