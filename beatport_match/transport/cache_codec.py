"""What was understood, as bytes and back: small in memory and on disk, and hostile until read.

The bytes may come from a file that somebody else wrote, so what does not look like a reader's work
is no answer at all.
"""

from __future__ import annotations

import math
import re
import zlib
from dataclasses import fields
from functools import cache
from operator import attrgetter

from pydantic import TypeAdapter, ValidationError

from beatport_match.matching.protocol import ParsedResult
from beatport_match.model.tracks import Candidate

# A page of 150 rows comes to 130 KB.
MAX_ENCODED_BYTES = 4 * 2**20
MAX_TEXT_LENGTH = 2000
MAX_ID = 2**63 - 1
_VALUES = attrgetter(*(field.name for field in fields(Candidate)))
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def encode(value: ParsedResult) -> bytes:
    """The bytes of what was understood."""
    # More effort saves little: names repeat from row to row.
    return zlib.compress(_adapter().dump_json(value, exclude_none=True), level=1)


def decode(data: bytes) -> ParsedResult | None:
    """What the bytes stand for; `None` where that is nothing a reader could have understood."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MAX_ENCODED_BYTES)
        if not unpacker.eof:
            return None
        value = _adapter().validate_json(text, strict=True)
    except (zlib.error, ValidationError, ValueError, RecursionError):
        return None
    return value if all(map(_is_valid, value.candidates)) and value.unreadable >= 0 else None


@cache
def _adapter() -> TypeAdapter[ParsedResult]:
    # Made when first needed: importing this library must stay quick.
    return TypeAdapter(ParsedResult)


def _is_valid(candidate: Candidate) -> bool:
    web = (candidate.url, candidate.artwork_url, candidate.preview_url)
    values = (*_VALUES(candidate), *candidate.artists, *candidate.remixers)
    return (
        0 < candidate.id <= MAX_ID
        and all(url is None or url.startswith(("https://", "http://")) for url in web)
        and not any(_is_invalid_text(value) for value in values if isinstance(value, str))
        and all(math.isfinite(value) for value in values if isinstance(value, float))
    )


def _is_invalid_text(text: str) -> bool:
    return len(text) > MAX_TEXT_LENGTH or _CONTROLS.search(text) is not None
