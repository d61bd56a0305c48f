"""What the choice of client and of connections does: each client alone, and with ours around it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio
from distant_site import FarShop, Visit, far_shop
from goals import Figure
from local_library import tracks
from timed_runs import LATENCY_S, Wall, client_of, clocked, installed, timed, unpaced

from beatport_match import Track

_CONNECTIONS = (4, 8, 16, 32, 64, 100)
_MOST_TRACKS = 500
# As many for each connection as 16 have of all: at 4, more would take minutes and say the same.
_TRACKS_A_CONNECTION = 32


def clients(runs: int, *, quick: bool) -> Iterator[Figure]:
    """In each cell: wall over ideal, over the best schedule, and the processor's share."""
    latency_s = 0.02 if quick else LATENCY_S
    libraries = [one for one in map(installed, ("httpx", "httpx2")) if one]
    with far_shop(latency_s=latency_s, jitter_s=latency_s / 4, size=_MOST_TRACKS) as shop:
        for connections in _CONNECTIONS[:1] if quick else _CONNECTIONS:
            count = min(_MOST_TRACKS, _TRACKS_A_CONNECTION * connections)
            given = list(tracks(25 if quick else count))
            for column, done in _cells(shop, given, connections, runs, libraries).items():
                shown = (
                    (tuple(one.over_formula(latency_s) for one in done), "×"),
                    (tuple(one.over_schedule for one in done), "×"),
                    (tuple(100 * one.busy for one in done), "%"),
                )
                for samples, unit in shown:
                    row = f"{connections} connections, {len(given)} tracks"
                    yield Figure(row, samples, unit, table="clients", column=column)


def _cells(
    shop: FarShop, given: list[Track], connections: int, runs: int, libraries: list[Any]
) -> dict[str, list[Wall]]:
    """The walls of a row, by column; all ways take turns, so that what disturbs one does all."""
    settings = unpaced(shop, connections, max_connections=connections)
    # Also lets the shop write its pages.
    visits = timed(shop, settings, given).visits
    cells: dict[str, list[Wall]] = {}
    for _ in range(runs):
        for library in libraries:
            # `httpx` is what our own client is made of.
            around = None if library.__name__ == "httpx" else library
            ours = timed(shop, settings, given, around).wall(connections)
            cells.setdefault(f"ours, {library.__name__}", []).append(ours)
        for library in libraries:
            alone = _alone(shop, visits, connections, library)
            cells.setdefault(f"{library.__name__} alone", []).append(alone)
    return cells


def _alone(shop: FarShop, visits: list[Visit], connections: int, library: Any) -> Wall:
    """The same pages, fetched and thrown away."""
    with clocked() as spent:
        anyio.run(partial(_fetch, shop, visits, connections, library))
    return Wall(*spent, connections, len(visits), [one.pause_s for one in visits])


async def _fetch(shop: FarShop, visits: list[Visit], connections: int, library: Any) -> None:
    left = iter(visits)

    async def fetch_some() -> None:
        for visit in left:
            await client.get(shop.url + visit.target)

    async with client_of(library, connections) as client, anyio.create_task_group() as group:
        for _ in range(connections):
            group.start_soon(fetch_some)
