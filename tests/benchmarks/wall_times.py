"""What is waited for: walls of runs against a shop that is far away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import mean
from typing import Any

import anyio
from distant_site import far_shop
from goals import Figure
from local_library import title, tracks
from timed_runs import JITTER_S, LATENCY_S, Wall, installed, timed, unpaced

from beatport_match import AsyncMatcher, Match, MatchSettings, match_playlist


def walls(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Async over ideal, with our client and with `httpx2`.

    Once more where every track is on sale: one that is not is asked for four times, and at the end
    of a run, where nobody is left beside it, the best schedule waits for it as well.
    """
    count = 60 if quick else 500
    cases: list[tuple[int, Any, float]] = [(16, None, 1.08), (32, None, 1.08)]
    if httpx2 := installed("httpx2"):
        cases.append((100, httpx2, 1.10))
    for all_on_sale in (False, True):
        with far_shop(
            latency_s=LATENCY_S, jitter_s=JITTER_S, size=count, all_on_sale=all_on_sale
        ) as shop:
            for connections, library, goal in cases:
                settings = unpaced(shop, connections, max_connections=connections)
                timed(shop, settings, list(tracks(connections)), library)
                done = [
                    timed(shop, settings, list(tracks(count)), library).wall(connections)
                    for _ in range(runs)
                ]
                name = f"{connections} connections" + (f", {library.__name__}" if library else "")
                yield from _wall(name, done, None if all_on_sale else goal)


def _wall(name: str, done: list[Wall], goal: float | None) -> Iterator[Figure]:
    """The figures of one case; without a goal, of the one where all is on sale."""
    name = f"async wall over ideal, {name}" if goal else f"the same, all on sale, {name}"
    busy = mean(one.busy for one in done)
    over = tuple(one.over_formula() for one in done)
    yield Figure(name, over, "×", at_most=goal, note=f"processor {busy:.0%} busy")
    best = tuple(one.over_schedule for one in done)
    yield Figure("… over the best schedule of the same answers", best, "×")
    least = tuple(one.schedule_over_formula() for one in done)
    yield Figure("… of which that schedule is, over ideal", least, "×")


def engines(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Async against sync at default settings, unpaced."""
    given = list(tracks(10 if quick else 60))
    with far_shop(latency_s=LATENCY_S) as shop:
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
    with far_shop(latency_s=LATENCY_S, jitter_s=JITTER_S) as shop:
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
    with far_shop(latency_s=LATENCY_S, jitter_s=JITTER_S) as shop:
        done = [
            [timed(shop, unpaced(shop, 1, queries_at_once=many), given) for many in (1, 2, 4)]
            for _ in range(1 if quick else runs)
        ]
    for place, many in enumerate((1, 2, 4)):
        walls = tuple(row[place].wall_s / row[0].wall_s for row in done)
        ours, first = done[0][place].found, done[0][0].found
        differ = sum(
            (one.outcome, one.confidence, one.best) != (other.outcome, other.confidence, other.best)
            for one, other in zip(ours.matches, first.matches, strict=True)
        )
        shown = {
            "wall": (walls, "×"),
            "requests a track": ((ours.requests / len(given),), ""),
            "answers that differ": ((float(differ),), ""),
        }
        row = f"{many} at once, {len(given)} tracks"
        for column, (samples, unit) in shown.items():
            yield Figure(row, samples, unit, table="queries at once, the wall", column=column)
