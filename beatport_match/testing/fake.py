"""`FakeBeatport`: the fake site with its request log, as an httpx transport and as a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from beatport_match.testing.catalogue import CatalogueTrack, bundled_catalogue
from beatport_match.testing.faults import Fault, FaultPlan, Reply
from beatport_match.testing.oauth import FakeTokens, GoodTokens, TokenRegistry
from beatport_match.testing.request_log import FakeRequest, RequestLog
from beatport_match.testing.server import serve_log
from beatport_match.testing.site import Site, TrackShape
from beatport_match.testing.transport import FakeTransport


class FakeBeatport:
    """Serve a fake Beatport: recorded page and API formats, invented music, faults on request.

    An answer depends only on the arguments below and on the requested URL. Sync and async runs, two
    fakes and two machines therefore get the same answers. The API below `/v4/` also requires a
    valid token; a token can expire after a number of requests.

    Args:
        catalogue: The tracks on sale; default: the bundled catalogue.
        latency_s: Delay before every answer, in seconds (0 or more).
        jitter_s: Up to this many more seconds of delay. The value is fixed by the URL and by the
            number of requests for that URL.
        slow_body_s: Duration of the body for the fault `slow_body`, in seconds.
        faults: The fault plan: the result of `always`, `first`, `sometimes` or `mixed`, or a
            callable that takes the number of the request (from 0) and its path and returns a
            `Fault` or `None`. Default: no faults.
        seed: Seed of the search ranking and of the jitter.
        noise: How much the ranking is disturbed (0 or more): the standard deviation of the
            logarithm of a random factor on each row's score. 0 ranks only by shared words.
        miss_rate: Share of matching rows (0-1) that a search leaves out.
        track_shape: Format of the track pages: `C1` (today) or `V4` (until the summer of 2026).
        api: The account that the API accepts. Without one, the API exists and rejects every token.

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
        api: FakeTokens | None = None,
    ) -> None:
        self._tokens = TokenRegistry(api)
        self._site = Site(
            bundled_catalogue() if catalogue is None else catalogue,
            seed=seed,
            noise=noise,
            miss_rate=miss_rate,
            track_shape=track_shape,
        )
        self._log = RequestLog(
            self._site,
            tokens=self._tokens,
            latency_s=latency_s,
            jitter_s=jitter_s,
            slow_body_s=slow_body_s,
            faults=faults,
            seed=seed,
        )

    @property
    def requests(self) -> tuple[FakeRequest, ...]:
        """All requests so far, in the order of arrival: path with query, and status."""
        return self._log.requests

    @property
    def peak_in_flight(self) -> int:
        """The highest number of requests that were in progress at the same time."""
        return self._log.peak_in_flight

    @property
    def tokens(self) -> GoodTokens:
        """The tokens that the API accepts now, and how often they were renewed."""
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
        """Return the answer to a request now, without recording the request or renewing tokens.

        Args:
            method: The HTTP method, in capitals.
            target: The path with its query, such as `/search?q=undertow`.
            fault: The fault to apply; default: none.
            headers: The request headers; the case of the names does not matter.
            body: The request body.

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
        return self._site.respond(
            method, target, fault, headers=lower, body=body, tokens=self._tokens.copy()
        )

    def transport(self) -> FakeTransport:
        """Return a transport for `httpx.Client` and `httpx.AsyncClient`; it opens no socket.

        Example:
            ```python
            client = httpx.Client(transport=FakeBeatport().transport())
            ```
        """
        return FakeTransport(self._log)

    def serve(self) -> AbstractContextManager[str]:
        """Start an HTTP server on a free port of 127.0.0.1.

        Returns:
            A context manager that gives the base URL. The server stops when the block ends.

        Example:
            ```python
            with FakeBeatport().serve() as base_url:
                httpx.get(f"{base_url}/search?q=undertow")
            ```
        """
        return serve_log(self._log)
