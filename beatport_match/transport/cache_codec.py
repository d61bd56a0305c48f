"""Encode parsed results as bytes for the caches, and decode them.

The encoding is compressed JSON, small in memory and on disk. The bytes may come from a file that
another program wrote, so `decode` checks everything. Bytes that no parser of this library can have
produced give no result.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import fields
from functools import cache
from operator import attrgetter

from pydantic import TypeAdapter, ValidationError

from beatport_match.matching.protocol import ParsedResult
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import MAX_ID, is_web_url, single_line

# The size before compression. A page of 150 rows has 130 KB.
MAX_ENCODED_BYTES = 4 * 2**20
MAX_CACHED_TEXT_LENGTH = 2000
_FIELD_VALUES = attrgetter(*(field.name for field in fields(Candidate)))


def encode(value: ParsedResult) -> bytes:
    """Encode a parsed result."""
    # A higher level saves little: most of the redundancy is names that repeat from row to row.
    return zlib.compress(_adapter().dump_json(value, exclude_none=True), level=1)


def decode(data: bytes) -> ParsedResult | None:
    """Decode a parsed result; return `None` if the bytes are not a valid one."""
    decompressor = zlib.decompressobj()
    try:
        text = decompressor.decompress(data, MAX_ENCODED_BYTES)
        if not decompressor.eof:
            return None
        value = _adapter().validate_json(text, strict=True)
    except (zlib.error, ValidationError, ValueError, RecursionError):
        return None
    return value if all(map(_is_valid, value.candidates)) and value.unreadable >= 0 else None


@cache
def _adapter() -> TypeAdapter[ParsedResult]:
    # Built on first use, so that importing this library stays fast.
    return TypeAdapter(ParsedResult)


def _is_valid(candidate: Candidate) -> bool:
    urls = (candidate.url, candidate.artwork_url, candidate.preview_url)
    values = (*_FIELD_VALUES(candidate), *candidate.artists, *candidate.remixers)
    return (
        0 < candidate.id <= MAX_ID
        and all(url is None or is_web_url(url) for url in urls)
        and all(_is_valid_text(value) for value in values if isinstance(value, str))
        and all(math.isfinite(value) for value in values if isinstance(value, float))
    )


def _is_valid_text(text: str) -> bool:
    return len(text) <= MAX_CACHED_TEXT_LENGTH and single_line(text) == text
