"""Match a table of tracks against an offline catalogue with Polars, on all cores of one machine.

    python examples/polars_match.py [TABLE --catalogue FOLDER --out FILE] [--workers N]

Without a table, it matches a small demo table. The table is streamed and may exceed the memory.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl
from table_demo import job, show
from table_match import RESULT_COLUMNS, match_rows
from table_rows import columns_of

from beatport_match import MatchSettings

TYPES = {"string": pl.String, "double": pl.Float64, "bigint": pl.Int64}
SCHEMA = {name: TYPES[kind] for name, kind in RESULT_COLUMNS.items()}
# Columns are read as text, so an invalid number affects only its own row.
READERS = {
    ".parquet": pl.scan_parquet,
    ".csv": partial(pl.scan_csv, infer_schema=False),
    ".jsonl": partial(pl.scan_ndjson, infer_schema_length=None),
}
ROWS_AT_ONCE = 1000


def match_table(
    table: pl.LazyFrame, catalogue: Path, settings: MatchSettings, each: Callable[..., Any] = map
) -> pl.LazyFrame:
    """Return one result row per table row, in order; `each` may be the `map` of a process pool."""
    match = partial(match_rows, catalogue=str(catalogue.absolute()), settings=settings)

    def match_batch(batch: pl.DataFrame) -> pl.DataFrame:
        parts = (part.to_dicts() for part in batch.iter_slices(ROWS_AT_ONCE))
        return pl.DataFrame(list(chain.from_iterable(each(match, parts))), schema=SCHEMA)

    read = table.select(columns_of(table.collect_schema().names()))
    return read.map_batches(match_batch, schema=SCHEMA, streamable=True)


def main() -> None:
    # Polars starts threads; they do not survive a fork, so worker processes are spawned.
    pool = partial(ProcessPoolExecutor, mp_context=get_context("spawn"))
    with job("Match a table of tracks with Polars.") as given, pool(given.workers or 1) as workers:
        table = READERS[given.table.suffix](given.table)
        matches = match_table(table, given.catalogue, MatchSettings(), workers.map)
        matches.sink_parquet(given.out)
        show(pl.scan_parquet(given.out).head(20).collect().to_dicts())


if __name__ == "__main__":
    main()
