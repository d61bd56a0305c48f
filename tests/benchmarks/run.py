"""How few requests, how little waiting, how little work: each figure with its goal.

    python tests/benchmarks/run.py [--only NAME] [--quick] [--runs N] [--data FOLDER]
        [--json FILE] [--markdown FILE]
    python tests/benchmarks/run.py --read FILE [--read FILE …] [--markdown FILE]

Walls are compared with what they could be at best in the same run, since machines are shared; time
of the processor is the least of several. `--json` keeps every sample, and `--read` shows what such
files hold; `--markdown` puts each table between the page's two marks of its name. `--quick` takes
a sample of each, to see that it runs; its figures say little. What needs a package that is not
installed (`httpx2`, `msgspec`, `orjson`), or evaluation data that is not there, is left out with a
word about it.
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
from cpu_time import work
from goals import Figure, tables
from http_clients import clients
from memory_use import growth, imports, memory
from parsing_speed import parsers
from request_counts import DATA, EVALUATION, requests
from wall_times import at_once, duplicates, engines, head_of_line, paced, walls

Benchmark = Callable[..., Iterator[Figure]]
BENCHMARKS: dict[str, Benchmark] = {
    "requests": requests,
    "duplicates": duplicates,
    "walls": walls,
    "engines": engines,
    "pace": paced,
    "head-of-line": head_of_line,
    "work": work,
    "memory": memory,
    "import": imports,
    "growth": growth,
    "at-once": at_once,
    "parsers": parsers,
    "clients": clients,
    "profile": profile,
}


def main() -> None:
    given = _arguments().parse_args()
    if given.read:
        read = [json.loads(path.read_text("utf-8")) for path in given.read]
        figures = [Figure.of(one) for document in read for one in document["figures"]]
        machines = [one for document in read for one in document["machines"]]
    else:
        figures, machines = _measured(given), [_machine()]
    found = {"machine": "\n".join(map(_described, machines)), **tables(figures)}
    print("\n\n".join(f"### {name}\n\n{table}" for name, table in found.items()))
    if given.json:
        document = {"machines": machines, "figures": [one.document() for one in figures]}
        given.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if given.markdown:
        _put(given.markdown, found)


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
    parser.add_argument("--markdown", type=Path)
    return parser


def _measured(given: argparse.Namespace) -> list[Figure]:
    benchmarks = {**BENCHMARKS, "requests": partial(requests, data=given.data)}
    figures: list[Figure] = []
    for name in given.only or benchmarks:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += benchmarks[name](1 if given.quick else given.runs, quick=given.quick)
    return figures


def _put(page: Path, found: dict[str, str]) -> None:
    sys.path.insert(0, str(EVALUATION))
    from docs_marks import put_between_marks

    for name, table in found.items():
        put_between_marks(page, name, table)


def _machine() -> dict[str, Any]:
    """What the figures depend on; `load` shows whether others were at work."""
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
    }


def _described(machine: dict[str, Any]) -> str:
    return "- Python {python} on {system}, {cores} cores, {measured}; ".format(
        **machine
    ) + "load {:.1f}, {:.1f}, {:.1f} at the end (1, 5, 15 min)".format(*machine["load"])


if __name__ == "__main__":
    main()
