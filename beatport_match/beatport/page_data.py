"""The JSON data of a Beatport web page, and the place of the rows in it.

A page that is not the requested one is recognised by its content and never counts as "not found".
If the rows are not at their known place, the failure names the missing path. This module does not
read the fields of a track.

A normal page is not parsed as HTML: the JSON script is found in the bytes, because parsing 550 KB
of HTML takes twenty times as long. `page_fallback` reads a page whose data is at another place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import filterfalse

from beatport_match.beatport.json_fields import (
    Record,
    clean_text,
    inner_record,
    is_list,
    is_record,
    positive_id,
    text,
)
from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import Response
from beatport_match.model.validation import parse_json

_DATA_SCRIPT = b'id="__NEXT_DATA__"'
_DATA_PLACE = "script#__NEXT_DATA__"

# Challenge pages are small and contain one of these marks near their start. Ordinary pages load
# Cloudflare's /cdn-cgi/challenge-platform/ script near their end, so that path is not a mark.
MAX_HEAD_BYTES = 16_000
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

MAX_SHOWN_TITLE_LENGTH = 80
MAX_SHOWN_KEYS = 8
MAX_SHOWN_KEY_LENGTH = 30

# A page holds an access token of the visitor, and the visitor's IP address and country. In pushed
# data, the quotes are escaped.
_PERSONAL_DATA = re.compile(
    rb'("(?:access_?token|realIp|countryCode)\\{0,3}" ?: ?\\{0,3}")[^"\\]*', re.IGNORECASE
)
_VISIT_NUMBERS = re.compile(rb"(__CF\$cv\$params=\{)[^}]*")

_CHALLENGE_FAILURE: tuple[FailureKind, str] = ("blocked", "Beatport requires a browser check")
_STATUS_FAILURES: dict[int, tuple[FailureKind, str]] = {
    401: ("auth", "Beatport requires a login"),
    403: ("blocked", "Beatport rejected the request"),
    429: ("rate_limited", "Beatport limits the number of requests per second"),
    451: ("restricted", "Beatport may not show this here for legal reasons"),
    511: ("network", "This network requires a login"),  # RFC 6585, section 6
}


@dataclass(frozen=True, slots=True)
class Page:
    """The data of a page.

    `place` is the dotted path of `props` in it, `query` the search text that the page answers; it
    is `None` if the page does not state it.
    """

    props: Record
    place: str
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of tracks, as the page has them, and their place.

    If there are no rows, `doubt` is the reason why this may not mean that nothing was found.
    """

    rows: Sequence[object]
    place: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class RenderedQuery:
    """One of the query results that a page was rendered from.

    `key` is the first text of the query's key, `place` the dotted path of `data` in the page.
    `has_failed` says that Beatport could not answer it when it made the page.
    """

    key: str
    data: object
    place: str
    has_failed: bool = False


class LayoutChangedError(Exception):
    """A value is not at its known place in the page; the argument is the missing dotted path."""


def open_page(
    response: Response, parse: Callable[[bytes], object] = parse_json
) -> Page | Failure | None:
    """Return the data of the page; `None` if Beatport answers that there is no such page.

    `parse` parses the JSON of the page; it returns `None` if the text is not JSON.

    Raises:
        LayoutChangedError: The page is complete and has no data script, or no JSON in it.
    """
    body = response.body
    has_data = _DATA_SCRIPT in body or _is_bare_json(body)
    if not_served := _status_failure(response, has_data=has_data):
        return not_served
    if response.status == 404:
        return None
    if not has_data:
        if _is_truncated_html(body):
            return _truncated_failure(response)
        raise LayoutChangedError(_DATA_PLACE)
    script = _find_data_script(body)
    if script is None:
        return _truncated_failure(response)
    data = parse(script)
    if data is None:
        raise LayoutChangedError(f"JSON in {_DATA_PLACE}")
    return page_from_data(response, data)


def rendered_queries(page: Page) -> list[RenderedQuery]:
    """Return the query results of a page, in its order; those without a state are left out.

    Raises:
        LayoutChangedError: The page has no list of query results.
    """
    place = f"{page.place}.dehydratedState"
    if "dehydratedState" not in page.props:
        raise LayoutChangedError(place)
    place = f"{place}.queries"
    queries = inner_record(page.props, "dehydratedState").get("queries")
    if not is_list(queries):
        raise LayoutChangedError(place)
    return [
        RenderedQuery(
            first_text(query.get("queryKey")),
            state.get("data"),
            f"{place}[{index}].state.data",
            has_failed=state.get("status") == "error",
        )
        for index, query in enumerate(queries)
        if is_record(query) and is_record(state := query.get("state"))
    ]


def search_rows(page: Page, *, needs_key: bool = False) -> Rows:
    """Return the rows of a search page; no rows means that nothing was found.

    The rows are in the query whose key starts with `search`: in `data` (`/search/tracks`) or in
    `tracks.data` (`/search`). The rest of that key changes from build to build.

    Args:
        page: The data of the page.
        needs_key: Whether an empty list needs that key to mean that nothing was found, even if
            there is only one query.

    Raises:
        LayoutChangedError: There are no such rows.
    """
    queries = rendered_queries(page)
    searches = [query for query in queries if is_search_key(query.key)]
    # An empty list of something else must not count as "nothing found".
    is_certain = bool(searches) or (len(queries) == 1 and not needs_key)
    for query in searches or queries:
        found, _ = _rows(query)
        if found is not None and (found.rows or is_certain):
            return found
    if is_certain:
        raise LayoutChangedError(_rows((searches or queries)[0])[1])
    which = "[search]" if queries else "[0].state.data"
    raise LayoutChangedError(f"{page.place}.dehydratedState.queries{which}")


def is_search_key(key: str) -> bool:
    """Return whether this is the first text of the key of a search."""
    return key.startswith("search")


def _rows(query: RenderedQuery) -> tuple[Rows | None, str]:
    """Return the rows in a query's data, or `None`, and their place."""
    data, place = query.data, query.place
    if not is_record(data):
        return None, place
    if "data" not in data and "tracks" in data:
        data, place = data["tracks"], f"{place}.tracks"
        if not is_record(data):
            return None, place
    rows, place = data.get("data"), f"{place}.data"
    if not is_list(rows):
        return None, place
    doubt = "Beatport could not run the search" if query.has_failed else counted(data)
    return Rows(rows, place, doubt), place


def counted(data: Record) -> str:
    """Return a clause with the number of rows that a list states; empty if it states none."""
    count = positive_id(data, "count") or positive_id(data, "total")
    return f"Beatport states that there are {count}" if count else ""


def failure(response: Response, kind: FailureKind, detail: str) -> Failure:
    """Return a failure with the URL of this response."""
    return Failure(kind, detail, response.url)


def layout_changed(response: Response, place: str) -> Failure:
    """Report that the response has nothing usable at `place`."""
    return failure(response, "catalogue_changed", f"Beatport's page no longer has {place}.")


def unreadable_row(response: Response, row: object, place: str) -> Failure:
    """Report that the row at `place` is not a track, with the row's keys."""
    shown = list(row)[:MAX_SHOWN_KEYS] if is_record(row) else []
    keys = ", ".join(clean_text(key, MAX_SHOWN_KEY_LENGTH) for key in shown)
    description = f"has the keys {keys}" if keys else "is not an object with keys"
    return failure(
        response,
        "catalogue_changed",
        f"No track can be read from {place} any more; the first entry there {description}.",
    )


def contradicted(response: Response, place: str, doubt: str) -> Failure:
    """Report an empty list that does not mean that nothing was found."""
    return failure(response, "catalogue_changed", f"There are no rows in {place}, but {doubt}.")


def foreign_page(response: Response) -> Failure | None:
    """Report a page that is not Beatport's, such as the login page of a hotel; otherwise `None`.

    The title of Beatport's pages contains the name Beatport, and the pages have scripts of Next.js.
    """
    title = _quoted_title(response).lower()
    if not title or "beatport" in title or b"_next/" in response.body:
        return None
    detail = f"This is not Beatport's page{_quoted_title(response)}; log in to your network first."
    return failure(response, "network", detail)


def other_search(response: Response, page: Page, wanted: str) -> Failure | None:
    """Report a page that states another search than the one that was sent; otherwise `None`."""
    if page.query is None or _folded(page.query) == _folded(wanted):
        return None
    shown = clean_text(page.query, MAX_SHOWN_TITLE_LENGTH)
    return failure(response, "catalogue_changed", f'Beatport answered another search, "{shown}".')


def _folded(query: str) -> list[str]:
    """Return the words of a search without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", query.casefold())
    return re.findall(r"\w+", "".join(filterfalse(unicodedata.combining, plain)))


def wrong_track(response: Response, found_id: int, wanted_id: int) -> Failure:
    """Report that the response holds another track than the requested one."""
    detail = f"Beatport returned track {found_id} instead of the requested track {wanted_id}."
    return failure(response, "catalogue_changed", detail)


def _status_failure(response: Response, *, has_data: bool) -> Failure | None:
    """Return a failure if this is a challenge page or an error status other than 404."""
    status = response.status
    if not has_data and is_challenge_page(response):
        kind, sentence = _CHALLENGE_FAILURE
    elif 200 <= status < 300 or status == 404:
        return None
    else:
        kind, sentence = _STATUS_FAILURES.get(status, ("status", "Beatport answered with an error"))
    return failure(response, kind, f"{sentence} (HTTP {status}{_quoted_title(response)}).")


def is_challenge_page(response: Response) -> bool:
    """Return whether Beatport sent a browser check instead of the requested content."""
    head = response.body[:MAX_HEAD_BYTES].lower()
    return (
        "cf-mitigated" in response.headers
        or any(mark in head for mark in _CHALLENGE_MARKS)
        or any(mark in response.body for mark in _HUMAN_TEST_MARKS)
    )


def without_personal_data(body: bytes) -> bytes:
    """Return a page without the visitor's token, IP address, country and visit numbers."""
    return _VISIT_NUMBERS.sub(rb"\1", _PERSONAL_DATA.sub(rb"\1removed", body))


def _quoted_title(response: Response) -> str:
    """Return the title of an error page, quoted after a comma; empty if it has none."""
    # lxml takes long to import, and most runs get no error page.
    from parsel import Selector

    head = response.body[:MAX_HEAD_BYTES].decode("utf-8", "replace")
    # Without the comment, parsel before 1.12 treats a body that looks like JSON as JSON.
    title = Selector(text=f"<!-- -->{head}", type="html").xpath("string(//title)").get()
    title = clean_text(title or "", MAX_SHOWN_TITLE_LENGTH)
    return f', "{title}"' if title else ""


def _is_bare_json(body: bytes) -> bool:
    """Return whether the body is the page's data alone, as `/_next/data/` serves it."""
    return body[:64].lstrip().startswith(b"{")


def _is_truncated_html(body: bytes) -> bool:
    return not body.strip() or (b"<html" in body and b"</html" not in body)


def _find_data_script(body: bytes) -> bytes | None:
    """Return the page's JSON; `None` if the body ends before the JSON does."""
    mark = body.find(_DATA_SCRIPT)
    if mark < 0:
        bare = body.strip()
        return bare if bare.endswith(b"}") else None
    start = body.find(b">", mark)
    # Next.js writes every < in its JSON as \u003c, and searching for one byte is much faster than
    # searching for nine.
    end = body.find(b"<", start)
    if not body.startswith(b"</script>", end):
        end = body.find(b"</script>", start)
    return body[start + 1 : end] if 0 < start < end else None


def _truncated_failure(response: Response) -> Failure:
    size = len(response.body)
    return failure(response, "network", f"The page was cut off after {size} bytes.")


def page_from_data(response: Response, data: object) -> Page | Failure | None:
    """Return the page whose data this is; `None` if it is the page for an unknown address."""
    outer: Record = data if is_record(data) else {}
    is_bare = "pageProps" in outer
    place = "pageProps" if is_bare else "props.pageProps"
    props = (outer if is_bare else inner_record(outer, "props")).get("pageProps")
    if not is_record(props):
        return layout_changed(response, place)
    # The names that Next.js gives to its error pages, which can come with HTTP 200.
    route = text(outer, "page")
    status = positive_id(props, "statusCode")
    if route == "/404" or (route == "/_error" and status == 404):
        return None
    if route == "/_error":
        detail = f"Beatport showed its error page (status {status or 'unknown'})."
        return failure(response, "status", detail)
    query = _stated_search(outer) or _stated_search(props)
    return Page(props, place, query)


def _stated_search(outer: Record) -> str | None:
    """Return the search text in the page's own URL."""
    return text(inner_record(outer, "query"), "q")


def first_text(key: object) -> str:
    """Return the first text of a query's key; empty if it has none."""
    first = key[0] if is_list(key) and key else key
    return first if isinstance(first, str) else ""
