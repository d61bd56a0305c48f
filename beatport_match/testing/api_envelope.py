"""The JSON around the records of the API: pages of a list, a single record, or an error.

This module gets finished rows and knows no tracks. As in Beatport's API, the page number is a text
such as `1/3`, and the links `next` and `previous` have no scheme.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

PER_PAGE: Final = 10
MAX_ROWS: Final = 100
_HEADERS: Final = (
    ("content-type", "application/json"),
    ("server", "istio-envoy"),
    ("via", "1.1 google"),
    ("vary", "origin, Authorization"),
    ("x-frame-options", "DENY"),
)


@dataclass(slots=True, kw_only=True)
class ApiPage:
    """One answer before it is serialised.

    `key` is the key of the records in `props`; faults change the value there. An error has no
    `key`. If the answer is `bare`, only the value at `key` is written.
    """

    props: Json
    key: str = ""
    bare: bool = False
    status: int = 200
    more_headers: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All response headers."""
        return (*_HEADERS, *self.more_headers)

    @property
    def records(self) -> list[tuple[Json, str]]:
        """The containers of the records, as (object, key)."""
        return [(self.props, self.key)] if self.key else []

    @property
    def movable(self) -> tuple[str, ...]:
        """The keys in `props` that the fault `moved` renames."""
        return (self.key,)


def render_api_page(page: ApiPage, *, with_data: bool = True) -> bytes:
    """Serialise an answer; `with_data=False` gives an empty object."""
    data: Json = page.props if with_data else {}
    if page.bare:
        # After the fault `moved` the key is not there, and the whole object is written.
        data = data.get(page.key, data)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def list_page(
    key: str, items: Sequence[T], row: Callable[[T], Json], params: Mapping[str, str], address: str
) -> ApiPage:
    """Return one page of a list.

    Args:
        key: The key of the rows.
        items: The whole list.
        row: Makes the row of one item.
        params: The query parameters; `page` and `per_page` are used.
        address: The host with the path and the whole query, without a scheme.
    """
    size = page_size(params)
    pages = max(1, -(-len(items) // size))
    page_text = params.get("page", "1")
    page = int(page_text[:9]) if page_text.isdecimal() else 0
    if not 1 <= page <= pages:
        # A guess, without a recording: the text of Django REST framework, which the API uses.
        return error_page(404, "detail", "Invalid page.")
    props = {
        key: [row(item) for item in items[(page - 1) * size : page * size]],
        "next": _link(address, page + 1) if page < pages else None,
        "previous": _link(address, page - 1) if page > 1 else None,
        "count": len(items),
        "page": f"{page}/{pages}",
        "per_page": size,
    }
    return ApiPage(props=props, key=key)


def single_record(key: str, record: Json, *more_headers: tuple[str, str]) -> ApiPage:
    """Return an answer that is one record; `key` is its name for the faults."""
    return ApiPage(props={key: record}, key=key, bare=True, more_headers=more_headers)


def error_page(
    status: int,
    key: Literal["detail", "error", "message"],
    text: str,
    *more_headers: tuple[str, str],
) -> ApiPage:
    """Return an error; the key of its text depends on the part of the API that rejects."""
    return ApiPage(props={key: text}, status=status, more_headers=more_headers)


def page_size(params: Mapping[str, str]) -> int:
    """Return the number of rows of a page: `per_page` limited to 1-100; default 10."""
    per_page = params.get("per_page", "")
    return min(MAX_ROWS, max(1, int(per_page[:9]))) if per_page.isdecimal() else PER_PAGE


def _link(address: str, page: int) -> str:
    path, _, query = address.partition("?")
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != "page"]
    return f"{path}?{'&'.join((*kept, f'page={page}'))}"
