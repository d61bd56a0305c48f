"""The fake Beatport site: the answer to a URL, as a pure function of the URL.

This module routes the URLs of the web pages; `api` routes those of the API. It uses no socket, no
clock and no counter: `fake` counts requests and picks faults, and `server` and `transport`
deliver the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, TypeAlias

from beatport_match.testing import faults, pages
from beatport_match.testing.api import API_ROOT, Api, first_values, page_size
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.messages import Answer, Reply, Request
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.page_forms import PageForm, html_rows, json_ld
from beatport_match.testing.records import Shape, group_rows, track_record
from beatport_match.testing.search_index import Hit, SearchIndex
from beatport_match.testing.templates import Json

TrackShape: TypeAlias = Literal["C1", "V4"]
"""The format of track pages: `C1` is that of today, `V4` that until the summer of 2026."""

_RECOMMENDED = 6
_ROBOTS = b"User-agent: *\nContent-Signal: search=yes\nAllow: /\n"


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
        locale = steps.pop(0) if steps and steps[0] in pages.LOCALES[1:] else "en"
        url = f"/{'/'.join(steps)}" + (f"?{query}" if query else "")
        match steps:
            case ["robots.txt"]:
                return Reply(200, (("content-type", "text/plain"),), _ROBOTS)
            case ["search"]:
                return self._search(None, first_values(query), url, locale)
            case ["search", kind] if kind in pages.GROUPS:
                return self._search(kind, first_values(query), url, locale)
            case ["track", _, number] if number.isdecimal():
                return self._track(int(number[:18]), url, locale)
            case _:
                return pages.not_found_page(url, locale)

    def _search(
        self, kind: str | None, params: dict[str, str], url: str, locale: str
    ) -> Answer | Reply:
        query = params.get("q", "")
        # Beatport's firewall blocks a query with more than one pair of parentheses.
        if min(query.count("("), query.count(")")) > 1:
            return faults.firewall_reply()
        limit = page_size(params, pages.MAX_ROWS, pages.MAX_ROWS) if kind else pages.GROUP_SIZE
        hits = self._index.search(query, limit)
        groups = {group: self._rows(group, hits) for group in ([kind] if kind else pages.GROUPS)}
        content = html_rows(self._tracks[hit.id] for hit in hits) if self._form == "html" else ""
        return self._in_form(pages.search_page(kind, query, groups, url, locale), content)

    def _rows(self, group: str, hits: Iterable[Hit]) -> list[Json]:
        if group != "tracks":
            return group_rows("search.json", group, (self._tracks[hit.id] for hit in hits))
        return [{"score": hit.score, **self._record("search", hit.id)} for hit in hits]

    def _track(self, number: int, url: str, locale: str) -> Answer:
        track = self._tracks.get(number)
        if track is None:
            return pages.not_found_page(url, locale)
        content = json_ld(track) if self._form == "json_ld" else ""
        if self._shape == "V4":
            page = pages.old_track_page(track, self._record("old_page", number), locale)
            return self._in_form(page, content)
        others = self._recommended(track)
        recommended = [self._record("recommended", other) for other in others]
        page = pages.track_page(track, self._record("page", number), recommended, locale)
        return self._in_form(page, content)

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
