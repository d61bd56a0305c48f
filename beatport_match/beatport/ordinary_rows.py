"""Parse the JSON of a search page, with the ordinary rows read in compiled code.

Nearly every row of a search page has the types that are listed below, and texts that are clean
already. `pydantic_core` checks this while it parses the page, and makes no Python values of the
fields that no candidate has. This takes a fraction of the time of reading field by field. A row
with anything else, such as a line break in a text, is not ordinary: it is not changed, and
`track_records` reads it field by field. An ordinary row holds only values that `track_records`
would not change, so both methods give the same candidate.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Any, TypeAlias, TypeGuard

from pydantic_core import SchemaValidator
from pydantic_core.core_schema import (
    CoreSchema,
    any_schema,
    float_schema,
    int_schema,
    list_schema,
    nullable_schema,
    str_schema,
    typed_dict_field,
    typed_dict_schema,
    union_schema,
    with_default_schema,
)

from beatport_match.beatport.json_fields import (
    MAX_FIELD_LENGTH,
    MAX_LISTED,
    MAX_URL_LENGTH,
    is_record,
)
from beatport_match.model.validation import MAX_BPM, MAX_DURATION_S, MAX_ID, parse_json

# The keys that only the rows of track pages have.
CATALOG_V1_ONLY = frozenset({"track_length_ms", "key_camelot", "track_waveform_url"})

OrdinaryRow: TypeAlias = dict[str, Any]
"""The fields of a row that become fields of a candidate; those that are missing are `None`."""

# Visible characters of ASCII, Latin-1 and Latin Extended, without the soft hyphen.
_VISIBLE = "[!-~\u00a1-\u00ac\u00ae-\u024f]+"
_WORDS = f"{_VISIBLE}(?: {_VISIBLE})*"
_TEXT = str_schema(max_length=MAX_FIELD_LENGTH, pattern=f"^{_WORDS}$")
# One label in six has a blank at its end.
_LABEL_NAME = str_schema(max_length=MAX_FIELD_LENGTH, pattern=f"^{_WORDS} ?$")
# This schema accepts no text: none has at least 1 and at most 0 characters.
_NOTHING = str_schema(min_length=1, max_length=0)
# Only the schema can put this object into a row.
_MARK_KEY, _MARK = "is ordinary", object()
_URL = str_schema(max_length=MAX_URL_LENGTH, pattern=r"^https?://[!-.0->@-~][!-~]*$")


def _record(
    required: dict[str, CoreSchema], optional: dict[str, CoreSchema], absent: Iterable[str] = ()
) -> CoreSchema:
    """Describe an object: required fields, those that may be missing or `null`, and absent ones."""
    fields = required | {
        key: with_default_schema(nullable_schema(schema), default=None)
        for key, schema in optional.items()
    }
    described = {key: typed_dict_field(schema) for key, schema in fields.items()}
    described |= dict.fromkeys(absent, typed_dict_field(_NOTHING, required=False))
    return typed_dict_schema(described, extra_behavior="ignore")


_ROW = _record(
    {
        "track_id": int_schema(gt=0, le=MAX_ID),
        "track_name": _TEXT,
        _MARK_KEY: with_default_schema(_NOTHING, default=_MARK),
    },
    {
        "mix_name": _TEXT,
        "artists": list_schema(
            _record({"artist_name": _TEXT, "artist_type_name": _TEXT}, {}),
            max_length=MAX_LISTED,
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


def _may_be(schema: CoreSchema) -> CoreSchema:
    """Describe any value; the schema reads a value that fits it."""
    return union_schema([schema, any_schema()], mode="left_to_right")


def _around(schema: CoreSchema, *path: str) -> CoreSchema:
    """Describe any value; the schema reads the value at the path of keys in it."""
    for key in reversed(path):
        field = typed_dict_field(schema, required=False)
        schema = _may_be(typed_dict_schema({key: field}, extra_behavior="allow"))
    return schema


def parse_search_page(script: bytes) -> object:
    """Parse the JSON of a page, as `parse_json` does; each ordinary row has only its own fields."""
    return parse_json(script, partial(_validator().validate_json, strict=True))


def is_ordinary(row: object) -> TypeGuard[OrdinaryRow]:
    """Return whether a row of a parsed page is an ordinary one."""
    return is_record(row) and row.get(_MARK_KEY) is _MARK


# Built on first use, so that importing this library stays fast.
@cache
def _validator() -> SchemaValidator:
    query = _around(_may_be(list_schema(_may_be(_ROW))), "state", "data", "data")
    queries = _may_be(list_schema(query))
    page = _around(queries, "props", "pageProps", "dehydratedState", "queries")
    # As in `parse_json`, no cache of values stays in memory.
    return SchemaValidator(page, {"cache_strings": "keys"})
