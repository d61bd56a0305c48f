"""Compare one process, Polars and a Spark cluster: the cost of matching one table with each.

    python tests/benchmarks/scale.py [--rows N] [--tracks N] [--catalogue FOLDER]
        [--folder FOLDER] [--only ENGINE] [--markdown FILE]

Builds a catalogue of invented rows (`large_catalogue`) and a table of tracks as DJs' libraries
write them, and matches it with the functions of `examples/`, from file to file. Each engine runs in
a separate process and first matches a few rows, so that its start is measured separately. Spark
runs on a standalone cluster of worker processes; in the last run, one of them is killed when half
of the tasks are done. `--folder` keeps catalogue and table for the next run. `--markdown` writes
the table between the two marks in a page. Needs the extra `scale`, Java and Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, count, islice, repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import large_catalogue
import polars as pl
from goals import Figure, tables
from spark_cluster import Usage, cluster, machine_cpu_s, usage_of, usages_of

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
# A function that matches a table file into another, and one that returns its workers' usage.
Engine = tuple[Callable[[Path, Path], object], Callable[[], list[Usage]]]


@contextmanager
def one_process(catalogue: Path) -> Iterator[Engine]:
    """Match with `match_rows` only."""

    def match(file: Path, out: Path) -> None:
        batches = pl.read_parquet(file).iter_slices(1000)
        results = (match_rows(batch.to_dicts(), str(catalogue), SETTINGS) for batch in batches)
        pl.concat(pl.DataFrame(rows, schema=SCHEMA) for rows in results).write_parquet(out)

    yield match, lambda: [usage_of()]


@contextmanager
def with_polars(catalogue: Path, processes: int) -> Iterator[Engine]:
    def match(map_batches: Any, file: Path, out: Path) -> None:
        match_with_polars(pl.scan_parquet(file), catalogue, SETTINGS, map_batches).sink_parquet(out)

    if processes == 1:
        yield partial(match, map), lambda: [usage_of()]
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield (
            partial(match, pool.map),
            lambda: list(pool.map(_usage_after_a_pause, range(4 * processes))),
        )


@contextmanager
def with_spark(catalogue: Path, workers: int, *, kill: bool = False) -> Iterator[Engine]:
    """Match on a cluster of worker processes; `kill` ends one in the middle of the second table."""
    # Imported here because the other engines do not need Spark.
    from spark_match import match_table, session

    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(workers, Path(folder, "cluster")) as running,
        session(None, running.url) as spark,
        ThreadPoolExecutor(1) as thread,
    ):
        spark.sparkContext.setLogLevel("ERROR")
        tables = count(1)

        def match(file: Path, out: Path) -> None:
            matches = match_table(spark.read.parquet(str(file)), catalogue, SETTINGS)
            writing = thread.submit(matches.write.parquet, str(out))
            if next(tables) > 1 and kill:
                while not _is_half_done(spark.sparkContext.statusTracker()):
                    assert not writing.done(), "the job ended before a worker was killed"
                    time.sleep(0.1)
                running.kill_worker()
            writing.result()

        yield match, running.usages


def _is_half_done(tracker: Any) -> bool:
    """Return whether half of the tasks that match are done; reading the table takes one task."""
    stages = filter(None, map(tracker.getStageInfo, tracker.getActiveStageIds()))
    return any(one.numTasks > 1 and 2 * one.numCompletedTasks >= one.numTasks for one in stages)


ENGINES = {
    "one process": one_process,
    "Polars": partial(with_polars, processes=1),
    "Polars, 2 processes": partial(with_polars, processes=2),
    "Spark, 1 worker": partial(with_spark, workers=1),
    "Spark, 2 workers": partial(with_spark, workers=2),
    "Spark, 1 of 2 killed": partial(with_spark, workers=2, kill=True),
}


def measure_engine(engine: str, table: Path, catalogue: Path, out: Path) -> dict[str, float]:
    """Measure one engine in this process, which must lead a session."""
    start = time.perf_counter()
    few = out.with_suffix(".warm_up")
    pl.read_parquet(table).head(_WARM_UP_ROWS).write_parquet(few)
    with ENGINES[engine](catalogue) as (match, worker_usages):

        def our_usages() -> dict[int, Usage]:
            return {one.pid: one for one in [*usages_of([os.getsid(0)]), *worker_usages()]}

        match(few, out.with_suffix(".warm_up_result"))
        start_s = time.perf_counter() - start
        start, machine_s, before = time.perf_counter(), machine_cpu_s(), our_usages()
        match(table, out)
        wall_s, machine_s = time.perf_counter() - start, machine_cpu_s() - machine_s
        ours, used = our_usages(), {one.pid: one for one in worker_usages()}.values()

    def cpu_s(processes: Iterable[Usage]) -> float:
        return sum(
            one.cpu_s - (before[one.pid].cpu_s if one.pid in before else 0.0) for one in processes
        )

    jvms = [one for one in used if one.name == "java"]
    python = [one for one in used if one.name != "java"]
    # Spark forks the workers of an executor from one Python process, which matches nothing.
    parents = {one.parent for one in python}
    workers = [one for one in python if one.pid not in parents]
    return {
        "start_s": start_s,
        "wall_s": wall_s,
        "cpu_s": cpu_s(python),
        "jvm_cpu_s": cpu_s(jvms),
        "others": (machine_s - cpu_s(ours.values())) / wall_s,
        "workers": len(workers),
        "peak_mb": max(one.peak_mb for one in workers),
        "private_mb": max(one.private_mb for one in workers),
        "jvm_mb": max((one.peak_mb for one in jvms), default=0.0),
    }


def figures(options: argparse.Namespace, folder: Path, results: Path) -> Iterator[Figure]:
    table, catalogue = _prepare(options, folder)
    asked = pl.read_parquet(table, columns=["id"])["id"]
    first: dict[str, Any] = {}
    for engine in options.only or ENGINES:
        _report(engine)
        out = results / f"{engine}.parquet"
        command = [sys.executable, __file__, "--engine", engine]
        command += [str(path) for path in (table, catalogue, out)]
        ran = subprocess.run(
            command, check=False, capture_output=True, text=True, start_new_session=True
        )
        if ran.returncode:
            raise SystemExit(ran.stderr)
        cost = json.loads(ran.stdout.splitlines()[-1])
        answers = _answers(out)
        first = first or {**cost, "answers": answers}
        # A track's cost in milliseconds, and a million tracks' in hours.
        ms, hours = 1000 / options.tracks, 1e6 / options.tracks / 3600
        rows = {
            "tracks/s": (options.tracks / cost["wall_s"], ""),
            "speed relative to one process": (first["wall_s"] / cost["wall_s"], "×"),
            "CPU time per track": (ms * cost["cpu_s"], "ms"),
            "CPU time relative to one process": (cost["cpu_s"] / first["cpu_s"], "×"),
            "CPU time per track of the workers' JVMs": (ms * cost["jvm_cpu_s"], "ms"),
            "core-hours per million tracks": (hours * (cost["cpu_s"] + cost["jvm_cpu_s"]), ""),
            "start time": (cost["start_s"], "s"),
            "workers": (cost["workers"], ""),
            "peak memory per worker": (cost["peak_mb"], "MB"),
            "… of which private": (cost["private_mb"], "MB"),
            "peak memory of a worker's JVM": (cost["jvm_mb"], "MB"),
            "rows lost": (len(set(asked).difference(answers["id"])), ""),
            "rows twice": (answers.height - answers["id"].n_unique(), ""),
            "different answers": (_different_rows(first["answers"], answers), ""),
            "cores that other programs used": (cost["others"], ""),
        }
        for row, (value, unit) in rows.items():
            yield Figure(row, (float(value),), unit, table="scale", column=engine)


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
    table = f"{options.tracks:,} tracks, {options.rows:,} rows:\n\n{table}"
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
    return usage_of()


def _report(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
