"""What `spark_match` and `polars_match` are tried on; run as it stands, matched with neither."""

import argparse
import csv
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from table_match import Row, match_rows

from beatport_match import Catalogue, MatchSettings

TABLE = """\
id,title,artists,duration_s
1,Paper Satellites (Extended Mix),Corvane,372
2,paper satelites radio edit,corvane,
3,Borrowed Umbrella [Harrow Vint Remix],Kestrel Dobbs,401.5
4,Borrowed Umbrella (Ossian Remix),Kestrel Dobbs,
5,Velvet Gearbox,Nobody At All,300
6,,Corvane,372
7,Undertow,Olvarin,six minutes
"""
POOL = """\
id,name,mix_name,artists,remixers,length_s,key,bpm
11,Paper Satellites,Extended Mix,Corvane,,372,A Minor,126
12,Paper Satellites,Radio Edit,Corvane,,201,A Minor,126
13,Borrowed Umbrella,Harrow Vint Remix,Kestrel Dobbs,Harrow Vint,401,E Major,132
14,Undertow,Original Mix,Olvarin,,355,C Minor,128
"""


@contextmanager
def job(what: str) -> Generator[argparse.Namespace, None, None]:
    """What the command line says, or a demo in a temporary folder where it names no table."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("table", nargs="?", type=Path, help=".parquet, .csv or .jsonl")
    parser.add_argument("--catalogue", type=Path, help="the folder that Catalogue.build made")
    parser.add_argument("--out", help="where the result goes, as Parquet")
    parser.add_argument("--workers", type=int, help="how many processes match")
    given = parser.parse_args()
    if (given.table is None) != (given.catalogue is None):
        parser.error("a table needs --catalogue, and a catalogue a table.")
    with tempfile.TemporaryDirectory() as folder:
        if given.table is None:
            given.workers = given.workers or 2
            given.table, given.catalogue = Path(folder, "table.csv"), Path(folder, "pool.catalogue")
            Path(folder, "pool.csv").write_text(POOL, "utf-8")
            given.table.write_text(TABLE, "utf-8")
            Catalogue.build(Path(folder, "pool.csv"), given.catalogue)
        yield given


def show(rows: Iterable[Row]) -> None:
    for row in sorted(rows, key=lambda row: row["id"]):
        found = f"{row['beatport_id']} {row['found_title']} ({row['found_mix']}): "
        told = f"{found if row['beatport_id'] else ''}{row['reason']}"
        print(f"{row['id']:>3} {row['outcome']:9} {row['confidence']:.2f} {told}")


if __name__ == "__main__":
    with job("Match the demo's table in plain Python.") as given:
        show(match_rows(csv.DictReader(TABLE.splitlines()), str(given.catalogue), MatchSettings()))
