"""Measure the figures of docs/reliability.md: runs with faults, and interrupted runs.

    python tests/faults/run.py [--tracks 200] [--points 20] [--soak 20000] [--part PART]
        [--markdown FILE]

It takes about half an hour; `--part` measures only one of `faults`, `interrupted`, `rate-limit` and
`soak`. `--markdown` writes the tables between the two marks of a page. The exit code is 1 if
a figure that must be 0 is not 0.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from fault_figures import (
    ENGINES,
    FAULT_SHARE,
    KINDS,
    Engine,
    Row,
    matched_without_faults,
    measure,
    plans,
    tracks,
)
from interrupted_runs import cancelled, killed, uninterrupted
from soak import soak

from beatport_match import AsyncSettings, Match, MatchSettings, match_playlist
from beatport_match.testing import FakeBeatport, FaultPlan, mixed

# The sync engine takes one track after the other, twenty times as long: it gets every tenth track.
_SYNC_STEP = 10
_MARKS = ("<!-- figures -->", "<!-- end of figures -->")
_DEFAULT_TIMEOUT_S = 3.0
# Shorter ones also expire on a busy machine without a fault.
_TIMEOUT_S = 5.0


def main() -> int:
    given = _arguments().parse_args()
    wanted = tracks(given.tracks)
    truth = matched_without_faults(wanted)
    parts = [given.part] if given.part else ["faults", "interrupted", "rate-limit", "soak"]
    rows = list(_measured(truth)) if "faults" in parts else []
    interrupted = list(_interrupted(given.points, truth)) if "interrupted" in parts else []
    limited = list(_rate_limited(truth)) if "rate-limit" in parts else []
    soaked = list(soak(given.soak)) if "soak" in parts else []
    tables = [list(_table(rows)) if rows else [], interrupted, limited, soaked]
    text = "\n\n".join("\n".join(table) for table in tables if table)
    print(text)
    if given.markdown:
        _put_between_marks(given.markdown, text)
    bad = any(row.wrongly_not_found or row.lost or row.beyond_limit for row in rows)
    bad |= any("wrong:" in line for line in interrupted)
    must_be_0 = ("| wrongly not found", "| lost")
    bad |= any(line.startswith(must_be_0) and not line.endswith(" 0 |") for line in soaked)
    return int(bad)


def _measured(truth: tuple[Match, ...]) -> Iterator[Row]:
    for name, plan in {"none": None, **plans()}.items():
        for engine in ENGINES:
            some = truth[::_SYNC_STEP] if engine == "sync" else truth
            row = measure(name, engine, plan and plan(), some, timeout_s=_TIMEOUT_S)
            print(row, file=sys.stderr)
            yield row


def _table(rows: list[Row]) -> Iterator[str]:
    """Format one line for each fault; the engines are added up."""
    heads = "fault|tracks|answered|wrongly not found|lost|beyond the retry limit|requests"
    yield f"| {heads.replace('|', ' | ')} |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for fault, group in groupby(rows, key=lambda row: row.fault):
        runs = list(group)
        figures = (
            sum(getattr(run, name) for run in runs)
            for name in "tracks answered wrongly_not_found lost beyond_limit requests".split()
        )
        yield f"| {fault} | {' | '.join(map(str, figures))} |"


def _interrupted(points: int, truth: tuple[Match, ...]) -> Iterator[str]:
    """Kill and cancel runs at random points, and format the problems."""
    rng = random.Random(5)
    wanted = tuple(one.track for one in truth)
    yield "| interrupted by | engine | points | problems |"
    yield "|---|---|--:|---|"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = uninterrupted(wanted, folder)
        for a_sync in (False, True):
            wrong = [
                killed(wanted, expected, folder, rng.uniform(0.02, 0.98), a_sync=a_sync)
                for _ in range(points)
            ]
            yield _summary("kill -9", "async" if a_sync else "sync", wrong)
        loops: tuple[Engine, ...] = ("asyncio", "trio")
        for engine in loops:
            wrong = [
                cancelled(wanted, truth, folder, rng.uniform(0, 0.98), engine)
                for _ in range(points)
            ]
            yield _summary("cancellation", engine, wrong)


def _summary(by: str, engine: str, wrong: list[list[str]]) -> str:
    found = [sentence for each in wrong for sentence in each]
    print(by, engine, found, file=sys.stderr)
    problems = f"wrong: {'; '.join(found)}" if found else "none"
    return f"| {by} | {engine} | {len(wrong)} | {problems} |"


def _rate_limited(truth: tuple[Match, ...]) -> Iterator[str]:
    """Measure how much longer a run with the default rate limit takes with faults."""
    wanted, seconds = [one.track for one in truth], list[float]()
    yield f"| {len(wanted)} tracks with the default rate limit | answered | requests | seconds |"
    yield "|---|--:|--:|--:|"
    for name, plan in (("no fault", None), ("mixed, 30 %", mixed(FAULT_SHARE, KINDS))):
        found, requests, took = _with_default_rate_limit(wanted, plan)
        seconds.append(took)
        yield f"| {name} | {len(wanted) - len(found)} | {requests} | {took:.0f} |"
    yield f"| ratio | | | {seconds[1] / seconds[0]:.2f} |"


def _with_default_rate_limit(
    wanted: list[object], plan: FaultPlan | None
) -> tuple[tuple[Match, ...], int, float]:
    fake = FakeBeatport(latency_s=0.1, faults=plan)
    engine = AsyncSettings(enabled=True, request_timeout=_DEFAULT_TIMEOUT_S)
    started = time.monotonic()
    with fake.serve() as base_url:
        settings = MatchSettings(base_url=base_url, async_io=engine)
        found = match_playlist(wanted, settings=settings)  # type: ignore[arg-type]
    return found.failed, len(fake.requests), time.monotonic() - started


def _put_between_marks(page: Path, text: str) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(_MARKS[0])
    _, _, after = rest.partition(_MARKS[1])
    page.write_text(f"{before}{_MARKS[0]}\n{text}\n{_MARKS[1]}{after}", encoding="utf-8")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--soak", type=int, default=20_000, metavar="TRACKS")
    parser.add_argument("--part", choices=["faults", "interrupted", "rate-limit", "soak"])
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
