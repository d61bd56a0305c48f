"""Match a table of tracks against an offline catalogue with PySpark, on one machine or many.

python examples/spark_match.py [TABLE --catalogue FOLDER --out FOLDER] [--workers N | --master URL]
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from table_demo import job, show
from table_match import RESULT, RESULT_COLUMNS, match_rows
from table_rows import columns_of

from beatport_match import MatchSettings

SCHEMA = pa.schema((name, kind.replace("bigint", "int64")) for name, kind in RESULT_COLUMNS.items())


def match_table(table: DataFrame, catalogue: Path, settings: MatchSettings) -> DataFrame:
    """Return one result row per table row, in any order; every worker needs `catalogue`."""
    context, place = table.sparkSession.sparkContext, str(catalogue.absolute())
    for module in ("table_rows.py", "table_match.py"):
        context.addPyFile(str(Path(__file__).with_name(module)))

    # Spark pickles a nested function by value; each worker imports `match_rows` once.
    def match_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pylist(match_rows(batch.to_pylist(), place, settings), SCHEMA)

    # A file of a million rows may be one partition, which a single worker would match.
    read = table.select(columns_of(table.columns)).repartition(4 * context.defaultParallelism)
    return read.mapInArrow(match_batches, RESULT)


def read_table(spark: SparkSession, file: Path) -> DataFrame:
    kind = file.suffix[1:].replace("jsonl", "json")
    return spark.read.load(str(file), kind, header=True, escape='"')  # most CSV files double quotes


def session(workers: int | None, master: str | None = None) -> SparkSession:
    if not (workers or master):  # `spark-submit` has set the master
        return SparkSession.builder.getOrCreate()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # not another Python on the PATH
    master = master or f"local[{workers}]"
    return SparkSession.builder.master(master).config("spark.ui.enabled", "false").getOrCreate()


def main() -> None:
    with job("Match a table with PySpark.") as given, session(given.workers, given.master) as spark:
        matches = match_table(read_table(spark, given.table), given.catalogue, MatchSettings())
        matches.write.parquet(str(given.out))
        show(row.asDict() for row in spark.read.parquet(str(given.out)).limit(20).collect())


if __name__ == "__main__":
    main()
