"""Read the ordinary rows of a search page, all in one call of `pydantic_core`.

Nearly every row of a search page has the types that are listed below, and texts that are clean
already. Checking this in compiled code takes a fraction of the time of reading field by field. A
row with anything else, such as a line break in a text, is not ordinary, and `track_records` reads
it field by field. An ordinary row holds only values that this would keep as they are, so both ways
give the same candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias

from pydantic_core import SchemaValidator
from pydantic_core.core_schema import (
    CoreSchema,
    float_schema,
    int_schema,
    list_schema,
    nullable_schema,
    str_schema,
    typed_dict_field,
    typed_dict_schema,
    with_default_schema,
)

from beatport_match.beatport.json_fields import MAX_ENTRIES, MAX_TEXT_LENGTH, MAX_URL_LENGTH
from beatport_match.model.validation import MAX_BPM, MAX_DURATION_S, MAX_ID

# The keys that only the rows of track pages have.
CATALOG_V1_ONLY = frozenset({"track_length_ms", "key_camelot", "track_waveform_url"})

OrdinaryRow: TypeAlias = dict[str, Any]
"""The fields of a row that become fields of a candidate; those that are missing are `None`."""

# Visible characters of ASCII, Latin-1 and Latin Extended, without the soft hyphen.
_VISIBLE = "[!-~\u00a1-\u00ac\u00ae-\u024f]+"
_WORDS = f"{_VISIBLE}(?: {_VISIBLE})*"
_TEXT = str_schema(max_length=MAX_TEXT_LENGTH, pattern=f"^{_WORDS}$")
# One label in six has a blank at its end.
_LABEL_NAME = str_schema(max_length=MAX_TEXT_LENGTH, pattern=f"^{_WORDS} ?$")
# No text is longer and shorter than this: the rows of track pages have such a field.
_ABSENT = typed_dict_field(str_schema(min_length=1, max_length=0), required=False)
_URL = str_schema(max_length=MAX_URL_LENGTH, pattern=r"^https?://[!-.0->@-~][!-~]*$")


def _record(
    required: dict[str, CoreSchema], optional: dict[str, CoreSchema], absent: Iterable[str] = ()
) -> CoreSchema:
    """Describe an object: required fields, those that may be missing or `null`, and absent ones."""
    fields = {key: typed_dict_field(schema) for key, schema in required.items()}
    for key, schema in optional.items():
        schema = with_default_schema(nullable_schema(schema), default=None)
        fields[key] = typed_dict_field(schema)
    return typed_dict_schema({**fields, **dict.fromkeys(absent, _ABSENT)}, extra_behavior="ignore")


_ROW = _record(
    {"track_id": int_schema(gt=0, le=MAX_ID), "track_name": _TEXT},
    {
        "mix_name": _TEXT,
        "artists": list_schema(
            _record({"artist_name": _TEXT, "artist_type_name": _TEXT}, {}), max_length=MAX_ENTRIES
        ),
        "label": _record({}, {"label_name": _LABEL_NAME}),
        "release": _record(
            {},
            {"release_name": _TEXT, "release_image_dynamic_uri": _URL, "release_image_uri": _URL},
        ),
        # A date is checked where it is used.
        "release_date": str_schema(),
        "publish_date": str_schema(),
        "bpm": float_schema(gt=0, le=MAX_BPM),
        "key_name": _TEXT,
        "genre": list_schema(_record({}, {"genre_name": _TEXT})),
        "sub_genre": _record({}, {"sub_genre_name": _TEXT}),
        "length": float_schema(gt=0, le=1000 * MAX_DURATION_S),
        "isrc": _TEXT,
        "catalog_number": _TEXT,
    },
    CATALOG_V1_ONLY,
)


def ordinary_rows(rows: Sequence[object]) -> list[OrdinaryRow | None]:
    """Return the fields of each ordinary row, and `None` in place of every other row."""
    found: list[OrdinaryRow | None] = _validator().validate_python(rows, strict=True)
    return found


# Built on first use, so that importing this library stays fast.
@cache
def _validator() -> SchemaValidator:
    row_or_none = with_default_schema(_ROW, default=None, on_error="default")
    return SchemaValidator(list_schema(row_or_none))
