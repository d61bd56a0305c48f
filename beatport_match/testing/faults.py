"""Everything that goes wrong between Beatport and us, on request.

This room spoils pages and the API's answers and writes the walls in front of them; it opens no
socket, so how a broken body is delivered (`Delivery`) is only named here and done by the server and
the transport.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from beatport_match.errors import MisuseError
from beatport_match.testing.api_envelope import ApiPage
from beatport_match.testing.identifiers import hash_share
from beatport_match.testing.page_envelope import Page

Fault: TypeAlias = Literal[
    "challenge",
    "challenge_200",
    "no_next_data",
    "moved",
    "truncated",
    "cut",
    "rate_limited",
    "unavailable",
    "empty",
    "reset",
    "hang",
    "slow_body",
    "bad_record",
    "wrong_shape",
    "bomb",
    "elsewhere",
]
"""What can go wrong.

    challenge      403 with Cloudflare's challenge page and its `cf-mitigated` header
    challenge_200  the same page, as if all were well
    no_next_data   200 and a page without the data; of the API, an empty object
    moved          the data is there, under another name
    truncated      the body ends inside the data; its `Content-Length` agrees
    cut            the connection ends inside the data, before the promised `Content-Length`
    rate_limited   429 with `Retry-After` (1 second)
    unavailable    503
    empty          200 and nothing at all
    reset          the connection is reset before any answer
    hang           no answer while the client is willing to wait
    slow_body      the body comes in drips
    bad_record     one malformed record more, ahead of the good ones; of one track: the record
    wrong_shape    a text stands where the list or the record should be
    bomb           64 KB of gzip that unpack to 64 MB
    elsewhere      302 to another host
"""

FaultPlan: TypeAlias = Callable[[int, str], Fault | None]
"""Which fault befalls a request: called with its number (from 0) and its path with query."""

Delivery: TypeAlias = Literal["whole", "cut", "reset", "hang", "slow"]

FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
_BOMB_BYTES: Final = 64 * 2**20
# Malformed under the names of every shape: the API's, and those of the pages.
_BAD_RECORD: Final = {
    "id": "n/a",
    "track_id": "n/a",
    "name": None,
    "track_name": None,
    "artists": "see elsewhere",
}
_HTML: Final = ("content-type", "text/html; charset=utf-8")
_CLOUDFLARE: Final = ("server", "cloudflare")


class Reply(NamedTuple):
    """What is sent back; header names are lower case, `content-length` is added on delivery."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    delivery: Delivery = "whole"


def always(kind: Fault) -> FaultPlan:
    """Every request meets this fault."""
    known(kind)
    return lambda _index, _path: kind


def first(n: int, kind: Fault) -> FaultPlan:
    """The first `n` requests meet this fault, and no later one."""
    known(kind)
    return lambda index, _path: kind if index < n else None


def sometimes(kind: Fault, probability: float, seed: int = 0) -> FaultPlan:
    """A request meets this fault with a `probability` (0-1) fixed by its path.

    The dice depend on the path, on how often that path was asked before and on `seed`, not on the
    order of the requests, so sync and async runs meet the same faults. The plan counts: make a new
    one for every fake.
    """
    known(kind)
    asked: Counter[str] = Counter()

    def plan(_index: int, path: str) -> Fault | None:
        asked[path] += 1
        return kind if hash_share("fault", seed, path, asked[path]) < probability else None

    return plan


def mixed(probability: float, kinds: Sequence[Fault], seed: int = 0) -> FaultPlan:
    """A request meets one of these faults, with a `probability` (0-1) fixed as in `sometimes`."""
    for kind in kinds:
        known(kind)
    asked: Counter[str] = Counter()

    def plan(_index: int, path: str) -> Fault | None:
        asked[path] += 1
        if hash_share("fault", seed, path, asked[path]) >= probability:
            return None
        return kinds[int(hash_share("kind", seed, path, asked[path]) * len(kinds))]

    return plan


def known(kind: str) -> None:
    """Refuse a fault that nobody here knows how to make.

    Raises:
        MisuseError: The name is not one of `Fault`.
    """
    if kind not in FAULTS:
        raise MisuseError(f"Unknown fault {kind!r}; the faults are {', '.join(FAULTS)}.")


def challenge_reply(kind: Fault | None) -> Reply | None:
    """The answer that stands in front of any page; `None` where the page itself is served."""
    if kind in ("challenge", "challenge_200"):
        mitigated = (("cf-mitigated", "challenge"),) if kind == "challenge" else ()
        return Reply(
            403 if kind == "challenge" else 200, (_HTML, _CLOUDFLARE, *mitigated), _CHALLENGE
        )
    if kind == "rate_limited":
        headers = (("content-type", "application/json"), ("retry-after", "1"), _CLOUDFLARE)
        return Reply(429, headers, b'{"detail":"Slowly, please."}')
    if kind == "unavailable":
        return Reply(503, (_HTML, _CLOUDFLARE), b"<html><body><h1>503</h1></body></html>")
    if kind == "empty":
        return Reply(200, (_HTML, _CLOUDFLARE), b"")
    if kind == "reset":
        return Reply(0, (), b"", "reset")
    if kind == "hang":
        return Reply(0, (), b"", "hang")
    if kind == "bomb":
        return Reply(200, (_HTML, ("content-encoding", "gzip")), _bomb())
    if kind == "elsewhere":
        return Reply(302, (("location", "https://elsewhere.example/"),), b"")
    return None


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_BOMB_BYTES), mtime=0)


def forbidden() -> Reply:
    """What the firewall in front of Beatport says to a query it does not like."""
    return Reply(403, (_HTML, _CLOUDFLARE), _BLOCKED)


def damage_record(page: Page | ApiPage, kind: Fault | None) -> None:
    """Spoil the data of a page, or of the API's answer, where the fault asks for that."""
    if kind == "moved":
        for key in page.movable:
            if key in page.props:
                page.props[f"{key}Next"] = page.props.pop(key)
    for holder, key in page.records:
        if kind == "wrong_shape":
            holder[key] = "see elsewhere"
        elif kind == "bad_record":
            rows = holder[key]
            holder[key] = [_BAD_RECORD, *rows] if isinstance(rows, list) else _BAD_RECORD


def damage(reply: Reply, kind: Fault | None) -> Reply:
    """Break a written page, or the way it is delivered, where the fault asks for that."""
    if kind == "truncated":
        return reply._replace(body=reply.body[: inside_data(reply.body)])
    if kind == "cut":
        return reply._replace(delivery="cut")
    if kind == "slow_body":
        return reply._replace(delivery="slow")
    return reply


def inside_data(body: bytes) -> int:
    """A place in the middle of the page's data, or of the body where there is none."""
    start = max(0, body.find(b'id="__NEXT_DATA__"'))
    end = body.find(b"</script>", start) if start else len(body)
    return (start + end) // 2


_CHALLENGE = (
    b'<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
    b'<meta name="robots" content="noindex,nofollow"></head><body><div class="main-wrapper">'
    b"<h1>www.beatport.com</h1><p>Performing security verification</p><noscript>"
    b'<span id="challenge-error-text">Enable JavaScript and cookies to continue</span></noscript>'
    b"</div><script>window._cf_chl_opt={cType:'managed',cZone:'www.beatport.com',"
    b"cRay:'0fa4ebea7f0e1d2c'};var s=document.createElement('script');"
    b"s.src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=0fa4ebea7f0e1d2c';"
    b"document.body.appendChild(s);</script></body></html>"
)
_BLOCKED = (
    b'<!DOCTYPE html><html lang="en-US"><head><title>Attention Required! | Cloudflare</title>'
    b"</head><body><h1>Sorry, you have been blocked</h1><p>This query looked like an attack."
    b"</p></body></html>"
)
