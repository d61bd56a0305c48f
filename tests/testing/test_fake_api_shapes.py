"""Rows and records of the API have the recorded formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beatport_match.testing import CatalogueTrack, FakeBeatport, FakeTokens, bundled_catalogue
from beatport_match.testing.api_records import v4_detail, v4_record, v4_row

CATALOGUE = bundled_catalogue()
SAMPLES = Path(__file__).parents[3] / "shared" / "beatport-wire" / "samples"
SHARED_KEYS = set(
    """artists available_worldwide bpm bsrc_remixer catalog_number current_status encoded_date
    exclusive free_download_end_date free_download_start_date free_downloads genre id image
    is_available_for_streaming is_dj_edit is_dj_version is_explicit is_hype is_ugc_remix isrc key
    label_track_identifier length length_ms mix_name name new_release_date pre_order pre_order_date
    price publish_date publish_status release remixers sale_type sample_end_ms sample_start_ms
    sample_url slug sub_genre""".split()
)
DETAIL_KEYS = set(
    """audio_format desc enabled encode_status exclusive_period hidden is_classic number
    was_ever_exclusive""".split()
)
needs_recordings = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="there are no recorded answers beside the repository"
)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """Return keys and types without values; a list is represented by its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def plain_track() -> CatalogueTrack:
    """Return a track without quirks: one artist, no remixer, no sub-genre, all keys present."""
    return next(
        t
        for t in CATALOGUE
        if len(t.artists) == 1 and not t.remixers and not t.sub_genre and v4_row(t)["key"]
    )


@pytest.mark.parametrize("track", CATALOGUE[::5], ids=lambda track: str(track.id))
def test_rows_and_details_have_the_recorded_keys_and_types(track: CatalogueTrack) -> None:
    """Only rows have `url`, only details have nine more keys, and flags are true or false."""
    row, detail = v4_row(track), v4_detail(track, 4)
    assert set(row) == SHARED_KEYS | {"url"}
    assert set(detail) == SHARED_KEYS | DETAIL_KEYS
    assert {key: row[key] for key in SHARED_KEYS} == {key: detail[key] for key in SHARED_KEYS}
    assert row["url"] == f"https://api.beatport.com/v4/catalog/tracks/{track.id}/"
    assert detail["number"] == 4
    assert {type(detail[key]) for key in detail if key.startswith("is_")} == {bool}
    assert detail["isrc"] == (track.isrc or None)
    assert sorted(a["name"] for a in detail["artists"]) == sorted(track.artists)
    assert "beatportprod" not in json.dumps([row, detail])


def test_some_tracks_have_quirks() -> None:
    """Quirks: trailing spaces in names, another order of credits, null keys and tempos."""
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


def test_records_of_old_pages_keep_their_format() -> None:
    """They lack the newer keys, and their links have another host."""
    record = v4_record(plain_track(), 1)
    assert set(v4_detail(plain_track(), 1)) - set(record) == {
        *("bsrc_remixer", "is_dj_edit", "is_dj_version", "is_explicit", "is_ugc_remix")
    }
    assert "//api-internal.beatportprod.com/v4/catalog/genres/" in record["genre"]["url"]


@needs_recordings
def test_a_row_has_the_format_of_the_recorded_row() -> None:
    wanted = sample("apiv4_tracks_list_2026-09-23_cuepoint.json")["results"][0]
    # The recorded track is a pre-order; the tracks of the fake are on sale.
    assert shape({**v4_row(plain_track()), "pre_order_date": ""}) == shape(wanted)


@needs_recordings
def test_a_detail_has_the_format_of_the_recorded_one() -> None:
    wanted = sample("apiv4_track_detail_2026-09-23_cuepoint.json")
    assert shape({**v4_detail(plain_track(), 1), "pre_order_date": ""}) == shape(wanted)


@needs_recordings
def test_an_empty_list_equals_the_recorded_one() -> None:
    reply = FakeBeatport(api=FakeTokens(access="good")).respond(
        "GET", "/v4/catalog/tracks/?isrc=none", headers={"Authorization": "Bearer good"}
    )
    assert json.loads(reply.body) == sample("apiv4_tracks_empty_2025.json")


@needs_recordings
def test_the_list_recorded_a_year_before_lacks_only_newer_keys() -> None:
    for wanted in sample("apiv4_genre13_top10_2025-08-30.json")["results"]:
        assert set(v4_row(plain_track())) - set(wanted) == {
            *("bsrc_remixer", "is_dj_edit", "is_dj_version", "is_ugc_remix")
        }
        assert set(wanted) <= set(v4_row(plain_track()))
