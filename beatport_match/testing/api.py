"""The fake API: the answer to a URL below `/v4/`, and the check of the token.

This module uses no socket, no clock and no counter; the `TokenRegistry` that comes with each
request knows which tokens are valid. Recorded from Beatport's API: a missing slash at the end gives
a redirect, an unknown URL gives a 404 before the token is checked, the page number is a text such
as `1/3`, and the links `next` and `previous` have no scheme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar
from urllib.parse import parse_qs

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.messages import Answer, Reply, Request
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.records import Shape, group_rows
from beatport_match.testing.search_index import SearchIndex
from beatport_match.testing.templates import Json

T = TypeVar("T")

API_ROOT: Final = "/v4/"
PER_PAGE: Final = 10
MAX_ROWS: Final = 100
_HOST: Final = "api.beatport.com"
_FORM: Final = "application/x-www-form-urlencoded"
_OTHER_GROUPS: Final = ("artists", "releases", "charts", "labels")
_HEADERS: Final = (
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


class Api:
    """Serve a catalogue at the URLs of Beatport's API."""

    def __init__(
        self,
        tracks: Mapping[int, CatalogueTrack],
        index: SearchIndex,
        record: Callable[[Shape, int], Json],
    ) -> None:
        self._tracks, self._index, self._record = tracks, index, record
        self._newest_first = sorted(tracks, reverse=True)

    def answer(self, request: Request, tokens: TokenRegistry) -> Answer | Reply:
        """Return the answer to a GET or POST.

        An authorised request counts as a use of its token; a renewal replaces the tokens.
        """
        method, target, headers, _ = request
        path, _, query = target.partition("?")
        params, address = first_values(query), f"{headers.get('host', _HOST)[:255]}{target}"
        route = path.removesuffix("/")
        allowed = "GET"
        handler: Callable[[], Answer]
        match route.removeprefix(API_ROOT).split("/"):
            case ["auth", "o", "token"]:
                allowed, handler = "POST", partial(_token_refresh, request, tokens)
            case ["catalog", "search"]:
                handler = partial(self._search, params, address)
            case ["catalog", "tracks"]:
                handler = partial(self._listing, params, address)
            case ["catalog", "tracks", number] if number.isdecimal():
                handler = partial(self._track, int(number[:18]))
            case _:
                return _error(404, "detail", "Not found.")
        if route == path:
            return Reply(301, (("location", f"{path}/{target[len(path) :]}"),), b"")
        if method != allowed:
            return _error(405, "detail", f'Method "{method}" not allowed.', ("allow", allowed))
        rejection = _rejection(headers, tokens) if allowed == "GET" else None
        return rejection or handler()

    def _search(self, params: Mapping[str, str], address: str) -> Answer:
        kind = params.get("type")
        found = [hit.id for hit in self._index.search(params.get("q", ""), len(self._tracks))]
        if kind is None:
            found = found[: page_size(params, PER_PAGE, MAX_ROWS)]
            props: Json = {"order": ["tracks", *_OTHER_GROUPS, "playlists"]}
            props["tracks"] = [self._row(number) for number in found]
            props |= {group: self._group(group, found) for group in _OTHER_GROUPS}
            return _answer({**props, "playlists": []}, "tracks")
        if kind == "tracks":
            return _list(kind, found, self._row, params, address)
        if kind not in _OTHER_GROUPS:
            # A guess: there is no recording of the answer to an unknown `type`.
            return _error(400, "detail", "Invalid type.")
        return _list(kind, self._group(kind, found), dict, params, address)

    def _listing(self, params: Mapping[str, str], address: str) -> Answer:
        found = [
            number
            for number in self._newest_first
            if all(
                _matches(self._tracks[number], name, params[name])
                for name in _PARAMETERS
                if name in params
            )
        ]
        return _list("results", found, self._row, params, address)

    def _track(self, number: int) -> Answer:
        if number not in self._tracks:
            return _error(404, "detail", "No Track matches the given query.")
        return _single("track", self._record("api_detail", number))

    def _group(self, group: str, found: Iterable[int]) -> list[Json]:
        return group_rows("api.json", group, (self._tracks[number] for number in found))

    def _row(self, number: int) -> Json:
        return self._record("api_row", number)


def first_values(query: str) -> dict[str, str]:
    """Return the first value of each parameter of a URL's query or of a form."""
    return {name: values[0] for name, values in parse_qs(query).items()}


def page_size(params: Mapping[str, str], default: int, most: int) -> int:
    """Return the number of rows of a page: `per_page` limited to 1 and `most`."""
    per_page = params.get("per_page", "")
    return min(most, max(1, int(per_page[:9]))) if per_page.isdecimal() else default


def _list(
    key: str, items: Sequence[T], row: Callable[[T], Json], params: Mapping[str, str], address: str
) -> Answer:
    """Return one page of a list; `address` is the URL of the request without its scheme."""
    size = page_size(params, PER_PAGE, MAX_ROWS)
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


def _answer(props: Json, key: str, *more_headers: tuple[str, str]) -> Answer:
    """Return an answer with its records at a key."""
    headers = (*_HEADERS, *more_headers)
    return Answer(props=props, records=[(props, key)], movable=[key], headers=headers)


def _single(key: str, record: Json, *more_headers: tuple[str, str]) -> Answer:
    """Return an answer that is one record; `key` is its name for the faults."""
    answer = _answer({key: record}, key, *more_headers)
    answer.single = key
    return answer


def _error(status: int, key: str, text: str, *more_headers: tuple[str, str]) -> Answer:
    """Return an error; the key of its text depends on the part of the API that rejects."""
    return Answer(props={key: text}, status=status, headers=(*_HEADERS, *more_headers))


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
    form = first_values(request.body.decode("utf-8", "replace")) if content_type == _FORM else {}
    if form.get("grant_type") != "refresh_token":
        return _error(400, "error", "unauthorized_client")
    renewed = tokens.refresh(form.get("refresh_token", ""), form.get("client_id", ""))
    if isinstance(renewed, str):
        return _error(401, "error", renewed)
    answer = {
        "access_token": renewed.access,
        "expires_in": tokens.expires_in_s,
        "token_type": "Bearer",
        "scope": "app:docs user:dj",
        "refresh_token": renewed.refresh,
    }
    return _single("token", answer, ("cache-control", "no-store"))
