"""Compare a run with a plain HTTP client that fetches the same pages with as many connections.

The plain client discards the pages. It takes the tracks in the same order, and it fetches the pages
of one track one after the other, as a run must, because each query depends on the answer before it.
So the two differ only by the work of this library. They run alternately, so that a disturbance
affects both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

import anyio
from distant_site import DistantSite, distant_site
from goals import Figure
from local_library import tracks
from timed_runs import (
    JITTER_S,
    LATENCY_S,
    import_if_installed,
    make_client,
    settings_without_rate_limit,
    stopwatch,
    time_run,
)

# Connections, the client, and the goal. One `httpx` client is slow with 100 connections: it goes
# through all of them at each request.
_CASES = ((16, "httpx", 1.05), (32, "httpx", 1.08), (64, "httpx", 1.15), (100, "httpx2", 1.25))
# So that all runs take the same time, and the end with idle connections is a small part of it.
_TRACKS_PER_CONNECTION = 32
_BLOCK = 50


def clients(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the wall-clock time over that of the plain client, and the CPU time of both."""
    latency_s, jitter_s = (0.02, 0.005) if quick else (LATENCY_S, JITTER_S)
    cases = ((4, "httpx", 1.05), (4, "httpx2", 1.05)) if quick else _CASES
    per_connection = 6 if quick else _TRACKS_PER_CONNECTION
    size = max(connections for connections, _, _ in cases) * per_connection
    with distant_site(latency_s=latency_s, jitter_s=jitter_s, size=size, block=_BLOCK) as site:
        for connections, name, goal in cases:
            if library := import_if_installed(name):
                count = connections * per_connection
                rows = _measure(site, connections, count, runs, library)
                yield from _figures(rows, f"{connections} connections, {name}", goal)


def _figures(rows: list[dict[str, float]], case: str, goal: float) -> Iterator[Figure]:
    ratios = tuple(row["ours_wall_s"] / row["plain_wall_s"] for row in rows)
    yield Figure(f"async wall-clock time over a plain client, {case}", ratios, "×", at_most=goal)
    cells = {
        "wall-clock time": (median(ratios), "×"),
        "CPU time per request": (min(row["ours_cpu_ms"] for row in rows), "ms"),
        "… of the plain client": (min(row["plain_cpu_ms"] for row in rows), "ms"),
        "CPU busy": (100 * median(row["ours_cpu_share"] for row in rows), "%"),
    }
    for column, (value, unit) in cells.items():
        yield Figure(case, (value,), unit, table="clients", column=column)


def _measure(
    site: DistantSite, connections: int, count: int, runs: int, library: Any
) -> list[dict[str, float]]:
    playlist = list(tracks(count))
    settings = settings_without_rate_limit(site, connections, max_connections=connections)
    # This run also lets the site render its pages.
    pages = time_run(site, settings, playlist).pages_by_track()
    requests = sum(map(len, pages))
    # The library's own client consists of `httpx` clients.
    passed = None if library.__name__ == "httpx" else library
    rows = []
    for _ in range(runs):
        ours = time_run(site, settings, playlist, passed)
        with stopwatch() as plain:
            anyio.run(partial(_fetch, site, pages, connections, library))
        rows.append(
            {
                "ours_wall_s": ours.wall_s,
                "ours_cpu_ms": 1000 * ours.cpu_s / requests,
                "ours_cpu_share": ours.cpu_s / ours.wall_s,
                "plain_wall_s": plain[0],
                "plain_cpu_ms": 1000 * plain[1] / requests,
            }
        )
    return rows


async def _fetch(site: DistantSite, pages: list[list[str]], connections: int, library: Any) -> None:
    """Fetch the pages of all tracks and discard them."""
    remaining = iter(pages)

    async def fetch_some() -> None:
        for targets in remaining:
            for target in targets:
                await client.get(site.url + target)

    async with make_client(library, connections) as client, anyio.create_task_group() as group:
        for _ in range(connections):
            group.start_soon(fetch_some)
