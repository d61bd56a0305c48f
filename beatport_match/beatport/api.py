"""Beatport's API v4 as a `Source`: each question stands with the reader of its answer.

For users with an account: every request is `signed`, and whose token signs it is the hands'
business. Pages are read from the front, `next` is never followed: it comes without a scheme, and
stands there where nothing follows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from beatport_match.beatport.json_fields import Record, clean, is_list, is_record, text
from beatport_match.beatport.page_data import failure, is_challenge_page, layout_changed, unreadable
from beatport_match.beatport.track_records import parse_record
from beatport_match.beatport.urls import safe_query, track_id
from beatport_match.errors import Failure, FailureKind, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Request, Response

API = "https://api.beatport.com/v4"

# The API serves no more on a page, whatever is asked for.
MAX_ROWS = 100
MAX_WORD_LENGTH = 200
_BLOCKED_STATUSES: dict[int, tuple[FailureKind, str]] = {
    401: ("auth", "Beatport's API does not know the access token, or it has expired"),
    403: ("auth", "Beatport's API refused this account"),
    429: ("rate_limited", "Beatport's API asked for a slower pace"),
    451: ("restricted", "Beatport may not show this here for legal reasons"),
}


@dataclass(frozen=True, slots=True)
class ApiSource:
    """Beatport as its API shows it, to a user with an account.

    Args:
        api_url: Where the API is.
        base_url: Where the shop is, for the addresses of tracks.
        max_results: The most rows asked of one search; the API gives at most 100.
        user_agent: What we call ourselves.
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
        """What tells it from other sources."""
        return f"api {self.api_url}"

    def search(self, text: str, query_type: str) -> Question:
        """Search among tracks.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        query = safe_query(text)
        params = (("q", query), ("type", "tracks"), ("per_page", self._rows()))
        return self._question("/catalog/search/", params, "tracks", query, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        """Ask for the tracks with an ISRC.

        Raises:
            MisuseError: The code is empty.
        """
        if not isrc:
            raise MisuseError("There is no ISRC to ask for.")
        params = (("isrc", isrc), ("per_page", self._rows()))
        return self._question("/catalog/tracks/", params, "results", isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """Ask for one track.

        Raises:
            MisuseError: `url_or_id` is neither a number from 1 nor a track page of this Beatport.
        """
        number = track_id(url_or_id, self.base_url)
        return Question(
            request=self._get(f"/catalog/tracks/{number}/", ()),
            parse=partial(parse_detail, wanted=number, base_url=self.base_url),
            text=str(number),
            query_type=query_type,
            kind="page",
        )

    def _question(
        self, path: str, params: tuple[tuple[str, str], ...], rows: str, said: str, query_type: str
    ) -> Question:
        return Question(
            request=self._get(path, params),
            parse=partial(parse_listing, rows=rows, base_url=self.base_url),
            text=said,
            query_type=query_type,
        )

    def _rows(self) -> str:
        return str(min(self.max_results, MAX_ROWS))

    def _get(self, path: str, params: tuple[tuple[str, str], ...]) -> Request:
        # Without its last slash an address is a redirect.
        headers = (("User-Agent", self.user_agent), ("Accept", "application/json"))
        return Request(url=self.api_url + path, params=params, headers=headers, needs_token=True)


def parse_listing(response: Response, *, rows: str, base_url: str) -> ParsedResult | Failure:
    """The tracks of a listing, in the order served; a malformed row is counted, not fatal.

    They stand under `rows`: `tracks` in a search, `results` in a list.
    """
    found = _parse_body(response)
    if isinstance(found, Failure):
        return found
    if found is None:
        gone = "Beatport's API has no list at this address any more."
        return failure(response, "catalogue_changed", gone)
    served = found.get(rows)
    if not is_list(served):
        return layout_changed(response, rows)
    return _parse_rows(response, served[:MAX_ROWS], rows, base_url)


def parse_detail(response: Response, *, wanted: int, base_url: str) -> ParsedResult | Failure:
    """One track; the API says 404 of what is gone and of what it may not show in this country."""
    found = _parse_body(response)
    if isinstance(found, Failure):
        return found
    if found is None:
        said = f"Track {wanted} is gone from Beatport, or may not be shown in this country."
        return failure(response, "restricted", said)
    candidate = parse_record(found, base_url)
    if candidate is None:
        return unreadable(response, found, "the track")
    if candidate.id != wanted:
        other = f"Beatport showed track {candidate.id} where {wanted} was asked for."
        return failure(response, "catalogue_changed", other)
    return ParsedResult(candidates=(candidate,))


def error_text(response: Response) -> str:
    """What an error says of itself, in the API's three ways; empty where it says nothing."""
    body = _json(response)
    if not is_record(body):
        return ""
    said = (text(body, name) for name in ("detail", "error_description", "error", "message"))
    return clean(next(filter(None, said), ""), MAX_WORD_LENGTH)


def _parse_rows(
    response: Response, served: Sequence[object], place: str, base_url: str
) -> ParsedResult | Failure:
    read = [parse_record(row, base_url) for row in served]
    candidates = tuple([one for one in read if one is not None])
    if served and not candidates:
        return unreadable(response, served[0], place)
    return ParsedResult(candidates=candidates, unreadable=len(served) - len(candidates))


def _parse_body(response: Response) -> Record | Failure | None:
    """The object that was served; `None` where the API says that there is nothing (404)."""
    body = _json(response)
    if not is_record(body) and is_challenge_page(response):
        return failure(response, "blocked", "Beatport asked for a browser check.")
    if response.status == 404:
        return None
    if not 200 <= response.status < 300:
        return _blocked_failure(response)
    if is_record(body):
        return body
    if body is None and response.body.strip()[:1] in {b"", b"{"}:
        return failure(response, "network", "The answer was cut off.")
    return failure(response, "catalogue_changed", "Beatport's API did not answer with an object.")


def _blocked_failure(response: Response) -> Failure:
    kind, sentence = _BLOCKED_STATUSES.get(
        response.status, ("status", "Beatport's API sent an error")
    )
    said = error_text(response)
    if response.status == 403 and not said:
        # No word of the API's own: the wall before it.
        kind, sentence = "blocked", "Beatport refused the request"
    quoted = f', "{said}"' if said else ""
    return failure(response, kind, f"{sentence} (HTTP {response.status}{quoted}).")


def _json(response: Response) -> object:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None
