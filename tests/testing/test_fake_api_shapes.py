"""Rows and records of the API have the shapes that were seen on the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beatport_match.testing import CatalogueTrack, FakeBeatport, FakeTokens, bundled_catalogue
from beatport_match.testing.api_records import v4_detail, v4_record, v4_row

CATALOGUE = bundled_catalogue()
SAMPLES = Path(__file__).parents[3] / "shared" / "beatport-wire" / "samples"
BOTH = set(
    """artists available_worldwide bpm bsrc_remixer catalog_number current_status encoded_date
    exclusive free_download_end_date free_download_start_date free_downloads genre id image
    is_available_for_streaming is_dj_edit is_dj_version is_explicit is_hype is_ugc_remix isrc key
    label_track_identifier length length_ms mix_name name new_release_date pre_order pre_order_date
    price publish_date publish_status release remixers sale_type sample_end_ms sample_start_ms
    sample_url slug sub_genre""".split()
)
DETAIL_ONLY = set(
    """audio_format desc enabled encode_status exclusive_period hidden is_classic number
    was_ever_exclusive""".split()
)
captured = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="no captured answers beside the repository"
)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """A value without its contents: keys and types; of a list, what its first item is."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def plain() -> CatalogueTrack:
    """A track without quirks: one artist, nobody's remix, no sub-genre, all keys there."""
    return next(
        t
        for t in CATALOGUE
        if len(t.artists) == 1 and not t.remixers and not t.sub_genre and v4_row(t)["key"]
    )


@pytest.mark.parametrize("track", CATALOGUE[::5], ids=lambda track: str(track.id))
def test_rows_and_details_have_the_keys_and_types_seen(track: CatalogueTrack) -> None:
    """Shape V4: `url` in listings only, nine keys in the detail only, flags true or false."""
    row, detail = v4_row(track), v4_detail(track, 4)
    assert set(row) == BOTH | {"url"}
    assert set(detail) == BOTH | DETAIL_ONLY
    assert {key: row[key] for key in BOTH} == {key: detail[key] for key in BOTH}
    assert row["url"] == f"https://api.beatport.com/v4/catalog/tracks/{track.id}/"
    assert detail["number"] == 4
    assert {type(detail[key]) for key in detail if key.startswith("is_")} == {bool}
    assert detail["isrc"] == (track.isrc or None)
    assert sorted(a["name"] for a in detail["artists"]) == sorted(track.artists)
    assert "beatportprod" not in json.dumps([row, detail])


def test_quirks_happen_now_and_then() -> None:
    """Trailing blanks in names, credits in another order, keys and tempos that are null."""
    rows = {track: v4_row(track) for track in CATALOGUE}
    for share, most in (
        ([row["name"] == f"{track.name} " for track, row in rows.items()], 0.1),
        ([row["key"] is None for row in rows.values()], 0.05),
        ([row["bpm"] is None for row in rows.values()], 0.05),
        (
            [
                [a["name"] for a in row["artists"]] == list(track.artists)[::-1]
                for track, row in rows.items()
                if len(track.artists) > 1
            ],
            0.5,
        ),
    ):
        assert 0 < sum(share) / len(share) < most


def test_the_old_pages_keep_their_own_shape() -> None:
    """The V4 page of before has none of the keys that came since, and links to another host."""
    record = v4_record(plain(), 1)
    assert set(v4_detail(plain(), 1)) - set(record) == {
        *("bsrc_remixer", "is_dj_edit", "is_dj_version", "is_explicit", "is_ugc_remix")
    }
    assert "//api-internal.beatportprod.com/v4/catalog/genres/" in record["genre"]["url"]


@captured
def test_a_row_is_shaped_as_a_captured_one() -> None:
    """apiv4_tracks_list_2026-09-23: every key and type, down to the last picture."""
    wanted = sample("apiv4_tracks_list_2026-09-23_cuepoint.json")["results"][0]
    # The captured track is a pre-order; the fake's are on sale.
    assert shape({**v4_row(plain()), "pre_order_date": ""}) == shape(wanted)


@captured
def test_a_detail_is_shaped_as_a_captured_one() -> None:
    """apiv4_track_detail_2026-09-23: the same for a track on its own."""
    wanted = sample("apiv4_track_detail_2026-09-23_cuepoint.json")
    assert shape({**v4_detail(plain(), 1), "pre_order_date": ""}) == shape(wanted)


@captured
def test_an_empty_list_is_the_captured_one() -> None:
    """apiv4_tracks_empty_2025: nothing in it is of a track, so it is equal."""
    reply = FakeBeatport(api=FakeTokens(access="good")).respond(
        "GET", "/v4/catalog/tracks/?isrc=none", headers={"Authorization": "Bearer good"}
    )
    assert json.loads(reply.body) == sample("apiv4_tracks_empty_2025.json")


@captured
def test_the_captured_list_of_ten_lacks_only_what_came_since() -> None:
    """apiv4_genre13_top10_2025: a year before, with a key less here and there and none more."""
    for wanted in sample("apiv4_genre13_top10_2025-08-30.json")["results"]:
        assert set(v4_row(plain())) - set(wanted) == {
            *("bsrc_remixer", "is_dj_edit", "is_dj_version", "is_ugc_remix")
        }
        assert set(wanted) <= set(v4_row(plain()))
