"""Track records of today's track pages (format C1), and those of recommended tracks.

In this format the musical key and the track's number in the release are texts. Recommended tracks
have no slugs. This module shares no code with the package's parsers, so that it can test them
independently.
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
    release_id_of,
    waveform,
)

Json: TypeAlias = dict[str, Any]


def detail_record(track: CatalogueTrack, position: int) -> Json:
    """Return the record of a track page; `position` in the release counts from 1."""
    record = recommended_record(track, position)
    genre = record["genre"]
    genre["sub_genre"]["slug"] = slug(genre["sub_genre"]["name"] or "")
    for entry in (*record["artists"], genre, record["release"], record["label"]):
        entry["slug"] = slug(entry["name"])
    return record


def recommended_record(track: CatalogueTrack, position: int) -> Json:
    """Return the record of a recommended track: the same format without slugs."""
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
            "id": release_id_of(track),
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
    # Recorded from Beatport: some remixes do not list their remixer in the credits.
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
