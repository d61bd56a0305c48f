"""The fake API: the answer to a URL below `/v4/`, and the check of the token.

This module routes the URLs of the API. It uses no socket, no clock and no counter; the
`TokenRegistry` that comes with each request knows which tokens are valid. Two rules were recorded
from Beatport's API: a missing slash at the end gives a redirect, and an unknown URL gives a 404
before the token is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from beatport_match.testing.api_envelope import (
    ApiPage,
    error_page,
    list_page,
    page_size,
    single_record,
)
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
# The text of a track that a parameter must equal, and the texts of which one must contain it.
_EXACT: Mapping[str, Callable[[CatalogueTrack], str]] = {
    "id": lambda track: str(track.id),
    "isrc": lambda track: track.isrc,
}
_CONTAINS: Mapping[str, Callable[[CatalogueTrack], tuple[str, ...]]] = {
    "name": lambda track: (track.name,),
    "mix_name": lambda track: (track.mix_name,),
    "artist_name": lambda track: track.artists,
    "label_name": lambda track: (track.label,),
}


class Api:
    """Serve a catalogue at the URLs of Beatport's API.

    Args:
        tracks: The tracks on sale, by id.
        positions: The position of each track in its release, from 1.
        index: The search index of the tracks.
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
        """Return the answer to a GET or POST.

        Args:
            method: `GET` or `POST`.
            target: The path with its query.
            headers: The request headers, with names in lower case.
            body: The request body.
            tokens: The valid tokens. An authorised request counts as a use; a renewal replaces
                them.
        """
        path, _, query = target.partition("?")
        params = {name: values[0] for name, values in parse_qs(query).items()}
        address = f"{headers.get('host', _HOST)[:255]}{target}"
        route = path.removesuffix("/")
        allowed = "GET"
        handler: Callable[[], ApiPage]
        match route.removeprefix(API_ROOT).split("/"):
            case ["auth", "o", "token"]:
                allowed, handler = "POST", partial(_token_refresh, headers, body, tokens)
            case ["catalog", "search"]:
                handler = partial(self._search, params, address)
            case ["catalog", "tracks"]:
                handler = partial(self._listing, params, address)
            case ["catalog", "tracks", number] if number.isdecimal():
                handler = partial(self._track, int(number[:18]))
            case _:
                return error_page(404, "detail", "Not found.")
        if route == path:
            return Reply(301, (("location", f"{path}/{target[len(path) :]}"),), b"")
        if method != allowed:
            text = f'Method "{method}" not allowed.'
            return error_page(405, "detail", text, ("allow", allowed))
        rejection = _rejection(headers, tokens) if allowed == "GET" else None
        return rejection or handler()

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
            return list_page(kind, found, self._row, params, address)
        if kind not in _OTHER_GROUPS:
            # A guess: there is no recording of the answer to an unknown `type`.
            return error_page(400, "detail", "Invalid type.")
        return list_page(kind, v4_group(kind, query, found), dict, params, address)

    def _listing(self, params: Mapping[str, str], address: str) -> ApiPage:
        exact = {name: _alternatives(params[name]) for name in _EXACT if name in params}
        contained = {
            name: _alternatives(params[name].casefold()) for name in _CONTAINS if name in params
        }

        def matches(track: CatalogueTrack) -> bool:
            return all(_EXACT[name](track) in values for name, values in exact.items()) and all(
                any(part in text.casefold() for part in values for text in _CONTAINS[name](track))
                for name, values in contained.items()
            )

        found = list(filter(matches, self._newest_first))
        return list_page("results", found, self._row, params, address)

    def _track(self, number: int) -> ApiPage:
        track = self._tracks.get(number)
        if track is None:
            return error_page(404, "detail", "No Track matches the given query.")
        return single_record("track", v4_detail(track, self._positions[number]))

    def _row(self, track: CatalogueTrack) -> Json:
        row = self._rows.get(track.id)
        if row is None:
            row = self._rows[track.id] = v4_row(track)
        return row


def _alternatives(text: str) -> list[str]:
    """Split a parameter at its commas: a comma means "or", also in titles."""
    return [part for part in map(str.strip, text.split(",")) if part]


def _rejection(headers: Mapping[str, str], tokens: TokenRegistry) -> ApiPage | None:
    """Return the 401 for a request without a valid token; `None` if the token is valid."""
    scheme, _, access = headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not access:
        text = "Authentication credentials were not provided."
        return error_page(401, "detail", text, ("www-authenticate", 'Bearer realm="api"'))
    if not tokens.check(access.strip()):
        return error_page(401, "message", "Invalid or expired token")
    return None


def _token_refresh(headers: Mapping[str, str], body: bytes, tokens: TokenRegistry) -> ApiPage:
    is_form = headers.get("content-type", "").partition(";")[0].strip().casefold() == _FORM
    fields = parse_qs(body.decode("utf-8", "replace")) if is_form else {}
    form = {name: values[0] for name, values in fields.items()}
    if form.get("grant_type") != "refresh_token":
        return error_page(400, "error", "unauthorized_client")
    renewed = tokens.refresh(form.get("refresh_token", ""), form.get("client_id", ""))
    if isinstance(renewed, str):
        return error_page(401, "error", renewed)
    answer = {
        "access_token": renewed.access,
        "expires_in": tokens.expires_in_s,
        "token_type": "Bearer",
        "scope": "app:docs user:dj",
        "refresh_token": renewed.refresh,
    }
    return single_record("token", answer, ("cache-control", "no-store"))
