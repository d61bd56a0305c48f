"""`FakeBeatport`: the fake site with its request log, as an httpx transport and as a server.

This is the only module of the fake that counts requests. It does not sleep: the server and the
transport wait for the times in `PendingReply`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final, NamedTuple

from beatport_match.testing.catalogue import CatalogueTrack, bundled_catalogue
from beatport_match.testing.faults import Fault, FaultPlan
from beatport_match.testing.identifiers import hash_fraction
from beatport_match.testing.messages import PendingReply, Reply, Request, middle_of_data
from beatport_match.testing.oauth import FakeTokens, GoodTokens, TokenRegistry
from beatport_match.testing.page_forms import PageForm
from beatport_match.testing.search_index import SearchIndex
from beatport_match.testing.server import serve
from beatport_match.testing.site import Site, TrackShape
from beatport_match.testing.transport import FakeTransport

_HANG_S: Final = 120.0
_SLOW_PIECES: Final = 8  # at most, of the body of an answer with the fault `slow_body`


class FakeRequest(NamedTuple):
    """One request that the fake received.

    Headers and body are not recorded, because they contain tokens.

    Args:
        path: The path with its query.
        status: The HTTP status of the answer; `None` if there was no answer (`reset`, `hang`).

    Example:
        ```python
        import httpx
        fake = FakeBeatport()
        with httpx.Client(transport=fake.transport()) as client:
            client.get("https://www.beatport.com/search?q=undertow")
        fake.requests[0].status
        # 200
        ```
    """

    path: str
    status: int | None


class FakeBeatport:
    """Serve a fake Beatport: recorded page and API formats, invented music, faults on request.

    An answer depends only on the arguments below and on the requested URL. Sync and async runs, two
    fakes and two machines therefore get the same answers. The API below `/v4/` also requires a
    valid token; a token can expire after a number of requests. A fake is safe to use from many
    threads.

    Args:
        catalogue: The tracks on sale; default: the bundled catalogue. A later track replaces an
            earlier one with the same id.
        latency_s: Delay before every answer, in seconds (0 or more). Default 0.
        jitter_s: Up to this many more seconds of delay (0 or more). The value is fixed by the URL
            and by the number of requests for that URL. Default 0.
        slow_body_s: Duration of the body for the fault `slow_body`, in seconds (0 or more). Default
            1.
        faults: The fault plan: the result of `always`, `first`, `sometimes` or `mixed`, or a
            callable that takes the number of the request (from 0) and its path and returns a
            `Fault` or `None`. Default: no faults.
        seed: Seed of the search ranking and of the jitter. Default 0.
        noise: How much the ranking is disturbed (0 or more): the standard deviation of the
            logarithm of a random factor on each row's score. 0 ranks only by shared words. Default
            0.4.
        miss_rate: Share of matching rows (0-1) that a search leaves out. Default 0.05.
        track_shape: Format of the track pages: `C1` (today) or `V4` (until the summer of 2026).
            Default `C1`.
        page_form: Where web pages have their data: `data_script` (today) or another `PageForm`, to
            test what a tool does after a change of the site. Default `data_script`.
        api: The account that the API accepts. Without one, the API exists and rejects every token.
            Default: none.

    Example:
        ```python
        from beatport_match import MatchSettings, match_track
        fake = FakeBeatport(latency_s=0.05)
        with fake.serve() as base_url:
            match = match_track("Olvarin - Undertow", settings=MatchSettings(base_url=base_url))
        ```
    """

    def __init__(
        self,
        catalogue: Iterable[CatalogueTrack] | None = None,
        *,
        latency_s: float = 0.0,
        jitter_s: float = 0.0,
        slow_body_s: float = 1.0,
        faults: FaultPlan | None = None,
        seed: int = 0,
        noise: float = 0.4,
        miss_rate: float = 0.05,
        track_shape: TrackShape = "C1",
        page_form: PageForm = "data_script",
        api: FakeTokens | None = None,
    ) -> None:
        tracks = {t.id: t for t in (bundled_catalogue() if catalogue is None else catalogue)}
        rows = {t.id: (t.name, t.mix_name, *t.artists, *t.remixers) for t in tracks.values()}
        index = SearchIndex(rows, seed=seed, noise=noise, miss_rate=miss_rate)
        self._site = Site(tracks, index, track_shape, page_form)
        self._tokens = TokenRegistry(api)
        self._latency_s, self._jitter_s, self._slow_body_s = latency_s, jitter_s, slow_body_s
        self._faults, self._seed = faults, seed
        self._lock = threading.Lock()
        self._requests: list[FakeRequest] = []
        self._request_counts: Counter[str] = Counter()
        self._in_flight = self._peak_in_flight = 0

    @property
    def requests(self) -> tuple[FakeRequest, ...]:
        """All requests so far, in the order of arrival: path with query, and status."""
        with self._lock:
            return tuple(self._requests)

    @property
    def peak_in_flight(self) -> int:
        """The highest number of requests that were in progress at the same time."""
        return self._peak_in_flight

    @property
    def tokens(self) -> GoodTokens:
        """The tokens that the API accepts now, and how often they were refreshed."""
        return self._tokens.valid

    def respond(
        self,
        method: str,
        target: str,
        fault: Fault | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Return the answer to a request now, without recording the request or refreshing tokens.

        Args:
            method: The HTTP method, in capitals.
            target: The path with its query, such as `/search?q=undertow`.
            fault: The fault to apply; default: none.
            headers: The request headers; the case of the names does not matter. Default: none.
            body: The request body. Default: empty.

        Returns:
            The reply, with the way in which its body is delivered.

        Raises:
            MisuseError: `fault` is not one of `FAULTS`.

        Example:
            ```python
            FakeBeatport().respond("GET", "/search?q=undertow").status
            # 200
            ```
        """
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method, target, lower, body)
        return self._site.respond(request, fault, self._tokens.copy())

    def transport(self) -> FakeTransport:
        """Return a transport for `httpx.Client` and `httpx.AsyncClient`; it opens no socket.

        Returns:
            The transport, which several clients may share.

        Example:
            ```python
            import httpx
            client = httpx.Client(transport=FakeBeatport().transport())
            ```
        """
        return FakeTransport(self._record)

    def serve(self) -> AbstractContextManager[str]:
        """Start an HTTP server on a free port of 127.0.0.1.

        Returns:
            A context manager that gives the base URL. The server stops when the block ends.

        Example:
            ```python
            import httpx
            with FakeBeatport().serve() as base_url:
                httpx.get(f"{base_url}/search?q=undertow")
            ```
        """
        return serve(self._record)

    @contextmanager
    def _record(self, request: Request) -> Generator[PendingReply, None, None]:
        """Record one request and give its reply; the request is in flight until the block ends."""
        with self._lock:
            self._in_flight += 1
            self._peak_in_flight = max(self._peak_in_flight, self._in_flight)
        try:
            yield self._reply_to(request)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _reply_to(self, request: Request) -> PendingReply:
        target = request.target
        with self._lock:
            index = len(self._requests)
            self._requests.append(FakeRequest(target, None))
            self._request_counts[target] += 1
            count = self._request_counts[target]
            fault = self._faults(index, target) if self._faults else None
        reply = self._site.respond(request, fault, self._tokens)
        with self._lock:
            self._requests[index] = FakeRequest(target, reply.status or None)
        pause_s = _HANG_S if reply.delivery == "hang" else self._latency_s
        if self._jitter_s:
            pause_s += self._jitter_s * hash_fraction("jitter", self._seed, target, count)
        body, gap_s = reply.body, 0.0
        size = max(1, len(body))
        if reply.delivery == "slow":
            size, gap_s = max(1, -(-len(body) // _SLOW_PIECES)), self._slow_body_s / _SLOW_PIECES
        elif reply.delivery == "cut":
            body = body[: middle_of_data(body)]
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        return PendingReply(reply, pause_s, pieces, gap_s)
