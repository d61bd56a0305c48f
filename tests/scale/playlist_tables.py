"""A table as libraries have it, with rows that few should hold; and a way to compare answers."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
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
ODD: list[Row] = [
    {"id": "quotes", "title": 'The "Undertow", Twice', "artists": "Corvane"},
    {"id": "no title", "artists": "Corvane"},
    {"id": "blank title", "title": "  "},
    {"id": "no number", "title": "Undertow", "duration_s": "six minutes"},
    {"title": "A row without a name of its own"},
]
_NUMBERS = ("bpm", "duration_s", "year", "beatport_id")


def rows() -> list[Row]:
    """Good rows and odd ones, with numbers as text, which every engine reads alike."""
    dice, some = Random(8), islice(large_catalogue.rows(CATALOGUE_ROWS), 0, None, 4)
    tracks = [as_dict(large_catalogue.asked(row, dice)) for row in some]
    good = [track | {"id": str(place)} for place, track in enumerate(tracks)]
    return [{name: _written(name, row.get(name)) for name in COLUMNS} for row in [*good, *ODD]]


def known(told: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Answers in an order of their own, since engines give them in any."""
    return sorted(map(dict, told), key=lambda row: row["id"] or "")


def write(table: list[Row], file: Path) -> None:
    """The table as a file of CSV or JSON lines, by its suffix."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        if file.suffix == ".jsonl":
            opened.writelines(f"{json.dumps(row)}\n" for row in table)
            return
        written = csv.DictWriter(opened, list(table[0]))
        written.writeheader()
        written.writerows(table)


def _written(name: str, value: object) -> object:
    return str(value) if name in _NUMBERS and value is not None else value or None
