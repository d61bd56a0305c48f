"""Records of tracks have the recorded keys, types and quirks in every format."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from beatport_match.testing import CatalogueTrack, FakeBeatport, FakeTokens, bundled_catalogue
from beatport_match.testing.identifiers import slug
from beatport_match.testing.records import track_record

CATALOGUE = bundled_catalogue()
SAMPLES = Path(__file__).parents[3] / "shared" / "beatport-wire" / "samples"
ALWAYS_S = set(
    """add_date artists available_worldwide catalog_number change_date chord_type_id current_status
    enabled encode_status exclusive_period genre genre_enabled guid is_available_for_streaming
    is_classic is_dj_edit is_explicit is_ugc_remix is_pre_order label label_manager mix_name price
    publish_date publish_status release release_date sale_type suggest supplier_id track_id
    track_name track_number update_date was_ever_exclusive""".split()
)
OPTIONAL_S = set(
    """bpm key_id key_name length isrc sub_genre pre_order_date exclusive_date downloads plays
    track_image_uri track_image_dynamic_uri is_dj_version""".split()
)
KEYS_C1 = set(
    """track_id track_name mix_name track_length_ms bpm key key_camelot isrc track_number
    track_waveform_url sample_url sample_start_ms sample_end_ms attributes artists genre release
    label sale_type price availability""".split()
)
NEWER_V4 = set("bsrc_remixer is_dj_edit is_dj_version is_explicit is_ugc_remix".split())
SHARED_V4 = NEWER_V4 | set(
    """artists available_worldwide bpm catalog_number current_status encoded_date exclusive
    free_download_end_date free_download_start_date free_downloads genre id image
    is_available_for_streaming is_hype isrc key label_track_identifier length length_ms mix_name
    name new_release_date pre_order pre_order_date price publish_date publish_status release
    remixers sale_type sample_end_ms sample_start_ms sample_url slug sub_genre""".split()
)
DETAIL_V4 = set(
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
        track
        for track in CATALOGUE
        if len(track.artists) == 1
        and not (track.remixers or track.sub_genre)
        and track_record("api_row", track)["key"]
    )


def share(of: Iterable[bool]) -> float:
    flags = list(of)
    return sum(flags) / len(flags)


def test_search_rows_have_the_recorded_keys_and_types() -> None:
    """An optional key is absent and never null; credits are sorted by the ids as text."""
    for track in CATALOGUE:
        row = track_record("search", track)
        assert ALWAYS_S <= set(row) <= ALWAYS_S | OPTIONAL_S, track
        assert None not in row.values(), track
        assert ("weight" in row["suggest"]) == ("downloads" in row) == ("plays" in row), track
        assert ("key_id" in row) == ("key_name" in row), track
        assert row["release_date"] == f"{track.release_date}T00:00:00", track
        assert row.get("length", track.length_ms) == track.length_ms, track
        assert (type(row["enabled"]), type(row["is_explicit"])) == (int, bool), track
        assert isinstance(row["genre"], list), track
        ids = [str(person["artist_id"]) for person in row["artists"]]
        assert ids == sorted(ids), track
        people = [(name, "Artist") for name in track.artists]
        people += [(name, "Remixer") for name in track.remixers]
        found = [(person["artist_name"], person["artist_type_name"]) for person in row["artists"]]
        assert sorted(found) == sorted(people), track


def test_search_rows_have_the_recorded_quirks() -> None:
    """Quirks: missing keys, blanks, other spellings, and one person with two roles."""
    rows = [track_record("search", track) for track in CATALOGUE]
    for key in OPTIONAL_S - {"sub_genre"}:
        assert 0 < share(key not in row for row in rows) < 0.8, key
    assert 0.05 < share(row["label"]["label_name"].endswith(" ") for row in rows) < 0.4
    originals = [row["mix_name"] for row in rows if row["mix_name"].casefold() == "original mix"]
    assert 0.01 < share(name == "Original mix" for name in originals) < 0.15
    spellings = {row["key_name"].split()[0] for row in rows if "key_name" in row}
    assert any("#" in name for name in spellings)
    assert any("b" in name for name in spellings)
    ids = [[person["artist_id"] for person in row["artists"]] for row in rows]
    assert any(len(set(found)) < len(found) for found in ids), "no artist is also a remixer"
    assert any(found != sorted(found) for found in ids), "text order never differs from numbers"


def test_records_of_track_pages_have_the_recorded_keys_and_types() -> None:
    """Key and track number are texts, and an empty sub-genre is an object."""
    for track in CATALOGUE:
        record = track_record("page", track)
        assert set(record) == KEYS_C1, track
        texts = record["key"], record["key_camelot"], record["track_number"]
        assert [type(text) for text in texts] == [str, str, str], track
        ids = [artist["id"] for artist in record["artists"]]
        assert ids == sorted(ids), track
        assert set(record["artists"][0]) == {"id", "name", "type", "slug"}, track
        assert set(record["genre"]) == {"id", "name", "sub_genre", "category", "slug"}, track
        assert set(record["genre"]["sub_genre"]) == {"id", "name", "slug"}, track
        assert set(record["label"]) == {"id", "name", "slug"}, track
        start, end = record["sample_start_ms"], record["sample_end_ms"]
        assert 0 <= start < end <= record["track_length_ms"], track
        recommended = track_record("recommended", track)
        assert set(recommended) == KEYS_C1, track
        assert "slug" not in json.dumps(recommended), track
    remixes = [track_record("page", track) for track in CATALOGUE if track.remixers]
    types = [{artist["type"] for artist in record["artists"]} for record in remixes]
    assert 0.02 < share(found == {"Artist"} for found in types) < 0.2, "no remixer is missing"


def test_records_of_the_api_and_of_old_pages_have_the_recorded_keys_and_types() -> None:
    """The key is an object, remixers have their own list, and flags are true or false."""
    for track in CATALOGUE:
        row, detail = track_record("api_row", track), track_record("api_detail", track)
        old = track_record("old_page", track)
        assert set(row) == SHARED_V4 | {"url"}, track
        assert set(detail) == SHARED_V4 | DETAIL_V4, track
        assert set(old) == (SHARED_V4 | DETAIL_V4) - NEWER_V4, track
        assert {key: row[key] for key in SHARED_V4} == {key: detail[key] for key in SHARED_V4}
        assert row["url"] == f"https://api.beatport.com/v4/catalog/tracks/{track.id}/"
        assert {type(detail[key]) for key in detail if key.startswith("is_")} == {bool}, track
        assert detail["isrc"] == (track.isrc or None), track
        assert sorted(artist["name"] for artist in detail["artists"]) == sorted(track.artists)
        assert [artist["name"] for artist in old["remixers"]] == list(track.remixers), track
        assert old["key"]["is_sharp"] == ("#" in old["key"]["name"]), track
        minutes, seconds = map(int, old["length"].split(":"))
        assert 60 * minutes + seconds == track.length_ms // 1000, track
        assert set(old["release"]["label"]) == {"id", "name", "image", "slug"}, track


def test_rows_of_the_api_have_the_recorded_quirks() -> None:
    """Quirks: trailing blanks in names, another order of credits, null keys and tempos."""
    rows = [(track, track_record("api_row", track)) for track in CATALOGUE]
    assert 0 < share(row["name"] == f"{track.name} " for track, row in rows) < 0.1
    assert 0 < share(row["key"] is None for _, row in rows) < 0.05
    assert 0 < share(row["bpm"] is None for _, row in rows) < 0.05
    people = [
        ([artist["name"] for artist in row["artists"]], list(track.artists))
        for track, row in rows
        if len(track.artists) > 1
    ]
    assert 0 < share(found == right[::-1] for found, right in people) < 0.5


def test_all_formats_of_a_track_have_the_same_ids_and_names() -> None:
    for track in CATALOGUE:
        s, c1 = track_record("search", track), track_record("page", track)
        v4 = track_record("old_page", track)
        assert s["label"]["label_id"] == c1["label"]["id"] == v4["release"]["label"]["id"], track
        assert s["release"]["release_id"] == c1["release"]["id"] == v4["release"]["id"], track
        assert s["mix_name"] == c1["mix_name"] == v4["mix_name"], track
        assert c1["key"] == v4["key"]["name"], track
        hour = f"{v4['key']['camelot_number']}{v4['key']['camelot_letter']}"
        assert c1["key_camelot"] == hour, track
        ids = {artist["artist_id"] for artist in s["artists"]}
        assert {artist["id"] for artist in (*c1["artists"], *v4["artists"])} <= ids, track


@needs_recordings
def test_records_have_the_formats_of_the_recorded_ones() -> None:
    """The recorded track of the API is a pre-order; the tracks of the fake are on sale."""
    track = plain_track()
    listed = sample("apiv4_tracks_list_2026-09-23_cuepoint.json")["results"][0]
    detail = sample("apiv4_track_detail_2026-09-23_cuepoint.json")
    assert shape({**track_record("api_row", track), "pre_order_date": ""}) == shape(listed)
    assert shape({**track_record("api_detail", track), "pre_order_date": ""}) == shape(detail)
    for old in sample("apiv4_genre13_top10_2025-08-30.json")["results"]:
        row = set(track_record("api_row", track))
        assert row - set(old) == NEWER_V4 - {"is_explicit"}, "newer keys only"
        assert set(old) <= row


@needs_recordings
def test_an_empty_list_of_the_api_equals_the_recorded_one() -> None:
    reply = FakeBeatport(api=FakeTokens(access="good")).respond(
        "GET", "/v4/catalog/tracks/?isrc=none", headers={"Authorization": "Bearer good"}
    )
    assert json.loads(reply.body) == sample("apiv4_tracks_empty_2025.json")


def test_slugs_follow_the_rule_of_beatport() -> None:
    """The rule is NFKD, ASCII, no punctuation, lower case, dashes."""
    assert slug("Over & Out.. (feat. Harper & Sons..)") == "over-out-feat-harper-sons"
    assert slug("Étude  No. 7 - Żółty") == "etude-no-7-zoty"
    assert slug("波止場の夜") == ""
