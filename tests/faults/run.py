"""All figures of docs/reliability.md: what faults cost, and what a broken-off run loses.

    python tests/faults/run.py [--tracks 200] [--points 20] [--part PART] [--markdown FILE]

Takes about fifteen minutes; `--part` measures only one of `faults`, `broken`, `pace`. `--markdown`
puts the tables between the page's two marks. The exit code is 1 where a figure that must be 0 is
not.
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

from fault_figures import ENGINES, KINDS, SHARE, Engine, Row, measure, plans, tracks, undisturbed
from interrupted_runs import cancelled, killed, whole

from beatport_match import AsyncSettings, Match, MatchSettings, match_playlist
from beatport_match.testing import FakeBeatport, FaultPlan, mixed

# One track after the other takes twenty times as long.
_SYNC_SHARE = 10
_MARKS = ("<!-- figures -->", "<!-- end of figures -->")
_DEFAULT_TIMEOUT_S = 3.0


def main() -> int:
    given = _arguments().parse_args()
    wanted = tracks(given.tracks)
    truth = undisturbed(wanted)
    parts = [given.part] if given.part else ["faults", "broken", "pace"]
    rows = list(_told(truth)) if "faults" in parts else []
    broken = list(_broken_off(given.points, truth)) if "broken" in parts else []
    pace = list(_paced(truth)) if "pace" in parts else []
    tables = [list(_table(rows)) if rows else [], broken, pace]
    text = "\n\n".join("\n".join(table) for table in tables if table)
    print(text)
    if given.markdown:
        _put_between_marks(given.markdown, text)
    bad = any(row.wrongly_not_found or row.lost or row.beyond_bound for row in rows)
    return int(bad or any("wrong:" in line for line in broken))


def _told(truth: tuple[Match, ...]) -> Iterator[Row]:
    for name, plan in {"none": None, **plans()}.items():
        for engine in ENGINES:
            some = truth[::_SYNC_SHARE] if engine == "sync" else truth
            row = measure(name, engine, plan and plan(), some)
            print(row, file=sys.stderr)
            yield row


def _table(rows: list[Row]) -> Iterator[str]:
    """One line for each fault, its engines taken together."""
    heads = "fault|tracks in|answered|wrongly not found|lost|beyond the bound|requests"
    yield f"| {heads.replace('|', ' | ')} |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for fault, group in groupby(rows, key=lambda row: row.fault):
        runs = list(group)
        figures = (
            sum(getattr(run, name) for run in runs)
            for name in "tracks answered wrongly_not_found lost beyond_bound requests".split()
        )
        yield f"| {fault} | {' | '.join(map(str, figures))} |"


def _broken_off(points: int, truth: tuple[Match, ...]) -> Iterator[str]:
    """Kill and cancel at random points, and say what went wrong."""
    dice = random.Random(5)
    wanted = tuple(one.track for one in truth)
    yield "| broken off by | engine | points | went wrong |"
    yield "|---|---|--:|---|"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = whole(wanted, folder)
        for a_sync in (False, True):
            wrong = [
                killed(wanted, listed, folder, dice.uniform(0.02, 0.98), a_sync=a_sync)
                for _ in range(points)
            ]
            yield _summary("kill -9", "async" if a_sync else "sync", wrong)
        loops: tuple[Engine, ...] = ("asyncio", "trio")
        for engine in loops:
            wrong = [
                cancelled(wanted, truth, folder, dice.uniform(0, 0.98), engine)
                for _ in range(points)
            ]
            yield _summary("cancelling", engine, wrong)


def _summary(by: str, engine: str, wrong: list[list[str]]) -> str:
    found = [sentence for each in wrong for sentence in each]
    print(by, engine, found, file=sys.stderr)
    told = f"wrong: {'; '.join(found)}" if found else "nothing"
    return f"| {by} | {engine} | {len(wrong)} | {told} |"


def _paced(truth: tuple[Match, ...]) -> Iterator[str]:
    """How much longer a run of the default pace takes against faults."""
    wanted, seconds = [one.track for one in truth], list[float]()
    yield f"| {len(wanted)} tracks at the default pace | answered | requests | seconds |"
    yield "|---|--:|--:|--:|"
    for name, plan in (("no fault", None), ("mixed, 30 %", mixed(SHARE, KINDS))):
        found, requests, took = _at_default_pace(wanted, plan)
        seconds.append(took)
        yield f"| {name} | {len(wanted) - len(found)} | {requests} | {took:.0f} |"
    yield f"| ratio | | | {seconds[1] / seconds[0]:.2f} |"


def _at_default_pace(
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
    parser.add_argument("--part", choices=["faults", "broken", "pace"])
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
