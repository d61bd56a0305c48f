"""Compare HTTP clients and numbers of connections: each client alone, and in a complete run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio
from distant_site import DistantSite, LoggedRequest, distant_site
from goals import Figure
from local_library import tracks
from timed_runs import (
    LATENCY_S,
    WallTime,
    import_if_installed,
    make_client,
    settings_without_rate_limit,
    stopwatch,
    time_run,
)

from beatport_match import Track

_CONNECTIONS = (4, 8, 16, 32, 64, 100)
MAX_TRACKS = 500
# So that 4 and 8 connections take as long as 16: more tracks would take minutes and change nothing.
_TRACKS_PER_CONNECTION = 32


def clients(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure, for each cell: wall-clock time over ideal, over best schedule, and CPU share."""
    latency_s = 0.02 if quick else LATENCY_S
    libraries = [one for one in map(import_if_installed, ("httpx", "httpx2")) if one]
    with distant_site(latency_s=latency_s, jitter_s=latency_s / 4, size=MAX_TRACKS) as site:
        for connections in _CONNECTIONS[:1] if quick else _CONNECTIONS:
            count = min(MAX_TRACKS, _TRACKS_PER_CONNECTION * connections)
            playlist = list(tracks(25 if quick else count))
            for column, times in _row(site, playlist, connections, runs, libraries).items():
                cell = (
                    (tuple(one.over_ideal(latency_s) for one in times), "×"),
                    (tuple(one.over_best_schedule for one in times), "×"),
                    (tuple(100 * one.cpu_share for one in times), "%"),
                )
                for samples, unit in cell:
                    row = f"{connections} connections, {len(playlist)} tracks"
                    yield Figure(row, samples, unit, table="clients", column=column)


def _row(
    site: DistantSite, playlist: list[Track], connections: int, runs: int, libraries: list[Any]
) -> dict[str, list[WallTime]]:
    """Measure a row, by column; the cases alternate, so that a disturbance affects all of them."""
    settings = settings_without_rate_limit(site, connections, max_connections=connections)
    # This run also lets the site render its pages.
    requests = time_run(site, settings, playlist).requests
    cells: dict[str, list[WallTime]] = {}
    for _ in range(runs):
        for library in libraries:
            # Our own client is made of `httpx` clients.
            passed = None if library.__name__ == "httpx" else library
            ours = time_run(site, settings, playlist, passed).wall_time(connections)
            cells.setdefault(f"ours, {library.__name__}", []).append(ours)
        for library in libraries:
            alone = _client_alone(site, requests, connections, library)
            cells.setdefault(f"{library.__name__} alone", []).append(alone)
    return cells


def _client_alone(
    site: DistantSite, requests: list[LoggedRequest], connections: int, library: Any
) -> WallTime:
    """Fetch the same pages and discard them."""
    with stopwatch() as times:
        anyio.run(partial(_fetch, site, requests, connections, library))
    return WallTime(*times, connections, len(requests), [one.delay_s for one in requests])


async def _fetch(
    site: DistantSite, requests: list[LoggedRequest], connections: int, library: Any
) -> None:
    remaining = iter(requests)

    async def fetch_some() -> None:
        for request in remaining:
            await client.get(site.url + request.target)

    async with make_client(library, connections) as client, anyio.create_task_group() as group:
        for _ in range(connections):
            group.start_soon(fetch_some)
