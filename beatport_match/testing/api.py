"""The API of the shop: what Beatport answers to an address below `/v4/`, and whom it admits.

This room knows the addresses and no socket, clock or counter; what tokens are good is told by the
`TokenBook` that comes with each request. That a missing slash is moved for, that an unknown address
is not found before anybody is asked who he is: so it was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from beatport_match.testing.api_envelope import ApiPage, alone, listed, page_size, trouble
from beatport_match.testing.api_groups import v4_group
from beatport_match.testing.api_records import v4_detail, v4_row
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.faults import Reply
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.search_index import SearchIndex

Json: TypeAlias = dict[str, Any]

API_ROOT: Final = "/v4/"
_HOST = "api.beatport.com"
_FORM = "application/x-www-form-urlencoded"
_OTHER_GROUPS = ("artists", "releases", "charts", "labels")
# What of a track a parameter is compared with: whole texts, and texts that may hold it anywhere.
_EXACT: Mapping[str, Callable[[CatalogueTrack], str]] = {
    "id": lambda track: str(track.id),
    "isrc": lambda track: track.isrc,
}
_WITHIN: Mapping[str, Callable[[CatalogueTrack], tuple[str, ...]]] = {
    "name": lambda track: (track.name,),
    "mix_name": lambda track: (track.mix_name,),
    "artist_name": lambda track: track.artists,
    "label_name": lambda track: (track.label,),
}


class Api:
    """A catalogue behind the addresses of Beatport's API.

    Args:
        tracks: What is sold, by number.
        positions: The place of each in its release, from 1.
        index: How it is searched.
    """

    def __init__(
        self,
        tracks: Mapping[int, CatalogueTrack],
        positions: Mapping[int, int],
        index: SearchIndex,
    ) -> None:
        self._tracks, self._positions, self._index = tracks, positions, index
        self._newest_first = [tracks[number] for number in sorted(tracks, reverse=True)]
        self._rows: dict[int, Json] = {}

    def answer(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        tokens: TokenRegistry,
    ) -> ApiPage | Reply:
        """What is answered to a GET or POST of `target`, the path with its query.

        `headers` have their names in lower case. `tokens` is written in: an admitted request
        counts, and a renewal changes what is good.
        """
        path, _, query = target.partition("?")
        params = {name: values[0] for name, values in parse_qs(query).items()}
        address = f"{headers.get('host', _HOST)[:255]}{target}"
        place = path.removesuffix("/")
        allowed = "GET"
        found: Callable[[], ApiPage]
        match place.removeprefix(API_ROOT).split("/"):
            case ["auth", "o", "token"]:
                allowed, found = "POST", partial(_token_refresh, headers, body, tokens)
            case ["catalog", "search"]:
                found = partial(self._search, params, address)
            case ["catalog", "tracks"]:
                found = partial(self._listing, params, address)
            case ["catalog", "tracks", number] if number.isdecimal():
                found = partial(self._track, int(number[:18]))
            case _:
                return trouble(404, "detail", "Not found.")
        if place == path:
            return Reply(301, (("location", f"{path}/{target[len(path) :]}"),), b"")
        if method != allowed:
            text = f'Method "{method}" not allowed.'
            return trouble(405, "detail", text, ("allow", allowed))
        refused = _rejection(headers, tokens) if allowed == "GET" else None
        return refused or found()

    def _search(self, params: Mapping[str, str], address: str) -> ApiPage:
        query, kind = params.get("q", ""), params.get("type")
        found = [self._tracks[hit.id] for hit in self._index.search(query, len(self._tracks))]
        if kind is None:
            size = page_size(params)
            props: Json = {
                "order": ["tracks", *_OTHER_GROUPS, "playlists"],
                "tracks": [self._row(track) for track in found[:size]],
                **{group: v4_group(group, query, found)[:size] for group in _OTHER_GROUPS},
                "playlists": [],
            }
            return ApiPage(props=props, key="tracks")
        if kind == "tracks":
            return listed(kind, found, self._row, params, address)
        if kind not in _OTHER_GROUPS:
            # A guess: nobody recorded what the API says to a group that it does not have.
            return trouble(400, "detail", "Invalid type.")
        return listed(kind, v4_group(kind, query, found), dict, params, address)

    def _listing(self, params: Mapping[str, str], address: str) -> ApiPage:
        exact = {name: _either(params[name]) for name in _EXACT if name in params}
        within = {name: _either(params[name].casefold()) for name in _WITHIN if name in params}

        def fits(track: CatalogueTrack) -> bool:
            return all(_EXACT[name](track) in either for name, either in exact.items()) and all(
                any(part in text.casefold() for part in either for text in _WITHIN[name](track))
                for name, either in within.items()
            )

        return listed("results", list(filter(fits, self._newest_first)), self._row, params, address)

    def _track(self, number: int) -> ApiPage:
        track = self._tracks.get(number)
        if track is None:
            return trouble(404, "detail", "No Track matches the given query.")
        return alone("track", v4_detail(track, self._positions[number]))

    def _row(self, track: CatalogueTrack) -> Json:
        row = self._rows.get(track.id)
        if row is None:
            row = self._rows[track.id] = v4_row(track)
        return row


def _either(text: str) -> list[str]:
    """What a parameter asks for: a comma means "or", in titles, too."""
    return [part for part in map(str.strip, text.split(",")) if part]


def _rejection(headers: Mapping[str, str], tokens: TokenRegistry) -> ApiPage | None:
    """Why a visitor is not admitted; `None` where he is."""
    scheme, _, access = headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not access:
        text = "Authentication credentials were not provided."
        return trouble(401, "detail", text, ("www-authenticate", 'Bearer realm="api"'))
    if not tokens.check(access.strip()):
        return trouble(401, "message", "Invalid or expired token")
    return None


def _token_refresh(headers: Mapping[str, str], body: bytes, tokens: TokenRegistry) -> ApiPage:
    is_form = headers.get("content-type", "").partition(";")[0].strip().casefold() == _FORM
    fields = parse_qs(body.decode("utf-8", "replace")) if is_form else {}
    form = {name: values[0] for name, values in fields.items()}
    if form.get("grant_type") != "refresh_token":
        return trouble(400, "error", "unauthorized_client")
    renewed = tokens.refresh(form.get("refresh_token", ""), form.get("client_id", ""))
    if isinstance(renewed, str):
        return trouble(401, "error", renewed)
    answer = {
        "access_token": renewed.access,
        "expires_in": tokens.expires_in_s,
        "token_type": "Bearer",
        "scope": "app:docs user:dj",
        "refresh_token": renewed.refresh,
    }
    return alone("token", answer, ("cache-control", "no-store"))
