"""Compare one process, Polars and a local Spark: the cost of matching one table with each.

    python tests/benchmarks/scale.py [--rows N] [--tracks N] [--catalogue FOLDER]
        [--folder FOLDER] [--only ENGINE] [--markdown FILE]

Builds a catalogue of invented rows (`large_catalogue`) and a table of tracks as DJs' libraries
write them, and matches it with the functions of `examples/`, from file to file. Each engine runs in
a process of its own and first matches a few rows, so that its start is measured separately.
`--folder` keeps catalogue and table for the next run. `--markdown` writes the table between the two
marks in a page. Needs the extra `scale`, Java and Linux.
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
_WARM_UP_ROWS = 64
# A process ID, its CPU time in seconds, and its peak and private memory in MB.
Usage = tuple[int, float, float, float]
# A function that matches a table file into another, and one that returns its workers' usage.
Engine = tuple[Callable[[Path, Path], object], Callable[[], list[Usage]]]


def usage() -> Usage:
    """Return the usage of this process; the memory of catalogue files is shared by processes."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak, private = (int(status[name].split()[0]) / 1000 for name in ("VmHWM", "RssAnon"))
    return os.getpid(), time.process_time(), peak, private


@contextmanager
def one_process(catalogue: Path) -> Iterator[Engine]:
    """Match with `match_rows` only."""

    def match(file: Path, out: Path) -> None:
        batches = pl.read_parquet(file).iter_slices(1000)
        results = (match_rows(batch.to_dicts(), str(catalogue), SETTINGS) for batch in batches)
        pl.concat(pl.DataFrame(rows, schema=SCHEMA) for rows in results).write_parquet(out)

    yield match, lambda: [usage()]


@contextmanager
def with_polars(catalogue: Path, processes: int) -> Iterator[Engine]:
    def match(map_batches: Any, file: Path, out: Path) -> None:
        match_with_polars(pl.scan_parquet(file), catalogue, SETTINGS, map_batches).sink_parquet(out)

    if processes == 1:
        yield partial(match, map), lambda: [usage()]
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield (
            partial(match, pool.map),
            lambda: list(pool.map(_usage_after_a_pause, range(4 * processes))),
        )


@contextmanager
def with_spark(catalogue: Path, workers: int) -> Iterator[Engine]:
    # Imported here because the other engines do not need Spark.
    import pandas as pd
    from spark_match import match_table, session

    with session(workers) as spark:
        spark.sparkContext.setLogLevel("ERROR")

        def match(file: Path, out: Path) -> None:
            match_table(spark.read.parquet(str(file)), catalogue, SETTINGS).write.parquet(str(out))

        def measure(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
            for _ in batches:
                yield pd.DataFrame(
                    [_usage_after_a_pause()], columns=["pid", "cpu", "peak", "private"]
                )

        # `mapInPandas` as in the matching: Spark has separate workers for each kind of function.
        def worker_usages() -> list[Usage]:
            parts = spark.range(8 * workers, numPartitions=8 * workers)
            kinds = "pid long, cpu double, peak double, private double"
            return [tuple(row) for row in parts.mapInPandas(measure, kinds).collect()]

        yield match, worker_usages


ENGINES = {
    "one process": one_process,
    "Polars": partial(with_polars, processes=1),
    "Polars, 2 processes": partial(with_polars, processes=2),
    "Spark, 1 worker": partial(with_spark, workers=1),
    "Spark, 2 workers": partial(with_spark, workers=2),
}


def measure_engine(engine: str, table: Path, catalogue: Path, out: Path) -> dict[str, Any]:
    """Measure one engine in this process."""
    start = time.perf_counter()
    few = out.with_suffix(".warm_up")
    pl.read_parquet(table).head(_WARM_UP_ROWS).write_parquet(few)
    with ENGINES[engine](catalogue) as (match, worker_usages):
        match(few, out.with_suffix(".warm_up_result"))
        start_s = time.perf_counter() - start
        before = {worker: cpu for worker, cpu, _, _ in worker_usages()}
        start = time.perf_counter()
        match(table, out)
        wall_s = time.perf_counter() - start
        after = {worker: rest for worker, *rest in worker_usages()}
    return {
        "start_s": start_s,
        "wall_s": wall_s,
        "cpu_s": sum(cpu - before.get(worker, 0.0) for worker, (cpu, _, _) in after.items()),
        "workers": len(after),
        "peak_mb": max(peak for _, peak, _ in after.values()),
        "private_mb": max(private for _, _, private in after.values()),
    }


def figures(options: argparse.Namespace, folder: Path, results: Path) -> Iterator[Figure]:
    table, catalogue = _prepare(options, folder)
    first: dict[str, Any] = {}
    for engine in options.only or ENGINES:
        _report(engine)
        out = results / f"{engine}.parquet"
        command = [sys.executable, __file__, "--engine", engine]
        command += [str(path) for path in (table, catalogue, out)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        cost = json.loads(ran.stdout.splitlines()[-1])
        answers = _answers(out)
        first = first or {**cost, "answers": answers}
        cells = {
            "tracks/s": (options.tracks / cost["wall_s"], ""),
            "speed relative to one process": (first["wall_s"] / cost["wall_s"], "×"),
            "start time": (cost["start_s"], "s"),
            "CPU time per track": (1000 * cost["cpu_s"] / options.tracks, "ms"),
            "core-hours per million": (1e6 * cost["cpu_s"] / options.tracks / 3600, ""),
            "workers": (cost["workers"], ""),
            "peak memory per worker": (cost["peak_mb"], "MB"),
            "… of which private": (cost["private_mb"], "MB"),
            "different answers": (_different_rows(first["answers"], answers), ""),
        }
        for column, (value, unit) in cells.items():
            yield Figure(engine, (float(value),), unit, table="scale", column=column)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--tracks", type=int, default=20_000)
    parser.add_argument("--catalogue", type=Path, help="an existing one with this number of rows")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", action="append", choices=ENGINES)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--engine", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine:
        engine, *paths = options.engine
        print(json.dumps(measure_engine(engine, *map(Path, paths))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        table = tables(figures(options, folder, Path(temporary)))["scale"]
    print(table)
    if options.markdown:
        put_between_marks(options.markdown, "scale", table)


def _prepare(options: argparse.Namespace, folder: Path) -> tuple[Path, Path]:
    table = folder / f"{options.tracks} of {options.rows}.parquet"
    catalogue = options.catalogue or folder / f"{options.rows}.catalogue"
    if not catalogue.exists():
        _report("building")
        Catalogue.build(large_catalogue.rows(options.rows), catalogue)
    if not table.exists():
        pl.DataFrame(_tracks(options.rows, options.tracks), infer_schema_length=None).write_parquet(
            table
        )
    return table, catalogue


def _tracks(rows: int, tracks: int) -> list[dict[str, Any]]:
    """Return rows as libraries have them, evenly spread; rows repeat if there are too few."""
    rng, step = Random(_SEED), max(1, rows // tracks)
    endless = chain.from_iterable(map(large_catalogue.rows, repeat(rows)))
    chosen = islice(endless, 0, step * tracks, step)
    tracks_as_dicts = [as_dict(large_catalogue.as_library_track(row, rng)) for row in chosen]
    names = ("title", "artists", "duration_s", "bpm")
    return [
        {"id": str(place)} | {name: track[name] or None for name in names}
        for place, track in enumerate(tracks_as_dicts)
    ]


def _answers(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "*.parquet" if out.is_dir() else out)


def _different_rows(first: pl.DataFrame, other: pl.DataFrame) -> int:
    """Count the rows of one table that the other does not have."""
    return max(
        one.join(two, on=one.columns, how="anti", nulls_equal=True).height
        for one, two in ((first, other), (other, first))
    )


def _usage_after_a_pause(_: object = None) -> Usage:
    # Without a pause, one fast worker would get all calls.
    time.sleep(0.1)
    return usage()


def _report(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
