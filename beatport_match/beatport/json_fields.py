"""Read one field of a JSON object; a value of an unexpected type counts as missing.

This module checks only types and ranges. It does not know Beatport's keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeAlias, TypeGuard

from beatport_match.model.validation import MAX_ID, is_web_url, single_line

Record: TypeAlias = Mapping[str, object]

# No text or URL in 300 real records came near these limits.
MAX_FIELD_LENGTH = 500
MAX_URL_LENGTH = 2000
MAX_CACHED_LENGTH = 50
# A compilation credits about two dozen artists.
MAX_LISTED = 100


def is_record(value: object) -> TypeGuard[Record]:
    """Return whether the value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Return whether the value is a JSON array."""
    return isinstance(value, list)


def clean_text(text: str, max_length: int = MAX_FIELD_LENGTH) -> str:
    """Return the text on one line (`single_line`), cut to its first `max_length` characters."""
    # Do not clean text that will be cut off; the factor allows for spaces that are removed.
    return single_line(text[: 4 * max_length])[:max_length].rstrip()


def text(record: Record, key: str) -> str | None:
    """Return a cleaned text; `None` if it is blank or not a text."""
    value = record.get(key)
    if not isinstance(value, str):
        return None
    # The cache must stay small, and long texts rarely repeat.
    return _clean_short(value) if len(value) <= MAX_CACHED_LENGTH else clean_text(value) or None


# Most texts of a page repeat from row to row and from page to page: artists, labels, genres, keys.
@lru_cache(maxsize=4096)
def _clean_short(value: str) -> str | None:
    return clean_text(value) or None


def inner_record(outer: Record, key: str) -> Record:
    """Return an inner object; an empty one if there is none."""
    value = outer.get(key)
    return value if is_record(value) else {}


def inner_records(outer: Record, key: str) -> list[Record]:
    """Return the objects among the first hundred values of an inner array."""
    value = outer.get(key)
    return [entry for entry in value[:MAX_LISTED] if is_record(entry)] if is_list(value) else []


def positive_id(record: Record, key: str) -> int | None:
    """Return an ID: a whole number from 1 to 2**63 - 1."""
    value = record.get(key)
    # JSON's true is an int in Python.
    return value if type(value) is int and 0 < value <= MAX_ID else None


def positive_number(record: Record, key: str, maximum: float) -> float | None:
    """Return a number above 0 and up to `maximum`."""
    value = record.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= maximum:
        return float(value)
    return None


def iso_date(record: Record, key: str) -> str | None:
    """Return a date as `YYYY-MM-DD`; a time of day after it is dropped."""
    value = record.get(key)
    return _valid_date(value[:10]) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _valid_date(text: str) -> str | None:
    try:
        # Python also accepts 20230721 and 2023-W29-5, which are not YYYY-MM-DD.
        formatted = date.fromisoformat(text).isoformat()
    except ValueError:
        return None
    return formatted if formatted == text else None


def web_url(record: Record, key: str) -> str | None:
    """Return a URL; `None` if it is not http(s), is too long or contains a blank."""
    value = record.get(key)
    if not isinstance(value, str) or len(value) > MAX_URL_LENGTH:
        return None
    value = value.strip()
    return value if is_web_url(value) else None
