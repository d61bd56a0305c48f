"""Memory of a run, the modules that hold it, and how the cost of a run grows with its tracks.

Each figure is measured in a separate process. For POSIX systems.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

from distant_site import distant_site
from goals import Figure
from local_library import write_collection
from timed_runs import stopwatch

import beatport_match
from beatport_match import Match, Matcher, MatchSettings, Track
from beatport_match.transport.answer_cache import MAX_MEMORY_ENTRIES, MemoryCache

# The size of the catalogue in which the site searches: with a search that gets slower with the
# number of tracks, the growth of a run would be that of the site.
_BLOCK = 50
_OWNERS_SHOWN = 10
_MIN_SHOWN_MB = 0.01
_PACKAGE = Path(beatport_match.__file__).parent


def memory(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the peak memory of a process that matches a collection, for two sizes of it."""
    del runs
    counts = (100, 1000) if quick else (5_000, 50_000)
    peaks_mb = [_cost(count)["peak_mb"] for count in counts]
    for count, peak_mb in zip(counts, peaks_mb, strict=True):
        name = f"peak memory of iter_matches, {count:,} tracks"
        yield Figure(name, (peak_mb,), "MB", at_most=120.0)
        yield Figure(f"memory of a run over {count:,} tracks", (peak_mb,), "MB", table="overview")
    yield Figure("… larger over smaller", (peaks_mb[1] / peaks_mb[0],), "×", at_most=1.05)


def growth(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the cost per track of 10 and 100 times as many tracks, over the smallest run."""
    counts = (20, 200) if quick else (50, 500, 5_000)
    costs = [[_cost(count) for count in counts] for _ in range(1 if quick else runs)]
    names = {"requests": "requests", "cpu_s": "CPU time", "wall_s": "wall-clock time"}
    for key, name in names.items():
        for place, count in enumerate(counts[1:], start=1):
            ratios = tuple(
                (row[place][key] / counts[place]) / (row[0][key] / counts[0]) for row in costs
            )
            times = count // counts[0]
            yield Figure(f"{name} per track at {times}× the tracks", ratios, "×", at_most=1.05)


def memory_owners(runs: int, *, quick: bool) -> Iterator[Figure]:
    """List the modules that hold most memory at two points of a run, and its bounded memories.

    Load does not change these figures, but `tracemalloc` makes the run several times as long.
    """
    del runs
    counts = (10, 20) if quick else (5_000, 50_000)
    cost = _cost(counts[1], "owners", counts[0])
    for row in dict.fromkeys(name for owners in cost["owners"] for name, _ in owners):
        for count, owners in zip(counts, cost["owners"], strict=True):
            size_mb = dict(owners).get(row, 0.0)
            yield Figure(row, (size_mb,), "MB", table="memory owners", column=f"{count:,} tracks")
    for name, entries, most, size_mb in cost["bounded"]:
        if size_mb < _MIN_SHOWN_MB and name != "answers":
            continue
        cells = {
            "entries at most": (most, ""),
            f"entries after {counts[1]:,} tracks": (entries, ""),
            "memory": (size_mb, "MB"),
        }
        for column, (value, unit) in cells.items():
            yield Figure(name, (float(value),), unit, table="bounded memories", column=column)


def _cost(count: int, *arguments: object) -> dict[str, Any]:
    """Match a collection of so many tracks in a new process and return what it cost."""
    with distant_site(size=count, block=_BLOCK) as site, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection.xml")
        write_collection(path, count)
        command = [sys.executable, __file__, site.url, str(path), *map(str, arguments)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
    cost: dict[str, Any] = json.loads(ran.stdout)
    return cost


def _measured_process(url: str, path: str, kind: str = "", first_count: str = "0") -> None:
    settings = MatchSettings(base_url=url, requests_per_second=None)
    with Matcher(settings) as matcher:
        # Create and connect the client first: in a run of few tracks its cost would hide a growth.
        matcher.match_track(Track("Warming Up", "No Artist"))
        if kind:
            cost = _traced(matcher.iter_matches(path), int(first_count))
        else:
            with stopwatch() as times:
                requests = sum(match.requests for match in matcher.iter_matches(path))
            cost = {
                "requests": requests,
                "wall_s": times[0],
                "cpu_s": times[1],
                "peak_mb": peak_memory_mb(),
            }
    print(json.dumps(cost))


def peak_memory_mb() -> float:
    """Return the peak memory of this process in MB."""
    with suppress(OSError):
        # On Linux, `getrusage` would count the process that started this one, too.
        status = Path("/proc/self/status").read_text("ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1e3
    # Bytes on macOS (getrusage(2)).
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _traced(matches: Iterator[Match], first_count: int) -> dict[str, Any]:
    """Run under `tracemalloc`; return the largest owners, twice, and the bounded memories."""
    tracemalloc.start()
    owners = []
    for count, _ in enumerate(matches, start=1):
        if count == first_count:
            owners.append(_largest_owners())
    owners.append(_largest_owners())
    return {"owners": owners, "bounded": sorted(_bounded(), key=lambda one: -one[3])}


def _largest_owners() -> list[tuple[str, float]]:
    """Return the modules whose code allocated most of the memory in use, in MB; first the sum."""
    gc.collect()
    by_module: Counter[str] = Counter()
    for one in tracemalloc.take_snapshot().statistics("filename"):
        by_module[_module(one.traceback[0].filename)] += one.size
    del by_module[_module(tracemalloc.__file__)]
    largest = [("all", sum(by_module.values())), *by_module.most_common(_OWNERS_SHOWN)]
    return [(name, size / 1e6) for name, size in largest]


def _module(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(_PACKAGE):
        return f"`{path.relative_to(_PACKAGE)}`"
    return f"`{path.parent.name}/{path.name}`" if path.parent.name else f"`{file}`"


def _bounded() -> Iterator[tuple[str, int, int, float]]:
    """Yield each bounded memory: its name, its entries, the most entries, its size in MB.

    They are emptied one after the other. A value that several of them hold counts for the last one.
    """
    (answers,) = (one._entries for one in gc.get_objects() if isinstance(one, MemoryCache))
    yield "answers", len(answers), MAX_MEMORY_ENTRIES, _freed_mb(answers.clear)
    caches: dict[str, Any] = {
        f"`{one.__module__.partition('.')[2]}.{one.__qualname__}`": one
        for one in gc.get_objects()
        if isinstance(one, _lru_cache_wrapper) and one.__module__.startswith("beatport_match.")
    }
    for name, cache in sorted(caches.items()):
        info = cache.cache_info()
        if info.maxsize:
            yield name, info.currsize, info.maxsize, _freed_mb(cache.cache_clear)


def _freed_mb(clear: Callable[[], object]) -> float:
    before = tracemalloc.get_traced_memory()[0]
    clear()
    return (before - tracemalloc.get_traced_memory()[0]) / 1e6


if __name__ == "__main__":
    _measured_process(*sys.argv[1:])
