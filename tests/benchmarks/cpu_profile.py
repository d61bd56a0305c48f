"""Where the processor's time goes in a run, by part of this package and by library.

The stack is looked at every so often by the processor's own clock (`ITIMER_PROF`), so that waiting
counts for nothing and looking slows nothing down; what is done in C counts for whoever called it.
For POSIX systems.
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

from distant_site import far_shop
from goals import Figure
from local_library import tracks
from timed_runs import JITTER_S, LATENCY_S, installed, timed, unpaced

import beatport_match

Stack: TypeAlias = tuple[CodeType, ...]

_PACKAGE = Path(beatport_match.__file__).resolve().parent
# Kernels that tick less often look less often.
_EVERY_S = 0.001
_CLIENT = ("httpx", "httpcore", "h11", "httpx2", "httpcore2")
_LOOP = ("anyio", "sniffio")
_FOLDERS = {"parsing": "weighing", "scoring": "weighing", "performance": "metrics"}


def profile(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Shares of the processor's time; beside each, where in it most was spent."""
    count, latency_s = (40, 0.02) if quick else (500, LATENCY_S)
    cases: list[tuple[int, Any]] = [(32, None)]
    if not quick and (httpx2 := installed("httpx2")):
        cases.append((100, httpx2))
    with far_shop(latency_s=latency_s, jitter_s=JITTER_S * latency_s / LATENCY_S) as shop:
        for connections, library in cases:
            settings = unpaced(shop, connections, max_connections=connections)
            timed(shop, settings, list(tracks(connections)), library)
            with looked_at() as stacks:
                for _ in range(runs):
                    timed(shop, settings, list(tracks(count)), library)
            name = library.__name__ if library else "httpx"
            yield from _shares(stacks, f"{connections} connections, {name}")


def _shares(stacks: list[Stack], column: str) -> Iterator[Figure]:
    seen = Counter(map(_place, stacks))
    parts: Counter[str] = Counter()
    for (part, _), times in seen.items():
        parts[part] += times
    for part, times in parts.most_common():
        most = [(one[1], many) for one, many in seen.most_common() if one[0] == part][:3]
        shown = ((name, round(100 * many / len(stacks))) for name, many in most)
        note = ", ".join(f"`{name}` {share} %" for name, share in shown if share)
        share = (100 * times / len(stacks),)
        yield Figure(part, share, "%", note=note, table="profile", column=column)


@contextmanager
def looked_at() -> Iterator[list[Stack]]:
    """What the block was seen at, innermost first; whose that is, is found out afterwards."""
    stacks: list[Stack] = []

    def look(_: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        stacks.append(tuple(stack))

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    try:
        yield stacks
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _place(stack: Stack) -> tuple[str, str]:
    """The part and the function in it."""
    for code in stack:
        if part := _part(code.co_filename):
            return part, f"{Path(code.co_filename).stem}.{code.co_qualname}".partition(".<")[0]
    return "the rest", "elsewhere"


@cache
def _part(file: str) -> str:
    """Whose a file is; empty where it is its caller's, as most of the standard library is."""
    path = Path(file)
    if path.is_relative_to(_folder(json)):
        return "reading JSON"
    if path.is_relative_to(_folder(asyncio)) or path == Path(selectors.__file__):
        return "event loop"
    for name in reversed(path.parts):
        if name in _CLIENT:
            return "client"
        if name in _LOOP:
            return "event loop"
    return _part_of_package(path)


def _part_of_package(path: Path) -> str:
    """Which part of this library a file belongs to; empty where it is not ours."""
    if not path.is_relative_to(_PACKAGE):
        return ""
    folder, name = path.relative_to(_PACKAGE).parts[0], path.stem
    if folder == "beatport" or name == "keys":
        return "reading rows"
    if name in {"cache_codec", "answer_cache"}:
        return "keeping"
    return _FOLDERS.get(folder, "conversation and hands")


def _folder(package: Any) -> Path:
    return Path(package.__file__).parent
