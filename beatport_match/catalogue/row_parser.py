"""One row of a catalogue -> `Candidate`, and the problems of the row.

A row needs an ID and a title. Any other invalid value is reported and treated as unknown: the row
is built without it. This module opens no file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import cast

from beatport_match.errors import short_repr
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, make_candidate
from beatport_match.model.validation import (
    MAX_BPM,
    MAX_DURATION_S,
    MAX_ID,
    is_web_url,
    single_line,
)
from beatport_match.parsing import field_values

COLUMNS = tuple(
    "id name mix_name artists remixers label release release_date bpm key genre sub_genre length_s "
    "length_ms isrc catalog_number url artwork_url".split()
)

# All texts in 28,000 real rows are much shorter, so a longer one is not a name.
MAX_CELL_LENGTH = 2000
# A compilation credits two dozen artists.
MAX_NAMES = 100
MAX_SHOWN_VALUE_LENGTH = 60
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII)


class RowParser:
    """Parses one row; `problems` are sentences without a full stop."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self._row = row
        self.problems: list[str] = []

    def candidate(self) -> Candidate | None:
        """Return the candidate, or `None` if the row has no valid ID or title."""
        # Direct calls: one more method in between would be noticeable over a million rows.
        text, get = self._text, self._row.get
        row_id, name = self._id(), text("name", get("name"))
        if row_id is None or name is None:
            if not self.problems:
                self.problems.append(f"there is no {'id' if row_id is None else 'name'}")
            return None
        key = text("key", get("key"))
        return make_candidate(
            number=row_id,
            url=self._url("url"),
            name=name,
            mix_name=text("mix_name", get("mix_name")),
            artists=self._names("artists"),
            remixers=self._names("remixers"),
            label=text("label", get("label")),
            release=text("release", get("release")),
            release_date=self._date(),
            bpm=self._positive_number("bpm", field_values.bpm, MAX_BPM),
            key=key,
            camelot=_camelot(key),
            genre=text("genre", get("genre")),
            sub_genre=text("sub_genre", get("sub_genre")),
            length_s=self._length_s(),
            isrc=text("isrc", get("isrc")),
            catalog_number=text("catalog_number", get("catalog_number")),
            artwork_url=self._url("artwork_url"),
        )

    def _value(self, column: str) -> object:
        """Return the value of a column; data frames write NaN for a missing value."""
        value = self._row.get(column)
        return None if _is_nan(value) else value

    def _report_invalid(self, column: str, value: object, expected: str) -> None:
        shown = short_repr(value, MAX_SHOWN_VALUE_LENGTH)
        self.problems.append(f"{column} must be {expected}, not {shown}")

    def _id(self) -> int | None:
        value = self._value("id")
        number = field_values.whole(value) if isinstance(value, str) else _whole_number(value)
        if number is not None and 0 < number <= MAX_ID:
            return number
        if value is not None and value != "":
            self._report_invalid("id", value, "a whole number from 1")
        return None

    def _text(self, column: str, value: object) -> str | None:
        """Return a text on one line; `None` if it is missing, blank or invalid."""
        if value is None:
            return None
        if not isinstance(value, str):
            if not _is_nan(value):
                self._report_invalid(column, value, "text")
        elif len(value) > MAX_CELL_LENGTH:
            self.problems.append(f"{column} is longer than {MAX_CELL_LENGTH} characters")
        elif not (value.isprintable() or _is_encodable(value)):
            self.problems.append(f"{column} holds bytes that are not UTF-8")
        else:
            return single_line(value) or None
        return None

    def _names(self, column: str) -> tuple[str, ...]:
        value = self._value(column)
        if value is None or value == []:
            return ()
        names = _name_list(value)
        if names is None:
            self._report_invalid(
                column, value, 'a list of names, or one text with ";" between them'
            )
            return ()
        if len(names) > MAX_NAMES:
            self.problems.append(f"{column} has more than {MAX_NAMES} names")
            return ()
        cleaned: dict[str, None] = {}
        for name in names:
            if text := self._text(column, name):
                cleaned[text] = None
        return tuple(cleaned)

    def _positive_number(
        self, column: str, parse: Callable[[str], float | None], maximum: float
    ) -> float | None:
        """Return a number above 0 and up to `maximum`; zero means unknown."""
        value = self._row.get(column)
        if isinstance(value, (int, float)) and value is not True and 0 < value <= maximum:
            return float(value)
        if value is None or value == 0 or _is_nan(value):
            return None
        if isinstance(value, str) and not value.strip(" 0.,:"):
            return None
        number = parse(value) if isinstance(value, str) else None
        if number is not None and 0 < number <= maximum:
            return float(number)
        self._report_invalid(column, value, f"a number above 0 and up to {maximum:,.0f}")
        return None

    def _length_s(self) -> float | None:
        length_s = self._positive_number("length_s", field_values.seconds, MAX_DURATION_S)
        if length_s is None:
            length_ms = self._positive_number(
                "length_ms", field_values.whole, 1000 * MAX_DURATION_S
            )
            return length_ms / 1000 if length_ms else None
        return length_s

    def _date(self) -> str | None:
        value = self._value("release_date")
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return value.isoformat()[:10]
        # The length is limited because the texts are kept in a cache.
        if isinstance(value, str) and len(value) <= MAX_CELL_LENGTH and (day := _parse_date(value)):
            return day
        self._report_invalid("release_date", value, "a date as YYYY-MM-DD")
        return None

    def _url(self, column: str) -> str | None:
        value = self._text(column, self._row.get(column))
        if value is None or is_web_url(value):
            return value
        self._report_invalid(column, value, "a URL with http:// or https://")
        return None


@lru_cache(maxsize=64)
def _camelot(key: str | None) -> str | None:
    parsed = parse_key(key)
    return parsed.camelot if parsed else None


# Many rows have the same date. Twenty years have 7,300.
@lru_cache(maxsize=8192)
def _parse_date(text: str) -> str | None:
    """Return the date at the start of a text as `YYYY-MM-DD`; `None` if there is none."""
    if written := _DATE.fullmatch(text.strip()):
        with suppress(ValueError):
            return date.fromisoformat(written[1]).isoformat()
    return None


def _name_list(value: object) -> list[str] | None:
    """Return the names in a list or in one text; `None` if the value is neither."""
    if isinstance(value, str):
        return value.split(";")
    # `list` is checked first: `isinstance(value, Iterable)` takes ten times as long.
    if not isinstance(value, list) and (
        isinstance(value, (bytes, Mapping)) or not isinstance(value, Iterable)
    ):
        return None
    names = list(cast("Iterable[object]", value))
    for name in names:
        if not isinstance(name, str):
            return None
    return cast("list[str]", names)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _whole_number(value: object) -> int | None:
    """Return a whole number; a data frame column with gaps may hold it as 123.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_encodable(text: str) -> bool:
    """Return whether a text is UTF-8; a CSV file's undecodable bytes became lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
