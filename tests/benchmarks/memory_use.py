"""Memory of a run, and how its cost grows with its tracks.

Each figure is measured in a process of its own. For POSIX systems.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from distant_site import distant_site
from goals import Figure
from local_library import write_collection
from timed_runs import stopwatch

from beatport_match import Matcher, MatchSettings, Track

# The size of the catalogue in which the site searches: with a search that gets slower with the
# number of tracks, the growth of a run would be that of the site.
_BLOCK = 50


def memory(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the peak memory of a process that matches a collection, for two sizes of it."""
    del runs
    counts = (100, 1000) if quick else (5_000, 50_000)
    costs = [_iter_matches_cost(count) for count in counts]
    for count, cost in zip(counts, costs, strict=True):
        name = f"peak memory of iter_matches, {count:,} tracks"
        yield Figure(name, (cost["peak_mb"],), "MB", at_most=120.0)
    growth = costs[1]["peak_mb"] / costs[0]["peak_mb"]
    yield Figure("… larger over smaller", (growth,), "×", at_most=1.05)


def growth(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the cost per track of 10 and 100 times as many tracks, over the smallest run."""
    counts = (20, 200) if quick else (50, 500, 5_000)
    costs = [[_iter_matches_cost(count) for count in counts] for _ in range(1 if quick else runs)]
    names = {"requests": "requests", "cpu_s": "CPU time", "wall_s": "wall-clock time"}
    for key, name in names.items():
        for place, count in enumerate(counts[1:], start=1):
            ratios = tuple(
                (row[place][key] / counts[place]) / (row[0][key] / counts[0]) for row in costs
            )
            times = count // counts[0]
            yield Figure(f"{name} per track at {times}× the tracks", ratios, "×", at_most=1.05)


def _iter_matches_cost(count: int) -> dict[str, float]:
    """Match a collection of so many tracks in a new process and return what it cost."""
    with distant_site(size=count, block=_BLOCK) as site, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection.xml")
        write_collection(path, count)
        command = [sys.executable, __file__, site.url, str(path)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
    cost: dict[str, float] = json.loads(ran.stdout)
    return cost


def _measured_process(url: str, path: str) -> None:
    import resource

    settings = MatchSettings(base_url=url, requests_per_second=None)
    with Matcher(settings) as matcher:
        # Create and connect the client first: in a run of few tracks its cost would hide a growth.
        matcher.match_track(Track("Warming Up", "No Artist"))
        with stopwatch() as times:
            requests = sum(match.requests for match in matcher.iter_matches(path))
    cost = {
        "requests": requests,
        "wall_s": times[0],
        "cpu_s": times[1],
        # Kilobytes, but bytes on macOS (getrusage(2)).
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1e6 if sys.platform == "darwin" else 1e3),
    }
    print(json.dumps(cost))


if __name__ == "__main__":
    _measured_process(*sys.argv[1:])
