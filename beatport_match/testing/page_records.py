"""Tracks as their own pages show them today (shape C1), and as recommendations list them.

Here the key is a text and the track's number too, and recommendations carry no slugs. This room
does not know the package's own readers: the fake is a second witness.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import (
    artist_id,
    camelot,
    genre_id,
    key_name,
    label_id,
    slug,
    sub_genre_id,
)
from beatport_match.testing.quirks import (
    MEDIA,
    cover,
    has_quirk,
    label_name,
    mix_name,
    preview,
    release_number,
    waveform,
)

Json: TypeAlias = dict[str, Any]


def detail_record(track: CatalogueTrack, position: int) -> Json:
    """A track as its own page shows it; `position` is its place in the release, from 1."""
    record = recommended_record(track, position)
    genre = record["genre"]
    genre["sub_genre"]["slug"] = slug(genre["sub_genre"]["name"] or "")
    for named in (*record["artists"], genre, record["release"], record["label"]):
        named["slug"] = slug(named["name"])
    return record


def recommended_record(track: CatalogueTrack, position: int) -> Json:
    """A track as another track's page recommends it: the same shape, without slugs."""
    sample_url, start, end = preview(track)
    return {
        "track_id": track.id,
        "track_name": track.name,
        "mix_name": mix_name(track),
        "track_length_ms": track.length_ms,
        "bpm": track.bpm,
        "key": key_name(track.key),
        "key_camelot": camelot(track.key),
        "isrc": track.isrc or None,
        "track_number": str(position),
        "track_waveform_url": f"{MEDIA}/{{w}}x{{h}}/{waveform(track)}.png",
        "sample_url": sample_url,
        "sample_start_ms": start,
        "sample_end_ms": end,
        "attributes": [],
        "artists": _credits(track),
        "genre": _genre(track),
        "release": {
            "id": release_number(track),
            "name": track.release_name,
            "image_url": f"{MEDIA}/{{w}}x{{h}}/{cover(track)}.jpg",
            "catalog_number": track.catalog_number,
            "release_date": f"{track.release_date}T00:00:00",
        },
        "label": {"id": label_id(track.label), "name": label_name(track.label)},
        "sale_type": "album_only" if has_quirk(track, "album only", 0.04) else "purchase",
        "price": {"category": ["general_content"], "currency": "EUR", "value": 1.39},
        "availability": {
            "tags": ["available_for_purchase", "preview_available", "available_for_streaming"],
            "unavailability_reason": None,
        },
    }


def _credits(track: CatalogueTrack) -> list[Json]:
    rows: list[Json] = [{"id": artist_id(n), "name": n, "type": "Artist"} for n in track.artists]
    # Seen on the wire: a remix whose remixer is not among the credits at all.
    if not has_quirk(track, "remixer forgotten", 0.08):
        rows += [{"id": artist_id(n), "name": n, "type": "Remixer"} for n in track.remixers]
    return sorted(rows, key=lambda row: int(row["id"]))


def _genre(track: CatalogueTrack) -> Json:
    sub = track.sub_genre
    return {
        "id": genre_id(track.genre),
        "name": track.genre,
        "sub_genre": {"id": sub_genre_id(sub) if sub else None, "name": sub},
        "category": {"id": 1, "name": "Electronic"},
    }
