"""Test pages that Beatport really served, if a folder of them stands beside the repository.

The pages are not part of the repository. The expected values are read here from their JSON, key by
key, without the code under test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beatport_match.beatport import WebSource, slug
from beatport_match.beatport.track_records import parse_record
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Response

SAMPLES = Path(__file__).parents[3] / "shared" / "beatport-wire" / "samples"
HOME = "https://www.beatport.com"
WEB = WebSource(base_url=HOME, max_results=100, user_agent="beatport-match/test")

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="no captured pages beside the repository"
)


def served(name: str, status: int = 200) -> Response:
    return Response(status=status, url=HOME, body=(SAMPLES / name).read_bytes())


def page_data(name: str) -> Any:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    if not text.startswith("{"):
        text = text.partition('<script id="__NEXT_DATA__"')[2].partition(">")[2]
        text = text.partition("</script>")[0]
    data = json.loads(text)
    return data.get("props", data)["pageProps"]


def first_query(name: str) -> Any:
    return page_data(name)["dehydratedState"]["queries"][0]["state"]["data"]


@pytest.mark.parametrize(
    "name", ["page_search_all_2023-12-17.html", "page_search_all_2026-06-24_cuepoint_trimmed.html"]
)
def test_every_row_of_a_captured_search_page_is_parsed(name: str) -> None:
    value = WEB.search("x", "x").parse(served(name))
    assert isinstance(value, ParsedResult)
    assert value.unreadable == 0
    rows = first_query(name)["tracks"]["data"]
    assert len(value.candidates) == len(rows) > 0
    for found, row in zip(value.candidates, rows, strict=True):
        assert found.id == row["track_id"]
        assert found.name == row["track_name"].strip()
        assert found.label == row["label"]["label_name"].strip()
        assert found.length_s == pytest.approx(row["length"] / 1000)
        assert found.bpm == row["bpm"]
        assert found.key == row["key_name"]
        assert found.camelot is not None
        assert found.genre == row["genre"][0]["genre_name"]
        assert found.release_date == row["release_date"][:10]
        people = {artist["artist_name"].strip() for artist in row["artists"]}
        assert {*found.artists, *found.remixers} == people


def test_captured_track_page_of_2026_is_parsed() -> None:
    """The result is the requested track and not a recommendation."""
    name = "page_track_2026-09-14_cuepoint_trimmed.html"
    row = first_query(name)
    value = WEB.track(row["track_id"]).parse(served(name))
    assert isinstance(value, ParsedResult)
    (found,) = value.candidates
    assert (found.name, found.artists) == (row["track_name"], (row["artists"][0]["name"],))
    assert found.camelot == row["key_camelot"]
    assert found.url == f"{HOME}/track/strobe/1696999"
    assert found.catalog_number == row["release"]["catalog_number"]
    assert found.sub_genre is None


@pytest.mark.parametrize("title", ["concussion", "purpose"])
def test_captured_track_pages_of_2023_are_parsed(title: str) -> None:
    """These pages have the older shape, as the bare data that `/_next/data/` serves."""
    name = f"nextdata_track_v4era_2023-12-16_noisia_{title}_beatport.json"
    row = page_data(name)["track"]
    value = WEB.track(row["id"]).parse(served(name))
    assert isinstance(value, ParsedResult)
    (found,) = value.candidates
    assert found.name.lower() == title
    assert found.length_s == pytest.approx(row["length_ms"] / 1000)
    assert found.camelot == f"{row['key']['camelot_number']}{row['key']['camelot_letter']}"
    assert found.label == row["release"]["label"]["name"]
    assert found.release_date == row["new_release_date"]
    other = WEB.track(row["id"] + 1).parse(served(name))
    assert isinstance(other, Failure)


def test_slugs_and_keys_of_a_hundred_captured_rows_equal_beatports() -> None:
    """The rows contain Beatport's own slug and Camelot key."""
    rows = first_query("page_genre_top100_2025-04-01.html")["results"]
    assert len(rows) == 100
    for row in rows:
        found = parse_record(row, HOME)
        assert found is not None
        assert slug(row["name"]) == row["slug"]
        if row["key"]:
            camelot = f"{row['key']['camelot_number']}{row['key']['camelot_letter']}"
            assert found.camelot == camelot


@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("kind", ["reconstructed", "verifying_reconstructed"])
def test_captured_challenge_page_is_blocked(kind: str, status: int) -> None:
    page = served(f"challenge_cloudflare_{kind}.html", status)
    for question in (WEB.search("x", "x"), WEB.track(1)):
        value = question.parse(page)
        assert isinstance(value, Failure)
        assert value.kind == "blocked"


@pytest.mark.parametrize(
    "name", ["page_genre_top100_2025-04-01.html", "page_track_2026-09-14_cuepoint_trimmed.html"]
)
def test_captured_page_of_another_kind_is_not_an_empty_search(name: str) -> None:
    value = WEB.search("x", "x").parse(served(name))
    assert isinstance(value, Failure)
    assert value.kind == "catalogue_changed"
