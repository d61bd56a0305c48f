"""Beatport's web pages as a `Source`: each question stands with the reader of its answer.

Requests are described here, not sent, and readers see nothing but the response. This file knows
neither what is asked next nor whether it is asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from beatport_match.beatport.json_fields import is_record
from beatport_match.beatport.page_data import (
    LayoutChangedError,
    RenderedQuery,
    failure,
    layout_changed,
    open_page,
    queries,
    search_rows,
    unreadable,
)
from beatport_match.beatport.track_records import parse_record
from beatport_match.beatport.urls import safe_query, track_id
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Request, Response

# What browsers send; the language keeps genre names in English.
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_ACCEPT_LANGUAGE = "en-US,en;q=0.9"

# Beatport serves 150 at the most; a page that has more is not searched to its end.
MAX_ROWS = 1000

# "track-details-1696999", "track-194481" before 2026; "track-1696999-charts" is something else.
_DETAILS_KEY = re.compile(r"track-(?:details-)?[0-9]*")


@dataclass(frozen=True, slots=True)
class WebSource:
    """Beatport as its web pages show it, without a login.

    Args:
        base_url: Where Beatport is.
        max_results: The most rows asked of one search.
        user_agent: What we call ourselves.
    """

    base_url: str
    max_results: int
    user_agent: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))

    @property
    def name(self) -> str:
        """What tells it from other sources."""
        return f"web {self.base_url}"

    def search(self, text: str, query_type: str) -> Question:
        """Search among tracks; Beatport orders them by relevance and popularity.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        # `per_page` is what the site's own lists use; a server that ignores it sends up to 150.
        return self._search(
            "/search/tracks", text, query_type, (("per_page", str(self.max_results)),)
        )

    def search_all(self, text: str, query_type: str) -> Question:
        """Search all of Beatport at once, for its best 15 tracks.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        return self._search("/search", text, query_type, ())

    def isrc(self, isrc: str, query_type: str) -> Question:
        """Refuse: no recorded page shows that the site's search knows ISRCs.

        Raises:
            MisuseError: Always.
        """
        raise MisuseError(
            f"Beatport's web pages are not known to find an ISRC ({query_type} {isrc!r})."
        )

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """Ask for the page of one track.

        Raises:
            MisuseError: `url_or_id` is neither a number from 1 nor a track page of this Beatport.
        """
        number = track_id(url_or_id, self.base_url)
        # The site takes any slug: the number decides.
        request = self._get(f"/track/-/{number}", ())
        read = partial(parse_track, wanted=number, base_url=self.base_url)
        return Question(
            request=request, parse=read, text=str(number), query_type=query_type, kind="page"
        )

    def _search(
        self, path: str, text: str, query_type: str, params: tuple[tuple[str, str], ...]
    ) -> Question:
        query = safe_query(text)
        request = self._get(path, (("q", query), *params))
        read = partial(parse_search, base_url=self.base_url)
        return Question(request=request, parse=read, text=query, query_type=query_type)

    def _get(self, path: str, params: tuple[tuple[str, str], ...]) -> Request:
        headers = (
            ("User-Agent", self.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Language", _ACCEPT_LANGUAGE),
        )
        return Request(url=self.base_url + path, params=params, headers=headers)


def parse_search(response: Response, *, base_url: str) -> ParsedResult | Failure:
    """The tracks of a search page, in the order served; a malformed row is counted, not fatal."""
    page = open_page(response)
    if page is None:
        gone = "Beatport has no search page at this address any more."
        return failure(response, "catalogue_changed", gone)
    if isinstance(page, Failure):
        return page
    try:
        rows, place = search_rows(page)
    except LayoutChangedError as error:
        return layout_changed(response, str(error))
    read = [parse_record(row, base_url) for row in rows[:MAX_ROWS]]
    candidates = tuple(one for one in read if one is not None)
    if rows and not candidates:
        return unreadable(response, rows[0], place)
    return ParsedResult(candidates=candidates, unreadable=len(rows) - len(candidates))


def parse_track(response: Response, *, wanted: int, base_url: str) -> ParsedResult | Failure:
    """The track of a track page; no candidate where Beatport has no such page."""
    page = open_page(response)
    if page is None:
        return ParsedResult(candidates=())
    if isinstance(page, Failure):
        return page
    try:
        shown = queries(page)
    except LayoutChangedError as error:
        shown, gone = [], str(error)
    else:
        gone = f"{page.place}.dehydratedState.queries[0].state.data"
    # Pages of 2023 show the track here, too.
    shown.append(RenderedQuery("track-details-", page.props.get("track"), f"{page.place}.track"))
    # Recommendations are tracks as well, but stand in a bare list: only objects count.
    objects = [query for query in shown if is_record(query.data)]
    for query in objects:
        candidate = parse_record(query.data, base_url)
        if candidate is not None and candidate.id == wanted:
            return ParsedResult(candidates=(candidate,))
    for query in objects:
        if _DETAILS_KEY.fullmatch(query.key):
            return _other_track(response, query, wanted, base_url)
    return layout_changed(response, gone)


def _other_track(response: Response, query: RenderedQuery, wanted: int, base_url: str) -> Failure:
    """What stands in the place of the wanted track."""
    candidate = parse_record(query.data, base_url)
    if candidate is None:
        return unreadable(response, query.data, query.place)
    other = f"Beatport showed track {candidate.id} where {wanted} was asked for."
    return failure(response, "catalogue_changed", other)
