"""Match rows of a table against an offline catalogue: the function that Spark and Polars both call.

A worker is given rows, a path and settings, and answers with rows. Needs the extra `offline`.
"""

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from decimal import Decimal
from functools import cache
from threading import Lock

from beatport_match import (
    Catalogue,
    CatalogueError,
    Failure,
    Matcher,
    MatchSettings,
    MisuseError,
    Track,
)

Row = Mapping[str, object]
COLUMNS = tuple(field.name for field in fields(Track))
# Named as in matches.csv; the types are Spark's words.
RESULT = (
    "id string, outcome string, kind string, reason string, confidence double, score double, "
    "relation string, beatport_id bigint, url string, found_title string, found_mix string, "
    "found_artists string, label string, release_date string, bpm double, key string, "
    "length_s double"
)
RESULT_COLUMNS = dict(column.split() for column in RESULT.split(", "))
_AS_FOUND = ("url", "label", "release_date", "bpm", "key", "length_s")
_NUMBERS = ("year", "bpm", "duration_s", "beatport_id")
_OPENING = Lock()


def match_rows(rows: Iterable[Row], catalogue: str, settings: MatchSettings) -> list[Row]:
    """What became of each row, in their order; what cannot be matched is `failed` and says why."""
    try:
        with _OPENING:
            matcher = opened(catalogue, settings)
    except (CatalogueError, MisuseError) as error:
        return [_failed(row, Failure("catalogue_changed", str(error))) for row in rows]
    return [_matched(row, matcher) for row in rows]


@cache
def opened(catalogue: str, settings: MatchSettings) -> Matcher:
    """Opened for the first rows that a process is given, and kept for all others."""
    return Matcher(settings, source=Catalogue.open(catalogue).source())


def columns_of(names: Iterable[str]) -> list[str]:
    """The columns of a table that are read.

    Raises:
        MisuseError: There is no `id`, which tells rows apart, or no `title`.
    """
    known = [name for name in names if name in COLUMNS]
    if missing := {"id", "title"}.difference(known):
        raise MisuseError(
            f"The table has no column {min(missing)!r}; rename the one that is meant."
        )
    return known


def track_of(row: Row) -> Track:
    """The track in a row; engines write what is not there, and lists, in ways of their own."""
    plain = {name: _plain(name, row.get(name)) for name in COLUMNS}
    known = {name: value for name, value in plain.items() if value is not None}
    return Track(**{"title": None} | known)


def _matched(row: Row, matcher: Matcher) -> Row:
    try:
        match = matcher.match_track(track_of(row))
    except MisuseError as error:
        return _failed(row, Failure("unaskable", str(error)))
    if match.outcome == "failed":
        return _failed(row, match.failures[-1])
    told = {"outcome": match.outcome, "reason": match.reason, "confidence": match.confidence}
    if best := match.best:
        found = best.candidate
        told |= {name: getattr(found, name) for name in _AS_FOUND}
        told |= {"score": best.score, "relation": best.relation, "beatport_id": best.id}
        told |= {"found_title": found.name, "found_mix": found.mix_name}
        told |= {"found_artists": ", ".join(found.artists)}
    return _result(row, told)


def _failed(row: Row, failure: Failure) -> Row:
    told = {"outcome": "failed", "kind": failure.kind, "reason": str(failure), "confidence": 0.0}
    return _result(row, told)


def _result(row: Row, told: Row) -> Row:
    return dict.fromkeys(RESULT_COLUMNS) | {"id": _plain("id", row.get("id"))} | told


def _plain(name: str, value: object) -> object:
    """A cell as Python has it: `None` for nothing, lists, numbers out of text."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if name in _NUMBERS and isinstance(value, (str, Decimal)):
        with suppress(ValueError):
            value = int(value) if str(value).isdecimal() else float(value)
    if name in ("year", "beatport_id") and isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if name == "id" and value is not None else value
