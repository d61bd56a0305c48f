"""The fake Beatport site: the answer to a URL, as a pure function of the URL.

This module routes all URLs and builds the web pages; `api` answers the URLs below `/v4/`. It uses
no socket, no clock and no counter: `fake` counts requests and picks faults, and `server` and
`transport` deliver the answers.

Three details of the real site are easy to miss: `/search` has its records one level deeper than
`/search/tracks`, a track page also has recommended tracks in the format of the track itself, and
every page has texts about errors and ends with the Cloudflare snippet, although the page is fine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import Any, Final, Literal, TypeAlias

from beatport_match.testing import faults
from beatport_match.testing.api import API_ROOT, Api, first_values, page_size
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.messages import Answer, Reply, Request
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.records import (
    OTHER_GROUPS,
    Shape,
    group_rows,
    track_record,
    track_values,
)
from beatport_match.testing.search_index import Hit, SearchIndex
from beatport_match.testing.templates import Json, fill, html_template, json_template

TrackShape: TypeAlias = Literal["C1", "V4"]
"""The format of track pages: `C1` is that of today, `V4` that until the summer of 2026."""

_LOCALES: Final = ("en", "de", "fr", "es", "it", "ja", "pt", "nl")
_GROUPS: Final = ("tracks", *OTHER_GROUPS)
_GROUP_SIZE: Final = 15  # the rows of each group of `/search`
_MAX_ROWS: Final = 150  # measured: the rows of `/search/<type>` without `per_page`
_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "private, no-store"),
    ("server", "cloudflare"),
    ("cf-ray", "0fa4ebea7f0e1d2c-AMS"),
)
_RECOMMENDED: Final = 6
_ROBOTS: Final = b"User-agent: *\nContent-Signal: search=yes\nAllow: /\n"


class Site:
    """Serve the tracks on sale, by their ids, at Beatport's URLs."""

    def __init__(
        self, tracks: Mapping[int, CatalogueTrack], index: SearchIndex, track_shape: TrackShape
    ) -> None:
        self._tracks, self._index, self._shape = tracks, index, track_shape
        self._same_name: dict[str, list[int]] = {}
        for track in tracks.values():
            self._same_name.setdefault(track.name, []).append(track.id)

        def record(shape: Shape, number: int) -> Json:
            return track_record(shape, tracks[number])

        self._record = cache(record)  # each record is made once and shared: do not change it
        self._api = Api(tracks, index, self._record)

    def respond(self, request: Request, fault: faults.Fault | None, tokens: TokenRegistry) -> Reply:
        """Return the answer to a request, as `FakeBeatport.respond` does.

        Only the API uses the headers, the body and the tokens.
        """
        is_api = request.target.startswith(API_ROOT)
        methods = ("GET", "POST") if is_api else ("GET",)
        if request.method not in methods:
            return Reply(405, (("allow", ", ".join(methods)),), b"")
        if replacement := faults.replacement_reply(fault):
            return replacement
        answer = self._api.answer(request, tokens) if is_api else self._page(request.target)
        return answer if isinstance(answer, Reply) else faults.damaged_reply(answer, fault)

    def _page(self, target: str) -> Answer | Reply:
        path, _, query = target.partition("?")
        steps = path.split("/")[1:]
        locale = steps.pop(0) if steps and steps[0] in _LOCALES[1:] else "en"
        url = f"/{'/'.join(steps)}" + (f"?{query}" if query else "")
        match steps:
            case ["robots.txt"]:
                return Reply(200, (("content-type", "text/plain"),), _ROBOTS)
            case ["search"]:
                return self._search(None, first_values(query), url, locale)
            case ["search", kind] if kind in _GROUPS:
                return self._search(kind, first_values(query), url, locale)
            case ["track", _, number] if number.isdecimal():
                return self._track(int(number[:18]), url, locale)
            case _:
                return _not_found_page(url, locale)

    def _search(
        self, kind: str | None, params: dict[str, str], url: str, locale: str
    ) -> Answer | Reply:
        """Return `/search/<kind>` with one list, or `/search` with five groups without a kind."""
        query = params.get("q", "")
        # Beatport's firewall blocks a query with more than one pair of parentheses.
        if min(query.count("("), query.count(")")) > 1:
            return faults.firewall_reply()
        limit = page_size(params, _MAX_ROWS, _MAX_ROWS) if kind else _GROUP_SIZE
        hits = self._index.search(query, limit)
        groups = [kind] if kind else _GROUPS
        data: Json = {group: {"data": self._rows(group, hits)} for group in groups}
        count = str(_MAX_ROWS if kind else _GROUP_SIZE)
        parameters = {"q": query, "count": count, "is_approved": True, "preorder": True}
        found = _query([f"search-{kind or 'all'}", parameters, "NL"], data[kind] if kind else data)
        values = {"q": query, "type": kind, "path": url, "queries": [found]}
        answer = _page("search_of_type" if kind else "search", values, locale)
        answer.records = [(data[kind or "tracks"], "data")]
        return answer

    def _rows(self, group: str, hits: Iterable[Hit]) -> list[Json]:
        if group != "tracks":
            return group_rows("search.json", group, (self._tracks[hit.id] for hit in hits))
        return [{"score": hit.score, **self._record("search", hit.id)} for hit in hits]

    def _track(self, number: int, url: str, locale: str) -> Answer:
        track = self._tracks.get(number)
        if track is None:
            return _not_found_page(url, locale)
        is_old = self._shape == "V4"
        if is_old:
            record = self._record("old_page", number)
            queries = [_query([f"track-{number}"], record)]
        else:
            # Only the first of the three queries is the track.
            record = self._record("page", number)
            charts = _filled("charts", rows=group_rows("api.json", "charts", [track]))
            others = [self._record("recommended", other) for other in self._recommended(track)]
            queries = [
                _query([f"track-details-{number}"], record),
                _query([f"track-{number}-charts"], charts),
                _query([f"track-{number}-recommendations"], others),
            ]
        values = track_values(track) | {"people": ", ".join(track.artists), "queries": queries}
        answer = _page("track", values, locale)
        answer.records = [(queries[0]["state"], "data")]
        if is_old:
            # An old page has the same object again as `track`.
            answer.props["track"] = record
            answer.records = [*answer.records, (answer.props, "track")]
        return answer

    def _recommended(self, track: CatalogueTrack) -> list[int]:
        # Other versions come first: they are the easiest to confuse with the requested track.
        same = [other for other in self._same_name[track.name] if other != track.id]
        hits = self._index.search(" ".join(track.artists), 2 * _RECOMMENDED)
        others = [hit.id for hit in hits if hit.id != track.id]
        return list(dict.fromkeys((*same, *others)))[:_RECOMMENDED]


def _not_found_page(path: str, locale: str) -> Answer:
    """Return the page for an unknown track or URL, without any query."""
    answer = _page("not_found", {"path": path}, locale)
    answer.status = 404
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
