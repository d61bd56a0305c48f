"""What is waited for: walls of runs against a shop that is far away.

Walls are compared within one run, with what they would be at best: `latency × requests ÷
connections`, and the walls of a schedule that costs nothing (see `scheduled`).
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import Any
from urllib.parse import parse_qs

import anyio
from far_shop import FarShop, Visit, far_shop
from goals import Figure
from library import title, tracks

from beatport_match import (
    AsyncMatcher,
    Match,
    MatchSettings,
    PlaylistMatch,
    Track,
    amatch_playlist,
    match_playlist,
)

_LATENCY_S, _JITTER_S = 0.2, 0.05


@dataclass(frozen=True)
class Run:
    """A run over a playlist: its wall and time of the processor in seconds, and its visits."""

    found: PlaylistMatch
    wall_s: float
    cpu_s: float
    visits: list[Visit]

    def over_formula(self, connections: int) -> float:
        return self.wall_s / (_LATENCY_S * self.found.requests / connections)

    def over_schedule(self, connections: int) -> float:
        return self.wall_s / scheduled(self, connections)


def unpaced(shop: FarShop, at_once: int = 5, **changes: Any) -> MatchSettings:
    """No pace, and so many tracks at once."""
    engine = {"max_concurrent_tracks": at_once, **changes.pop("async_io", {})}
    given: dict[str, Any] = {"requests_per_second": None, "async_io": engine, **changes}
    return MatchSettings(base_url=shop.url, **given)


def timed(shop: FarShop, settings: MatchSettings, given: list[Track], library: Any = None) -> Run:
    """Run, with our own client or one of a library that is like `httpx`."""
    shop.visits()
    began, worked = time.perf_counter(), time.process_time()
    if settings.async_io.enabled:
        found = match_playlist(given, settings=settings)
    else:
        found = anyio.run(partial(_with_client, given, settings, library))
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - worked
    return Run(found, wall_s, cpu_s, shop.visits())


async def _with_client(given: list[Track], settings: MatchSettings, library: Any) -> PlaylistMatch:
    if library is None:
        return await amatch_playlist(given, settings=settings)
    most = settings.max_connections
    limits = library.Limits(max_connections=most, max_keepalive_connections=most)
    async with library.AsyncClient(limits=limits, timeout=60.0) as client:
        return await amatch_playlist(given, settings=settings, http_client=client)


def scheduled(run: Run, connections: int) -> float:
    """The wall, were nothing but the wire to be waited for.

    The tracks in their order, each by whoever is free, and a track's requests one after the other:
    the end of a run, where the last tracks have nobody beside them, is in it.
    """
    pauses = {_words(visit.target): visit.pause_s for visit in run.visits}
    free = [0.0] * connections
    for match in run.found.matches:
        begins = heapq.heappop(free)
        heapq.heappush(free, begins + sum(pauses[query.text] for query in match.queries))
    return max(free)


def _words(target: str) -> str:
    return parse_qs(target.partition("?")[2])["q"][0]


def walls(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Async over ideal, with our client and with `httpx2`."""
    import httpx2

    count = 60 if quick else 500
    cases = [(16, None, 1.08), (32, None, 1.08), (100, httpx2, 1.10)]
    with far_shop(latency_s=_LATENCY_S, jitter_s=_JITTER_S, size=count) as shop:
        for connections, library, goal in cases:
            settings = unpaced(shop, connections, max_connections=connections)
            timed(shop, settings, list(tracks(connections)), library)
            done = [timed(shop, settings, list(tracks(count)), library) for _ in range(runs)]
            name = f"async wall over ideal, {connections} connections"
            name += f", {library.__name__}" if library else ""
            over = tuple(run.over_formula(connections) for run in done)
            busy = mean(run.cpu_s / run.wall_s for run in done)
            yield Figure(name, over, "×", at_most=goal, note=f"processor {busy:.0%} busy")
            best = tuple(run.over_schedule(connections) for run in done)
            yield Figure("… over the best schedule of the same answers", best, "×")


def engines(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Async against sync at default settings, unpaced."""
    given = list(tracks(10 if quick else 60))
    with far_shop(latency_s=_LATENCY_S) as shop:
        settings = MatchSettings(base_url=shop.url, requests_per_second=None)
        both = settings.model_copy(update={"async_io": unpaced(shop).async_io})
        gains = []
        for _ in range(runs):
            began = time.perf_counter()
            match_playlist(given, settings=settings)
            sync_s = time.perf_counter() - began
            gains.append(sync_s / timed(shop, both, given).wall_s)
    yield Figure("async against sync", tuple(gains), "×", at_least=4)


def duplicates(runs: int, *, quick: bool) -> Iterator[Figure]:
    """What the tracks of a playlist cost that stand in it twice."""
    del runs
    once = list(tracks(70 if quick else 350))
    twice = once + once[: len(once) * 3 // 7]
    with far_shop(latency_s=0.01) as shop:
        settings = unpaced(shop, 16)
        plain = timed(shop, settings, once).visits
        extra = len(timed(shop, settings, twice).visits) - len(plain)
    yield Figure("extra requests for 30 % duplicates", (float(extra),), at_most=0)


def paced(runs: int, *, quick: bool) -> Iterator[Figure]:
    """How much of the pace is used, and whether it is ever exceeded."""
    per_second, burst = 5.0, 1
    shares, most = [], []
    with far_shop(latency_s=_LATENCY_S, jitter_s=_JITTER_S) as shop:
        for _ in range(1 if quick else runs):
            settings = unpaced(shop, 5, requests_per_second=per_second)
            came = sorted(
                v.came for v in timed(shop, settings, list(tracks(20 if quick else 100))).visits
            )
            shares.append((len(came) - 1) / (came[-1] - came[0]) / per_second)
            most.append(float(max(sum(at <= one < at + 1 for one in came) for at in came)))
    yield Figure("share of the pace used, 5/s", tuple(shares), at_least=0.97)
    limit = per_second + burst
    yield Figure("most requests in any second, 5/s", tuple(most), at_most=limit)


def head_of_line(runs: int, *, quick: bool) -> Iterator[Figure]:
    """How many of 50 tracks wait for a title that is answered late."""
    late = title(3)
    waited = []
    with far_shop(latency_s=0.05, slow=late, slow_s=1.0 if quick else 5.0) as shop:

        async def order() -> list[Match]:
            async with AsyncMatcher(unpaced(shop)) as matcher:
                return [match async for match in matcher.iter_matches(list(tracks(50)))]

        for _ in range(1 if quick else runs):
            given = [late in match.track.title for match in anyio.run(order)]
            # Other versions of the slow title are as slow.
            waited.append(float(given[given.index(True) :].count(False)))
    yield Figure("tracks of 50 given after the one that takes 5 s", tuple(waited), at_most=0)


def at_once(runs: int, *, quick: bool) -> Iterator[Figure]:
    """A track's queries one by one and two at once, on the same tracks, one track at a time."""
    given = list(tracks(25 if quick else 100))
    with far_shop(latency_s=_LATENCY_S, jitter_s=_JITTER_S) as shop:
        done = [
            [timed(shop, unpaced(shop, 1, queries_at_once=many), given) for many in (1, 2, 4)]
            for _ in range(1 if quick else runs)
        ]
    for place, many in enumerate((1, 2, 4)):
        walls = tuple(row[place].wall_s / row[0].wall_s for row in done)
        requests = done[0][place].found.requests / len(given)
        same = sum(
            (ours.outcome, ours.confidence, ours.best)
            == (theirs.outcome, theirs.confidence, theirs.best)
            for ours, theirs in zip(
                done[0][place].found.matches, done[0][0].found.matches, strict=True
            )
        )
        note = f"{requests:.2f} requests a track, {same} of {len(given)} answers the same"
        yield Figure(f"wall at queries_at_once={many}", walls, "×", note=note)
