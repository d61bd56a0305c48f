"""Wall-clock time, rate limit and ordering of runs against a site with network latency."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import mean
from typing import Any

import anyio
from distant_site import distant_site
from goals import Figure
from local_library import title, tracks
from timed_runs import (
    JITTER_S,
    LATENCY_S,
    WallTime,
    import_if_installed,
    settings_without_rate_limit,
    time_run,
)

from beatport_match import AsyncMatcher, Match, MatchSettings, clear_shared_state, match_playlist


def wall_times(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure async runs against the ideal, with our client and with `httpx2`.

    The runs are repeated with every track on sale. A track that is not on sale takes four requests,
    one after the other. At the end of a run no other track is left, so the best schedule waits for
    these requests too.
    """
    count = 60 if quick else 500
    cases: list[tuple[int, Any, float]] = [(16, None, 1.08), (32, None, 1.08)]
    if httpx2 := import_if_installed("httpx2"):
        cases.append((100, httpx2, 1.10))
    for all_on_sale in (False, True):
        with distant_site(
            latency_s=LATENCY_S, jitter_s=JITTER_S, size=count, all_on_sale=all_on_sale
        ) as site:
            for connections, library, goal in cases:
                settings = settings_without_rate_limit(
                    site, connections, max_connections=connections
                )
                time_run(site, settings, list(tracks(connections)), library)
                times = [
                    time_run(site, settings, list(tracks(count)), library).wall_time(connections)
                    for _ in range(runs)
                ]
                name = f"{connections} connections" + (f", {library.__name__}" if library else "")
                yield from _wall_time_figures(name, times, None if all_on_sale else goal)


def _wall_time_figures(name: str, times: list[WallTime], goal: float | None) -> Iterator[Figure]:
    """Yield the figures of one case; the case with all tracks on sale has no goal."""
    name = f"async wall-clock time over ideal, {name}" if goal else f"all tracks on sale, {name}"
    note = f"CPU {mean(one.cpu_share for one in times):.0%} busy"
    over_ideal = tuple(one.over_ideal() for one in times)
    yield Figure(name, over_ideal, "×", at_most=goal, note=note)
    over_best = tuple(one.over_best_schedule for one in times)
    yield Figure("… over the best schedule for the same answers", over_best, "×")
    best_over_ideal = tuple(one.best_schedule_over_ideal() for one in times)
    yield Figure("… best schedule over ideal", best_over_ideal, "×")


def async_speed_up(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Compare async with sync at default settings, without rate limit."""
    playlist = list(tracks(10 if quick else 60))
    with distant_site(latency_s=LATENCY_S) as site:
        sync_settings = MatchSettings(base_url=site.url, requests_per_second=None)
        async_settings = sync_settings.with_(async_io=settings_without_rate_limit(site).async_io)
        speed_ups = []
        for _ in range(runs):
            start = time.perf_counter()
            clear_shared_state()
            match_playlist(playlist, settings=sync_settings)
            sync_s = time.perf_counter() - start
            speed_ups.append(sync_s / time_run(site, async_settings, playlist).wall_s)
    yield Figure("async speed-up over sync", tuple(speed_ups), "×", at_least=4)


def duplicates(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Count the extra requests for tracks that occur twice in a playlist."""
    del runs
    once = list(tracks(70 if quick else 350))
    with_duplicates = once + once[: len(once) * 3 // 7]
    with distant_site(latency_s=0.01) as site:
        settings = settings_without_rate_limit(site, 16)
        expected = len(time_run(site, settings, once).requests)
        extra = len(time_run(site, settings, with_duplicates).requests) - expected
    yield Figure("extra requests for 30 % duplicates", (float(extra),), at_most=0)


def rate_limit(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure how much of the rate limit is used, and whether it is exceeded."""
    per_second, burst = 5.0, 1
    shares, maxima = [], []
    with distant_site(latency_s=LATENCY_S, jitter_s=JITTER_S) as site:
        for _ in range(1 if quick else runs):
            settings = settings_without_rate_limit(site, 5, requests_per_second=per_second)
            run = time_run(site, settings, list(tracks(20 if quick else 100)))
            arrivals = sorted(request.arrived for request in run.requests)
            shares.append((len(arrivals) - 1) / (arrivals[-1] - arrivals[0]) / per_second)
            counts = [sum(start <= one < start + 1 for one in arrivals) for start in arrivals]
            maxima.append(float(max(counts)))
    yield Figure("share of the rate limit used, 5/s", tuple(shares), at_least=0.97)
    limit = per_second + burst
    yield Figure("maximum requests in any second, 5/s", tuple(maxima), at_most=limit)


def head_of_line(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Count how many of 50 tracks wait for a title that is answered late."""
    slow_title = title(3)
    delayed = []
    with distant_site(latency_s=0.05, slow=slow_title, slow_s=1.0 if quick else 5.0) as site:

        async def matches_in_order() -> list[Match]:
            async with AsyncMatcher(settings_without_rate_limit(site)) as matcher:
                return [match async for match in matcher.iter_matches(list(tracks(50)))]

        for _ in range(1 if quick else runs):
            is_slow = [slow_title in match.track.title for match in anyio.run(matches_in_order)]
            # Other versions of the slow title are as slow.
            delayed.append(float(is_slow[is_slow.index(True) :].count(False)))
    yield Figure("tracks of 50 delayed by one 5 s answer", tuple(delayed), at_most=0)


def concurrent_queries(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Compare 1, 2 and 4 concurrent queries per track, one track at a time."""
    playlist = list(tracks(25 if quick else 100))
    counts = (1, 2, 4)
    with distant_site(latency_s=LATENCY_S, jitter_s=JITTER_S) as site:
        done = [
            [
                time_run(
                    site, settings_without_rate_limit(site, 1, queries_at_once=count), playlist
                )
                for count in counts
            ]
            for _ in range(1 if quick else runs)
        ]
    for place, count in enumerate(counts):
        times = tuple(row[place].wall_s / row[0].wall_s for row in done)
        ours, first = done[0][place].result, done[0][0].result
        different = sum(
            (one.outcome, one.confidence, one.best) != (other.outcome, other.confidence, other.best)
            for one, other in zip(ours.matches, first.matches, strict=True)
        )
        cells = {
            "wall-clock time": (times, "×"),
            "requests per track": ((ours.requests / len(playlist),), ""),
            "different answers": ((float(different),), ""),
        }
        row = f"{count} concurrent, {len(playlist)} tracks"
        table = "concurrent queries, wall-clock time"
        for column, (samples, unit) in cells.items():
            yield Figure(row, samples, unit, table=table, column=column)
