"""The other groups of the search-all page: artists, charts, labels and releases.

Tracks are the shape that counts; these stand beside them so that a reader who takes the first
list it finds, or the wrong group, is caught out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import KEY_IDS, artist_id, guid, key_name, label_id, number
from beatport_match.testing.quirks import cover, downloads, label_name, release_number
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
    """At most `limit` rows of one group for a query; `tracks` are the tracks found, best first.

    `group` is one of `artists`, `charts`, `labels`, `releases`.
    """
    if group == "releases":
        rows = [_release(on_it) for on_it in releases_of(tracks)[:limit]]
    elif group == "labels":
        rows = [_label(name) for name in matching_labels(query, tracks)[:limit]]
    else:
        row = _artist if group == "artists" else _chart
        rows = [
            row(name, [track for track in tracks if name in _people(track)])
            for name in matching_people(query, tracks)[:limit]
        ]
    return [{"score": round(900.0 / (place + 1), 4), **row} for place, row in enumerate(rows)]


def releases_of(tracks: Sequence[CatalogueTrack]) -> list[list[CatalogueTrack]]:
    """The releases that tracks are on, each with those of them that are on it."""
    releases: dict[int, list[CatalogueTrack]] = {}
    for track in tracks:
        releases.setdefault(release_number(track), []).append(track)
    return list(releases.values())


def matching_labels(query: str, tracks: Sequence[CatalogueTrack]) -> list[str]:
    """The labels of tracks whose names share a word with the query."""
    return _matching_names(query, (track.label for track in tracks))


def matching_people(query: str, tracks: Sequence[CatalogueTrack]) -> list[str]:
    """The artists and remixers of tracks whose names share a word with the query."""
    return _matching_names(query, (name for track in tracks for name in _people(track)))


def _people(track: CatalogueTrack) -> tuple[str, ...]:
    return (*track.artists, *track.remixers)


def _matching_names(query: str, names: Iterable[str]) -> list[str]:
    asked = set(words(query))
    return [name for name in dict.fromkeys(names) if asked & set(words(name))]


def _artist(name: str, theirs: Sequence[CatalogueTrack]) -> Json:
    latest = max(track.release_date for track in theirs)
    return {
        "enabled": 1,
        "update_date": f"{latest}T05:52:02",
        "latest_publish_date": latest,
        "available_worldwide": 1,
        "downloads": sum(map(downloads, theirs)),
        "artist_id": artist_id(name),
        "artist_name": name,
        "genre": [genre_row(genre) for genre in dict.fromkeys(t.genre for t in theirs)],
        **pictures("artist", "590x404", f"{guid('artist', name)}.jpg"),
    }


def _chart(name: str, theirs: Sequence[CatalogueTrack]) -> Json:
    return {
        "chart_id": number(400_000, 900_000, "chart", name),
        "chart_name": f"{name} - Shelf of the Month",
        "artist_id": artist_id(name),
        "artist_name": name,
        "create_date": "2025-08-03T08:54:34",
        "is_approved": 1,
        "update_date": "2025-08-03T09:09:33",
        "enabled": 1,
        "is_indexed": 1,
        "person_id": number(10_000, 99_999, "person", name),
        "publish_date": "2025-08-03T09:09:33",
        "item_type_id": 11,
        "person_username": f"shelf{number(1, 99, 'shelf', name)}",
        "is_published": 1,
        "track_count": 10,
        **pictures("chart", "500x500", f"{guid('chart', name)}.jpg"),
        "genres": [genre_row(genre) for genre in dict.fromkeys(t.genre for t in theirs)],
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
        "plays": number(20, 9000, "label plays", name),
        "downloads": number(20, 9000, "label downloads", name),
        **pictures("label", "500x500", f"{guid('label', name)}.jpg"),
    }


def _release(on_it: Sequence[CatalogueTrack]) -> Json:
    first = on_it[0]
    keys = dict.fromkeys(key_name(track.key) for track in on_it)
    return {
        "current_status": [{"current_status_id": 10, "current_status_name": "General Content"}],
        "genre": [genre_row(genre) for genre in dict.fromkeys(track.genre for track in on_it)],
        "label": label_row(first.label),
        "tracks": [{"track_id": track.id, "track_name": track.name} for track in on_it],
        "key": [{"key_id": KEY_IDS[name], "key_name": name} for name in keys],
        "artists": credits_of(first),
        "aggregator": {"aggregator_id": 1, "aggregator_name": "Handcart Distribution"},
        "available_worldwide": 1,
        "catalog_number": first.catalog_number,
        "create_date": f"{first.release_date}T09:17:45",
        "encoded_date": f"{first.release_date}T09:12:31",
        "exclusive": 0,
        "label_manager": "Nobody In Particular",
        "publish_date": f"{first.release_date}T00:00:00",
        "release_date": f"{first.release_date}T00:00:00",
        "release_id": release_number(first),
        "release_name": first.release_name,
        "release_type": "1",
        "status": 1,
        "upc": str(number(10**11, 10**12 - 1, "upc", release_number(first))),
        "update_date": f"{first.release_date}T10:56:28",
        "price": PRICE,
        "is_explicit": False,
        "track_count": len(on_it),
        **pictures("release", "500x500", f"{cover(first)}.jpg"),
        "downloads": sum(map(downloads, on_it)),
        "is_hype": False,
        "is_pre_order": False,
        "plays": 3 * sum(map(downloads, on_it)),
    }
