"""Other methods to read a page whose data is not at its known place.

Beatport has moved its data before, and may do so again. The methods are tried in this order:

    script   the data script, with its tag written in another way, in several pieces, or with the
             query results at another place in it
    json     the same data in a script with another name
    flight   the same data in the pieces that Next.js streams (`self.__next_f.push`)
    rows     objects in this JSON that are tracks, at any place; if a query of the page has the
             right key, only in its results
    ld_json  the description of a track for search engines (JSON-LD)
    html     the links and texts of the page (`page_html`)

The page is parsed as HTML, which is slow, so these methods are used only if the usual one fails.
None of them splits a text into artist, title and version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from beatport_match.beatport.json_fields import Record, is_list, is_record
from beatport_match.beatport.page_data import (
    Page,
    Rows,
    first_text,
    foreign_page,
    page_from_data,
)
from beatport_match.beatport.page_html import described_tracks, heading_track, linked_tracks
from beatport_match.beatport.track_records import parse_record
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Response
from beatport_match.model.tracks import ReadFrom
from beatport_match.model.validation import parse_json

# A tree of elements takes up to fifty times the memory of its text. The largest captured page has
# 0.9 MB.
MAX_PARSED_BYTES = 4 * 2**20
# The captured pages have up to 13 scripts. Each document costs time, even a short one.
MAX_SCRIPTS = 1000
MAX_PUSHED_ROWS = 10_000
# Beatport serves at most 150 rows; the parsers ignore further rows of a larger page.
MAX_ROWS_PER_PAGE = 1000

_DATA_ID = "__next_data__"
_PUSH = "__next_f.push("
# The start of a row in pushed data: `1f:`, or `1f:T4c2,` before a text of 0x4c2 bytes.
_PUSHED_ROW = re.compile(rb"[0-9a-f]*:(?:T([0-9a-f]{1,8}),)?")

Found: TypeAlias = "Page | Rows | Failure | None"
"""The result of one method: a page's data, its rows, or an error page (`None` for 404)."""


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """The rows of a page, and the result of reading them."""

    rows: Sequence[object]
    result: ParsedResult

    def as_read_from(self, read_from: ReadFrom) -> ParsedPage:
        """Return this page with the place of its data."""
        found = tuple([replace(one, read_from=read_from) for one in self.result.candidates])
        return replace(self, result=replace(self.result, candidates=found, read_from=read_from))

    @property
    def is_partial(self) -> bool:
        """Whether every candidate lacks its artists or its version."""
        found = self.result.candidates
        return bool(found) and all(candidate.is_partial for candidate in found)


def first_parsed_page(
    response: Response,
    usual: Failure,
    ways: Iterable[tuple[ReadFrom, Found]],
    read: Callable[[Found], ParsedPage | Failure],
) -> ParsedPage | Failure:
    """Return the first parsed page that names artists and versions, otherwise the first one.

    Args:
        response: The page.
        usual: Why the page cannot be read at its usual place.
        ways: The result of each method.
        read: Reads the rows in the result of a method.
    """
    partial: ParsedPage | None = None
    for read_from, found in ways:
        parsed = read(found)
        if isinstance(parsed, Failure):
            if parsed.kind != "catalogue_changed":
                return parsed
            continue
        whole = parsed.as_read_from(read_from)
        if not whole.is_partial:
            return whole
        partial = partial or whole
    if partial:
        return partial
    if foreign := foreign_page(response):
        return foreign
    tried = "JSON in other scripts, self.__next_f.push, JSON-LD, links in the HTML"
    if len(response.body) > MAX_PARSED_BYTES:
        tried = f"nothing else, because the page is larger than {MAX_PARSED_BYTES // 2**20} MiB"
    return replace(usual, detail=f"{usual.detail.removesuffix('.')}; also tried: {tried}.")


def search_ways(
    response: Response, base_url: str, is_own: Callable[[str], bool]
) -> Iterator[tuple[ReadFrom, Found]]:
    """Yield the result of each method on a search page; `is_own` recognises its query's key."""
    root = _parse_html(response)
    if root is None:
        return
    documents: list[object] = []
    yield from _page_ways(response, _scripts_of(root), documents)
    rows: list[object] = []
    for value in _values(_own_results(documents, is_own)):
        found = _track_rows(value, base_url) if is_list(value) else []
        rows = found if len(found) > len(rows) else rows
    yield "rows", Rows(rows, "the JSON of its scripts")
    yield "html", Rows(linked_tracks(root, base_url), "its HTML")


def track_ways(
    response: Response, base_url: str, wanted_id: int, is_own: Callable[[str], bool]
) -> Iterator[tuple[ReadFrom, Found]]:
    """Yield the result of each method on a track page; `is_own` is as in `search_ways`."""
    root = _parse_html(response)
    if root is None:
        return
    scripts = _scripts_of(root)
    documents: list[object] = []
    yield from _page_ways(response, scripts, documents)
    yield "rows", Rows([*_records(_own_results(documents, is_own))], "the JSON of its scripts")
    described = _records([parse_json(text) for text in scripts.json_ld])
    yield "ld_json", Rows([*described_tracks(described, base_url)], "its JSON-LD")
    yield "html", Rows(heading_track(root, base_url, wanted_id), "its HTML")


def _parse_html(response: Response) -> Any:
    """Return the root of the page's elements; `None` if the page is too large."""
    if len(response.body) > MAX_PARSED_BYTES:
        return None
    # lxml takes long to import, and a page with its data script does not need it.
    from parsel import Selector

    # As HTML, entities that a page declares are neither expanded nor fetched. Without the comment,
    # parsel before 1.12 treats a body that looks like JSON as JSON.
    text = response.body.decode("utf-8", "replace")
    return Selector(text=f"<!-- -->{text}", type="html").root


class _Scripts(NamedTuple):
    """The texts of a page's scripts, by the method that reads them."""

    data: list[str]
    other_json: list[str]
    json_ld: list[str]
    pushed: list[str]


def _scripts_of(root: Any) -> _Scripts:
    scripts = _Scripts([], [], [], [])
    for script in islice(root.iter("script"), MAX_SCRIPTS):
        text = "".join(script.itertext()).strip()
        kind = (script.get("type") or "").lower()
        _, _, pushed = text.partition(_PUSH)
        if (script.get("id") or "").lower().startswith(_DATA_ID):
            scripts.data.append(text)
        elif "ld+json" in kind:
            scripts.json_ld.append(text)
        elif "json" in kind or text.startswith("{"):
            scripts.other_json.append(text)
        elif pushed:
            # [1,"..."] is a piece of the data; other numbers mark other contents.
            piece = parse_json(pushed.rstrip("; \n").removesuffix(")"))
            if is_list(piece) and len(piece) == 2 and piece[0] == 1 and isinstance(piece[1], str):
                scripts.pushed.append(piece[1])
    return scripts


def _page_ways(
    response: Response, scripts: _Scripts, documents: list[object]
) -> Iterator[tuple[ReadFrom, Found]]:
    """Yield the pages in the JSON of scripts; `documents` collects this JSON."""
    pushed = "".join(scripts.pushed).encode("utf-8", "surrogatepass")
    ways: tuple[tuple[ReadFrom, list[object]], ...] = (
        ("script", _parse_pieces(scripts.data)),
        ("json", _parse_pieces(scripts.other_json)),
        ("flight", [parse_json(row) for row in islice(_pushed_rows(pushed), MAX_PUSHED_ROWS)]),
    )
    for read_from, parsed in ways:
        documents += parsed
        for document in parsed:
            page = _page_in(response, document)
            if not (isinstance(page, Failure) and page.kind == "catalogue_changed"):
                yield read_from, page


def _parse_pieces(texts: list[str]) -> list[object]:
    """Parse each text, and all of them as one, because a document may be split."""
    parsed = [parse_json(text) for text in texts]
    return [*parsed, parse_json("".join(texts))] if None in parsed else parsed


def _pushed_rows(pushed: bytes) -> Iterator[bytes]:
    """Yield the rows of pushed data that may hold JSON objects or arrays."""
    at = 0
    while at < len(pushed):
        head = _PUSHED_ROW.match(pushed, at)
        if head and head[1]:
            # Such a text ends after its length, without a line end.
            at = head.end() + int(head[1], 16)
            continue
        line_end = pushed.find(b"\n", at)
        line_end = len(pushed) if line_end < 0 else line_end
        if head and pushed[head.end() : head.end() + 1] in {b"{", b"["}:
            yield pushed[head.end() : line_end]
        at = line_end + 1


def _page_in(response: Response, document: object) -> Page | Failure | None:
    """Return the page whose data a document holds, or a failure if it holds none."""
    page = page_from_data(response, document)
    is_changed = isinstance(page, Failure) and page.kind == "catalogue_changed"
    if is_changed or (isinstance(page, Page) and "dehydratedState" not in page.props):
        state = next(filter(_has_queries, _records(document)), None)
        if state is not None:
            query = page.query if isinstance(page, Page) else None
            return Page({"dehydratedState": state}, "pageProps", query)
    return page


def _own_results(documents: list[object], is_own: Callable[[str], bool]) -> list[object]:
    """Return the results of the page's own query; all documents if no query has its key.

    Other queries have recommendations, which are tracks too.
    """
    own = [one for one in _records(documents) if is_own(first_text(one.get("queryKey")))]
    return [*own] or documents


def _has_queries(record: Record) -> bool:
    """Return whether this object has the query results of a page."""
    queries = record.get("queries")
    return is_list(queries) and any(is_record(query) and "state" in query for query in queries)


def _track_rows(rows: Sequence[object], base_url: str) -> list[object]:
    """Return the rows that are tracks; the tracks of a release name no version and do not count."""
    candidates = ((row, parse_record(row, base_url)) for row in rows[:MAX_ROWS_PER_PAGE])
    return [row for row, candidate in candidates if candidate and candidate.mix_name]


def _records(document: object) -> Iterator[Record]:
    return (value for value in _values(document) if is_record(value))


def _values(document: object) -> Iterator[Record | Sequence[object]]:
    """Yield the objects and arrays of a document, in its order."""
    pending = [document]
    while pending:
        value = pending.pop()
        if is_record(value):
            pending += reversed([*value.values()])
            yield value
        elif is_list(value):
            pending += reversed(value)
            yield value
