"""docs/scaling.md: Polars on one machine, skipped where it is not installed."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
pytest.importorskip("polars", reason="the Polars example needs polars: pip install -e '.[scale]'")

import polars as pl
import polars_match
from playlist_tables import SETTINGS, known, write
from polars_match import READERS, match_table

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "scale.py"


def test_the_answers_are_those_of_one_process(
    table: list[Any], pool: Path, expected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue: "the same function with Polars", with equal answers, whatever the batches."""
    monkeypatch.setattr(polars_match, "ROWS_AT_ONCE", 7)
    lazy = match_table(pl.LazyFrame(table), pool, SETTINGS)
    told = lazy.collect(engine="streaming")
    assert told["id"].to_list() == [row["id"] for row in table]
    assert known(told.to_dicts()) == expected
    assert told.schema == lazy.collect_schema()


def test_several_processes_change_no_answer(
    table: list[Any], pool: Path, expected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "With `--workers`, Polars shares the rows among processes, keeps their order"."""
    monkeypatch.setattr(polars_match, "ROWS_AT_ONCE", 20)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        told = match_table(pl.LazyFrame(table), pool, SETTINGS, workers.map).collect()
    assert told["id"].to_list() == [row["id"] for row in table]
    assert known(told.to_dicts()) == expected


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_may_be_of_three_formats(
    table: list[Any], pool: Path, expected: list[Any], tmp_path: Path, suffix: str
) -> None:
    """ "A table is a file of Parquet, CSV or JSON lines"; what is in it decides."""
    file = tmp_path / f"table{suffix}"
    if suffix == ".parquet":
        pl.DataFrame(table).write_parquet(file)
    else:
        write(table, file)
    told = match_table(READERS[suffix](file), pool, SETTINGS)
    assert known(told.collect().to_dicts()) == expected


def test_numbers_and_lists_are_read_as_text_is(pool: Path) -> None:
    """ "`artists` is text or a list"; a name of a row may be a number, and comes back as text."""
    rows = [
        {"id": 1, "title": "Undertow", "artists": ["A", "B"], "bpm": 126.0, "year": 2021},
        {"id": 2, "title": "Undertow", "artists": None, "bpm": None, "year": None},
    ]
    told = match_table(pl.LazyFrame(rows), pool, SETTINGS).collect()
    assert told["id"].to_list() == ["1", "2"]
    assert "failed" not in told["outcome"]


def test_no_catalogue_fails_every_row(table: list[Any], tmp_path: Path) -> None:
    """ "A fault is a row": none is lost, and the job goes on."""
    told = match_table(pl.LazyFrame(table), tmp_path / "nowhere", SETTINGS).collect()
    assert told["id"].to_list() == [row["id"] for row in table]
    assert set(told["kind"]) == {"catalogue_changed"}


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark looks into /proc")
def test_the_benchmark_measures_and_compares() -> None:
    """ "`python tests/benchmarks/scale.py` matches one table with each engine, and compares all
    answers"; what the figures are is no business of a test."""
    command = [sys.executable, str(BENCHMARK), "--rows", "300", "--tracks", "40"]
    command += ["--only", "one process", "--only", "Polars"]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    rows = [line.strip("| ").split(" | ") for line in ran.stdout.splitlines()]
    assert [row[0] for row in rows[2:]] == ["one process", "Polars"]
    assert rows[0][-1] == "answers that differ"
    assert [row[-1] for row in rows[2:]] == ["0", "0"]
