"""docs/scaling.md: a local Spark of two workers, skipped where there is no PySpark or no Java."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
pytest.importorskip("pyspark", reason="Spark needs pyspark: pip install -e '.[scale]'")
pytest.importorskip("pandas", reason="Spark needs pandas: pip install -e '.[scale]'")
pytest.importorskip("pyarrow", reason="Spark needs pyarrow: pip install -e '.[scale]'")

import pandas as pd
import spark_match
import table_match
import table_rows
from playlist_tables import SETTINGS, known, write
from pyspark.sql import DataFrame, SparkSession
from spark_match import match_table, read_table

from beatport_match import Catalogue

pytestmark = pytest.mark.skipif(
    not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java 17 or later"
)
# Fewer than a partition holds, so that each gives several batches.
BATCH = 3
TEXTS = ", ".join(f"{name} string" for name in table_rows.COLUMNS)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        # Read by the virtual machine as it starts: it asks for no address of this machine.
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_LOCAL_DIRS", str(folder))
        with spark_match.session(2) as session:
            session.sparkContext.setLogLevel("OFF")
            session.conf.set("spark.sql.session.timeZone", "UTC")
            session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH)
            yield session


@pytest.fixture(scope="module")
def frame(spark: SparkSession, table: list[Any]) -> DataFrame:
    return spark.createDataFrame([tuple(row.values()) for row in table], TEXTS)


def collected(matches: DataFrame) -> list[dict[str, Any]]:
    return known(row.asDict() for row in matches.collect())


def test_the_answers_are_those_of_one_process(
    frame: DataFrame, pool: Path, expected: list[Any]
) -> None:
    """Issue: "Equal answers to the single-process run", failures among them as rows."""
    matches = match_table(frame, pool, SETTINGS)
    assert matches.columns == list(table_match.RESULT_COLUMNS)
    assert collected(matches) == expected
    assert {row["outcome"] for row in expected} >= {"matched", "review", "failed"}


def test_a_worker_opens_the_catalogue_once(
    spark: SparkSession, frame: DataFrame, pool: Path, table: list[Any], tmp_path: Path
) -> None:
    """Issue: "catalogue opened once per worker", however many batches and jobs it is given."""
    own = tmp_path / "own.catalogue"
    shutil.copytree(pool, own)
    before = openings(spark)
    for _ in range(2):
        match_table(frame, own, SETTINGS).collect()
    after = openings(spark)
    assert 1 <= len(after) <= 2
    assert os.getpid() not in after
    fresh = {
        worker: opened - before.get(worker, (0, 0))[0] for worker, (opened, _) in after.items()
    }
    assert set(fresh.values()) == {1}
    calls = sum(map(sum, after.values())) - sum(map(sum, before.values()))
    assert calls > 2 * len(table) / BATCH


def openings(spark: SparkSession) -> dict[int, tuple[int, int]]:
    """By worker: how often it opened a catalogue, and how often it had it open already."""

    def count(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for _ in batches:
            # A worker that was done at once would be given all there is.
            time.sleep(0.1)
            counts = table_match.opened.cache_info()
            yield pd.DataFrame([(os.getpid(), counts.misses, counts.hits)], columns=["a", "b", "c"])

    for module in (table_rows, table_match):
        spark.sparkContext.addPyFile(module.__file__)
    told = spark.range(16, numPartitions=16).mapInPandas(count, "a long, b long, c long").collect()
    return {worker: (opened, kept) for worker, opened, kept in told}


def test_an_open_catalogue_may_be_sent(spark: SparkSession, pool: Path) -> None:
    """Catalogue: "pickled, it is its path, and is opened anew where it is unpickled", also by the
    workers, which are forked from a process that Spark starts."""
    with Catalogue.open(pool) as catalogue:

        def found(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
            for batch in batches:
                ids = [[one.id for one in catalogue.search(text, 3)] for text in batch["text"]]
                yield pd.DataFrame({"ids": ids})

        texts = [("the",), ("a title of words",), ("love",), ("house",)]
        frame = spark.createDataFrame(texts, "text string").repartition(4)
        there = {tuple(row["ids"]) for row in frame.mapInPandas(found, "ids array<long>").collect()}
        assert there == {tuple(one.id for one in catalogue.search(text, 3)) for (text,) in texts}
        assert any(there)


def test_the_order_of_rows_changes_no_answer(
    frame: DataFrame, pool: Path, expected: list[Any]
) -> None:
    """ "In whatever order and company a row comes, its answer is the same"."""
    shuffled = frame.orderBy(frame["title"].desc()).coalesce(1)
    assert collected(match_table(shuffled, pool, SETTINGS)) == expected


def test_no_catalogue_fails_every_row(frame: DataFrame, table: list[Any], tmp_path: Path) -> None:
    """ "A fault is a row": none is lost, and the job goes on."""
    told = collected(match_table(frame, tmp_path / "nowhere", SETTINGS))
    assert [row["id"] for row in told] == [row["id"] for row in known(table)]
    assert {(row["outcome"], row["kind"]) for row in told} == {("failed", "catalogue_changed")}


def test_numbers_and_lists_are_read_as_text_is(spark: SparkSession, pool: Path) -> None:
    """ "`artists` is text or a list"; a name of a row may be a number, and comes back as text."""
    # Enough that batches hold both: of a column with a gap pandas may make floats, and round.
    longs = [2**53 + 1 + 2 * place for place in range(24)]
    rows = [(long, "Undertow", ["A", "B"], 126.0, 2021, long) for long in longs]
    rows += [(None, "Undertow", *[None] * 4)] * 24
    schema = "id long, title string, artists array<string>, bpm double, year int, beatport_id long"
    told = collected(match_table(spark.createDataFrame(rows, schema), pool, SETTINGS))
    assert [row["id"] for row in told] == [None] * 24 + sorted(map(str, longs))
    assert "failed" not in {row["outcome"] for row in told}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_may_be_of_three_formats(
    spark: SparkSession,
    table: list[Any],
    pool: Path,
    expected: list[Any],
    tmp_path: Path,
    suffix: str,
) -> None:
    """ "A table is a file of Parquet, CSV or JSON lines"; what is in it decides."""
    file = tmp_path / f"table{suffix}"
    if suffix == ".parquet":
        pd.DataFrame(table).to_parquet(file)
    else:
        write(table, file)
    assert collected(match_table(read_table(spark, file), pool, SETTINGS)) == expected
