"""One row of somebody's catalogue -> `Candidate`, and what was wrong with it.

A row needs a number and a title. Any other value that cannot be true is unknown, and told of: the
row is built without it. This room opens no file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import cast

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate
from beatport_match.parsing import field_values

COLUMNS = tuple(
    "id name mix_name artists remixers label release release_date bpm key genre sub_genre length_s "
    "length_ms isrc catalog_number url artwork_url".split()
)

# Longer ones are no names: none in 28,000 real rows came near.
MAX_TEXT_LENGTH = 2000
# A compilation credits two dozen artists.
MAX_NAMES = 100
MAX_BPM = 1000.0
MAX_LENGTH_S = 24 * 60 * 60.0
# Where a database would end; what is larger was never given out by one.
MAX_ID = 2**63 - 1
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII)


class RowParser:
    """One row being read; `problems` says what was wrong with it."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self._row = row
        self.problems: list[str] = []

    def candidate(self) -> Candidate | None:
        """The candidate; `None` where there is no number or no title."""
        # Called as they are, and not by a method in between, which a million rows would feel.
        text, get = self._line, self._row.get
        number, name = self._identity(), text("name", get("name"))
        if number is None or name is None:
            if not self.problems:
                self.problems.append(f"there is no {'id' if number is None else 'name'}")
            return None
        key = text("key", get("key"))
        parsed = parse_key(key)
        return Candidate(
            id=number,
            url=self._link("url"),
            name=name,
            mix_name=text("mix_name", get("mix_name")),
            artists=self._names("artists"),
            remixers=self._names("remixers"),
            label=text("label", get("label")),
            release=text("release", get("release")),
            release_date=self._day(),
            bpm=self._quantity("bpm", field_values.bpm, MAX_BPM),
            key=key,
            camelot=parsed.camelot if parsed else None,
            genre=text("genre", get("genre")),
            sub_genre=text("sub_genre", get("sub_genre")),
            length_s=self._length_s(),
            isrc=text("isrc", get("isrc")),
            catalog_number=text("catalog_number", get("catalog_number")),
            artwork_url=self._link("artwork_url"),
        )

    def _value(self, column: str) -> object:
        """What stands in a column; data frames write a number that is none for nothing."""
        value = self._row.get(column)
        return None if _is_nan(value) else value

    def _wrong(self, column: str, value: object, wanted: str) -> None:
        self.problems.append(f"{column} must be {wanted}, not {_shown(value)}")

    def _identity(self) -> int | None:
        value = self._value("id")
        number = field_values.whole(value) if isinstance(value, str) else _whole(value)
        if number is not None and 0 < number <= MAX_ID:
            return number
        if value is not None and value != "":
            self._wrong("id", value, "a whole number from 1")
        return None

    def _line(self, column: str, value: object) -> str | None:
        """A text on one line; `None` for nothing, and for what is none."""
        # Nearly all of a million rows go this way.
        if type(value) is str and value.isprintable() and len(value) <= MAX_TEXT_LENGTH:
            return value.strip() or None
        return self._odd_text(column, value)

    def _odd_text(self, column: str, value: object) -> str | None:
        """What is no text, or not on one line as it stands."""
        if not isinstance(value, str):
            if value is not None and not _is_nan(value):
                self._wrong(column, value, "text")
        elif not _is_unicode(value):
            self.problems.append(f"{column} holds bytes that are not UTF-8")
        elif len(value) > MAX_TEXT_LENGTH:
            self.problems.append(f"{column} is longer than {MAX_TEXT_LENGTH} characters")
        else:
            return field_values.known_text(value)
        return None

    def _names(self, column: str) -> tuple[str, ...]:
        value = self._value(column)
        if value is None:
            return ()
        names = _entries(value)
        if names is None:
            self._wrong(column, value, 'a list of names, or one text with ";" between them')
            return ()
        if len(names) > MAX_NAMES:
            self.problems.append(f"{column} has more than {MAX_NAMES} names")
            return ()
        lines: dict[str, None] = {}
        for name in names:
            if line := self._line(column, name):
                lines[line] = None
        return tuple(lines)

    def _quantity(
        self, column: str, read: Callable[[str], float | None], most: float
    ) -> float | None:
        """A number above 0 and up to `most`; zero counts as unknown."""
        value = self._row.get(column)
        if isinstance(value, (int, float)) and value is not True and 0 < value <= most:
            return float(value)
        if value is None or value == 0 or _is_nan(value):
            return None
        if isinstance(value, str) and not value.strip(" 0.,:"):
            return None
        number = read(value) if isinstance(value, str) else None
        if number is not None and 0 < number <= most:
            return float(number)
        self._wrong(column, value, f"a number above 0 and up to {most:,.0f}")
        return None

    def _length_s(self) -> float | None:
        length_s = self._quantity("length_s", field_values.seconds, MAX_LENGTH_S)
        if length_s is None:
            length_ms = self._quantity("length_ms", field_values.whole, 1000 * MAX_LENGTH_S)
            return length_ms / 1000 if length_ms else None
        return length_s

    def _day(self) -> str | None:
        value = self._value("release_date")
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return value.isoformat()[:10]
        if isinstance(value, str) and (written := _DAY.fullmatch(value.strip())):
            try:
                return date.fromisoformat(written[1]).isoformat()
            except ValueError:
                pass
        self._wrong("release_date", value, "a day as YYYY-MM-DD")
        return None

    def _link(self, column: str) -> str | None:
        value = self._line(column, self._row.get(column))
        if value is None or (value.startswith(("https://", "http://")) and " " not in value):
            return value
        self._wrong(column, value, "a web address")
        return None


def _entries(value: object) -> list[str] | None:
    """The names in a list or in one text; `None` where it is neither."""
    if isinstance(value, str):
        return value.split(";")
    # A list first: to ask whether something can be walked through takes ten times longer.
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


def _whole(value: object) -> int | None:
    """A whole number; a column with gaps may hold it as 123.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_unicode(text: str) -> bool:
    """Whether the text can be encoded: bytes that could not be decoded came as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
