"""A run over a playlist, timed, and what its wall could be at best.

Walls are compared within one run: with `latency × requests ÷ connections`, and with a schedule that
costs nothing, in which each piece of work is taken in order by whoever is free. The end of a run,
where the last pieces have nobody beside them, is in the second alone.
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
from distant_site import FarShop, Visit

from beatport_match import MatchSettings, PlaylistMatch, Track, amatch_playlist, match_playlist

LATENCY_S, JITTER_S = 0.2, 0.05


@dataclass(frozen=True)
class Wall:
    """A wall, with what it was for: the seconds on the wire of each piece of work, in order."""

    wall_s: float
    cpu_s: float
    connections: int
    requests: int
    pieces: Sequence[float]

    def over_formula(self, latency_s: float = LATENCY_S) -> float:
        return self.wall_s / self._formula(latency_s)

    @property
    def over_schedule(self) -> float:
        return self.wall_s / self._schedule

    def schedule_over_formula(self, latency_s: float = LATENCY_S) -> float:
        return self._schedule / self._formula(latency_s)

    @property
    def busy(self) -> float:
        """The processor's share of the wall, 0-1."""
        return self.cpu_s / self.wall_s

    @property
    def _schedule(self) -> float:
        free = [0.0] * self.connections
        for piece in self.pieces:
            heapq.heapreplace(free, free[0] + piece)
        return max(free)

    def _formula(self, latency_s: float) -> float:
        return latency_s * self.requests / self.connections


@dataclass(frozen=True)
class Run:
    """A run over a playlist: its wall and time of the processor in seconds, and its visits."""

    found: PlaylistMatch
    wall_s: float
    cpu_s: float
    visits: list[Visit]

    def wall(self, connections: int) -> Wall:
        """Its wall, for so many connections; a track's requests go one after the other."""
        pauses = {_words(visit.target): visit.pause_s for visit in self.visits}
        pieces = [sum(pauses[one.text] for one in match.queries) for match in self.found.matches]
        return Wall(self.wall_s, self.cpu_s, connections, self.found.requests, pieces)


def unpaced(shop: FarShop, at_once: int = 5, **changes: Any) -> MatchSettings:
    """No pace, and so many tracks at once."""
    engine = {"max_concurrent_tracks": at_once, **changes.pop("async_io", {})}
    given: dict[str, Any] = {"requests_per_second": None, "async_io": engine, **changes}
    return MatchSettings(base_url=shop.url, **given)


def timed(shop: FarShop, settings: MatchSettings, given: list[Track], library: Any = None) -> Run:
    """Run, with our own client or one of a library that is like `httpx`."""
    shop.visits()
    with clocked() as spent:
        if settings.async_io.enabled:
            found = match_playlist(given, settings=settings)
        else:
            found = anyio.run(partial(_with_client, given, settings, library))
    return Run(found, *spent, shop.visits())


@contextmanager
def clocked() -> Iterator[list[float]]:
    """The wall and the time of the processor, in seconds, known when the block has ended."""
    spent: list[float] = []
    began, worked = time.perf_counter(), time.process_time()
    yield spent
    spent += [time.perf_counter() - began, time.process_time() - worked]


async def _with_client(given: list[Track], settings: MatchSettings, library: Any) -> PlaylistMatch:
    if library is None:
        return await amatch_playlist(given, settings=settings)
    async with client_of(library, settings.max_connections) as client:
        return await amatch_playlist(given, settings=settings, http_client=client)


def client_of(library: Any, connections: int) -> Any:
    """An async client with so many connections, kept open."""
    limits = library.Limits(max_connections=connections, max_keepalive_connections=connections)
    return library.AsyncClient(limits=limits, timeout=60.0)


def installed(name: str) -> Any:
    """A package that the tests do not need; `None`, with a word about it, where it is missing."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        print(f"{name} is not installed: what needs it is left out", file=sys.stderr)
        return None


def _words(target: str) -> str:
    return parse_qs(target.partition("?")[2])["q"][0]
