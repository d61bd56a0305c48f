"""The web pages: which records each has, where they are, and the HTML around them.

Three details of the real site are easy to miss: `/search` has its records one level deeper than
`/search/tracks`, a track page also has recommended tracks in the format of the track itself, and
every page has texts about errors and ends with the Cloudflare snippet, although the page is fine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.messages import Answer
from beatport_match.testing.records import OTHER_GROUPS, group_rows, track_values
from beatport_match.testing.templates import Json, fill, html_template, json_template

LOCALES: Final = ("en", "de", "fr", "es", "it", "ja", "pt", "nl")
GROUPS: Final = ("tracks", *OTHER_GROUPS)
GROUP_SIZE: Final = 15  # the rows of each group of `/search`
MAX_ROWS: Final = 150  # measured: the rows of `/search/<type>` without `per_page`
_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "private, no-store"),
    ("server", "cloudflare"),
    ("cf-ray", "0fa4ebea7f0e1d2c-AMS"),
)


def search_page(
    kind: str | None, query: str, groups: Mapping[str, Sequence[Json]], path: str, locale: str
) -> Answer:
    """Return `/search/<kind>` with one list, or `/search` with five groups if `kind` is `None`."""
    data: Json = {group: {"data": rows} for group, rows in groups.items()}
    count = str(MAX_ROWS if kind else GROUP_SIZE)
    parameters = {"q": query, "count": count, "is_approved": True, "preorder": True}
    found = _query([f"search-{kind or 'all'}", parameters, "NL"], data[kind] if kind else data)
    values = {"q": query, "type": kind, "path": path, "queries": [found]}
    answer = _page("search_of_type" if kind else "search", values, locale)
    answer.records = [(data[kind or "tracks"], "data")]
    return answer


def track_page(
    track: CatalogueTrack, record: Json, recommended: Sequence[Json], locale: str
) -> Answer:
    """Return a track page of today: three queries, of which only the first is the track."""
    rows = group_rows("api.json", "charts", [track])
    queries = [
        _query([f"track-details-{track.id}"], record),
        _query([f"track-{track.id}-charts"], _filled("charts", rows=rows)),
        _query([f"track-{track.id}-recommendations"], recommended),
    ]
    return _track_page(track, queries, locale)


def old_track_page(track: CatalogueTrack, record: Json, locale: str) -> Answer:
    """Return an old track page: one query, and the same object again as `track`."""
    answer = _track_page(track, [_query([f"track-{track.id}"], record)], locale)
    answer.props["track"] = record
    answer.records = [*answer.records, (answer.props, "track")]
    return answer


def not_found_page(path: str, locale: str) -> Answer:
    """Return the page for an unknown track or URL: status 404, without any query."""
    answer = _page("not_found", {"path": path}, locale)
    answer.status = 404
    return answer


def _track_page(track: CatalogueTrack, queries: list[Json], locale: str) -> Answer:
    values = track_values(track) | {"people": ", ".join(track.artists), "queries": queries}
    answer = _page("track", values, locale)
    answer.records = [(queries[0]["state"], "data")]
    return answer


def _page(name: str, values: Mapping[str, Any], locale: str) -> Answer:
    """Return the page of a template that is filled with some values."""
    template, messages = json_template("page.json"), json_template("translations.json")
    translations = _filled("translations", locale=locale, texts=messages)
    page = _filled(name, **values, session=template["session"], translations=translations)
    head = {key: escape(page[key]) for key in ("path", "title", "picture")}
    texts = {key: escape(item) for key, item in values.items() if isinstance(item, str)}
    body = fill(template[name]["body"], texts)
    head |= {"locale": locale, "body": body}
    before, _, after = html_template("page.html").partition("${script}")
    return Answer(
        props=page["props"],
        movable=("dehydratedState", "track"),
        next_data=_filled("next_data", **page, locale=locale),
        html=(fill(before, head), fill(after, head)),
        headers=_HEADERS,
    )


def _query(key: list[Any], data: object) -> Json:
    """Return a finished query in the format that React Query stores in a page."""
    hashed = json.dumps(key, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return _filled("query", key=key, data=data, hash=hashed)


def _filled(name: str, /, **values: object) -> Json:
    filled: Json = fill(json_template("page.json")[name], values)
    return filled
