"""What a table costs in one process, with Polars and with a local Spark: each over one process.

    python tests/benchmarks/scale.py [--rows N] [--tracks N] [--catalogue FOLDER]
        [--folder FOLDER] [--only ENGINE] [--markdown FILE]

Builds a catalogue of invented rows (`large_catalogue`) and a table of tracks as DJs' libraries write them,
and matches it with the functions of `examples/`, from file to file. Each engine has a process of
its own and a few rows to begin with, so that starting it counts apart. `--folder` keeps catalogue
and table for the next run; `--markdown` puts the table between the page's two marks. Needs the
extra `scale`, Java and Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice, repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import large_catalogue
import polars as pl
from goals import Figure, tables

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
sys.path.insert(0, str(Path(__file__).parents[1] / "evaluation"))
from docs_marks import put_between_marks
from polars_match import SCHEMA
from polars_match import match_table as match_with_polars
from table_match import match_rows

from beatport_match import Catalogue, MatchSettings
from beatport_match.model.tracks import as_dict

SETTINGS = MatchSettings()
_SEED = 20261127
_TO_BEGIN_WITH = 64
# One process, its seconds of the processor, and its memory at most and of its own, in MB.
Spent = tuple[int, float, float, float]
# Matches a table's file into another, and says what its workers have spent.
Engine = tuple[Callable[[Path, Path], object], Callable[[], list[Spent]]]


def spent() -> Spent:
    """What this process has spent; other processes map the same files of a catalogue."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak, own = (int(status[name].split()[0]) / 1000 for name in ("VmHWM", "RssAnon"))
    return os.getpid(), time.process_time(), peak, own


@contextmanager
def alone(catalogue: Path) -> Iterator[Engine]:
    """`match_rows` and nothing else."""

    def match(file: Path, out: Path) -> None:
        batches = pl.read_parquet(file).iter_slices(1000)
        told = (match_rows(batch.to_dicts(), str(catalogue), SETTINGS) for batch in batches)
        pl.concat(pl.DataFrame(rows, schema=SCHEMA) for rows in told).write_parquet(out)

    yield match, lambda: [spent()]


@contextmanager
def with_polars(catalogue: Path, processes: int) -> Iterator[Engine]:
    def match(each: Any, file: Path, out: Path) -> None:
        match_with_polars(pl.scan_parquet(file), catalogue, SETTINGS, each).sink_parquet(out)

    if processes == 1:
        yield partial(match, map), lambda: [spent()]
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield partial(match, pool.map), lambda: list(pool.map(_spent_soon, range(4 * processes)))


@contextmanager
def with_spark(catalogue: Path, workers: int) -> Iterator[Engine]:
    # Not at the top: the other engines do without it.
    import pandas as pd
    from spark_match import match_table, session

    with session(workers) as spark:
        spark.sparkContext.setLogLevel("ERROR")

        def match(file: Path, out: Path) -> None:
            match_table(spark.read.parquet(str(file)), catalogue, SETTINGS).write.parquet(str(out))

        def look(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
            for _ in batches:
                yield pd.DataFrame([_spent_soon()], columns=["pid", "cpu", "peak", "own"])

        # In the way of the matching: Spark keeps workers for each kind of work.
        def workers_spent() -> list[Spent]:
            parts = spark.range(8 * workers, numPartitions=8 * workers)
            kinds = "pid long, cpu double, peak double, own double"
            return [tuple(row) for row in parts.mapInPandas(look, kinds).collect()]

        yield match, workers_spent


ENGINES = {
    "one process": alone,
    "Polars": partial(with_polars, processes=1),
    "Polars, 2 processes": partial(with_polars, processes=2),
    "Spark, 1 worker": partial(with_spark, workers=1),
    "Spark, 2 workers": partial(with_spark, workers=2),
}


def measured(engine: str, table: Path, catalogue: Path, out: Path) -> dict[str, Any]:
    """One engine, in this process."""
    began = time.perf_counter()
    few = out.with_suffix(".few")
    pl.read_parquet(table).head(_TO_BEGIN_WITH).write_parquet(few)
    with ENGINES[engine](catalogue) as (match, workers_spent):
        match(few, out.with_suffix(".begun"))
        started = time.perf_counter() - began
        before = {worker: cpu for worker, cpu, _, _ in workers_spent()}
        began = time.perf_counter()
        match(table, out)
        wall = time.perf_counter() - began
        after = {worker: rest for worker, *rest in workers_spent()}
    return {
        "started_s": started,
        "wall_s": wall,
        "cpu_s": sum(cpu - before.get(worker, 0.0) for worker, (cpu, _, _) in after.items()),
        "workers": len(after),
        "peak_mb": max(peak for _, peak, _ in after.values()),
        "own_mb": max(own for _, _, own in after.values()),
    }


def figures(given: argparse.Namespace, folder: Path, results: Path) -> Iterator[Figure]:
    table, catalogue = _prepared(given, folder)
    first: dict[str, Any] = {}
    for engine in given.only or ENGINES:
        _say(engine)
        out = results / f"{engine}.parquet"
        command = [sys.executable, __file__, "--engine", engine]
        command += [str(path) for path in (table, catalogue, out)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        told = json.loads(ran.stdout.splitlines()[-1])
        answers = _answers(out)
        first = first or {**told, "answers": answers}
        shown = {
            "tracks/s": (given.tracks / told["wall_s"], ""),
            "over the first": (first["wall_s"] / told["wall_s"], "×"),
            "start": (told["started_s"], "s"),
            "processor a track": (1000 * told["cpu_s"] / given.tracks, "ms"),
            "core-hours a million": (1e6 * told["cpu_s"] / given.tracks / 3600, ""),
            "workers": (told["workers"], ""),
            "peak memory of one": (told["peak_mb"], "MB"),
            "… its own": (told["own_mb"], "MB"),
            "answers that differ": (_differ(first["answers"], answers), ""),
        }
        for column, (value, unit) in shown.items():
            yield Figure(engine, (float(value),), unit, table="scale", column=column)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--tracks", type=int, default=20_000)
    parser.add_argument("--catalogue", type=Path, help="one that is there, of so many rows")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", action="append", choices=ENGINES)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--engine", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.engine:
        engine, *paths = given.engine
        print(json.dumps(measured(engine, *map(Path, paths))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        table = tables(figures(given, folder, Path(temporary)))["scale"]
    print(table)
    if given.markdown:
        put_between_marks(given.markdown, "scale", table)


def _prepared(given: argparse.Namespace, folder: Path) -> tuple[Path, Path]:
    table = folder / f"{given.tracks} of {given.rows}.parquet"
    catalogue = given.catalogue or folder / f"{given.rows}.catalogue"
    if not catalogue.exists():
        _say("building")
        Catalogue.build(large_catalogue.rows(given.rows), catalogue)
    if not table.exists():
        pl.DataFrame(_tracks(given.rows, given.tracks), infer_schema_length=None).write_parquet(
            table
        )
    return table, catalogue


def _tracks(rows: int, tracks: int) -> list[dict[str, Any]]:
    """Rows as libraries have them, evenly spread; from the first again where there are too few."""
    dice, step = Random(_SEED), max(1, rows // tracks)
    endless = chain.from_iterable(map(large_catalogue.rows, repeat(rows)))
    some = islice(endless, 0, step * tracks, step)
    asked = [as_dict(large_catalogue.asked(row, dice)) for row in some]
    names = ("title", "artists", "duration_s", "bpm")
    return [
        {"id": str(place)} | {name: track[name] or None for name in names}
        for place, track in enumerate(asked)
    ]


def _answers(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "*.parquet" if out.is_dir() else out)


def _differ(first: pl.DataFrame, other: pl.DataFrame) -> int:
    """Of the rows of either, those that the other has not."""
    return max(
        one.join(two, on=one.columns, how="anti", nulls_equal=True).height
        for one, two in ((first, other), (other, first))
    )


def _spent_soon(_: object = None) -> Spent:
    # Who was done at once would be asked for all of them.
    time.sleep(0.1)
    return spent()


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
