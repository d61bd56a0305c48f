"""Who came to the shop, how often, how many at once, and what befell them.

The only part of the fake that counts; it opens no socket and never waits itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from beatport_match.testing.faults import FaultPlan, Reply
from beatport_match.testing.identifiers import hash_share
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.site import Site

HANG_S: Final = 120.0
BODY_PIECES: Final = 8
MAX_BODY_BYTES: Final = 64 * 2**10  # of a request; what is beyond is not read


class FakeRequest(NamedTuple):
    """One request the fake got; `status` is `None` where it gave no answer (`reset`, `hang`).

    Its headers and its body, where tokens stand, are not kept.
    """

    path: str
    status: int | None


class PendingReply(NamedTuple):
    """What a visitor gets: the reply, after `pause_s` seconds, its body over `body_s` seconds."""

    reply: Reply
    pause_s: float
    body_s: float


class RequestLog:
    """Keeps the book of all visits to a shop; safe to use from many threads.

    Args:
        shop: Who answers.
        tokens: Whom the shop's API admits.
        latency_s: Seconds before any answer.
        jitter_s: Up to so many seconds more, fixed by path, turn and seed.
        slow_body_s: Seconds that a `slow_body` takes.
        faults: What goes wrong.
        seed: Another seed gives another jitter.
    """

    def __init__(
        self,
        shop: Site,
        *,
        tokens: TokenRegistry,
        latency_s: float,
        jitter_s: float,
        slow_body_s: float,
        faults: FaultPlan | None,
        seed: int,
    ) -> None:
        self._site, self._tokens, self._faults, self._seed = shop, tokens, faults, seed
        self._latency_s, self._jitter_s, self._slow_body_s = latency_s, jitter_s, slow_body_s
        self._lock = threading.Lock()
        self._requests: list[FakeRequest] = []
        self._asked: Counter[str] = Counter()
        self._in_flight = 0
        self._peak = 0

    @property
    def requests(self) -> tuple[FakeRequest, ...]:
        """Every request so far, in the order of arrival."""
        with self._lock:
            return tuple(self._requests)

    @property
    def peak_in_flight(self) -> int:
        """The most requests that were being answered at one time."""
        with self._lock:
            return self._peak

    @contextmanager
    def record(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Generator[PendingReply, None, None]:
        """Answer one request; the visitor is in the shop until the block ends.

        The names of `headers` are in lower case; of a long `body` the first `MAX_BODY_BYTES` bytes
        are enough.
        """
        with self._lock:
            self._in_flight += 1
            self._peak = max(self._peak, self._in_flight)
        try:
            yield self._enter(method, target, headers, body)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _enter(
        self, method: str, target: str, headers: Mapping[str, str] | None, body: bytes
    ) -> PendingReply:
        with self._lock:
            index = len(self._requests)
            self._requests.append(FakeRequest(target, None))
            self._asked[target] += 1
            turn = self._asked[target]
            fault = self._faults(index, target) if self._faults else None
        reply = self._site.respond(
            method, target, fault, headers=headers, body=body, tokens=self._tokens
        )
        with self._lock:
            self._requests[index] = FakeRequest(target, reply.status or None)
        pause_s = self._latency_s
        if self._jitter_s:
            pause_s += self._jitter_s * hash_share("jitter", self._seed, target, turn)
        return PendingReply(reply, pause_s, self._slow_body_s)


def body_pieces(body: bytes) -> list[bytes]:
    """A body in `BODY_PIECES` pieces, the last one shorter."""
    size = max(1, -(-len(body) // BODY_PIECES))
    return [body[start : start + size] for start in range(0, len(body), size)]
