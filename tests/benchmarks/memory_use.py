"""Memory of a run, import time, and how the cost of a run grows with its tracks.

Each figure is measured in a process of its own. For POSIX systems.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from distant_site import distant_site
from goals import Figure
from local_library import write_collection
from timed_runs import stopwatch

import beatport_match
from beatport_match import Matcher, MatchSettings, Track

_PACKAGE = Path(beatport_match.__file__).parent
_COMPILE_VARIABLES = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
_IMPORT = """
import sys, time
start = time.perf_counter()
import beatport_match
print(1000 * (time.perf_counter() - start))
print(len({"httpx", "parsel", "lxml"} & set(sys.modules)))
"""


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
            yield Figure(f"{name} per track at {times}× the tracks", ratios, "×", at_most=1.1)


def imports(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure `import beatport_match` in a new process, with and without compiled modules.

    pip compiles the modules. A program that cannot write next to them compiles them at every start.
    """
    times_ms: dict[str, list[float]] = {"": [], ", not compiled": []}
    loaded_counts = []
    with tempfile.TemporaryDirectory() as folder:
        without_cache = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_PACKAGE, Path(folder, _PACKAGE.name), ignore=without_cache)
        # Turn 0 compiles the modules and does not count.
        for turn in range(1 + (1 if quick else 7 * runs)):
            for case, environment in (
                (", not compiled", {"PYTHONDONTWRITEBYTECODE": "1"}),
                ("", {"PYTHONPYCACHEPREFIX": str(Path(folder, "compiled"))}),
            ):
                time_ms, loaded = _import_cost(Path(folder), environment)
                loaded_counts.append(loaded)
                times_ms[case] += [time_ms] if turn else []
    for case, samples in times_ms.items():
        name = f"import beatport_match{case}"
        yield Figure(name, tuple(samples), "ms", at_most=250, judged="min")
    yield Figure("httpx, parsel, lxml loaded by import", (max(loaded_counts),), at_most=0)


def _import_cost(folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Return the milliseconds, and how many of httpx, parsel and lxml were loaded."""
    ours = {name: value for name, value in os.environ.items() if name not in _COMPILE_VARIABLES}
    ran = subprocess.run(
        [sys.executable, "-c", _IMPORT],
        check=True,
        capture_output=True,
        text=True,
        env={**ours, **environment, "PYTHONPATH": str(folder)},
    )
    time_ms, loaded = ran.stdout.split()
    return float(time_ms), float(loaded)


def _iter_matches_cost(count: int) -> dict[str, float]:
    """Match a collection of so many tracks in a new process and return what it cost."""
    with distant_site(size=count) as site, tempfile.TemporaryDirectory() as folder:
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
