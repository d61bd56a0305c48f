"""A timed run over a playlist, and the least wall-clock time that its requests need.

A wall-clock time is compared, within one run, with two values: the ideal,
`latency × requests ÷ connections`, and the best schedule, which costs no CPU time and in which a
free connection takes the next track in order. Only the best schedule includes the end of the run,
where the last tracks use few of the connections.
"""

from __future__ import annotations

import heapq
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import anyio
from distant_site import DistantSite, LoggedRequest

from beatport_match import (
    MatchSettings,
    PlaylistMatch,
    Track,
    amatch_playlist,
    clear_shared_state,
    match_playlist,
)

LATENCY_S, JITTER_S = 0.2, 0.05


@dataclass(frozen=True)
class WallTime:
    """The wall-clock time of a run, with what it is compared with.

    `network_s` holds, for each track in order, the seconds that its requests wait for answers.
    """

    wall_s: float
    cpu_s: float
    connections: int
    requests: int
    network_s: Sequence[float]

    def over_ideal(self, latency_s: float = LATENCY_S) -> float:
        return self.wall_s / self._ideal_s(latency_s)

    @property
    def over_best_schedule(self) -> float:
        return self.wall_s / self._best_schedule_s

    def best_schedule_over_ideal(self, latency_s: float = LATENCY_S) -> float:
        return self._best_schedule_s / self._ideal_s(latency_s)

    @property
    def cpu_share(self) -> float:
        """The CPU time divided by the wall-clock time, 0-1."""
        return self.cpu_s / self.wall_s

    @property
    def _best_schedule_s(self) -> float:
        free_at = [0.0] * self.connections
        for seconds in self.network_s:
            heapq.heapreplace(free_at, free_at[0] + seconds)
        return max(free_at)

    def _ideal_s(self, latency_s: float) -> float:
        return latency_s * self.requests / self.connections


@dataclass(frozen=True)
class TimedRun:
    """A run over a playlist: its result, wall-clock and CPU time in seconds, and its requests."""

    result: PlaylistMatch
    wall_s: float
    cpu_s: float
    requests: list[LoggedRequest]

    def wall_time(self, connections: int) -> WallTime:
        """Return its wall-clock time; the requests of one track follow one another."""
        delays = {_query_text(request.target): request.delay_s for request in self.requests}
        network_s = [
            sum(delays[query.text] for query in match.queries) for match in self.result.matches
        ]
        return WallTime(self.wall_s, self.cpu_s, connections, self.result.requests, network_s)


def settings_without_rate_limit(
    site: DistantSite, concurrent_tracks: int = 5, **changes: Any
) -> MatchSettings:
    """Return settings for a site, without rate limit, for so many concurrent tracks."""
    async_io = {"max_concurrent_tracks": concurrent_tracks, **changes.pop("async_io", {})}
    options: dict[str, Any] = {"requests_per_second": None, "async_io": async_io, **changes}
    return MatchSettings(base_url=site.url, **options)


def time_run(
    site: DistantSite, settings: MatchSettings, playlist: list[Track], library: Any = None
) -> TimedRun:
    """Match a playlist, with our own client or with that of a library like `httpx`."""
    site.take_requests()
    with stopwatch() as times:
        if settings.async_io.enabled:
            clear_shared_state()
            result = match_playlist(playlist, settings=settings)
        else:
            result = anyio.run(partial(_match_with_client, playlist, settings, library))
    return TimedRun(result, *times, site.take_requests())


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Measure a block: after it, the list holds its wall-clock and CPU time in seconds."""
    times: list[float] = []
    wall_start, cpu_start = time.perf_counter(), time.process_time()
    yield times
    times += [time.perf_counter() - wall_start, time.process_time() - cpu_start]


async def _match_with_client(
    playlist: list[Track], settings: MatchSettings, library: Any
) -> PlaylistMatch:
    if library is None:
        clear_shared_state()
        return await amatch_playlist(playlist, settings=settings)
    async with make_client(library, settings.max_connections) as client:
        clear_shared_state()
        return await amatch_playlist(playlist, settings=settings, http_client=client)


def make_client(library: Any, connections: int) -> Any:
    """Return an async client with so many connections, which stay open."""
    limits = library.Limits(max_connections=connections, max_keepalive_connections=connections)
    return library.AsyncClient(limits=limits, timeout=60.0)


def import_if_installed(name: str) -> Any:
    """Return an optional package; `None`, with a message, if it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        print(f"{name} is not installed: its figures are left out", file=sys.stderr)
        return None


def _query_text(target: str) -> str:
    return parse_qs(target.partition("?")[2])["q"][0]
