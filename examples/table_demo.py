"""The demo table and catalogue, matched in plain Python: `python examples/table_demo.py`."""

import argparse
import csv
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from table_match import match_rows
from table_rows import Row

from beatport_match import Catalogue, MatchSettings

TABLE = """id,title,artists,duration_s
1,Paper Satellites (Extended Mix),Corvane,372
2,Borrowed Umbrella (Ossian Remix),Kestrel Dobbs,
3,Velvet Gearbox,Nobody At All,300
4,,Corvane,372
5,Undertow,Olvarin,six minutes
"""
POOL = """id,name,mix_name,artists,remixers,length_s,key,bpm
11,Paper Satellites,Extended Mix,Corvane,,372,A Minor,126
12,Borrowed Umbrella,Harrow Vint Remix,Kestrel Dobbs,Harrow Vint,401,E Major,132
"""


@contextmanager
def job(description: str) -> Generator[argparse.Namespace, None, None]:
    """Yield the command line's arguments; without any, those of a demo in a temporary folder."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("table", nargs="?", type=Path, help=".parquet, .csv or .jsonl")
    parser.add_argument("--catalogue", type=Path, help="a folder that Catalogue.build wrote")
    parser.add_argument("--out", type=Path, help="the Parquet file or folder for the result")
    parser.add_argument("--workers", type=int, help="the number of worker processes")
    parser.add_argument("--master", help="of Spark: its URL, instead of --workers")
    given = parser.parse_args()
    if len({given.table is None, given.catalogue is None, given.out is None}) > 1:
        parser.error("give a table, --catalogue and --out together, or none of them.")
    with tempfile.TemporaryDirectory() as name:
        if given.table is None:
            folder, given.workers = Path(name), given.workers or 2
            given.table, given.catalogue = folder / "table.csv", folder / "pool.catalogue"
            given.out = folder / "matches.parquet"
            given.table.write_text(TABLE, "utf-8")
            Catalogue.build(csv.DictReader(POOL.splitlines()), given.catalogue)
        yield given


def show(rows: Iterable[Row]) -> None:
    for row in sorted(rows, key=lambda row: row["id"]):
        found = f"{row['found_title']} ({row['found_mix']}): " if row["found_title"] else ""
        print(f"{row['id']} {row['outcome']:9} {row['confidence']:.2f} {found}{row['reason']}")


if __name__ == "__main__":
    with job("Match the demo's table in plain Python.") as given:
        show(match_rows(csv.DictReader(TABLE.splitlines()), str(given.catalogue), MatchSettings()))
