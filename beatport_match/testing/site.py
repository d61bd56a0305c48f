"""The fake Beatport site: the answer to a URL, as a pure function of the URL.

It uses no socket, no clock and no counter: `fake` counts requests and picks faults, `oauth` knows
which tokens are valid, and `server` and `transport` deliver the answers.

Recorded from Beatport's API: a missing slash at the end gives a redirect, an unknown URL gives a
404 before the token is checked, the page number is a text such as `1/3`, and the links `next` and
`previous` have no scheme.

Three details of the web pages are easy to miss: `/search` has its records one level deeper than
`/search/tracks`, a track page also has recommended tracks in the format of the track itself, and
every page has texts about errors and ends with the Cloudflare snippet, although the page is fine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Final, Literal, TypeAlias, TypeVar
from urllib.parse import parse_qs

from beatport_match.testing import faults
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.messages import Answer, Reply, Request
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.page_forms import PageForm, html_rows, json_ld
from beatport_match.testing.records import (
    OTHER_GROUPS,
    Shape,
    group_rows,
    track_record,
    track_values,
)
from beatport_match.testing.search_index import Hit, SearchIndex
from beatport_match.testing.templates import Json, fill, html_template, json_template

T = TypeVar("T")

TrackShape: TypeAlias = Literal["C1", "V4"]
"""The format of track pages: `C1` is that of today, `V4` that until the summer of 2026."""

_LOCALES: Final = ("en", "de", "fr", "es", "it", "ja", "pt", "nl")
_GROUPS: Final = ("tracks", *OTHER_GROUPS)
_GROUP_SIZE: Final = 15  # the rows of each group of `/search`
_MAX_PAGE_ROWS: Final = 150  # measured: the rows of `/search/<type>` without `per_page`
_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "private, no-store"),
    ("server", "cloudflare"),
    ("cf-ray", "0fa4ebea7f0e1d2c-AMS"),
)
_RECOMMENDED: Final = 6
_ROBOTS: Final = b"User-agent: *\nContent-Signal: search=yes\nAllow: /\n"

_API_ROOT: Final = "/v4/"
_API_PAGE_SIZE: Final = 10
_MAX_API_ROWS: Final = 100
_API_HOST: Final = "api.beatport.com"
_FORM: Final = "application/x-www-form-urlencoded"
_API_GROUPS: Final = ("artists", "releases", "charts", "labels")  # in the order of the API
_API_HEADERS: Final = (
    ("content-type", "application/json"),
    ("server", "istio-envoy"),
    ("via", "1.1 google"),
    ("vary", "origin, Authorization"),
    ("x-frame-options", "DENY"),
)
# The parameters of a list, and the texts of a track that each is compared with.
_PARAMETERS: Final[Mapping[str, Callable[[CatalogueTrack], tuple[str, ...]]]] = {
    "id": lambda track: (str(track.id),),
    "isrc": lambda track: (track.isrc,),
    "name": lambda track: (track.name,),
    "mix_name": lambda track: (track.mix_name,),
    "artist_name": lambda track: track.artists,
    "label_name": lambda track: (track.label,),
}


class Site:
    """Serve the tracks on sale, by their ids, at Beatport's URLs."""

    def __init__(
        self,
        tracks: Mapping[int, CatalogueTrack],
        index: SearchIndex,
        track_shape: TrackShape,
        page_form: PageForm,
    ) -> None:
        self._tracks, self._index, self._shape = tracks, index, track_shape
        self._form: PageForm = page_form
        self._same_name: dict[str, list[int]] = {}
        for track in tracks.values():
            self._same_name.setdefault(track.name, []).append(track.id)

        self._api_row = partial(self._record, "api_row")
        self._newest_first = sorted(tracks, reverse=True)

    def _record(self, shape: Shape, number: int) -> Json:
        return track_record(shape, self._tracks[number])

    def respond(self, request: Request, fault: faults.Fault | None, tokens: TokenRegistry) -> Reply:
        """Return the answer to a request, as `FakeBeatport.respond` does.

        Only the API uses the headers, the body and the tokens.
        """
        is_api = request.target.startswith(_API_ROOT)
        methods = ("GET", "POST") if is_api else ("GET",)
        if request.method not in methods:
            return Reply(405, (("allow", ", ".join(methods)),), b"")
        if replacement := faults.replacement_reply(fault):
            return replacement
        answer = self._api(request, tokens) if is_api else self._page(request.target)
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
                return self._search(None, _first_values(query), url, locale)
            case ["search", kind] if kind in _GROUPS:
                return self._search(kind, _first_values(query), url, locale)
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
        limit = _page_size(params, _MAX_PAGE_ROWS, _MAX_PAGE_ROWS) if kind else _GROUP_SIZE
        hits = self._index.search(query, limit)
        groups = [kind] if kind else _GROUPS
        data: Json = {group: {"data": self._rows(group, hits)} for group in groups}
        count = str(_MAX_PAGE_ROWS if kind else _GROUP_SIZE)
        parameters = {"q": query, "count": count, "is_approved": True, "preorder": True}
        found = _query([f"search-{kind or 'all'}", parameters, "NL"], data[kind] if kind else data)
        values = {"q": query, "type": kind, "path": url, "queries": [found]}
        answer = _page("search_of_type" if kind else "search", values, locale)
        answer.records = [(data[kind or "tracks"], "data")]
        content = html_rows(self._tracks[hit.id] for hit in hits) if self._form == "html" else ""
        return self._in_form(answer, content)

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
        return self._in_form(answer, json_ld(track) if self._form == "json_ld" else "")

    def _in_form(self, answer: Answer, content: str) -> Answer:
        """Return a page in the form of this site, with more content before its end."""
        before, after = answer.html
        answer.form, answer.html = self._form, (before, content + after)
        return answer

    def _recommended(self, track: CatalogueTrack) -> list[int]:
        # Other versions come first: they are the easiest to confuse with the requested track.
        same = [other for other in self._same_name[track.name] if other != track.id]
        hits = self._index.search(" ".join(track.artists), 2 * _RECOMMENDED)
        others = [hit.id for hit in hits if hit.id != track.id]
        return list(dict.fromkeys((*same, *others)))[:_RECOMMENDED]

    def _api(self, request: Request, tokens: TokenRegistry) -> Answer | Reply:
        """Return the answer of the API to a GET or POST.

        An authorised request counts as a use of its token; a refresh replaces the tokens.
        """
        method, target, headers, _ = request
        path, _, query = target.partition("?")
        params, address = _first_values(query), f"{headers.get('host', _API_HOST)[:255]}{target}"
        route = path.removesuffix("/")
        allowed = "GET"
        handler: Callable[[], Answer]
        match route.removeprefix(_API_ROOT).split("/"):
            case ["auth", "o", "token"]:
                allowed, handler = "POST", partial(_token_refresh, request, tokens)
            case ["catalog", "search"]:
                handler = partial(self._api_search, params, address)
            case ["catalog", "tracks"]:
                handler = partial(self._api_listing, params, address)
            case ["catalog", "tracks", number] if number.isdecimal():
                handler = partial(self._api_track, int(number[:18]))
            case _:
                return _error(404, "detail", "Not found.")
        if route == path:
            return Reply(301, (("location", f"{path}/{target[len(path) :]}"),), b"")
        if method != allowed:
            return _error(405, "detail", f'Method "{method}" not allowed.', ("allow", allowed))
        rejection = _rejection(headers, tokens) if allowed == "GET" else None
        return rejection or handler()

    def _api_search(self, params: Mapping[str, str], address: str) -> Answer:
        kind = params.get("type")
        found = [hit.id for hit in self._index.search(params.get("q", ""), len(self._tracks))]
        if kind is None:
            found = found[: _page_size(params, _API_PAGE_SIZE, _MAX_API_ROWS)]
            props: Json = {"order": ["tracks", *_API_GROUPS, "playlists"]}
            props["tracks"] = [self._api_row(number) for number in found]
            props |= {group: self._api_group(group, found) for group in _API_GROUPS}
            return _answer({**props, "playlists": []}, "tracks")
        if kind == "tracks":
            return _list(kind, found, self._api_row, params, address)
        if kind not in _API_GROUPS:
            # A guess: there is no recording of the answer to an unknown `type`.
            return _error(400, "detail", "Invalid type.")
        return _list(kind, self._api_group(kind, found), dict, params, address)

    def _api_listing(self, params: Mapping[str, str], address: str) -> Answer:
        found = [
            number
            for number in self._newest_first
            if all(
                _matches(self._tracks[number], name, params[name])
                for name in _PARAMETERS
                if name in params
            )
        ]
        return _list("results", found, self._api_row, params, address)

    def _api_track(self, number: int) -> Answer:
        if number not in self._tracks:
            return _error(404, "detail", "No Track matches the given query.")
        return _answer({"track": self._record("api_detail", number)}, "track", single="track")

    def _api_group(self, group: str, found: Iterable[int]) -> list[Json]:
        return group_rows("api.json", group, (self._tracks[number] for number in found))


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


def _first_values(query: str) -> dict[str, str]:
    """Return the first value of each parameter of a URL's query or of a form."""
    return {name: values[0] for name, values in parse_qs(query).items()}


def _page_size(params: Mapping[str, str], default: int, most: int) -> int:
    """Return the number of rows of a page: `per_page` limited to 1 and `most`."""
    per_page = params.get("per_page", "")
    return min(most, max(1, int(per_page[:9]))) if per_page.isdecimal() else default


def _list(
    key: str, items: Sequence[T], row: Callable[[T], Json], params: Mapping[str, str], address: str
) -> Answer:
    """Return one page of a list; `address` is the URL of the request without its scheme."""
    size = _page_size(params, _API_PAGE_SIZE, _MAX_API_ROWS)
    pages = max(1, -(-len(items) // size))
    page_text = params.get("page", "1")
    page = int(page_text[:9]) if page_text.isdecimal() else 0
    if not 1 <= page <= pages:
        # A guess, without a recording: the text of Django REST framework, which the API uses.
        return _error(404, "detail", "Invalid page.")
    props = {
        key: [row(item) for item in items[(page - 1) * size : page * size]],
        "next": _link(address, page + 1) if page < pages else None,
        "previous": _link(address, page - 1) if page > 1 else None,
        "count": len(items),
        "page": f"{page}/{pages}",
        "per_page": size,
    }
    return _answer(props, key)


def _answer(props: Json, key: str, *more_headers: tuple[str, str], single: str = "") -> Answer:
    """Return an answer with its records at a key; `single` is that key if it is one record."""
    headers = (*_API_HEADERS, *more_headers)
    return Answer(
        props=props, records=[(props, key)], movable=[key], single=single, headers=headers
    )


def _error(status: int, key: str, text: str, *more_headers: tuple[str, str]) -> Answer:
    """Return an error; the key of its text depends on the part of the API that rejects."""
    return Answer(props={key: text}, status=status, headers=(*_API_HEADERS, *more_headers))


def _link(address: str, page: int) -> str:
    path, _, query = address.partition("?")
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != "page"]
    return f"{path}?{'&'.join((*kept, f'page={page}'))}"


def _matches(track: CatalogueTrack, name: str, value: str) -> bool:
    """Return whether a track matches a parameter: a comma means "or", also in titles."""
    texts, parts = _PARAMETERS[name](track), [part.strip() for part in value.split(",")]
    if name in ("id", "isrc"):
        return any(part in texts for part in parts if part)
    folded = [text.casefold() for text in texts]
    return any(part.casefold() in text for part in parts if part for text in folded)


def _rejection(headers: Mapping[str, str], tokens: TokenRegistry) -> Answer | None:
    """Return the 401 for a request without a valid token; `None` if the token is valid."""
    scheme, _, access = headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not access:
        text = "Authentication credentials were not provided."
        return _error(401, "detail", text, ("www-authenticate", 'Bearer realm="api"'))
    if not tokens.check(access.strip()):
        return _error(401, "message", "Invalid or expired token")
    return None


def _token_refresh(request: Request, tokens: TokenRegistry) -> Answer:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    form = _first_values(request.body.decode("utf-8", "replace")) if content_type == _FORM else {}
    if form.get("grant_type") != "refresh_token":
        return _error(400, "error", "unauthorized_client")
    refreshed = tokens.refresh(form.get("refresh_token", ""), form.get("client_id", ""))
    if isinstance(refreshed, str):
        return _error(401, "error", refreshed)
    answer = {
        "access_token": refreshed.access,
        "expires_in": tokens.expires_in_s,
        "token_type": "Bearer",
        "scope": "app:docs user:dj",
        "refresh_token": refreshed.refresh,
    }
    return _answer({"token": answer}, "token", ("cache-control", "no-store"), single="token")
