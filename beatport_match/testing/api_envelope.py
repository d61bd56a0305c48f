"""The envelope every answer of the API comes in: pages of a list, one record, or an error.

This room knows no track: it gets rows and writes them the way Beatport's API does, whose pages are
counted in texts such as `1/3` and whose links lack their scheme.
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
    """One answer, not yet written.

    `key` says under which name in `props` the records stand; faults work there, and an error has
    none. Where the answer is `bare`, what stands there is all that is written.
    """

    props: Json
    key: str = ""
    bare: bool = False
    status: int = 200
    more_headers: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers it is sent with."""
        return (*_HEADERS, *self.more_headers)

    @property
    def records(self) -> list[tuple[Json, str]]:
        """Where the records stand, as (holder, key)."""
        return [(self.props, self.key)] if self.key else []

    @property
    def movable(self) -> tuple[str, ...]:
        """The names in `props` that the fault `moved` changes."""
        return (self.key,)


def write_page(sheet: ApiPage, *, with_data: bool = True) -> bytes:
    """The answer as bytes; `with_data=False` leaves an empty object."""
    data: Json = sheet.props if with_data else {}
    if sheet.bare:
        # Under another name, where `moved` put it, it is not bare any more.
        data = data.get(sheet.key, data)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def listed(
    key: str, items: Sequence[T], row: Callable[[T], Json], params: Mapping[str, str], address: str
) -> ApiPage:
    """One page of a list, its rows under `key`.

    `address` is the host with the path and the whole query, without the scheme.
    """
    size = page_size(params)
    pages = max(1, -(-len(items) // size))
    asked = params.get("page", "1")
    page = int(asked[:9]) if asked.isdecimal() else 0
    if not 1 <= page <= pages:
        # Nobody recorded this one: it is what Django REST framework says, which the API is made of.
        return trouble(404, "detail", "Invalid page.")
    props = {
        key: [row(item) for item in items[(page - 1) * size : page * size]],
        "next": _link(address, page + 1) if page < pages else None,
        "previous": _link(address, page - 1) if page > 1 else None,
        "count": len(items),
        "page": f"{page}/{pages}",
        "per_page": size,
    }
    return ApiPage(props=props, key=key)


def alone(key: str, record: Json, *more_headers: tuple[str, str]) -> ApiPage:
    """One record that is the whole answer; `key` is what it would be called in an object."""
    return ApiPage(props={key: record}, key=key, bare=True, more_headers=more_headers)


def trouble(
    status: int,
    key: Literal["detail", "error", "message"],
    text: str,
    *more_headers: tuple[str, str],
) -> ApiPage:
    """An error; which of the three keys holds its text depends on who in the API refused."""
    return ApiPage(props={key: text}, status=status, more_headers=more_headers)


def page_size(params: Mapping[str, str]) -> int:
    """The rows a page holds: what was asked for, 1-100, or 10."""
    asked = params.get("per_page", "")
    return min(MAX_ROWS, max(1, int(asked[:9]))) if asked.isdecimal() else PER_PAGE


def _link(address: str, page: int) -> str:
    place, _, query = address.partition("?")
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != "page"]
    return f"{place}?{'&'.join((*kept, f'page={page}'))}"
