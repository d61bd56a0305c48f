"""A timed run over a playlist, with the requests that it sent."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
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
class TimedRun:
    """A run over a playlist: its result, wall-clock and CPU time in seconds, and its requests."""

    result: PlaylistMatch
    wall_s: float
    cpu_s: float
    requests: list[LoggedRequest]

    def pages_by_track(self) -> list[list[str]]:
        """Return the targets of the requests, for each track in order."""
        targets = {_query_text(request.target): request.target for request in self.requests}
        return [[targets[query.text] for query in match.queries] for match in self.result.matches]


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
