"""How few requests, how little waiting, how little work: each figure with its goal.

    python tests/benchmarks/run.py [--only NAME] [--quick] [--json FILE] [--runs N]

Needs `httpx2` beside the tests' own packages. Walls are compared with what they could be at best in
the same run, since machines are shared; time of the processor is the least of several. `--quick`
takes a sample of each, to see that it runs; its figures say little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from asked import requests
from goals import Figure, table
from keeping import growth, imports, memory
from waiting import at_once, duplicates, engines, head_of_line, paced, walls
from working import work

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
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=BENCHMARKS, action="append")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    figures: list[Figure] = []
    for name in given.only or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += BENCHMARKS[name](1 if given.quick else given.runs, quick=given.quick)
    print(table(figures))
    if given.json:
        document = {"machine": _machine(), "figures": [one.document() for one in figures]}
        given.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _machine() -> dict[str, object]:
    """What the figures depend on; `load` shows whether others were at work."""
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    main()
