"""Polars on one machine; skipped if it is not installed."""

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
from playlist_tables import SETTINGS, sort_by_id, write
from polars_match import READERS, match_table

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "scale.py"


def test_polars_gives_the_answers_of_one_process(
    table: list[Any], pool: Path, expected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size of the batches changes nothing, and the rows keep their order."""
    monkeypatch.setattr(polars_match, "ROWS_AT_ONCE", 7)
    lazy = match_table(pl.LazyFrame(table), pool, SETTINGS)
    answers = lazy.collect(engine="streaming")
    assert answers["id"].to_list() == [row["id"] for row in table]
    assert sort_by_id(answers.to_dicts()) == expected
    assert answers.schema == lazy.collect_schema()


def test_several_processes_change_no_answer(
    table: list[Any], pool: Path, expected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows keep their order."""
    monkeypatch.setattr(polars_match, "ROWS_AT_ONCE", 20)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        answers = match_table(pl.LazyFrame(table), pool, SETTINGS, workers.map).collect()
    assert answers["id"].to_list() == [row["id"] for row in table]
    assert sort_by_id(answers.to_dicts()) == expected


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_may_be_csv_json_lines_or_parquet(
    table: list[Any], pool: Path, expected: list[Any], tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"table{suffix}"
    if suffix == ".parquet":
        pl.DataFrame(table).write_parquet(file)
    else:
        write(table, file)
    answers = match_table(READERS[suffix](file), pool, SETTINGS)
    assert sort_by_id(answers.collect().to_dicts()) == expected


def test_numbers_and_lists_are_read_like_text(pool: Path) -> None:
    """An ID may be a number, and is returned as text."""
    rows = [
        {"id": 1, "title": "Undertow", "artists": ["A", "B"], "bpm": 126.0, "year": 2021},
        {"id": 2, "title": "Undertow", "artists": None, "bpm": None, "year": None},
    ]
    answers = match_table(pl.LazyFrame(rows), pool, SETTINGS).collect()
    assert answers["id"].to_list() == ["1", "2"]
    assert "failed" not in answers["outcome"]


def test_a_missing_catalogue_fails_every_row(table: list[Any], tmp_path: Path) -> None:
    """No row is lost, and the job completes."""
    answers = match_table(pl.LazyFrame(table), tmp_path / "nowhere", SETTINGS).collect()
    assert answers["id"].to_list() == [row["id"] for row in table]
    assert set(answers["kind"]) == {"catalogue_changed"}


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads /proc")
def test_the_benchmark_compares_the_answers_of_all_engines() -> None:
    command = [sys.executable, str(BENCHMARK), "--rows", "300", "--tracks", "40"]
    command += ["--only", "one process", "--only", "Polars"]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    assert ran.stdout.startswith("40 tracks, 300 rows:")
    rows = [line.strip("| ").split(" | ") for line in ran.stdout.splitlines()[2:]]
    assert rows[0] == ["one process", "Polars"]
    answers = {name: counts for name, *counts in rows}
    for name in ("rows lost", "rows twice", "different answers"):
        assert answers[name] == ["0", "0"]
