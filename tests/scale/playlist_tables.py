"""A table of a library, with invalid rows, and a function to compare answers."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import large_catalogue
from table_rows import COLUMNS

from beatport_match import MatchSettings
from beatport_match.model.tracks import as_dict

Row = dict[str, Any]
SETTINGS = MatchSettings()
CATALOGUE_ROWS = 600
UNUSUAL: list[Row] = [
    {"id": "quotes", "title": 'The "Undertow", Twice', "artists": "Corvane"},
    {"id": "no title", "artists": "Corvane"},
    {"id": "blank title", "title": "  "},
    {"id": "no number", "title": "Undertow", "duration_s": "six minutes"},
    {"title": "A row without an ID"},
]
_NUMBERS = ("bpm", "duration_s", "year", "beatport_id")


def catalogue_rows() -> Iterator[Row]:
    """Yield the rows of the catalogue that every engine searches."""
    return large_catalogue.rows(CATALOGUE_ROWS)


def rows() -> list[Row]:
    """Return valid and invalid rows; numbers are text, which every engine reads in the same way."""
    rng, chosen = Random(8), islice(catalogue_rows(), 0, None, 4)
    tracks = [as_dict(large_catalogue.as_library_track(row, rng)) for row in chosen]
    valid = [track | {"id": str(place)} for place, track in enumerate(tracks)]
    return [{name: _cell(name, row.get(name)) for name in COLUMNS} for row in [*valid, *UNUSUAL]]


def sort_by_id(answers: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Sort answers by ID, because engines return them in any order."""
    return sorted(map(dict, answers), key=lambda row: row["id"] or "")


def write(table: list[Row], file: Path) -> None:
    """Write the table as CSV or JSON lines, by the suffix of the file."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        if file.suffix == ".jsonl":
            opened.writelines(f"{json.dumps(row)}\n" for row in table)
            return
        writer = csv.DictWriter(opened, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def _cell(name: str, value: object) -> object:
    return str(value) if name in _NUMBERS and value is not None else value or None
