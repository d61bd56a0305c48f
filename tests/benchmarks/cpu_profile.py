"""CPU profile of a run, by part of this package and by library.

A timer of CPU time (`ITIMER_PROF`) interrupts the run and records the stack, so waiting for the
network does not count. C code counts for the Python function that called it. For POSIX systems.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeAlias

from distant_site import distant_site
from goals import Figure
from local_library import tracks
from timed_runs import (
    JITTER_S,
    LATENCY_S,
    import_if_installed,
    settings_without_rate_limit,
    time_run,
)

import beatport_match

Stack: TypeAlias = tuple[CodeType, ...]

_PACKAGE = Path(beatport_match.__file__).resolve().parent
# A kernel with a coarser timer samples less often.
_SAMPLE_INTERVAL_S = 0.001
_CLIENT_PACKAGES = ("httpx", "httpcore", "h11", "httpx2", "httpcore2")
_EVENT_LOOP_PACKAGES = ("anyio", "sniffio")
# Titles and names are parsed while candidates are scored.
_FOLDER_PARTS = {"parsing": "scoring", "scoring": "scoring", "performance": "metrics"}
_FUNCTIONS_SHOWN = 3


def profile(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the CPU share of each part, and the functions of a part with the most samples."""
    count, latency_s = (40, 0.02) if quick else (500, LATENCY_S)
    cases: list[tuple[int, Any]] = [(32, None)]
    if not quick and (httpx2 := import_if_installed("httpx2")):
        cases.append((100, httpx2))
    with distant_site(latency_s=latency_s, jitter_s=JITTER_S * latency_s / LATENCY_S) as site:
        for connections, library in cases:
            settings = settings_without_rate_limit(site, connections, max_connections=connections)
            time_run(site, settings, list(tracks(connections)), library)
            with sampled() as stacks:
                for _ in range(runs):
                    time_run(site, settings, list(tracks(count)), library)
            name = library.__name__ if library else "httpx"
            yield from _shares(stacks, f"{connections} connections, {name}")


def _shares(stacks: list[Stack], column: str) -> Iterator[Figure]:
    by_function = Counter(map(_part_and_function, stacks))
    by_part: Counter[str] = Counter()
    for (part, _), samples in by_function.items():
        by_part[part] += samples
    for part, samples in by_part.most_common():
        top = [
            (function, count)
            for (its_part, function), count in by_function.most_common()
            if its_part == part
        ][:_FUNCTIONS_SHOWN]
        percents = ((function, round(100 * count / len(stacks))) for function, count in top)
        note = ", ".join(f"`{function}` {percent} %" for function, percent in percents if percent)
        share = (100 * samples / len(stacks),)
        yield Figure(part, share, "%", note=note, table="profile", column=column)


@contextmanager
def sampled() -> Iterator[list[Stack]]:
    """Record the stacks of a block, innermost frame first; they are classified afterwards."""
    stacks: list[Stack] = []

    def record(_: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        stacks.append(tuple(stack))

    before = signal.signal(signal.SIGPROF, record)
    signal.setitimer(signal.ITIMER_PROF, _SAMPLE_INTERVAL_S, _SAMPLE_INTERVAL_S)
    try:
        yield stacks
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _part_and_function(stack: Stack) -> tuple[str, str]:
    for code in stack:
        if part := _part(code.co_filename):
            return part, f"{Path(code.co_filename).stem}.{code.co_qualname}".partition(".<")[0]
    return "other", "elsewhere"


@cache
def _part(file: str) -> str:
    """Return the part of a file; empty if the caller counts, as for most of the stdlib."""
    path = Path(file)
    if path.is_relative_to(_folder(json)):
        return "parsing JSON"
    if path.is_relative_to(_folder(asyncio)) or path == Path(selectors.__file__):
        return "event loop"
    for name in reversed(path.parts):
        if name in _CLIENT_PACKAGES:
            return "HTTP client"
        if name in _EVENT_LOOP_PACKAGES:
            return "event loop"
    return _part_of_package(path)


def _part_of_package(path: Path) -> str:
    """Return the part of this library to which a file belongs; empty if it is not ours."""
    if not path.is_relative_to(_PACKAGE):
        return ""
    folder, name = path.relative_to(_PACKAGE).parts[0], path.stem
    if folder == "beatport" or name == "keys":
        return "parsing rows"
    if name == "validation":
        # It calls `pydantic_core`.
        return "parsing JSON"
    if name in {"cache_codec", "answer_cache"}:
        return "caching"
    return _FOLDER_PARTS.get(folder, "search flow and engine")


def _folder(package: Any) -> Path:
    return Path(package.__file__).parent
