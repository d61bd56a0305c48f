"""The fields of tags that are written: their values, and when a present value is kept.

These functions are pure. `names` has the tag names of each field in each kind of file.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal, TypeAlias, get_args

from beatport_match.errors import MisuseError, require_several
from beatport_match.model.keys import KeyNotation, parse_key
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import clean_isrc, is_web_url
from beatport_match.parsing import field_values

TagField: TypeAlias = Literal[
    "key",
    "bpm",
    "label",
    "date",
    "year",
    "genre",
    "remixer",
    "isrc",
    "catalog_number",
    "beatport_id",
    "url",
]
"""A value of Beatport that can be written into the tags of a music file."""
TAG_FIELDS: tuple[TagField, ...] = get_args(TagField)
"""All fields, in the order of `TagField`."""
DEFAULT_FIELDS: tuple[TagField, ...] = tuple(name for name in TAG_FIELDS if name != "year")
"""All fields but `year`, because `year` and `date` are one field of the file."""
_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
# Beatport's longest names have some hundred characters.
_MAX_WRITTEN_LENGTH = 1_000


def checked_fields(
    fields: Collection[TagField], overwrite: Collection[TagField]
) -> tuple[TagField, ...]:
    """Return the fields to write in their order.

    Raises:
        MisuseError: A field is unknown, `overwrite` has one that is not in `fields`, or both
            `date` and `year` are named.
    """
    for argument, names in (("fields=", fields), ("overwrite=", overwrite)):
        require_several(argument, names, "names", 'write ["key"]')
    for name in (*fields, *overwrite):
        if name not in TAG_FIELDS:
            raise MisuseError(f"{name!r} is no field of tags; name any of {', '.join(TAG_FIELDS)}.")
    if "date" in fields and "year" in fields:
        raise MisuseError("date and year are the same field of a file; name only one of them.")
    if not set(overwrite) <= set(fields):
        (name, *_) = sorted(set(overwrite) - set(fields))
        raise MisuseError(
            f"{name} is to be overwritten, but is not among the fields; add it there."
        )
    return tuple(name for name in TAG_FIELDS if name in fields)


def values_of(candidate: Candidate, notation: KeyNotation) -> dict[str, str]:
    """Return the values of the fields for which a candidate has one."""
    key = parse_key(candidate.key) or parse_key(candidate.camelot)
    bpm = field_values.bpm(str(candidate.bpm))
    year = field_values.year(candidate.release_date)
    date = field_values.text(candidate.release_date)
    url = candidate.url or ""
    values: dict[str, str] = {
        "key": key.written(notation) if key else "",
        "bpm": f"{bpm:.10g}" if bpm else "",
        "label": field_values.text(candidate.label),
        "date": date if year and _DATE.fullmatch(date) else str(year or ""),
        "year": str(year or ""),
        "genre": field_values.text(candidate.genre),
        "remixer": ", ".join(filter(None, map(field_values.text, candidate.remixers))),
        "isrc": clean_isrc(candidate.isrc),
        "catalog_number": field_values.text(candidate.catalog_number),
        "beatport_id": str(candidate.id),
        "url": url if is_web_url(url) and url.isascii() else "",
    }
    return {name: value[:_MAX_WRITTEN_LENGTH] for name, value in values.items() if value}


def is_same(field: str, present: str, found: str, *, keep_notation: bool) -> bool:
    """Return whether a present value is the same as the new one.

    Args:
        field: The field.
        present: The value in the file.
        found: The value of the candidate.
        keep_notation: Whether the same key in another notation is the same value.
    """
    if field == "bpm":
        return field_values.bpm(present) == field_values.bpm(found)
    if field == "key" and keep_notation and parse_key(present):
        return parse_key(present) == parse_key(found)
    if field == "isrc":
        return clean_isrc(present) == found
    return present == found
