"""The groups of the page `/search` beside tracks: artists, charts, labels and releases.

The library reads only tracks. The other groups exist so that a parser that takes the first list, or
the wrong group, fails its tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import (
    KEY_IDS,
    artist_id,
    guid,
    hash_integer,
    key_name,
    label_id,
)
from beatport_match.testing.quirks import cover, downloads, label_name, release_id_of
from beatport_match.testing.search_index import words
from beatport_match.testing.search_records import (
    PRICE,
    credits_of,
    genre_row,
    label_row,
    pictures,
)

Json: TypeAlias = dict[str, Any]


def group_rows(group: str, query: str, tracks: Sequence[CatalogueTrack], limit: int) -> list[Json]:
    """Return at most `limit` rows of one group for a query.

    Args:
        group: `artists`, `charts`, `labels` or `releases`.
        query: The search text.
        tracks: The tracks that the query found, best first.
        limit: The maximum number of rows.
    """
    if group == "releases":
        rows = [_release(release) for release in releases_of(tracks)[:limit]]
    elif group == "labels":
        rows = [_label(name) for name in matching_labels(query, tracks)[:limit]]
    else:
        row = _artist if group == "artists" else _chart
        rows = [
            row(name, [track for track in tracks if name in _people(track)])
            for name in matching_people(query, tracks)[:limit]
        ]
    return [{"score": round(900.0 / (rank + 1), 4), **row} for rank, row in enumerate(rows)]


def releases_of(tracks: Sequence[CatalogueTrack]) -> list[list[CatalogueTrack]]:
    """Group tracks by release, in the order of the first track of each release."""
    releases: dict[int, list[CatalogueTrack]] = {}
    for track in tracks:
        releases.setdefault(release_id_of(track), []).append(track)
    return list(releases.values())


def matching_labels(query: str, tracks: Sequence[CatalogueTrack]) -> list[str]:
    """Return the labels of the tracks that share a word with the query."""
    return _matching_names(query, (track.label for track in tracks))


def matching_people(query: str, tracks: Sequence[CatalogueTrack]) -> list[str]:
    """Return the artists and remixers of the tracks that share a word with the query."""
    return _matching_names(query, (name for track in tracks for name in _people(track)))


def _people(track: CatalogueTrack) -> tuple[str, ...]:
    return (*track.artists, *track.remixers)


def _matching_names(query: str, names: Iterable[str]) -> list[str]:
    query_words = set(words(query))
    return [name for name in dict.fromkeys(names) if query_words & set(words(name))]


def _artist(name: str, tracks: Sequence[CatalogueTrack]) -> Json:
    latest = max(track.release_date for track in tracks)
    return {
        "enabled": 1,
        "update_date": f"{latest}T05:52:02",
        "latest_publish_date": latest,
        "available_worldwide": 1,
        "downloads": sum(map(downloads, tracks)),
        "artist_id": artist_id(name),
        "artist_name": name,
        "genre": [genre_row(genre) for genre in dict.fromkeys(t.genre for t in tracks)],
        **pictures("artist", "590x404", f"{guid('artist', name)}.jpg"),
    }


def _chart(name: str, tracks: Sequence[CatalogueTrack]) -> Json:
    return {
        "chart_id": hash_integer(400_000, 900_000, "chart", name),
        "chart_name": f"{name} - Chart of the Month",
        "artist_id": artist_id(name),
        "artist_name": name,
        "create_date": "2025-08-03T08:54:34",
        "is_approved": 1,
        "update_date": "2025-08-03T09:09:33",
        "enabled": 1,
        "is_indexed": 1,
        "person_id": hash_integer(10_000, 99_999, "person", name),
        "publish_date": "2025-08-03T09:09:33",
        "item_type_id": 11,
        "person_username": f"dj{hash_integer(1, 99, 'person name', name)}",
        "is_published": 1,
        "track_count": 10,
        **pictures("chart", "500x500", f"{guid('chart', name)}.jpg"),
        "genres": [genre_row(genre) for genre in dict.fromkeys(t.genre for t in tracks)],
    }


def _label(name: str) -> Json:
    return {
        "label_id": label_id(name),
        "label_name": label_name(name),
        "update_date": "2025-04-15T14:26:35",
        "create_date": "2013-01-30T15:08:24",
        "is_included_in_rightsflow": 1,
        "enabled": 1,
        "is_available_for_hype": 1,
        "is_available_for_streaming": 1,
        "plays": hash_integer(20, 9000, "label plays", name),
        "downloads": hash_integer(20, 9000, "label downloads", name),
        **pictures("label", "500x500", f"{guid('label', name)}.jpg"),
    }


def _release(tracks: Sequence[CatalogueTrack]) -> Json:
    first = tracks[0]
    keys = dict.fromkeys(key_name(track.key) for track in tracks)
    return {
        "current_status": [{"current_status_id": 10, "current_status_name": "General Content"}],
        "genre": [genre_row(genre) for genre in dict.fromkeys(track.genre for track in tracks)],
        "label": label_row(first.label),
        "tracks": [{"track_id": track.id, "track_name": track.name} for track in tracks],
        "key": [{"key_id": KEY_IDS[name], "key_name": name} for name in keys],
        "artists": credits_of(first),
        "aggregator": {"aggregator_id": 1, "aggregator_name": "Handcart Distribution"},
        "available_worldwide": 1,
        "catalog_number": first.catalog_number,
        "create_date": f"{first.release_date}T09:17:45",
        "encoded_date": f"{first.release_date}T09:12:31",
        "exclusive": 0,
        "label_manager": "Label Manager",
        "publish_date": f"{first.release_date}T00:00:00",
        "release_date": f"{first.release_date}T00:00:00",
        "release_id": release_id_of(first),
        "release_name": first.release_name,
        "release_type": "1",
        "status": 1,
        "upc": str(hash_integer(10**11, 10**12 - 1, "upc", release_id_of(first))),
        "update_date": f"{first.release_date}T10:56:28",
        "price": PRICE,
        "is_explicit": False,
        "track_count": len(tracks),
        **pictures("release", "500x500", f"{cover(first)}.jpg"),
        "downloads": sum(map(downloads, tracks)),
        "is_hype": False,
        "is_pre_order": False,
        "plays": 3 * sum(map(downloads, tracks)),
    }
