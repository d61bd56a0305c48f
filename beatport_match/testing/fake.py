"""`FakeBeatport`: the shop, its book of visits, and the two ways in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from beatport_match.testing.catalogue import CatalogueTrack, bundled_catalogue
from beatport_match.testing.faults import Fault, FaultPlan, Reply
from beatport_match.testing.oauth import FakeTokens, GoodTokens, TokenRegistry
from beatport_match.testing.request_log import FakeRequest, RequestLog
from beatport_match.testing.server import serving
from beatport_match.testing.site import Site, TrackShape
from beatport_match.testing.transport import FakeTransport


class FakeBeatport:
    """A Beatport of your own: the real shapes of pages and API, invented music, trouble on request.

    Answers depend on nothing but the arguments and the address asked for, so sync and async runs,
    two fakes and two machines see the same. The API below `/v4/` first wants a good token, and that
    depends on how many requests it has served.

    Args:
        catalogue: What it sells; the bundled catalogue where nothing is given.
        latency_s: Seconds before any answer.
        jitter_s: Up to so many seconds more, fixed by the address and the turn.
        slow_body_s: Seconds that the body of a `slow_body` fault takes.
        faults: What goes wrong: `always`, `first`, `sometimes`, or any callable that takes the
            number of the request and its path and gives a `Fault` or `None`.
        seed: Another seed gives another ranking and another jitter.
        noise: How unfair the ranking of search is: the standard deviation of the logarithm of a
            chance that multiplies each row's score; zero ranks by shared words alone.
        miss_rate: The share (0-1) of rows that a search leaves out for no reason.
        track_shape: `C1`, the track pages of today, or `V4`, those of before.
        api: The account that the API knows; without one it is there and admits nobody.
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
        """Every request so far, in the order of arrival: its path with query, and its status."""
        return self._log.requests

    @property
    def peak_in_flight(self) -> int:
        """The most requests that were being answered at one time."""
        return self._log.peak_in_flight

    @property
    def tokens(self) -> GoodTokens:
        """The tokens that the API takes now, and how often they were renewed."""
        return self._tokens.good

    def respond(
        self,
        method: str,
        target: str,
        fault: Fault | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """What the fake would answer to a path with query now; nothing is counted or renewed by it.

        Args:
            method: The method, in capitals.
            target: The path with its query.
            fault: What goes wrong.
            headers: What the request says besides, by names in any case.
            body: What it brings along.

        Raises:
            MisuseError: The fault is not one of `Fault`.
        """
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        return self._site.respond(
            method, target, fault, headers=lower, body=body, tokens=self._tokens.copy()
        )

    def transport(self) -> FakeTransport:
        """A transport for `httpx.Client` and `httpx.AsyncClient`; nothing leaves the process."""
        return FakeTransport(self._log)

    def serve(self) -> AbstractContextManager[str]:
        """Serve on a free port of 127.0.0.1: `with fake.serve() as base_url: …`."""
        return serving(self._log)
