"""The messages of a fake: `Request`, `Answer` before it is serialised, and `Reply`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from beatport_match.testing.page_forms import PageForm, data_scripts
from beatport_match.testing.templates import Json

MAX_REQUEST_BODY_BYTES: Final = 64 * 2**10  # of a request body; the bytes after it are not read
Headers: TypeAlias = tuple[tuple[str, str], ...]
Delivery: TypeAlias = Literal["whole", "cut", "reset", "hang", "slow"]


class Request(NamedTuple):
    """A request: `target` is the path with its query, and the header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """An answer of the fake.

    Args:
        status: The HTTP status; 0 if no answer is sent (`reset`, `hang`).
        headers: Pairs of name (lower case) and value. The server and the transport add
            `content-length`.
        body: The whole body.
        delivery: How the body is sent: `whole`, `cut` (the connection ends early), `reset`,
            `hang` or `slow`.

    Example:
        ```python
        reply = FakeBeatport().respond("GET", "/search?q=undertow", "rate_limited")
        reply.status, dict(reply.headers)["retry-after"]
        # (429, '1')
        ```
    """

    status: int
    headers: Headers
    body: bytes
    delivery: Delivery = "whole"


class PendingReply(NamedTuple):
    """A reply to send after `pause_s` seconds: its pieces, with `gap_s` seconds before each."""

    reply: Reply
    pause_s: float
    pieces: list[bytes]
    gap_s: float


RecordRequest: TypeAlias = Callable[[Request], AbstractContextManager[PendingReply]]
"""Records a request and gives its reply; the request is in flight until the block ends."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """One web page or one answer of the API before it is serialised.

    `props` is the object with the data: the `pageProps` of a page, or the JSON of the API. Faults
    change it: `records` has the containers of its records, as (object, key), and `movable` the keys
    that the fault `moved` renames. Only a page has `next_data`, the object in its script with
    `props` inside, and `html`, the text before and after this script. A `single` record of the API
    is written alone, without its key. `form` is that of a page.
    """

    props: Json
    records: Sequence[tuple[Json, str]] = ()
    movable: Sequence[str] = ()
    single: str = ""
    next_data: Json | None = None
    html: tuple[str, str] = ("", "")
    form: PageForm = "data_script"
    status: int = 200
    headers: Headers

    def serialise(self, *, with_data: bool = True) -> Reply:
        """Return the reply; without its data, a page has no script and the API sends `{}`."""
        # After the fault `moved` the single key is not there, and the whole object is written.
        data = self.next_data or self.props.get(self.single, self.props)
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if self.next_data is None:
            text = text if with_data else "{}"
        else:
            # Next.js writes these characters as escapes, so the script contains no tag.
            for character in "&<>":
                text = text.replace(character, f"\\u{ord(character):04x}")
            text = (data_scripts(text, self.form) if with_data else "").join(self.html)
        return Reply(self.status, self.headers, text.encode())


def middle_of_data(body: bytes) -> int:
    """Return an offset in the middle of the page's data, or of a body without such data."""
    start = max(0, body.find(b'id="__NEXT_DATA__"'))
    end = body.find(b"</script>", start) if start else len(body)
    return (start + end) // 2
