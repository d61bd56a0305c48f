"""What a run takes and keeps: memory, the time to import, and how its cost grows with its tracks.

Each figure is of a process of its own. For POSIX systems.
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

from distant_site import far_shop
from goals import Figure
from local_library import write_collection
from timed_runs import clocked

import beatport_match
from beatport_match import Matcher, MatchSettings, Track

_PACKAGE = Path(beatport_match.__file__).parent
_COMPILING = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
_IMPORT = """
import sys, time
began = time.perf_counter()
import beatport_match
print(1000 * (time.perf_counter() - began))
print(len({"httpx", "parsel", "lxml"} & set(sys.modules)))
"""


def memory(runs: int, *, quick: bool) -> Iterator[Figure]:
    """The peak of a process that only goes through a collection, for two sizes of it."""
    del runs
    counts = (100, 1000) if quick else (5_000, 50_000)
    told = [_streamed(count) for count in counts]
    for count, one in zip(counts, told, strict=True):
        goal = 120.0
        yield Figure(
            f"peak memory of iter_matches, {count:,} tracks", (one["peak_mb"],), "MB", goal
        )
    growth = told[1]["peak_mb"] / told[0]["peak_mb"]
    yield Figure("… the larger over the smaller", (growth,), "×", at_most=1.05)


def growth(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Cost per track at 1, 10 and 100 times as many tracks, over that at the fewest."""
    counts = (20, 200) if quick else (50, 500, 5_000)
    told = [[_streamed(count) for count in counts] for _ in range(1 if quick else runs)]
    for what in ("requests", "cpu_s", "wall_s"):
        for place, count in enumerate(counts[1:], start=1):
            over = tuple(
                (row[place][what] / counts[place]) / (row[0][what] / counts[0]) for row in told
            )
            times = count // counts[0]
            yield Figure(f"{what} per track at {times}× the tracks", over, "×", at_most=1.1)


def imports(runs: int, *, quick: bool) -> Iterator[Figure]:
    """How long `import beatport_match` takes in a new process: as pip leaves it, compiled, and as
    a program finds it that may not write beside it."""
    spent: dict[str, list[float]] = {"": [], ", not compiled": []}
    loaded = []
    with tempfile.TemporaryDirectory() as folder:
        bare = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_PACKAGE, Path(folder, _PACKAGE.name), ignore=bare)
        # The first of those that count finds it compiled by the one before.
        for turn in range(1 + (1 if quick else 7 * runs)):
            for how, environment in (
                (", not compiled", {"PYTHONDONTWRITEBYTECODE": "1"}),
                ("", {"PYTHONPYCACHEPREFIX": str(Path(folder, "compiled"))}),
            ):
                told = _imported(Path(folder), environment)
                loaded.append(told[1])
                spent[how] += [told[0]] if turn else []
    for how, samples in spent.items():
        name = f"import beatport_match{how}"
        yield Figure(name, tuple(samples), "ms", at_most=250, judged="min")
    yield Figure("of httpx, parsel, lxml loaded by it", (max(loaded),), at_most=0)


def _imported(folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """The time in milliseconds, and how many there are of what should wait."""
    ours = {name: value for name, value in os.environ.items() if name not in _COMPILING}
    ran = subprocess.run(
        [sys.executable, "-c", _IMPORT],
        check=True,
        capture_output=True,
        text=True,
        env={**ours, **environment, "PYTHONPATH": str(folder)},
    )
    spent_ms, loaded = ran.stdout.split()
    return float(spent_ms), float(loaded)


def _streamed(count: int) -> dict[str, float]:
    with far_shop(size=count) as shop, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection.xml")
        write_collection(path, count)
        command = [sys.executable, __file__, shop.url, str(path)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(ran.stdout)
    return told


def _child(url: str, path: str) -> None:
    import resource

    settings = MatchSettings(base_url=url, requests_per_second=None)
    with Matcher(settings) as matcher:
        # Its client is made and connected: among few tracks that would hide any growth.
        matcher.match_track(Track("Warming Up", "Nobody"))
        with clocked() as spent:
            requests = sum(match.requests for match in matcher.iter_matches(path))
    told = {
        "requests": requests,
        "wall_s": spent[0],
        "cpu_s": spent[1],
        # Kilobytes, but bytes on macOS (getrusage(2)).
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1e6 if sys.platform == "darwin" else 1e3),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    _child(*sys.argv[1:])
