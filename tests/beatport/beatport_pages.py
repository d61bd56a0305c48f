"""Build invented rows and pages in every shape that Beatport serves; no value is real."""

from __future__ import annotations

import json
from typing import Any

from beatport_match.matching.protocol import Response

HOME = "https://www.beatport.com"
IMAGES = "https://images.example"
# Ordinary pages end with this script of Cloudflare's; it does not mean a challenge.
SNIPPET = "<script>a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>"


def search_row(**changes: Any) -> dict[str, Any]:
    """Return a row of a search page (shape "search")."""
    row: dict[str, Any] = {
        "score": 412.5,
        "track_id": 7001,
        "track_name": "Copper Lantern",
        "mix_name": "Mira Vale Remix",
        "artists": [
            {"artist_id": 12, "artist_name": "Mira Vale", "artist_type_name": "Remixer"},
            {"artist_id": 4, "artist_name": "Odd Harbour", "artist_type_name": "Artist"},
        ],
        "bpm": 123,
        "key_id": 4,
        "key_name": "F Minor",
        "length": 402500,
        "isrc": "zz-a12-30-00417",
        "catalog_number": "TDL042",
        "label": {"enabled": 1, "label_id": 9, "label_name": "Tidal Lamp "},
        "release": {
            "release_id": 31,
            "release_name": "Lanterns",
            "release_image_uri": f"{IMAGES}/1400x1400/cover.jpg",
            "release_image_dynamic_uri": f"{IMAGES}/{{w}}x{{h}}/cover.jpg",
        },
        "genre": [{"genre_id": 93, "genre_name": "Organic House"}],
        "sub_genre": {"sub_genre_id": 2, "sub_genre_name": "Desert"},
        "publish_date": "2024-05-03T00:00:00",
        "release_date": "2024-04-26T00:00:00",
        "track_image_uri": f"{IMAGES}/1500x250/wave.png",
        "track_image_dynamic_uri": f"{IMAGES}/{{w}}x{{h}}/wave.png",
    }
    return row | changes


def details_row(**changes: Any) -> dict[str, Any]:
    """Return the row of a track page since autumn 2026 (shape "catalog v1")."""
    row: dict[str, Any] = {
        "track_id": 7002,
        "track_name": "Slow Meridian",
        "mix_name": "Original Mix",
        "track_length_ms": 371250,
        "bpm": 88,
        "key": "Ab Minor",
        "key_camelot": "1A",
        "isrc": "ZZA123100009",
        "track_number": "6",
        "track_waveform_url": f"{IMAGES}/{{w}}x{{h}}/wave.png",
        "sample_url": f"{IMAGES}/preview.mp3",
        "artists": [
            {"id": 4, "name": "Odd Harbour", "type": "Artist", "slug": "odd-harbour"},
            {"id": 5, "name": "Ilse Grau", "type": "Remixer"},
        ],
        "genre": {
            "id": 15,
            "name": "Progressive House",
            "sub_genre": {"id": None, "name": None, "slug": ""},
        },
        "release": {
            "id": 32,
            "name": "Meridians",
            "image_url": f"{IMAGES}/{{w}}x{{h}}/cover.jpg",
            "catalog_number": "TDL 7",
            "release_date": "2011-02-03T00:00:00",
        },
        "label": {"id": 9, "name": "Tidal Lamp"},
    }
    return row | changes


def api_row(**changes: Any) -> dict[str, Any]:
    """Return a row of the API and of older track pages (shape "api v4")."""
    row: dict[str, Any] = {
        "id": 7003,
        "name": "Glass Orchard",
        "mix_name": "Extended Mix",
        "slug": "glass-orchard",
        "artists": [{"id": 4, "name": "Odd Harbour"}, {"id": 5, "name": "Ilse Grau"}],
        "remixers": [{"id": 5, "name": "Ilse Grau"}],
        "bpm": 135,
        "key": {
            "camelot_number": 3,
            "camelot_letter": "B",
            "letter": "D",
            "name": "Db Major",
        },
        "genre": {"id": 6, "name": "Techno"},
        "sub_genre": None,
        "length": "5:58",
        "length_ms": 358500,
        "isrc": "ZZA123200001",
        "catalog_number": "TDL078",
        "publish_date": "2023-03-02",
        "new_release_date": "2014-02-28",
        "release": {
            "id": 33,
            "name": "Orchards",
            "image": {
                "uri": f"{IMAGES}/1400x1400/cover.jpg",
                "dynamic_uri": f"{IMAGES}/{{w}}x{{h}}/cover.jpg",
            },
            "label": {"id": 9, "name": "Tidal Lamp"},
        },
        "image": {"uri": f"{IMAGES}/wave.png", "dynamic_uri": f"{IMAGES}/{{w}}x{{h}}/wave.png"},
        "sample_url": f"{IMAGES}/preview.mp3",
    }
    return row | changes


def query(key: object, data: object) -> dict[str, Any]:
    """Return one of the query results from which a page is rendered."""
    return {"state": {"data": data, "status": "success"}, "queryKey": [key], "queryHash": "x"}


def next_data(*queries: object, **props: object) -> dict[str, Any]:
    """Return the content of the page's script."""
    page_props = {"dehydratedState": {"mutations": [], "queries": list(queries)}} | props
    return {"props": {"pageProps": page_props, "__N_SSP": True}, "page": "/search/[type]"}


def search_data(*rows: object) -> dict[str, Any]:
    return next_data(query("search-tracks", {"data": list(rows)}))


def search_all_data(*rows: object) -> dict[str, Any]:
    groups = {"tracks": {"data": list(rows)}, "artists": {"data": []}, "labels": {"data": []}}
    return next_data(query("search-all", groups))


def track_data(row: dict[str, Any], *recommended: object) -> dict[str, Any]:
    number = row.get("track_id", row.get("id"))
    charts = {"next": None, "count": 1, "results": [{"id": number, "name": "Sunday chart"}]}
    return next_data(
        query(f"track-details-{number}", row),
        query(f"track-{number}-charts", charts),
        query("recommended", list(recommended)),
    )


def html(data: object, *, title: str = "Beatport") -> bytes:
    """Return a page with its data, as Next.js writes it."""
    text = json.dumps(data, ensure_ascii=False)
    for char in "&<>":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><div></div>'
        f'<script id="__NEXT_DATA__" type="application/json">{text}</script>{SNIPPET}</body></html>'
    ).encode()


def error_html(title: str, body: str = "") -> bytes:
    """Return a page without data."""
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body>{body}</body></html>".encode()


# The text that a failure adds if no other method can read the page.
ALSO_TRIED = "; also tried: JSON in other scripts, self.__next_f.push, JSON-LD, links in the HTML."


def response(body: bytes | dict[str, Any] = b"", status: int = 200, **headers: str) -> Response:
    body = html(body) if isinstance(body, dict) else body
    dashed = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, url=f"{HOME}/requested", headers=dashed, body=body)
