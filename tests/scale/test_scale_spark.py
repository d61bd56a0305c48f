"""A local Spark with two workers; skipped without PySpark or Java."""

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
from playlist_tables import SETTINGS, sort_by_id, write
from pyspark.sql import DataFrame, SparkSession
from spark_match import match_table, read_table

from beatport_match import Catalogue

pytestmark = pytest.mark.skipif(
    not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java 17 or later"
)
# Fewer rows than a partition has, so that each partition gives several batches.
BATCH = 3
TEXTS = ", ".join(f"{name} string" for name in table_rows.COLUMNS)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        # The JVM reads this at its start, and then does not look up an address of this machine.
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
    return sort_by_id(row.asDict() for row in matches.collect())


def test_spark_gives_the_answers_of_one_process(
    frame: DataFrame, pool: Path, expected: list[Any]
) -> None:
    """Failed rows are included."""
    matches = match_table(frame, pool, SETTINGS)
    assert matches.columns == list(table_match.RESULT_COLUMNS)
    assert collected(matches) == expected
    assert {row["outcome"] for row in expected} >= {"matched", "review", "failed"}


def test_a_worker_opens_the_catalogue_once(
    spark: SparkSession, frame: DataFrame, pool: Path, table: list[Any], tmp_path: Path
) -> None:
    """It stays open for all batches and jobs of the worker."""
    copy = tmp_path / "copy.catalogue"
    shutil.copytree(pool, copy)
    before = openings(spark)
    for _ in range(2):
        match_table(frame, copy, SETTINGS).collect()
    after = openings(spark)
    assert 1 <= len(after) <= 2
    assert os.getpid() not in after
    new_openings = {
        worker: opened - before.get(worker, (0, 0))[0] for worker, (opened, _) in after.items()
    }
    assert set(new_openings.values()) == {1}
    calls = sum(map(sum, after.values())) - sum(map(sum, before.values()))
    assert calls > 2 * len(table) / BATCH


def openings(spark: SparkSession) -> dict[int, tuple[int, int]]:
    """Return, by worker, how often it opened a catalogue and how often one was already open."""

    def count(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for _ in batches:
            # Without a pause, one fast worker would get all partitions.
            time.sleep(0.1)
            counts = table_match.opened.cache_info()
            yield pd.DataFrame([(os.getpid(), counts.misses, counts.hits)], columns=["a", "b", "c"])

    for module in (table_rows, table_match):
        spark.sparkContext.addPyFile(module.__file__)
    counted = (
        spark.range(16, numPartitions=16).mapInPandas(count, "a long, b long, c long").collect()
    )
    return {worker: (opened, reused) for worker, opened, reused in counted}


def test_an_open_catalogue_may_be_sent_to_workers(spark: SparkSession, pool: Path) -> None:
    """A worker opens it again, although Spark forks workers from another process."""
    with Catalogue.open(pool) as catalogue:

        def found(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
            for batch in batches:
                ids = [[one.id for one in catalogue.search(text, 3)] for text in batch["text"]]
                yield pd.DataFrame({"ids": ids})

        texts = [("the",), ("a title of words",), ("love",), ("house",)]
        frame = spark.createDataFrame(texts, "text string").repartition(4)
        found_ids = {
            tuple(row["ids"]) for row in frame.mapInPandas(found, "ids array<long>").collect()
        }
        assert found_ids == {
            tuple(one.id for one in catalogue.search(text, 3)) for (text,) in texts
        }
        assert any(found_ids)


def test_the_order_of_rows_changes_no_answer(
    frame: DataFrame, pool: Path, expected: list[Any]
) -> None:
    """Neither do the other rows of its batch."""
    shuffled = frame.orderBy(frame["title"].desc()).coalesce(1)
    assert collected(match_table(shuffled, pool, SETTINGS)) == expected


def test_a_missing_catalogue_fails_every_row(
    frame: DataFrame, table: list[Any], tmp_path: Path
) -> None:
    """No row is lost, and the job completes."""
    answers = collected(match_table(frame, tmp_path / "nowhere", SETTINGS))
    assert [row["id"] for row in answers] == [row["id"] for row in sort_by_id(table)]
    assert {(row["outcome"], row["kind"]) for row in answers} == {("failed", "catalogue_changed")}


def test_numbers_and_lists_are_read_like_text(spark: SparkSession, pool: Path) -> None:
    """An ID may be a number, and is returned as text."""
    # Enough rows that batches hold both. These numbers would not survive as floats, which are what
    # data frames make of a column with gaps.
    longs = [2**53 + 1 + 2 * place for place in range(24)]
    rows = [(long, "Undertow", ["A", "B"], 126.0, 2021, long) for long in longs]
    rows += [(None, "Undertow", *[None] * 4)] * 24
    schema = "id long, title string, artists array<string>, bpm double, year int, beatport_id long"
    answers = collected(match_table(spark.createDataFrame(rows, schema), pool, SETTINGS))
    assert [row["id"] for row in answers] == [None] * 24 + sorted(map(str, longs))
    assert "failed" not in {row["outcome"] for row in answers}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_may_be_csv_json_lines_or_parquet(
    spark: SparkSession,
    table: list[Any],
    pool: Path,
    expected: list[Any],
    tmp_path: Path,
    suffix: str,
) -> None:
    file = tmp_path / f"table{suffix}"
    if suffix == ".parquet":
        pd.DataFrame(table).to_parquet(file)
    else:
        write(table, file)
    assert collected(match_table(read_table(spark, file), pool, SETTINGS)) == expected
