"""Wall-clock time, rate limit and ordering of runs against a site with network latency."""

from __future__ import annotations

import time
from collections.abc import Iterator

import anyio
from distant_site import distant_site
from goals import Figure
from local_library import title, tracks
from timed_runs import (
    JITTER_S,
    LATENCY_S,
    settings_without_rate_limit,
    stopwatch,
    time_run,
)

from beatport_match import AsyncMatcher, Match, MatchSettings, clear_shared_state, match_playlist


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
    name = "speed of async over sync, without rate limit, 0.2 s for each answer"
    yield Figure(name, tuple(speed_ups), "×", table="overview")


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
    """Measure runs at the default settings: their speed, and how the rate limit is used."""
    playlist = list(tracks(10 if quick else 60))
    per_second, burst = MatchSettings().requests_per_second or 0.0, 1
    per_minute: dict[str, list[float]] = {"sync": [], "async": []}
    cpu_ms, shares, maxima = [], [], []
    with distant_site(latency_s=LATENCY_S, jitter_s=JITTER_S) as site:
        for mode in [*per_minute] * runs:
            settings = MatchSettings(base_url=site.url, async_io={"enabled": mode == "async"})
            clear_shared_state()
            with stopwatch() as times:
                match_playlist(playlist, settings=settings)
            per_minute[mode].append(60 * len(playlist) / times[0])
            cpu_ms.append(1000 * times[1] / len(playlist))
            arrivals = sorted(request.arrived for request in site.take_requests())
            if mode == "async":
                used = (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])
                shares.append(used / per_second)
            counts = [sum(start <= one < start + 1 for one in arrivals) for start in arrivals]
            maxima.append(float(max(counts)))
    for mode, samples in per_minute.items():
        name = f"tracks per minute at the default rate limit, {mode}"
        yield Figure(name, tuple(samples), table="overview")
    name = "CPU time per track, with HTTP, for an answer of ten candidates"
    yield Figure(name, tuple(cpu_ms), "ms", judged="min", table="overview")
    yield Figure(f"share of the rate limit used, {per_second:g}/s", tuple(shares), at_least=0.97)
    name = f"maximum requests in any second, {per_second:g}/s"
    yield Figure(name, tuple(maxima), at_most=per_second + burst)


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
        table = "concurrent queries"
        for column, (samples, unit) in cells.items():
            yield Figure(row, samples, unit, table=table, column=column)
