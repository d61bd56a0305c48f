"""The request log of a fake: it counts requests, picks faults and delays, and gives the replies.

This is the only module of the fake that counts requests. It opens no socket and does not sleep: the
server and the transport wait for the times in `PendingReply`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from beatport_match.testing.faults import FaultPlan, Reply
from beatport_match.testing.identifiers import hash_fraction
from beatport_match.testing.oauth import TokenRegistry
from beatport_match.testing.site import Site

HANG_S: Final = 120.0
BODY_PIECES: Final = 8
MAX_BODY_BYTES: Final = 64 * 2**10  # of a request body; the bytes after it are not read


class FakeRequest(NamedTuple):
    """One request that the fake received.

    Headers and body are not recorded, because they contain tokens.

    Args:
        path: The path with its query.
        status: The HTTP status of the answer; `None` if there was no answer (`reset`, `hang`).
    """

    path: str
    status: int | None


class PendingReply(NamedTuple):
    """A reply to send after `pause_s` seconds; a slow body takes `body_s` seconds."""

    reply: Reply
    pause_s: float
    body_s: float


class RequestLog:
    """Record the requests to a site and answer them; safe to use from many threads.

    Args:
        site: The site that answers.
        tokens: The tokens that the API of the site accepts.
        latency_s: Delay before every answer, in seconds.
        jitter_s: Up to this many more seconds, fixed by the URL, its request count and the seed.
        slow_body_s: Duration of the body for the fault `slow_body`, in seconds.
        faults: The fault plan.
        seed: Seed of the jitter.
    """

    def __init__(
        self,
        site: Site,
        *,
        tokens: TokenRegistry,
        latency_s: float,
        jitter_s: float,
        slow_body_s: float,
        faults: FaultPlan | None,
        seed: int,
    ) -> None:
        self._site, self._tokens, self._faults, self._seed = site, tokens, faults, seed
        self._latency_s, self._jitter_s, self._slow_body_s = latency_s, jitter_s, slow_body_s
        self._lock = threading.Lock()
        self._requests: list[FakeRequest] = []
        self._request_counts: Counter[str] = Counter()
        self._in_flight = 0
        self._peak_in_flight = 0

    @property
    def requests(self) -> tuple[FakeRequest, ...]:
        """All requests so far, in the order of arrival."""
        with self._lock:
            return tuple(self._requests)

    @property
    def peak_in_flight(self) -> int:
        """The highest number of requests that were in progress at the same time."""
        with self._lock:
            return self._peak_in_flight

    @contextmanager
    def record(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Generator[PendingReply, None, None]:
        """Record one request and give its reply; the request is in flight until the block ends.

        Args:
            method: The HTTP method.
            target: The path with its query.
            headers: The request headers, with names in lower case.
            body: The request body; its first `MAX_BODY_BYTES` bytes are enough.
        """
        with self._lock:
            self._in_flight += 1
            self._peak_in_flight = max(self._peak_in_flight, self._in_flight)
        try:
            yield self._reply_to(method, target, headers, body)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _reply_to(
        self, method: str, target: str, headers: Mapping[str, str] | None, body: bytes
    ) -> PendingReply:
        with self._lock:
            index = len(self._requests)
            self._requests.append(FakeRequest(target, None))
            self._request_counts[target] += 1
            count = self._request_counts[target]
            fault = self._faults(index, target) if self._faults else None
        reply = self._site.respond(
            method, target, fault, headers=headers, body=body, tokens=self._tokens
        )
        with self._lock:
            self._requests[index] = FakeRequest(target, reply.status or None)
        pause_s = self._latency_s
        if self._jitter_s:
            pause_s += self._jitter_s * hash_fraction("jitter", self._seed, target, count)
        return PendingReply(reply, pause_s, self._slow_body_s)


def body_pieces(body: bytes) -> list[bytes]:
    """Split a body into at most `BODY_PIECES` pieces; the last one may be shorter."""
    size = max(1, -(-len(body) // BODY_PIECES))
    return [body[start : start + size] for start in range(0, len(body), size)]
