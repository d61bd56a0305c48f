"""Match a table of tracks against an offline catalogue with PySpark, on one machine or many.

python examples/spark_match.py [TABLE --catalogue FOLDER --out FOLDER] [--workers N]
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import table_match
import table_rows
from pyspark.sql import DataFrame, SparkSession
from table_demo import job, show
from table_match import RESULT, RESULT_COLUMNS, match_rows

from beatport_match import MatchSettings


def match_table(table: DataFrame, catalogue: Path, settings: MatchSettings) -> DataFrame:
    """Return one result row per table row, in any order; every worker needs `catalogue`."""
    context, place = table.sparkSession.sparkContext, str(catalogue.absolute())
    for module in (table_rows, table_match):
        context.addPyFile(module.__file__)
    read = table.select(table_rows.columns_of(table.columns))

    # Spark pickles a nested function by value; each worker imports `match_rows` once.
    def match_batches(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            rows = match_rows(batch.to_dict("records"), place, settings)
            yield pd.DataFrame(rows, columns=list(RESULT_COLUMNS), dtype=object)

    # A file of a million rows may be one partition, which a single worker would match.
    return read.repartition(4 * context.defaultParallelism).mapInPandas(match_batches, RESULT)


def read_table(spark: SparkSession, file: Path) -> DataFrame:
    kind = file.suffix[1:].replace("jsonl", "json")
    return spark.read.load(str(file), kind, header=True, escape='"')  # most CSV files double quotes


def session(workers: int | None) -> SparkSession:
    if not workers:
        return SparkSession.builder.getOrCreate()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # not another Python on the PATH
    local = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1"}
    return SparkSession.builder.master(f"local[{workers}]").config(map=local).getOrCreate()


def main() -> None:
    with job("Match a table of tracks with PySpark.") as given, session(given.workers) as spark:
        matches = match_table(read_table(spark, given.table), given.catalogue, MatchSettings())
        matches.write.parquet(str(given.out))
        show(row.asDict() for row in spark.read.parquet(str(given.out)).limit(20).collect())


if __name__ == "__main__":
    main()
