"""Beatport's web pages as a `Source`: each question carries the parser of its response.

This module describes requests but does not send them. A parser gets only the response. `matching`
decides which question comes next and whether it is retried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeGuard

from beatport_match.beatport.json_fields import is_record
from beatport_match.beatport.ordinary_rows import parse_search_page
from beatport_match.beatport.page_data import (
    LayoutChangedError,
    Page,
    RenderedQuery,
    Rows,
    contradicted,
    failure,
    is_search_key,
    layout_changed,
    open_page,
    other_search,
    rendered_queries,
    search_rows,
    unreadable_row,
    wrong_track,
)
from beatport_match.beatport.page_fallback import (
    MAX_ROWS_PER_PAGE,
    Found,
    ParsedPage,
    first_parsed_page,
    search_ways,
    track_ways,
)
from beatport_match.beatport.track_records import parse_record, parse_rows
from beatport_match.beatport.urls import safe_query, track_id
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Request, Response
from beatport_match.model.tracks import as_dict

# The values that browsers send; the language keeps genre names in English.
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_ACCEPT_LANGUAGE = "en-US,en;q=0.9"

# "track-details-1696999", "track-194481" before 2026; "track-1696999-charts" is something else.
_DETAILS_KEY = re.compile(r"track-(?:details-)?[0-9]*")


@dataclass(frozen=True, slots=True)
class WebSource:
    """Beatport's web pages, which need no login.

    Args:
        base_url: The URL of Beatport, with or without a slash at the end.
        max_results: The maximum number of rows to request from one search.
        user_agent: The value of the `User-Agent` header.
    """

    base_url: str
    max_results: int
    user_agent: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))

    @property
    def name(self) -> str:
        """The name of this source, different for each `base_url`."""
        return f"web {self.base_url}"

    def search(self, text: str, query_type: str) -> Question:
        """Search for tracks; Beatport orders them by relevance and popularity.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        query = safe_query(text)
        # The site's own lists use `per_page`; a server that ignores it sends up to 150 rows.
        params = (("q", query), ("per_page", str(self.max_results)))
        return Question(
            request=self._get("/search/tracks", params),
            parse=partial(parse_search, base_url=self.base_url, query=query),
            text=query,
            query_type=query_type,
        )

    def isrc(self, isrc: str, query_type: str) -> Question:
        """Raise an error: no recorded page shows that the site's search finds ISRCs.

        Raises:
            MisuseError: Always.
        """
        raise MisuseError(
            f"No search for an ISRC is known for Beatport's web pages ({query_type} {isrc!r})."
        )

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """Request the page of one track.

        Raises:
            MisuseError: `url_or_id` is neither a number from 1 nor the URL of a track page of this
                Beatport.
        """
        number = track_id(url_or_id, self.base_url)
        return Question(
            # The site accepts any slug: only the ID selects the track.
            request=self._get(f"/track/-/{number}", ()),
            parse=partial(parse_track, wanted_id=number, base_url=self.base_url),
            text=str(number),
            query_type=query_type,
            kind="page",
        )

    def _get(self, path: str, params: tuple[tuple[str, str], ...]) -> Request:
        headers = (
            ("User-Agent", self.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Language", _ACCEPT_LANGUAGE),
        )
        return Request(url=self.base_url + path, params=params, headers=headers)


def parse_search(
    response: Response, *, base_url: str, query: str | None = None
) -> ParsedResult | Failure:
    """Parse the tracks of a search page, in the page's order; malformed rows are only counted.

    A page that states another search than `query` gives a result with a doubt.
    """
    parsed = read_search(response, base_url, query)
    return parsed if isinstance(parsed, Failure) else parsed.result


def read_search(
    response: Response, base_url: str, query: str | None = None
) -> ParsedPage | Failure:
    """Read a search page, with another method if its data is not at its known place."""
    try:
        usual = _read_rows(response, base_url, query, open_page(response, parse_search_page))
    except LayoutChangedError as error:
        usual = layout_changed(response, str(error))
    if _has_changed(usual) and response.status != 404:
        ways = search_ways(response, base_url, is_search_key)
        read = partial(_read_rows, response, base_url, query, needs_key=True)
        return first_parsed_page(response, usual, ways, read)
    return usual


def parse_track(response: Response, *, wanted_id: int, base_url: str) -> ParsedResult | Failure:
    """Parse the track of a track page; the result is empty if Beatport has no such page."""
    try:
        usual = _read_track(response, base_url, wanted_id, open_page(response))
    except LayoutChangedError as error:
        usual = layout_changed(response, str(error))
    if _has_changed(usual):
        ways = track_ways(response, base_url, wanted_id, _is_details_key)
        read = partial(_read_track, response, base_url, wanted_id)
        usual = first_parsed_page(response, usual, ways, read)
    return usual if isinstance(usual, Failure) else usual.result


def _has_changed(parsed: ParsedPage | Failure) -> TypeGuard[Failure]:
    return isinstance(parsed, Failure) and parsed.kind == "catalogue_changed"


def _is_details_key(key: str) -> bool:
    return _DETAILS_KEY.fullmatch(key) is not None


def _read_rows(
    response: Response, base_url: str, query: str | None, found: Found, *, needs_key: bool = False
) -> ParsedPage | Failure:
    """Read the rows of a search page; `needs_key` is that of `search_rows`."""
    if found is None:
        detail = "Beatport no longer has a search page at this URL."
        return failure(response, "catalogue_changed", detail)
    if isinstance(found, Failure):
        return found
    try:
        at = found if isinstance(found, Rows) else search_rows(found, needs_key=needs_key)
    except LayoutChangedError as error:
        return layout_changed(response, str(error))
    result = parse_rows(at.rows, base_url, MAX_ROWS_PER_PAGE)
    if not result.candidates and (at.rows or isinstance(found, Rows)):
        return unreadable_row(response, at.rows[0] if at.rows else None, at.place)
    if not at.rows and at.doubt:
        return contradicted(response, at.place, at.doubt)
    if isinstance(found, Page) and query:
        result = replace(result, doubt=other_search(response, found, query))
    return ParsedPage(at.rows, result)


def _read_track(
    response: Response, base_url: str, wanted_id: int, found: Found
) -> ParsedPage | Failure:
    """Read the requested track of a track page."""
    if found is None:
        return ParsedPage((), ParsedResult(candidates=()))
    if isinstance(found, Failure):
        return found
    if isinstance(found, Rows):
        return _track_among(response, base_url, wanted_id, found)
    try:
        queries = rendered_queries(found)
    except LayoutChangedError as error:
        queries, missing_place = [], str(error)
    else:
        missing_place = f"{found.place}.dehydratedState.queries[0].state.data"
    # Pages of 2023 also hold the track here.
    old = RenderedQuery("track-details-", found.props.get("track"), f"{found.place}.track")
    # Recommendations are tracks as well, but they are in a bare list, so only objects count.
    queries = [query for query in (*queries, old) if is_record(query.data)]
    for query in queries:
        candidate = parse_record(query.data, base_url)
        if candidate is not None and candidate.id == wanted_id:
            return ParsedPage((query.data,), ParsedResult(candidates=(candidate,)))
    for query in queries:
        if _is_details_key(query.key):
            return _other_track_failure(response, query, wanted_id, base_url)
    return layout_changed(response, missing_place)


def _track_among(
    response: Response, base_url: str, wanted_id: int, found: Rows
) -> ParsedPage | Failure:
    """Return the row with the requested ID of which the most fields are known."""
    candidates = (parse_record(row, base_url) for row in found.rows)
    wanted = [one for one in candidates if one is not None and one.id == wanted_id]
    if not wanted:
        return layout_changed(response, f"the requested track in {found.place}")
    fullest = max(wanted, key=lambda one: sum(map(bool, as_dict(one).values())))
    return ParsedPage(found.rows, ParsedResult(candidates=(fullest,)))


def _other_track_failure(
    response: Response, query: RenderedQuery, wanted_id: int, base_url: str
) -> Failure:
    """Describe the content of a page that does not have the requested track."""
    candidate = parse_record(query.data, base_url)
    if candidate is None:
        return unreadable_row(response, query.data, query.place)
    return wrong_track(response, candidate.id, wanted_id)
