"""The data of each page: which records it has, and where they are.

Two details of the real site are easy to miss: `/search` has its records one level deeper than
`/search/tracks`, and a track page also has recommended tracks in the format of the track itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, TypeAlias
from urllib.parse import quote_plus

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import artist_id, guid, hash_integer, slug
from beatport_match.testing.page_envelope import Page, answered_query, session, translations
from beatport_match.testing.quirks import MEDIA, cover

Json: TypeAlias = dict[str, Any]

GROUPS = ("tracks", "artists", "charts", "labels", "releases")
GROUP_SIZE = 15
_COUNTRY = "NL"


def search_page(kind: str, query: str, rows: Sequence[Json], url: str, locale: str) -> Page:
    """Return `/search/<kind>`: one list; `url` is the path with its query."""
    group: Json = {"data": list(rows)}
    key = ["search-" + kind, {"q": query, "count": "150", "preorder": True}, _COUNTRY]
    page = _page_of_search(query, [answered_query(key, group)], locale)
    page.kind, page.query, page.path = "/search/[type]", {"q": query, "type": kind}, url
    page.records = [(group, "data")]
    return page


def search_all_page(
    query: str, groups: Mapping[str, Sequence[Json]], url: str, locale: str
) -> Page:
    """Return `/search`: five groups, one level deeper than on `/search/tracks`."""
    data: Json = {group: {"data": list(groups[group])} for group in GROUPS}
    parameters = {"q": query, "count": str(GROUP_SIZE), "is_approved": True, "preorder": True}
    page = _page_of_search(
        query, [answered_query(["search-all", parameters, _COUNTRY], data)], locale
    )
    page.path = url
    page.records = [(data["tracks"], "data")]
    return page


def track_page(
    track: CatalogueTrack, record: Json, recommended: Sequence[Json], locale: str
) -> Page:
    """Return a track page of today: three queries, of which only the first is the track."""
    details = answered_query([f"track-details-{track.id}"], record)
    queries = [
        details,
        answered_query([f"track-{track.id}-charts"], _charts(track)),
        answered_query([f"track-{track.id}-recommendations"], list(recommended)),
    ]
    page = _page_of_track(track, locale)
    page.props = {
        "dehydratedState": {"mutations": [], "queries": queries},
        "anonSession": session(),
        "_nextI18Next": translations(locale),
    }
    page.records = [(details["state"], "data")]
    return page


def old_track_page(track: CatalogueTrack, record: Json, locale: str) -> Page:
    """Return an old track page: one query, and the same object again as `track`."""
    details = answered_query([f"track-{track.id}"], record)
    page = _page_of_track(track, locale)
    page.props = {
        "dehydratedState": {"mutations": [], "queries": [details]},
        "track": record,
        "anonSession": session(),
        "_nextI18Next": translations(locale),
    }
    page.records = [(details["state"], "data"), (page.props, "track")]
    return page


def not_found_page(url: str, locale: str) -> Page:
    """Return the page for an unknown track or URL: status 404, without any query."""
    return Page(
        kind="/404",
        query={},
        props={"_nextI18Next": translations(locale)},
        path=url,
        title="Page not found | Beatport",
        body="<main><h1>404 Error</h1><p>There is no page at this address.</p></main>",
        locale=locale,
        status=404,
    )


def chart_record(name: str) -> Json:
    """Return the chart of an artist in the format of the API."""
    return {
        "add_date": "2026-07-20T01:41:57-06:00",
        "change_date": "2026-07-20T01:52:08-06:00",
        "id": hash_integer(400_000, 900_000, "chart", name),
        "image": {
            "id": hash_integer(10_000_000, 60_000_000, "chart image", name),
            "uri": f"{MEDIA}/500x500/{guid('chart', name)}.jpg",
            "dynamic_uri": f"{MEDIA}/{{w}}x{{h}}/{guid('chart', name)}.jpg",
        },
        "name": f"{name} - Chart of the Month",
        "price": None,
        "publish_date": "2026-07-20T01:52:08-06:00",
        "slug": slug(f"{name} chart of the month"),
        "track_count": 10,
        "artist": {"id": artist_id(name), "name": name, "slug": slug(name)},
    }


def _page_of_search(query: str, queries: list[Json], locale: str) -> Page:
    return Page(
        kind="/search",
        query={"q": query},
        props={
            "anonSession": session(),
            "query": query,
            "location": {"realIp": "203.0.113.7", "countryCode": _COUNTRY},
            "dehydratedState": {"mutations": [], "queries": queries},
            "_nextI18Next": translations(locale),
            "isPageExplicit": False,
        },
        path=f"/search?q={quote_plus(query)}",
        title=f"{query} | Beatport",
        body='<main class="MainLayout-style__MainContent-sc-0"></main>',
        locale=locale,
    )


def _page_of_track(track: CatalogueTrack, locale: str) -> Page:
    name = f"{', '.join(track.artists)} - {track.name} ({track.mix_name}) [{track.label}]"
    return Page(
        kind="/track/[description]/[id]",
        query={"description": slug(track.name), "id": str(track.id)},
        props={},
        path=f"/track/{slug(track.name) or '-'}/{track.id}",
        title=f"{name} | Music & Downloads on Beatport",
        description=f"Download & Stream {name}, and more on Beatport",
        picture=f"{MEDIA}/{{w}}x{{h}}/{cover(track)}.jpg",
        body=(
            '<main><h1 class="TrackHeader-style__Name-sc-0">'
            f"{escape(track.name)}<!-- --> <span>{escape(track.mix_name)}</span></h1></main>"
        ),
        locale=locale,
    )


def _charts(track: CatalogueTrack) -> Json:
    return {
        "next": None,
        "previous": None,
        "count": 1,
        "page": "1/1",
        "per_page": 50,
        "results": [chart_record((track.artists or ("Unknown Artist",))[0])],
    }
