"""One field of a JSON object: what is not of the expected type is unknown.

Only types and ranges are judged here. This file knows no key of Beatport's and no track.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeAlias, TypeGuard

Record: TypeAlias = Mapping[str, object]

# No name in 300 real records came near either.
MAX_TEXT_LENGTH = 500
MAX_URL_LENGTH = 2000
# A compilation credits two dozen artists.
MAX_ENTRIES = 100
# Where a database would end; what is larger was never given out by one.
MAX_ID = 2**63 - 1


def is_record(value: object) -> TypeGuard[Record]:
    """Whether the value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether the value is a JSON array."""
    return isinstance(value, list)


def clean(text: str, longest: int = MAX_TEXT_LENGTH) -> str:
    """The text on one line: trimmed, blanks collapsed, nothing invisible in it."""
    # Nearly all text is clean already, and to see that takes a third of cleaning it. The one
    # blank that counts as printable is the space.
    if len(text) <= longest and text.isprintable() and "  " not in text and text.strip() == text:
        return text
    # What will be cut off is not worth cleaning, though blanks before it may go.
    text = text[: 4 * longest]
    if not text.isprintable():
        text = "".join(map(_visible, text))
    return " ".join(text.split())[:longest].rstrip()


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    # Cf holds the zero-width and direction marks; a lone surrogate (Cs) cannot be encoded.
    return " " if category == "Cc" else "" if category in {"Cf", "Cs"} else char


def text(record: Record, key: str) -> str | None:
    """A text that is not blank, cleaned."""
    value = record.get(key)
    return clean(value) or None if isinstance(value, str) else None


def record(outer: Record, key: str) -> Record:
    """An inner object; empty where there is none."""
    value = outer.get(key)
    return value if is_record(value) else {}


def entries(outer: Record, key: str) -> list[Record]:
    """The first hundred objects of an inner array; what is not an object is passed over."""
    value = outer.get(key)
    return [entry for entry in value[:MAX_ENTRIES] if is_record(entry)] if is_list(value) else []


def positive_id(record: Record, key: str) -> int | None:
    """A number that names something: a whole number from 1."""
    value = record.get(key)
    # JSON's true is an int to Python.
    return value if type(value) is int and 0 < value <= MAX_ID else None


def positive_number(record: Record, key: str, most: float) -> float | None:
    """A number above 0 and up to `most`."""
    value = record.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= most:
        return float(value)
    return None


def day(record: Record, key: str) -> str | None:
    """A date as `YYYY-MM-DD`, whatever time of day stands behind it."""
    value = record.get(key)
    return _day(value[:10]) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _day(text: str) -> str | None:
    try:
        # Python also reads 20230721 and 2023-W29-5, which are not the promised form.
        written = date.fromisoformat(text).isoformat()
    except ValueError:
        return None
    return written if written == text else None


def link(record: Record, key: str) -> str | None:
    """A web address; anything that is not http(s), or holds a blank, is none."""
    value = record.get(key)
    if not isinstance(value, str) or len(value) > MAX_URL_LENGTH:
        return None
    value = value.strip()
    web = value.startswith(("https://", "http://"))
    return value if web and value.isprintable() and " " not in value else None
