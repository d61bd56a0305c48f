"""What async gains and what it costs, measured against the fake Beatport on the loopback.

    python tests/benchmarks/async_worth.py advice    # 0, 50, 300 ms: times, gain, recommendation
    python tests/benchmarks/async_worth.py memory    # memory of the sync and the async engine

Each memory figure comes from a process of its own that contains only the client: the growth of its
peak resident set after one warm-up track, and the peak of Python's allocator (`tracemalloc`). The
latter comes from a second process, because tracing slows the run down. For POSIX systems.
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
    clear_shared_state,
    compare_runs,
    match_playlist,
    match_track,
    read_playlist,
)
from beatport_match.model.metrics import PerformanceStats
from beatport_match.performance.analysis import most_speed_up, tracks_at_once
from beatport_match.testing import FakeBeatport, demo_collection

LATENCIES_S = (0.0, 0.05, 0.3)
CONCURRENT_TRACKS = (0, 1, 5, 20, 50)
"""Numbers of concurrent tracks; 0 is the sync engine."""
TRACKS = 300


def tracks(count: int) -> list[Track]:
    """Return so many tracks of the demo; they repeat if there are too few."""
    with demo_collection() as path:
        return list(islice(cycle(read_playlist(path)), count))


def run_metrics(base_url: str, count: int, concurrent_tracks: int) -> PerformanceStats:
    """Match so many tracks and return the metrics of the run."""
    engine = {"enabled": concurrent_tracks > 0, "max_concurrent_tracks": concurrent_tracks or 5}
    settings = MatchSettings(
        base_url=base_url, requests_per_second=None, max_connections=100, async_io=engine
    )
    clear_shared_state()
    return match_playlist(tracks(count), settings=settings).metrics


def advice() -> None:
    """Compare one sync and one async run at each latency."""
    print("latency   sync    async   speed-up (upper bound)   network   recommendation")
    for latency in LATENCIES_S:
        with FakeBeatport(latency_s=latency).serve() as base_url:
            sync, other = run_metrics(base_url, 85, 0), run_metrics(base_url, 85, 5)
        comparison, analysis = compare_runs(sync, other), analyze(sync)
        upper_bound = most_speed_up(sync, tracks_at_once(sync)) or 0
        print(
            f"{latency * 1000:4.0f} ms {comparison.sync_time:6.2f} s {comparison.async_time:6.2f} s"
            f"{comparison.speed_up:15.1f} ({upper_bound:.1f}){analysis.percentage:17.1f} %   "
            f"{analysis.recommendation}{'' if comparison.same_answers else '  DIFFERENT ANSWERS'}"
        )


def memory() -> None:
    """Measure the memory of each engine, in processes of its own."""
    print(f"{TRACKS} tracks, 50 ms latency")
    print("engine                 time      resident     Python's own")
    with FakeBeatport(latency_s=0.05).serve() as base_url:
        for concurrent_tracks in CONCURRENT_TRACKS:
            resident, traced = (
                _measure_in_child(base_url, concurrent_tracks, kind)
                for kind in ("resident", "traced")
            )
            name = f"async, {concurrent_tracks} concurrent" if concurrent_tracks else "sync"
            print(
                f"{name:<18}{resident['wall_s']:>8.1f} s{resident['peak'] / 2**20:>10.1f} MiB"
                f"{traced['peak'] / 2**20:>12.1f} MiB",
                flush=True,
            )


def _measure_in_child(base_url: str, concurrent_tracks: int, kind: str) -> dict[str, float]:
    command = [
        sys.executable,
        __file__,
        "child",
        "--url",
        base_url,
        "--concurrent-tracks",
        str(concurrent_tracks),
    ]
    ran = subprocess.run([*command, "--kind", kind], check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures


def child(base_url: str, concurrent_tracks: int, kind: str) -> None:
    """Run as the measured process; the run itself reports its wall-clock time."""
    import resource

    match_track(tracks(1)[0], settings=MatchSettings(base_url=base_url))
    run_metrics(base_url, 1, concurrent_tracks)
    if kind == "traced":
        tracemalloc.start()
        stats = run_metrics(base_url, TRACKS, concurrent_tracks)
        peak = tracemalloc.get_traced_memory()[1]
    else:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        stats = run_metrics(base_url, TRACKS, concurrent_tracks)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Kilobytes, but bytes on macOS (getrusage(2)).
        peak = (after - before) * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"wall_s": stats.session_info.total_time, "peak": peak}))


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the command line of this script."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=("advice", "memory", "child"))
    parser.add_argument("--url")
    parser.add_argument("--concurrent-tracks", type=int)
    parser.add_argument("--kind")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.action == "child":
        child(options.url, options.concurrent_tracks, options.kind)
    else:
        {"advice": advice, "memory": memory}[options.action]()


if __name__ == "__main__":
    main()
