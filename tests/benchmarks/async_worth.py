"""What async gains and what it costs, measured against the fake Beatport on the loopback.

    python tests/benchmarks/async_worth.py advice    # 0, 50, 300 ms: times, gain, recommendation
    python tests/benchmarks/async_worth.py memory    # memory of the sync and the async engine
    python tests/benchmarks/async_worth.py gate      # fails if async gains too little

Each memory figure comes from a separate process that contains only the client: the growth of its
peak resident set after one warm-up track, and the peak of Python's allocator (`tracemalloc`). The
latter comes from a second process, because tracing slows the run down. The share of the CPU is the
CPU time of the first process over the wall-clock time. For POSIX systems.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable

from distant_site import distant_site
from local_library import tracks

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
from beatport_match.model.run_metrics import PerformanceStats, RunComparison
from beatport_match.performance.analysis import most_speed_up, tracks_at_once
from beatport_match.testing import FakeBeatport, demo_collection

LATENCIES_S = (0.0, 0.05, 0.3)
CONCURRENT_TRACKS = (0, 1, 5, 10, 20, 50)
"""Numbers of concurrent tracks; 0 is the sync engine."""
TRACKS = 300
# The limits of the gate. Other programs can slow one of the runs down, so one of three tries must
# succeed.
MIN_SAVED_PERCENT, TRIES, GATE_TRACKS = 30.0, 3, 25
MEMORY_TRACKS, MAX_RESIDENT_BYTES = 500, 40 * 2**20


def run_metrics(
    base_url: str, library: Iterable[Track], concurrent_tracks: int
) -> PerformanceStats:
    """Match the tracks and return the metrics of the run."""
    engine = {"enabled": concurrent_tracks > 0, "max_concurrent_tracks": concurrent_tracks or 5}
    settings = MatchSettings(
        base_url=base_url, requests_per_second=None, max_connections=100, async_io=engine
    )
    clear_shared_state()
    return match_playlist(library, settings=settings).metrics


def advice() -> None:
    """Compare one sync and one async run over the demo's collection at each latency."""
    with demo_collection() as path:
        library = list(read_playlist(path))
    print("latency   sync    async   speed-up (upper bound)   network   recommendation")
    for latency in LATENCIES_S:
        with FakeBeatport(latency_s=latency).serve() as base_url:
            sync, other = run_metrics(base_url, library, 0), run_metrics(base_url, library, 5)
        comparison, analysis = compare_runs(sync, other), analyze(sync)
        upper_bound = most_speed_up(sync, tracks_at_once(sync)) or 0
        print(
            f"{latency * 1000:4.0f} ms {comparison.sync_time:6.2f} s {comparison.async_time:6.2f} s"
            f"{comparison.speed_up:15.1f} ({upper_bound:.1f}){analysis.percentage:17.1f} %   "
            f"{analysis.recommendation}{'' if comparison.same_answers else '  DIFFERENT ANSWERS'}"
        )


def memory() -> None:
    """Measure the memory of each engine, in separate processes."""
    print(f"{TRACKS} tracks, 50 ms latency")
    print("engine                 time     CPU      resident     Python's own")
    with distant_site(latency_s=0.05, size=TRACKS) as site:
        for concurrent_tracks in CONCURRENT_TRACKS:
            resident, traced = (
                measure_in_child(site.url, TRACKS, concurrent_tracks, kind)
                for kind in ("resident", "traced")
            )
            name = f"async, {concurrent_tracks} concurrent" if concurrent_tracks else "sync"
            share = 100 * resident["cpu_s"] / resident["wall_s"]
            print(
                f"{name:<18}{resident['wall_s']:>8.1f} s{share:>6.0f} %"
                f"{resident['peak'] / 2**20:>10.1f} MiB{traced['peak'] / 2**20:>12.1f} MiB",
                flush=True,
            )


def gate() -> None:
    """Exit with the faults that the limits of this module name."""
    with distant_site(size=MEMORY_TRACKS) as site:
        resident = measure_in_child(site.url, MEMORY_TRACKS, 5, "resident")["peak"]
    if faults := [*gain_faults(compared), *memory_faults(resident)]:
        sys.exit("\n".join(faults))


def compared() -> RunComparison:
    """Match a few tracks in both modes, with 50 ms for each answer."""
    library = list(tracks(GATE_TRACKS))
    with distant_site(latency_s=0.05, size=GATE_TRACKS) as site:
        run_metrics(site.url, library, 5)  # the site renders each page once
        sync, other = run_metrics(site.url, library, 0), run_metrics(site.url, library, 5)
    return compare_runs(sync, other)


def gain_faults(compare: Callable[[], RunComparison]) -> list[str]:
    """Compare both modes up to `TRIES` times; return the faults if async never gains enough."""
    for _ in range(TRIES):
        comparison = compare()
        saved = comparison.improvement_percentage or 0.0
        print(f"async takes {saved:.0f} % less time for {comparison.compared_tracks} tracks")
        if not comparison.same_answers:
            return [f"The modes gave different answers: {comparison.different_tracks}."]
        if saved >= MIN_SAVED_PERCENT:
            return []
    return [f"Async never took {MIN_SAVED_PERCENT:.0f} % less time than sync in {TRIES} tries."]


def memory_faults(resident: float) -> list[str]:
    """Return the faults if the resident set grew by more than the limit, in bytes."""
    grown, limit = (f"{size / 2**20:.1f} MiB" for size in (resident, MAX_RESIDENT_BYTES))
    print(f"a run of {MEMORY_TRACKS} tracks needs {grown}")
    if resident <= MAX_RESIDENT_BYTES:
        return []
    return [f"A run of {MEMORY_TRACKS} tracks needs {grown}; the limit is {limit}."]


def measure_in_child(
    base_url: str, count: int, concurrent_tracks: int, kind: str
) -> dict[str, float]:
    """Match so many tracks in a separate process and return what it cost."""
    options = {
        "--url": base_url,
        "--count": count,
        "--concurrent-tracks": concurrent_tracks,
        "--kind": kind,
    }
    command = [sys.executable, __file__, "child", *(f"{k}={v}" for k, v in options.items())]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures


def child(base_url: str, count: int, concurrent_tracks: int, kind: str) -> None:
    """Run as the measured process; the run itself reports its wall-clock time."""
    import resource

    match_track(next(tracks(1)), settings=MatchSettings(base_url=base_url))
    run_metrics(base_url, tracks(1), concurrent_tracks)
    cpu_s = time.process_time()
    if kind == "traced":
        tracemalloc.start()
        stats = run_metrics(base_url, tracks(count), concurrent_tracks)
        peak = tracemalloc.get_traced_memory()[1]
    else:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        stats = run_metrics(base_url, tracks(count), concurrent_tracks)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Kilobytes, but bytes on macOS (getrusage(2)).
        peak = (after - before) * (1 if sys.platform == "darwin" else 1024)
    cpu_s = time.process_time() - cpu_s
    print(json.dumps({"wall_s": stats.session_info.total_time, "cpu_s": cpu_s, "peak": peak}))


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the command line of this script."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=("advice", "memory", "gate", "child"))
    parser.add_argument("--url")
    parser.add_argument("--count", type=int)
    parser.add_argument("--concurrent-tracks", type=int)
    parser.add_argument("--kind")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.action == "child":
        child(options.url, options.count, options.concurrent_tracks, options.kind)
    else:
        {"advice": advice, "memory": memory, "gate": gate}[options.action]()


if __name__ == "__main__":
    main()
