"""Rows to build catalogues from: the tracks of the fake Beatport in our column names."""

from __future__ import annotations

from functools import cache
from typing import Any

from beatport_match.testing.catalogue import bundled_catalogue

Row = dict[str, Any]


@cache
def rows() -> tuple[Row, ...]:
    """Return the 504 invented tracks as rows."""
    return tuple(
        {
            "id": track.id,
            "name": track.name,
            "mix_name": track.mix_name,
            "artists": list(track.artists),
            "remixers": list(track.remixers),
            "label": track.label,
            "release": track.release_name,
            "release_date": track.release_date,
            "bpm": track.bpm,
            "key": track.key,
            "genre": track.genre,
            "sub_genre": track.sub_genre,
            "length_ms": track.length_ms,
            "isrc": track.isrc or None,
            "catalog_number": track.catalog_number,
        }
        for track in bundled_catalogue()
    )
