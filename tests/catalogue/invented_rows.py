"""Rows to build catalogues from: those of the fake, as somebody's own data would have them."""

from __future__ import annotations

from functools import cache
from typing import Any

from beatport_match.testing.catalogue import bundled_catalogue

Row = dict[str, Any]


@cache
def rows() -> tuple[Row, ...]:
    """The 504 invented tracks as rows."""
    return tuple(
        {
            "id": one.id,
            "name": one.name,
            "mix_name": one.mix_name,
            "artists": list(one.artists),
            "remixers": list(one.remixers),
            "label": one.label,
            "release": one.release_name,
            "release_date": one.release_date,
            "bpm": one.bpm,
            "key": one.key,
            "genre": one.genre,
            "sub_genre": one.sub_genre,
            "length_ms": one.length_ms,
            "isrc": one.isrc or None,
            "catalog_number": one.catalog_number,
        }
        for one in bundled_catalogue()
    )
