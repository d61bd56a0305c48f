"""Convert a row of a table, from any engine, to a track: `python examples/table_rows.py`."""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from decimal import Decimal
from typing import Any

from beatport_match import MisuseError, Track

Row = dict[str, Any]
COLUMNS = tuple(field.name for field in fields(Track))
_NUMBERS = ("year", "bpm", "duration_s", "beatport_id")


def columns_of(names: Iterable[str]) -> list[str]:
    """Return the columns of a table that `track_of` reads.

    Raises:
        MisuseError: The column `id`, which identifies a row, or the column `title` is missing.
    """
    known = [name for name in names if name in COLUMNS]
    if missing := {"id", "title"}.difference(known):
        raise MisuseError(
            f"The table has no column {min(missing)!r}; rename the column that holds it."
        )
    return known


def track_of(row: Row) -> Track:
    """Convert a row to a track.

    Raises:
        MisuseError: The title is missing, or a value is invalid.
    """
    plain: Row = {name: plain_cell(name, row.get(name)) for name in COLUMNS}
    known: Row = {name: value for name, value in plain.items() if value is not None}
    return Track(known.pop("title", None), **known)


def plain_cell(name: str, value: Any) -> Any:
    """Convert a cell of any engine to plain Python: `None`, lists, and numbers from text."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if name in _NUMBERS and isinstance(value, (str, Decimal)):
        with suppress(ValueError):
            value = int(value) if str(value).isdecimal() else float(value)
    if name in ("year", "beatport_id") and isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if name == "id" and value is not None else value


if __name__ == "__main__":
    print(track_of({"id": 7, "title": "Undertow", "artists": ["Olvarin"], "bpm": "128"}))
