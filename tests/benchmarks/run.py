"""Measure requests, waiting time, CPU time, memory and the event loop: each figure with its goal.

    python tests/benchmarks/run.py [--only NAME] [--quick] [--runs N] [--data FOLDER]
        [--json FILE] [--markdown PAGE …]
    python tests/benchmarks/run.py --read FILE [--read FILE …] [--markdown PAGE …]

Other programs use the same machine, so a wall-clock time is compared with another of the same run,
and a CPU time is the least of several. `--json` saves every sample, and `--read` prints the tables
of saved files. `--markdown` writes each table between the two marks of its name in the pages that
have them. `--quick` measures a small sample, to check that the command works; its figures are not
reliable. Figures that need a missing package (`httpx2`, `msgspec`, `orjson`) or missing evaluation
data are left out, with a message.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from cpu_profile import profile
from cpu_time import cpu_time
from goals import Figure, tables
from http_clients import clients
from loop_blocking import loop_blocking
from memory_use import growth, memory, memory_owners
from parsing_speed import parsers
from request_counts import DATA, EVALUATION, requests
from start_times import imports
from wall_times import (
    async_speed_up,
    concurrent_queries,
    duplicates,
    head_of_line,
    rate_limit,
)

Benchmark = Callable[..., Iterator[Figure]]
BENCHMARKS: dict[str, Benchmark] = {
    "requests": requests,
    "rate-limit": rate_limit,
    "async-speed-up": async_speed_up,
    "duplicates": duplicates,
    "head-of-line": head_of_line,
    "cpu-time": cpu_time,
    "memory": memory,
    "memory-owners": memory_owners,
    "import": imports,
    "growth": growth,
    "loop-blocking": loop_blocking,
    "concurrent-queries": concurrent_queries,
    "parsers": parsers,
    "clients": clients,
    "profile": profile,
}


def main() -> None:
    options = _arguments().parse_args()
    if options.read:
        documents = [json.loads(path.read_text("utf-8")) for path in options.read]
        figures = [Figure.of(one) for document in documents for one in document["figures"]]
        machines = [one for document in documents for one in document["machines"]]
    else:
        figures, machines = _measure(options), [_machine()]
    texts = {"machine": _describe(machines), **tables(figures)}
    print("\n\n".join(f"### {name}\n\n{text}" for name, text in texts.items()))
    if options.json:
        document = {"machines": machines, "figures": [one.document() for one in figures]}
        options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options.markdown:
        _write_tables(options.markdown, texts)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=BENCHMARKS, action="append")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--read", type=Path, action="append")
    parser.add_argument("--markdown", type=Path, action="append")
    return parser


def _measure(options: argparse.Namespace) -> list[Figure]:
    benchmarks = {**BENCHMARKS, "requests": partial(requests, data=options.data)}
    figures: list[Figure] = []
    for name in options.only or benchmarks:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += benchmarks[name](1 if options.quick else options.runs, quick=options.quick)
    return figures


def _write_tables(pages: list[Path], texts: dict[str, str]) -> None:
    """Write each table into the pages that have its marks; without a place, the first is wrong."""
    sys.path.insert(0, str(EVALUATION))
    from docs_marks import marks, put_between_marks

    for name, table in texts.items():
        places = [page for page in pages if marks(name)[0] in page.read_text("utf-8")]
        for page in places or pages[:1]:
            put_between_marks(page, name, table)


def _machine() -> dict[str, Any]:
    """Return the facts on which figures depend; `load` shows if other programs were running."""
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
    }


def _describe(machines: list[dict[str, Any]]) -> str:
    """Return a line for each machine and day, with the load at the ends of its measurements."""
    lines: dict[str, list[float]] = {}
    for machine in machines:
        day = machine["measured"].partition("T")[0]
        line = "- Python {python} on {system}, {cores} cores, {day}".format(**machine, day=day)
        lines.setdefault(line, []).append(machine["load"][0])
    return "\n".join(
        f"{line}; load {min(loads):.1f} to {max(loads):.1f}" for line, loads in lines.items()
    )


if __name__ == "__main__":
    main()
