"""Test captured pages of Beatport, if a folder of them is beside the repository.

The pages are not part of the repository. The expected values are read here from their JSON, key by
key, without the code under test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tables import each_row

from beatport_match.beatport import WebSource, slug
from beatport_match.beatport.track_records import parse_record
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Response
from beatport_match.model.tracks import ReadFrom, as_dict

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


@each_row("status", [200, 403, 503])
@each_row("kind", ["reconstructed", "verifying_reconstructed"])
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
    """With `rows`, a track that does not fit is `failed` and not `not_found`."""
    value = WEB.search("x", "x").parse(served(name))
    assert isinstance(value, ParsedResult)
    assert value.candidates
    assert value.read_from == "rows"


DATA_SCRIPT = re.compile(rb'<script id="__NEXT_DATA__"[^>]*>(.*?)</script>', re.DOTALL)


def renamed(data: bytes) -> bytes:
    return b'<script id="__APP__" type="application/json">' + data + b"</script>"


def rewritten(data: bytes) -> bytes:
    return b"<SCRIPT data-x='1' TYPE=application/json ID='__NEXT_DATA__'>" + data + b"</SCRIPT>"


def split(data: bytes) -> bytes:
    """Split the script into four; the first one has the usual tag."""
    size = -(-len(data) // 4)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    tag = b'<script id="__NEXT_DATA__" type="application/json">'
    return b"".join(tag + piece + b"</script>" for piece in pieces)


def pushed(data: bytes) -> bytes:
    rows = f'1:T3,"x"2:["$","$L3",null,{data.decode()}]\n'
    pieces = [rows[start : start + 5000] for start in range(0, len(rows), 5000)]
    calls = [json.dumps([1, piece]).replace("<", "\\u003c") for piece in pieces]
    return "".join(f"<script>self.__next_f.push({call})</script>" for call in calls).encode()


def moved(*path: str | int) -> Callable[[bytes], bytes]:
    """Return the change that gives another name to the value at a path of the data."""

    def change(data: bytes) -> bytes:
        inner = whole = json.loads(data)
        for key in path[:-1]:
            inner = inner[key]
        inner["other"] = inner.pop(path[-1])
        script = json.dumps(whole).replace("<", "\\u003c").encode()
        return b'<script id="__NEXT_DATA__" type="application/json">' + script + b"</script>"

    return change


def changed(name: str, change: Callable[[bytes], bytes]) -> Response:
    """Return a captured page with another script in the place of its data script."""
    body = (SAMPLES / name).read_bytes()
    found = DATA_SCRIPT.search(body)
    assert found is not None
    body = body[: found.start()] + change(found[1]) + body[found.end() :]
    return Response(status=200, url=HOME, body=body)


SEARCH_2023 = "page_search_all_2023-12-17.html"
SEARCH_2026 = "page_search_all_2026-06-24_cuepoint_trimmed.html"
TRACK_2026 = "page_track_2026-09-14_cuepoint_trimmed.html"
TOP_100 = "page_genre_top100_2025-04-01.html"


@each_row(
    "change, read_from",
    [
        (renamed, "json"),
        (rewritten, "script"),
        (split, "script"),
        (pushed, "flight"),
        (moved("props"), "script"),
        (moved("props", "pageProps", "dehydratedState"), "script"),
        (moved("props", "pageProps", "dehydratedState", "queries"), "rows"),
        (moved("props", "pageProps", "dehydratedState", "queries", 0, "state"), "rows"),
    ],
)
@each_row("name", [SEARCH_2023, SEARCH_2026, TRACK_2026])
def test_captured_page_with_a_changed_script_has_the_usual_result(
    name: str, change: Callable[[bytes], bytes], read_from: ReadFrom
) -> None:
    question = WEB.track(1696999) if name == TRACK_2026 else WEB.search("x", "x")
    usual, value = question.parse(served(name)), question.parse(changed(name, change))
    assert isinstance(usual, ParsedResult)
    assert isinstance(value, ParsedResult)
    assert value.read_from == read_from
    expected = [replace(one, read_from=read_from) for one in usual.candidates]
    assert list(value.candidates) == expected


def test_html_rows_of_a_captured_list_equal_its_records() -> None:
    """Of 100 tracks, every field that the rows show has the value of the JSON."""
    value = WEB.search("x", "x").parse(changed(TOP_100, lambda _: b""))
    assert isinstance(value, ParsedResult)
    assert value.read_from == "html"
    rows = first_query(TOP_100)["results"]
    absent = set("genre length_s isrc catalog_number preview_url read_from".split())
    for found, row in zip(value.candidates, rows, strict=True):
        record = parse_record(row, HOME)
        assert record is not None
        expected = {key: item for key, item in as_dict(record).items() if key not in absent}
        assert as_dict(found).items() >= expected.items()


def test_heading_of_a_captured_track_page_gives_the_track() -> None:
    usual = WEB.track(1696999).parse(served(TRACK_2026))
    value = WEB.track(1696999).parse(changed(TRACK_2026, lambda _: b""))
    assert isinstance(usual, ParsedResult)
    assert isinstance(value, ParsedResult)
    (expected,), (found,) = usual.candidates, value.candidates
    for name in "id url name mix_name artists remixers label artwork_url".split():
        assert getattr(found, name) == getattr(expected, name)
    assert found.read_from == "html"


@pytest.mark.parametrize("name", [SEARCH_2023, SEARCH_2026])
def test_captured_search_page_without_its_script_is_catalogue_changed(name: str) -> None:
    """The HTML of these pages has no track, because the browser adds them."""
    value = WEB.search("x", "x").parse(changed(name, lambda _: b""))
    assert isinstance(value, Failure)
    assert value.kind == "catalogue_changed"
    assert "self.__next_f.push" in value.detail
