"""The container of a page: what was served, and where in it the rows stand.

A page that is not the one asked for is told apart by what it shows, never taken for "not found".
Where the rows have moved, the path that is gone is named. This file knows no field of a track.

The good path finds the script in the bytes and leaves the HTML alone: parsing 550 KB of it would
cost twenty times as much. The title of a track page also names artist, mix and label, but not so
that they can be told apart ("A, B & C - D - E"), so a page without its data is reported, not
guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from beatport_match.beatport.json_fields import (
    Record,
    clean,
    is_list,
    is_record,
    positive_id,
    record,
    text,
)
from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import Response

_DATA_SCRIPT = b'id="__NEXT_DATA__"'
_DATA_PLACE = "script#__NEXT_DATA__"

# Challenge pages are small and show these at once. Ordinary pages load Cloudflare's
# /cdn-cgi/challenge-platform/ script near their end, so that path says nothing.
_HEAD = 16_000
_CHALLENGE_MARKS = (
    b"just a moment",
    b"challenge-error-text",
    b"enable javascript and cookies to continue",
    b"_cf_chl_opt",
    b"performing security verification",
    b"attention required! | cloudflare",
    b"sorry, you have been blocked",
    b"cf-turnstile",
)
_HUMAN_TEST_MARKS = (b"/human-test/", b"findProof")

_CHALLENGE_TITLES: tuple[FailureKind, str] = ("blocked", "Beatport asked for a browser check")
_BLOCKED_STATUSES: dict[int, tuple[FailureKind, str]] = {
    401: ("auth", "Beatport asked for a login"),
    403: ("blocked", "Beatport refused the request"),
    429: ("rate_limited", "Beatport asked for a slower pace"),
    451: ("restricted", "Beatport may not show this here for legal reasons"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """The data of a page; `place` is the dotted path of `props` in it."""

    props: Record
    place: str


@dataclass(frozen=True, slots=True)
class RenderedQuery:
    """One of the answers a page was rendered from; `place` is the dotted path of `data`."""

    key: str
    data: object
    place: str


class LayoutChangedError(Exception):
    """Something is not where Beatport's pages had it; the argument is its dotted path."""


def open_page(response: Response) -> Page | Failure | None:
    """The data of the page that was served; `None` where Beatport says there is no such page."""
    body = response.body
    has_data = _DATA_SCRIPT in body or _is_bare_json(body)
    if refusal := _blocked_failure(response, has_data=has_data):
        return refusal
    if response.status == 404:
        return None
    if not has_data:
        return (
            _truncated(response)
            if _is_truncated_html(body)
            else layout_changed(response, _DATA_PLACE)
        )
    script = _data_text(body)
    if script is None:
        return _truncated(response)
    try:
        # As `json` decodes bytes, but not out of a copy of them.
        data: object = json.loads(str(script, "utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return failure(response, "catalogue_changed", f"{_DATA_PLACE} does not hold JSON any more.")
    return _page_of(response, data)


def queries(page: Page) -> list[RenderedQuery]:
    """The answers a page was rendered from, in its order; those without a state are left out.

    Raises:
        MovedError: The page has no list of them.
    """
    place = f"{page.place}.dehydratedState"
    if "dehydratedState" not in page.props:
        raise LayoutChangedError(place)
    place = f"{place}.queries"
    found = record(page.props, "dehydratedState").get("queries")
    if not is_list(found):
        raise LayoutChangedError(place)
    return [
        RenderedQuery(
            _first_text(one.get("queryKey")), state.get("data"), f"{place}[{at}].state.data"
        )
        for at, one in enumerate(found)
        if is_record(one) and is_record(state := one.get("state"))
    ]


def search_rows(page: Page) -> tuple[Sequence[object], str]:
    """The rows of a search page and their place; no rows means that nothing was found.

    They stand in `data` (`/search/tracks`) or in `tracks.data` (`/search`) of the query whose key
    starts with `search`; the rest of that key changes from build to build.

    Raises:
        MovedError: There are no such rows.
    """
    found = queries(page)
    searches = [query for query in found if query.key.startswith("search")]
    # An empty list of something else must not pass for "nothing found".
    sure = bool(searches) or len(found) == 1
    for query in searches or found:
        rows, place = _rows(query)
        if rows or (rows is not None and sure):
            return rows, place
    if sure:
        raise LayoutChangedError(_rows((searches or found)[0])[1])
    which = "[search]" if found else "[0].state.data"
    raise LayoutChangedError(f"{page.place}.dehydratedState.queries{which}")


def _rows(query: RenderedQuery) -> tuple[Sequence[object] | None, str]:
    """The rows in a query's data, with their place or the first step towards it that is gone."""
    data, place = query.data, query.place
    if not is_record(data):
        return None, place
    if "data" not in data and "tracks" in data:
        data, place = data["tracks"], f"{place}.tracks"
        if not is_record(data):
            return None, place
    rows = data.get("data")
    return (rows if is_list(rows) else None), f"{place}.data"


def failure(response: Response, kind: FailureKind, detail: str) -> Failure:
    """A failure to understand this response."""
    return Failure(kind, detail, response.url)


def layout_changed(response: Response, place: str) -> Failure:
    """What the page should have had is gone from `place`."""
    return failure(response, "catalogue_changed", f"Beatport's page no longer has {place}.")


def unreadable(response: Response, row: object, place: str) -> Failure:
    """What stands in `place` is not a track any more; its keys are told."""
    keys = ", ".join(clean(key, 30) for key in list(row)[:8]) if is_record(row) else ""
    shown = f"has the keys {keys}" if keys else "is not an object with keys"
    return failure(
        response,
        "catalogue_changed",
        f"No track can be read from {place} any more; the first entry there {shown}.",
    )


def _blocked_failure(response: Response, *, has_data: bool) -> Failure | None:
    """Why this is not a page of Beatport's catalogue, where it is not."""
    status = response.status
    if not has_data and is_challenge_page(response):
        kind, sentence = _CHALLENGE_TITLES
    elif 200 <= status < 300 or status == 404:
        return None
    else:
        kind, sentence = _BLOCKED_STATUSES.get(
            status, ("status", "Beatport answered with an error")
        )
    return failure(response, kind, f"{sentence} (HTTP {status}{_title(response)}).")


def is_challenge_page(response: Response) -> bool:
    """Whether a browser check was served instead of what was asked for."""
    head = response.body[:_HEAD].lower()
    return (
        "cf-mitigated" in response.headers
        or any(mark in head for mark in _CHALLENGE_MARKS)
        or any(mark in response.body for mark in _HUMAN_TEST_MARKS)
    )


def _title(response: Response) -> str:
    """The title of an error page, ready to stand behind its status; empty where it has none."""
    # lxml takes long to import, and most runs never see an error page.
    from parsel import Selector

    head = response.body[:_HEAD].decode("utf-8", "replace")
    # The comment keeps parsel before 1.12 from taking a body that looks like JSON for JSON.
    title = Selector(text=f"<!-- -->{head}", type="html").xpath("string(//title)").get()
    title = clean(title or "", 80)
    return f', "{title}"' if title else ""


def _is_bare_json(body: bytes) -> bool:
    """Whether this is the page's data alone, as `/_next/data/` serves it."""
    return body[:64].lstrip().startswith(b"{")


def _is_truncated_html(body: bytes) -> bool:
    return not body.strip() or (b"<html" in body and b"</html" not in body)


def _data_text(body: bytes) -> memoryview | None:
    """Where the page's JSON is; `None` where the body ends before the JSON does."""
    mark = body.find(_DATA_SCRIPT)
    if mark < 0:
        bare = body.strip()
        return memoryview(bare) if bare.endswith(b"}") else None
    start = body.find(b">", mark)
    # Next writes every < in its JSON as \u003c, and one byte is found much sooner than nine.
    end = body.find(b"<", start)
    if not body.startswith(b"</script>", end):
        end = body.find(b"</script>", start)
    return memoryview(body)[start + 1 : end] if 0 < start < end else None


def _truncated(response: Response) -> Failure:
    size = len(response.body)
    return failure(response, "network", f"The page was cut off after {size} bytes.")


def _page_of(response: Response, data: object) -> Page | Failure | None:
    outer: Record = data if is_record(data) else {}
    bare = "pageProps" in outer
    place = "pageProps" if bare else "props.pageProps"
    props = (outer if bare else record(outer, "props")).get("pageProps")
    if not is_record(props):
        return layout_changed(response, place)
    # Next's own names for its error pages; they can come with HTTP 200.
    route = text(outer, "page")
    status = positive_id(props, "statusCode")
    if route == "/404" or (route == "/_error" and status == 404):
        return None
    if route == "/_error":
        shown = f"Beatport showed its error page (status {status or 'unknown'})."
        return failure(response, "status", shown)
    return Page(props, place)


def _first_text(key: object) -> str:
    first = key[0] if is_list(key) and key else key
    return first if isinstance(first, str) else ""
