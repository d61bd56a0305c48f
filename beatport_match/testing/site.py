"""The fake Beatport site: the answer to a URL, as a pure function of the URL.

This module routes the URLs of the web pages; `api` routes those of the API. It uses no socket, no
clock and no counter: `request_log` counts requests and picks faults, and `server` and `transport`
deliver the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs

from beatport_match.testing.api import API_ROOT, Api
from beatport_match.testing.api_envelope import ApiPage, render_api_page
from beatport_match.testing.api_records import v4_record
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.faults import (
    Fault,
    Reply,
    damage_records,
    damage_reply,
    firewall_reply,
    replacement_reply,
    require_known_fault,
)
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.page_envelope import LOCALES, Page, render_page
from beatport_match.testing.page_records import detail_record, recommended_record
from beatport_match.testing.pages import (
    GROUP_SIZE,
    GROUPS,
    not_found_page,
    old_track_page,
    search_all_page,
    search_page,
    track_page,
)
from beatport_match.testing.quirks import release_id_of
from beatport_match.testing.search_groups import group_rows
from beatport_match.testing.search_index import SearchIndex
from beatport_match.testing.search_records import search_record

TrackShape: TypeAlias = Literal["C1", "V4"]
"""The format of track pages: `C1` is that of today, `V4` that until the summer of 2026."""

Json: TypeAlias = dict[str, Any]

MAX_ROWS = 150  # measured: the rows of `/search/<type>` without `per_page`
_RECOMMENDED = 6
_ROBOTS = b"User-agent: *\nContent-Signal: search=yes\nAllow: /\n"
_HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "private, no-store"),
    ("server", "cloudflare"),
    ("cf-ray", "0fa4ebea7f0e1d2c-AMS"),
)


class Site:
    """Serve a catalogue at Beatport's URLs.

    Args:
        catalogue: The tracks on sale; a later track replaces an earlier one with the same id.
        seed: Seed of the search ranking.
        noise: How much the ranking is disturbed, see `SearchIndex`.
        miss_rate: Share of matching rows (0-1) that a search leaves out.
        track_shape: The format of track pages.
    """

    def __init__(
        self,
        catalogue: Iterable[CatalogueTrack],
        *,
        seed: int,
        noise: float,
        miss_rate: float,
        track_shape: TrackShape,
    ) -> None:
        self._tracks = {track.id: track for track in catalogue}
        self._shape = track_shape
        self._index = SearchIndex(
            {t.id: (t.name, t.mix_name, *t.artists, *t.remixers) for t in self._tracks.values()},
            seed=seed,
            noise=noise,
            miss_rate=miss_rate,
        )
        self._positions: dict[int, int] = {}
        self._same_name: dict[str, list[int]] = {}
        releases: dict[int, int] = {}
        for track in self._tracks.values():
            release = release_id_of(track)
            self._positions[track.id] = releases[release] = releases.get(release, 0) + 1
            self._same_name.setdefault(track.name, []).append(track.id)
        self._search_records: dict[int, Json] = {}
        self._api = Api(self._tracks, self._positions, self._index)

    def respond(
        self,
        method: str,
        target: str,
        fault: Fault | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        tokens: TokenRegistry | None = None,
    ) -> Reply:
        """Return the answer to a request.

        Args:
            method: The HTTP method, in capitals.
            target: The path with its query.
            fault: The fault to apply; default: none.
            headers: The request headers, with names in lower case; only the API reads them.
            body: The request body; only the API reads it.
            tokens: The valid tokens of the API. A request can change them: it counts as a use, or
                it renews them. Without tokens, the API rejects every request.

        Raises:
            MisuseError: `fault` is not one of `FAULTS`.
        """
        if fault is not None:
            require_known_fault(fault)
        is_api = target.startswith(API_ROOT)
        methods = ("GET", "POST") if is_api else ("GET",)
        if method not in methods:
            return Reply(405, (("allow", ", ".join(methods)),), b"")
        if replacement := replacement_reply(fault):
            return replacement
        answer = (
            self._api.answer(method, target, headers or {}, body, tokens or TokenRegistry(None))
            if is_api
            else self._page(target)
        )
        if isinstance(answer, Reply):
            return answer
        damage_records(answer, fault)
        return damage_reply(_render(answer, with_data=fault != "no_next_data"), fault)

    def _page(self, target: str) -> Page | Reply:
        path, _, query = target.partition("?")
        steps = path.split("/")[1:]
        locale = steps.pop(0) if steps and steps[0] in LOCALES[1:] else "en"
        url = f"/{'/'.join(steps)}" + (f"?{query}" if query else "")
        params = {name: values[0] for name, values in parse_qs(query).items()}
        match steps:
            case ["robots.txt"]:
                return Reply(200, (("content-type", "text/plain"),), _ROBOTS)
            case ["search"]:
                return self._search(None, params, url, locale)
            case ["search", kind] if kind in GROUPS:
                return self._search(kind, params, url, locale)
            case ["track", _, number] if number.isdecimal():
                return self._track(int(number[:18]), url, locale)
            case _:
                return not_found_page(url, locale)

    def _search(
        self, kind: str | None, params: dict[str, str], url: str, locale: str
    ) -> Page | Reply:
        query = params.get("q", "")
        # Beatport's firewall blocks a query with more than one pair of parentheses.
        if min(query.count("("), query.count(")")) > 1:
            return firewall_reply()
        hits = self._index.search(query, MAX_ROWS)
        found = [self._tracks[hit.id] for hit in hits]

        def rows(group: str, limit: int) -> list[Json]:
            if group != "tracks":
                return group_rows(group, query, found, limit)
            return [{"score": hit.score, **self._search_record(hit.id)} for hit in hits[:limit]]

        if kind is None:
            groups = {group: rows(group, GROUP_SIZE) for group in GROUPS}
            return search_all_page(query, groups, url, locale)
        return search_page(kind, query, rows(kind, _limit(params)), url, locale)

    def _track(self, number: int, url: str, locale: str) -> Page:
        track = self._tracks.get(number)
        if track is None:
            return not_found_page(url, locale)
        position = self._positions[number]
        if self._shape == "V4":
            return old_track_page(track, v4_record(track, position), locale)
        recommended = [
            recommended_record(self._tracks[other], self._positions[other])
            for other in self._recommended(track)
        ]
        return track_page(track, detail_record(track, position), recommended, locale)

    def _recommended(self, track: CatalogueTrack) -> list[int]:
        # Other versions come first: they are the easiest to confuse with the requested track.
        same = [other for other in self._same_name[track.name] if other != track.id]
        hits = self._index.search(" ".join(track.artists), 2 * _RECOMMENDED)
        others = [hit.id for hit in hits if hit.id != track.id]
        return list(dict.fromkeys((*same, *others)))[:_RECOMMENDED]

    def _search_record(self, number: int) -> Json:
        record = self._search_records.get(number)
        if record is None:
            record = search_record(self._tracks[number], self._positions[number])
            self._search_records[number] = record
        return record


def _render(answer: Page | ApiPage, *, with_data: bool) -> Reply:
    if isinstance(answer, ApiPage):
        return Reply(answer.status, answer.headers, render_api_page(answer, with_data=with_data))
    return Reply(answer.status, _HEADERS, render_page(answer, with_data=with_data))


def _limit(params: dict[str, str]) -> int:
    per_page = params.get("per_page", "")
    return min(MAX_ROWS, max(1, int(per_page[:9]))) if per_page.isdecimal() else MAX_ROWS
