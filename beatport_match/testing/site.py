"""The shop itself: what Beatport answers to an address, as a pure function of the address.

This room knows the addresses of the pages and no socket, clock or counter; the API's are `api`'s,
who came and what went wrong on the way is `visits`, and delivery is the server's and the
transport's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs

from beatport_match.testing.api import API_ROOT, Api
from beatport_match.testing.api_envelope import ApiPage, write_page
from beatport_match.testing.api_records import v4_record
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.faults import (
    Fault,
    Reply,
    challenge_reply,
    damage,
    damage_record,
    forbidden,
    known,
)
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.page_envelope import LOCALES, Page, write
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
from beatport_match.testing.quirks import release_number
from beatport_match.testing.search_groups import group_rows
from beatport_match.testing.search_index import SearchIndex
from beatport_match.testing.search_records import search_record

TrackShape: TypeAlias = Literal["C1", "V4"]
Json: TypeAlias = dict[str, Any]

MAX_ROWS = 150  # what `/search/<type>` was seen to carry when asked for no number
_RECOMMENDED = 6
_ROBOTS = b"User-agent: *\nContent-Signal: search=yes\nAllow: /\n"
_HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "private, no-store"),
    ("server", "cloudflare"),
    ("cf-ray", "0fa4ebea7f0e1d2c-AMS"),
)


class Site:
    """A catalogue behind Beatport's addresses.

    Args:
        catalogue: What is sold; a later track replaces an earlier one of the same id.
        seed: Another seed gives another ranking of search.
        noise: How unfair the ranking is, see `SearchIndex`.
        miss_rate: The share of rows a search leaves out.
        track_shape: The shape of track pages.
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
            release = release_number(track)
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
        """What is answered to a request for `target`, the path with its query.

        The API looks at `headers`, whose names are in lower case, and `body`, and writes in
        `tokens`; without them nobody is admitted there.

        Raises:
            MisuseError: The fault is not one of `Fault`.
        """
        if fault is not None:
            known(fault)
        is_api = target.startswith(API_ROOT)
        methods = ("GET", "POST") if is_api else ("GET",)
        if method not in methods:
            return Reply(405, (("allow", ", ".join(methods)),), b"")
        if blocked := challenge_reply(fault):
            return blocked
        answer = (
            self._api.answer(method, target, headers or {}, body, tokens or TokenRegistry(None))
            if is_api
            else self._page(target)
        )
        if isinstance(answer, Reply):
            return answer
        damage_record(answer, fault)
        return damage(_written(answer, with_data=fault != "no_next_data"), fault)

    def _page(self, target: str) -> Page | Reply:
        path, _, query = target.partition("?")
        steps = path.split("/")[1:]
        locale = steps.pop(0) if steps and steps[0] in LOCALES[1:] else "en"
        asked = f"/{'/'.join(steps)}" + (f"?{query}" if query else "")
        params = {name: values[0] for name, values in parse_qs(query).items()}
        match steps:
            case ["robots.txt"]:
                return Reply(200, (("content-type", "text/plain"),), _ROBOTS)
            case ["search"]:
                return self._search(None, params, asked, locale)
            case ["search", kind] if kind in GROUPS:
                return self._search(kind, params, asked, locale)
            case ["track", _, number] if number.isdecimal():
                return self._track(int(number[:18]), asked, locale)
            case _:
                return not_found_page(asked, locale)

    def _search(
        self, kind: str | None, params: dict[str, str], asked: str, locale: str
    ) -> Page | Reply:
        query = params.get("q", "")
        # The firewall takes a second pair of parentheses for an attack.
        if min(query.count("("), query.count(")")) > 1:
            return forbidden()
        hits = self._index.search(query, MAX_ROWS)
        found = [self._tracks[hit.id] for hit in hits]

        def rows(group: str, limit: int) -> list[Json]:
            if group != "tracks":
                return group_rows(group, query, found, limit)
            return [{"score": hit.score, **self._search_record(hit.id)} for hit in hits[:limit]]

        if kind is None:
            groups = {group: rows(group, GROUP_SIZE) for group in GROUPS}
            return search_all_page(query, groups, asked, locale)
        return search_page(kind, query, rows(kind, _limit(params)), asked, locale)

    def _track(self, number: int, asked: str, locale: str) -> Page:
        track = self._tracks.get(number)
        if track is None:
            return not_found_page(asked, locale)
        position = self._positions[number]
        if self._shape == "V4":
            return old_track_page(track, v4_record(track, position), locale)
        recommended = [
            recommended_record(self._tracks[other], self._positions[other])
            for other in self._recommended(track)
        ]
        return track_page(track, detail_record(track, position), recommended, locale)

    def _recommended(self, track: CatalogueTrack) -> list[int]:
        # Other versions come first: the nastiest thing to find beside the track asked for.
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


def _written(answer: Page | ApiPage, *, with_data: bool) -> Reply:
    if isinstance(answer, ApiPage):
        return Reply(answer.status, answer.headers, write_page(answer, with_data=with_data))
    return Reply(answer.status, _HEADERS, write(answer, with_data=with_data))


def _limit(params: dict[str, str]) -> int:
    asked = params.get("per_page", "")
    return min(MAX_ROWS, max(1, int(asked[:9]))) if asked.isdecimal() else MAX_ROWS
