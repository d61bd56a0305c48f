"""Faults on request: which faults exist, fault plans, and the damaged or replaced answers.

This module changes answers and writes the replies that replace an answer (challenge page, 429,
503). It opens no socket: for a broken connection it only sets `Reply.delivery`, and the server and
the transport break it.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Literal, TypeAlias, get_args

from beatport_match.errors import MisuseError
from beatport_match.testing.identifiers import hash_fraction
from beatport_match.testing.messages import Answer, Reply, middle_of_data
from beatport_match.testing.templates import html_template

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
"""The kinds of fault.

    challenge      403 with Cloudflare's challenge page and its header `cf-mitigated`
    challenge_200  the same page with status 200 and without the header
    no_next_data   200 and a page without the data script; for the API, an empty object
    moved          the data has another key
    truncated      the body ends inside the data; `Content-Length` is the length of what is sent
    cut            the connection ends inside the data, before `Content-Length` bytes were sent
    rate_limited   429 with `Retry-After: 1` (seconds)
    unavailable    503
    empty          200 with an empty body
    reset          the connection is reset before any answer
    hang           no answer until the client's timeout
    slow_body      the body arrives in small pieces, with pauses
    bad_record     a malformed record before the good ones; a single record is malformed itself
    wrong_shape    a text in the place of the list or of the record
    bomb           64 KB of gzip that unpack to 64 MB
    elsewhere      302 to another host
"""

FaultPlan: TypeAlias = Callable[[int, str], Fault | None]
"""A function of the request's number (from 0) and its path with query that returns its fault."""

FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
"""All kinds of fault, in the order of `Fault`."""

_BOMB_BYTES: Final = 64 * 2**20
# Malformed in the field names of every format: those of the API and those of the pages.
_BAD_RECORD: Final = {
    "id": "n/a",
    "track_id": "n/a",
    "name": None,
    "track_name": None,
    "artists": "see elsewhere",
}
_HTML: Final = ("content-type", "text/html; charset=utf-8")
_CLOUDFLARE: Final = ("server", "cloudflare")


def always(kind: Fault) -> FaultPlan:
    """Apply a fault to every request.

    Args:
        kind: The fault, one of `FAULTS`.

    Returns:
        A fault plan.

    Raises:
        MisuseError: `kind` is not one of `FAULTS`.

    Example:
        ```python
        fake = FakeBeatport(faults=always("challenge"))
        ```
    """
    require_known_fault(kind)
    return lambda _index, _path: kind


def first(n: int, kind: Fault) -> FaultPlan:
    """Apply a fault to the first requests only.

    Args:
        n: The number of requests with the fault (0 or more).
        kind: The fault, one of `FAULTS`.

    Returns:
        A fault plan.

    Raises:
        MisuseError: `kind` is not one of `FAULTS`.

    Example:
        ```python
        fake = FakeBeatport(faults=first(2, "unavailable"))
        ```
    """
    require_known_fault(kind)
    return lambda index, _path: kind if index < n else None


def sometimes(kind: Fault, probability: float, seed: int = 0) -> FaultPlan:
    """Apply a fault to a random share of the requests.

    The random number depends on the path, on the number of requests for that path and on `seed`,
    not on the order of the requests. Sync and async runs therefore get the same faults. The plan
    counts requests: make a new plan for each fake.

    Args:
        kind: The fault, one of `FAULTS`.
        probability: The share of requests with the fault (0-1).
        seed: Another seed selects other requests. Default 0.

    Returns:
        A fault plan.

    Raises:
        MisuseError: `kind` is not one of `FAULTS`.

    Example:
        ```python
        fake = FakeBeatport(faults=sometimes("reset", 0.3, seed=1))
        ```
    """
    return mixed(probability, [kind], seed)


def mixed(probability: float, kinds: Sequence[Fault], seed: int = 0) -> FaultPlan:
    """Apply one of several faults to a random share of the requests.

    The random numbers are those of `sometimes`: the same seed selects the same requests. The plan
    counts requests: make a new plan for each fake.

    Args:
        probability: The share of requests with a fault (0-1).
        kinds: The faults; each is equally likely.
        seed: Another seed selects other requests and other faults. Default 0.

    Returns:
        A fault plan.

    Raises:
        MisuseError: An entry of `kinds` is not one of `FAULTS`.

    Example:
        ```python
        fake = FakeBeatport(faults=mixed(0.3, ["reset", "challenge"]))
        ```
    """
    for kind in kinds:
        require_known_fault(kind)
    request_counts: Counter[str] = Counter()

    def plan(_index: int, path: str) -> Fault | None:
        request_counts[path] += 1
        count = request_counts[path]
        if hash_fraction("fault", seed, path, count) >= probability:
            return None
        return kinds[int(hash_fraction("kind", seed, path, count) * len(kinds))]

    return plan


def require_known_fault(kind: str) -> None:
    """Raise `MisuseError` if `kind` is not one of `FAULTS`."""
    if kind not in FAULTS:
        raise MisuseError(f"Unknown fault {kind!r}; use one of: {', '.join(FAULTS)}.")


def replacement_reply(kind: Fault | None) -> Reply | None:
    """Return the reply that a fault sends in place of any answer, or `None` if it sends none."""
    match kind:
        case "challenge":
            return _blocked_reply("challenge.html", ("cf-mitigated", "challenge"))
        case "challenge_200":
            return _blocked_reply("challenge.html")._replace(status=200)
        case "rate_limited":
            headers = (("content-type", "application/json"), ("retry-after", "1"), _CLOUDFLARE)
            return Reply(429, headers, b'{"detail":"Too many requests."}')
        case "unavailable":
            return Reply(503, (_HTML, _CLOUDFLARE), b"<html><body><h1>503</h1></body></html>")
        case "empty":
            return Reply(200, (_HTML, _CLOUDFLARE), b"")
        case "reset" | "hang":
            return Reply(0, (), b"", kind)
        case "bomb":
            return Reply(200, (_HTML, ("content-encoding", "gzip")), _bomb())
        case "elsewhere":
            return Reply(302, (("location", "https://elsewhere.example/"),), b"")
        case _:
            if kind is not None:
                require_known_fault(kind)
            return None


def firewall_reply() -> Reply:
    """Return the reply of the firewall in front of Beatport to a query that it blocks."""
    return _blocked_reply("firewall.html")


def _blocked_reply(file: str, *more_headers: tuple[str, str]) -> Reply:
    return Reply(403, (_HTML, _CLOUDFLARE, *more_headers), html_template(file).encode())


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_BOMB_BYTES), mtime=0)


def damaged_reply(answer: Answer, kind: Fault | None) -> Reply:
    """Serialise an answer, with its data, its body or its delivery changed by a fault."""
    if kind == "moved":
        for key in answer.movable:
            if key in answer.props:
                answer.props[f"{key}Next"] = answer.props.pop(key)
    for holder, key in answer.records:
        if kind == "wrong_shape":
            holder[key] = "see elsewhere"
        elif kind == "bad_record":
            rows = holder[key]
            holder[key] = [_BAD_RECORD, *rows] if isinstance(rows, list) else _BAD_RECORD
    reply = answer.serialise(with_data=kind != "no_next_data")
    if kind == "truncated":
        return reply._replace(body=reply.body[: middle_of_data(reply.body)])
    if kind in ("cut", "slow_body"):
        return reply._replace(delivery="cut" if kind == "cut" else "slow")
    return reply
