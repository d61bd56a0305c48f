"""Beatport's API v4 as a `Source`: each question carries the parser of its response.

The API is for users with an account. Every request needs the user's token, which `transport` adds
when it sends the request. Only the first page of a list is read. `next` is never followed: it is a
URL without a scheme, and it is present even if there is no further page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from beatport_match.beatport.json_fields import Record, clean_text, is_list, is_record, text
from beatport_match.beatport.page_data import (
    contradicted,
    counted,
    failure,
    foreign_page,
    is_challenge_page,
    layout_changed,
    unreadable_row,
    wrong_track,
)
from beatport_match.beatport.track_records import parse_record, parse_rows
from beatport_match.beatport.urls import safe_query, track_id
from beatport_match.errors import Failure, FailureKind, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Request, Response
from beatport_match.model.validation import parse_json

# The API serves at most this many rows, even if `per_page` is larger.
MAX_API_PAGE_ROWS = 100
MAX_ERROR_TEXT_LENGTH = 200
_STATUS_FAILURES: dict[int, tuple[FailureKind, str]] = {
    401: ("auth", "Beatport's API rejected the access token, which is unknown or has expired"),
    403: ("auth", "Beatport's API denied access to this account"),
    429: ("rate_limited", "Beatport's API limits the number of requests per second"),
    451: ("restricted", "Beatport may not show this here for legal reasons"),
    511: ("network", "This network requires a login"),
}


@dataclass(frozen=True, slots=True)
class ApiSource:
    """Beatport's API v4, for users with an account.

    Args:
        api_url: The URL of the API, with or without a slash at the end.
        base_url: The URL of Beatport's site, for the URLs of tracks.
        max_results: The maximum number of rows to request from one search; the API returns at
            most 100.
        user_agent: The value of the `User-Agent` header.
    """

    api_url: str
    base_url: str
    max_results: int
    user_agent: str

    def __post_init__(self) -> None:
        for name in ("api_url", "base_url"):
            object.__setattr__(self, name, getattr(self, name).rstrip("/"))

    @property
    def name(self) -> str:
        """The name of this source, different for each `api_url`."""
        return f"api {self.api_url}"

    def search(self, text: str, query_type: str) -> Question:
        """Search for tracks.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        query = safe_query(text)
        params = (("q", query), ("type", "tracks"), ("per_page", self._rows_per_page()))
        return self._question("/catalog/search/", params, "tracks", query, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        """Request the tracks with an ISRC.

        Raises:
            MisuseError: The code is empty.
        """
        if not isrc:
            raise MisuseError("The ISRC is empty: give the code of a recording.")
        params = (("isrc", isrc), ("per_page", self._rows_per_page()))
        return self._question("/catalog/tracks/", params, "results", isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """Request one track.

        Raises:
            MisuseError: `url_or_id` is neither a number from 1 nor the URL of a track page of this
                Beatport.
        """
        number = track_id(url_or_id, self.base_url)
        return Question(
            request=self._get(f"/catalog/tracks/{number}/", ()),
            parse=partial(parse_detail, wanted_id=number, base_url=self.base_url),
            text=str(number),
            query_type=query_type,
            kind="page",
        )

    def _question(
        self,
        path: str,
        params: tuple[tuple[str, str], ...],
        rows_key: str,
        query: str,
        query_type: str,
    ) -> Question:
        return Question(
            request=self._get(path, params),
            parse=partial(parse_listing, rows_key=rows_key, base_url=self.base_url),
            text=query,
            query_type=query_type,
        )

    def _rows_per_page(self) -> str:
        return str(min(self.max_results, MAX_API_PAGE_ROWS))

    def _get(self, path: str, params: tuple[tuple[str, str], ...]) -> Request:
        # A path without a slash at its end is redirected.
        headers = (("User-Agent", self.user_agent), ("Accept", "application/json"))
        return Request(url=self.api_url + path, params=params, headers=headers, needs_token=True)


def parse_listing(response: Response, *, rows_key: str, base_url: str) -> ParsedResult | Failure:
    """Parse the tracks of a list, in the list's order; malformed rows are only counted.

    The rows are under `rows_key`: `tracks` in a search, `results` in a list by ISRC.
    """
    body = _parse_body(response)
    if isinstance(body, Failure):
        return body
    if body is None:
        detail = "Beatport's API no longer has a list at this URL."
        return failure(response, "catalogue_changed", detail)
    rows = body.get(rows_key)
    if not is_list(rows):
        return layout_changed(response, rows_key)
    message = error_text(response) if not rows else ""
    if doubt := f'Beatport says "{message}"' if message else not rows and counted(body):
        return contradicted(response, rows_key, doubt)
    return _parse_rows(response, rows[:MAX_API_PAGE_ROWS], rows_key, base_url)


def parse_detail(response: Response, *, wanted_id: int, base_url: str) -> ParsedResult | Failure:
    """Parse one track.

    The API answers 404 both for a removed track and for one that it may not show in this country.
    """
    body = _parse_body(response)
    if isinstance(body, Failure):
        return body
    if body is None:
        detail = f"Track {wanted_id} was removed from Beatport or is not available in this country."
        return failure(response, "restricted", detail)
    candidate = parse_record(body, base_url)
    if candidate is None:
        return unreadable_row(response, body, "the track")
    if candidate.id != wanted_id:
        return wrong_track(response, candidate.id, wanted_id)
    return ParsedResult(candidates=(candidate,))


def error_text(response: Response) -> str:
    """Return the API's error message, which has one of four keys; empty if there is none."""
    body = parse_json(response.body)
    if not is_record(body):
        return ""
    keys = ("detail", "error_description", "error", "message")
    messages = (text(body, key) for key in keys)
    return clean_text(next(filter(None, messages), ""), MAX_ERROR_TEXT_LENGTH)


def _parse_rows(
    response: Response, rows: Sequence[object], place: str, base_url: str
) -> ParsedResult | Failure:
    result = parse_rows(rows, base_url, MAX_API_PAGE_ROWS)
    if rows and not result.candidates:
        return unreadable_row(response, rows[0], place)
    return result


def _parse_body(response: Response) -> Record | Failure | None:
    """Return the object in the response; `None` if the API answered 404."""
    body = parse_json(response.body)
    if not is_record(body) and is_challenge_page(response):
        return failure(response, "blocked", "Beatport requires a browser check.")
    if response.status == 404:
        return None
    if not 200 <= response.status < 300:
        return _status_failure(response)
    if is_record(body):
        return body
    if body is None and response.body.strip()[:1] in {b"", b"{"}:
        return failure(response, "network", "The answer was cut off.")
    detail = "Beatport's API did not answer with an object."
    return foreign_page(response) or failure(response, "catalogue_changed", detail)


def _status_failure(response: Response) -> Failure:
    kind, sentence = _STATUS_FAILURES.get(
        response.status, ("status", "Beatport's API sent an error")
    )
    message = error_text(response)
    if response.status == 403 and not message:
        # The API's own errors have a message; without one, the firewall in front of it answered.
        kind, sentence = "blocked", "Beatport rejected the request"
    quoted = f', "{message}"' if message else ""
    return failure(response, kind, f"{sentence} (HTTP {response.status}{quoted}).")
