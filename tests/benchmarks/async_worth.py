"""Is async worth it, and what does it cost? Measured against the fake Beatport on the loopback.

    python tests/benchmarks/async_worth.py advice    # 0, 50, 300 ms: times, gain, recommendation
    python tests/benchmarks/async_worth.py memory    # what each way of running takes

Every memory figure is of a process of its own that holds the client alone: the growth of its
resident set at its highest, after one warming track, and the peak that Python's allocator saw
(`tracemalloc`), in a second process since looking costs. For POSIX systems.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable
from itertools import cycle, islice

from beatport_match import (
    MatchSettings,
    Track,
    analyze,
    compare_runs,
    match_playlist,
    match_track,
    read_playlist,
)
from beatport_match.model.metrics import PerformanceStats
from beatport_match.performance.analysis import most_speed_up, tracks_at_once
from beatport_match.testing import FakeBeatport, demo_collection

LATENCIES_S = (0.0, 0.05, 0.3)
AT_ONCE = (0, 1, 5, 20, 50)
"""How many tracks at once; 0 is the sync engine."""
TRACKS = 300


def tracks(count: int) -> list[Track]:
    """So many of the demo's tracks, again from the beginning where they run out."""
    with demo_collection() as path:
        return list(islice(cycle(read_playlist(path)), count))


def figures(base_url: str, count: int, at_once: int) -> PerformanceStats:
    """The figures of one run."""
    engine = {"enabled": at_once > 0, "max_concurrent_tracks": at_once or 5}
    settings = MatchSettings(
        base_url=base_url, requests_per_second=None, max_connections=100, async_io=engine
    )
    return match_playlist(tracks(count), settings=settings).metrics


def advice() -> None:
    """One sync and one async run at each latency."""
    print("latency   sync    async   times as fast (forecast)   network   recommendation")
    for latency in LATENCIES_S:
        with FakeBeatport(latency_s=latency).serve() as base_url:
            sync, other = figures(base_url, 85, 0), figures(base_url, 85, 5)
        comparison, told = compare_runs(sync, other), analyze(sync)
        forecast = most_speed_up(sync, tracks_at_once(sync)) or 0
        print(
            f"{latency * 1000:4.0f} ms {comparison.sync_time:6.2f} s {comparison.async_time:6.2f} s"
            f"{comparison.speed_up:15.1f} ({forecast:.1f}){told.percentage:17.1f} %   "
            f"{told.recommendation}{'' if comparison.same_answers else '  OTHER ANSWERS'}"
        )


def memory() -> None:
    """One process for each way of running."""
    print(f"{TRACKS} tracks, 50 ms for every answer")
    print("engine                 wall      resident     Python's own")
    with FakeBeatport(latency_s=0.05).serve() as base_url:
        for at_once in AT_ONCE:
            told = [_child(base_url, at_once, look) for look in ("resident", "traced")]
            name = f"async, {at_once} at once" if at_once else "sync"
            print(
                f"{name:<18}{told[0]['wall']:>8.1f} s{told[0]['peak'] / 2**20:>10.1f} MiB"
                f"{told[1]['peak'] / 2**20:>12.1f} MiB",
                flush=True,
            )


def _child(base_url: str, at_once: int, look: str) -> dict[str, float]:
    command = [sys.executable, __file__, "child", "--url", base_url, "--at-once", str(at_once)]
    ran = subprocess.run([*command, "--look", look], check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(ran.stdout)
    return told


def child(base_url: str, at_once: int, look: str) -> None:
    """The process that is measured; the wall is as the run itself tells it."""
    import resource

    match_track(tracks(1)[0], settings=MatchSettings(base_url=base_url))
    figures(base_url, 1, at_once)
    if look == "traced":
        tracemalloc.start()
        stats = figures(base_url, TRACKS, at_once)
        peak = tracemalloc.get_traced_memory()[1]
    else:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        stats = figures(base_url, TRACKS, at_once)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Kilobytes, but bytes on macOS (getrusage(2)).
        peak = (after - before) * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"wall": stats.session_info.total_time, "peak": peak}))


def main(arguments: Iterable[str] | None = None) -> None:
    """The command line of this script."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("advice", "memory", "child"))
    parser.add_argument("--url")
    parser.add_argument("--at-once", type=int)
    parser.add_argument("--look")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.what == "child":
        child(options.url, options.at_once, options.look)
    else:
        {"advice": advice, "memory": memory}[options.what]()


if __name__ == "__main__":
    main()
