"""Track records of the search pages (format S): flat keys, artists and remixers in one list.

Keys, types and quirks are those of recorded pages; the values are invented. This module shares no
code with the package's parsers, so that it can test them independently.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import (
    KEY_IDS,
    artist_id,
    genre_id,
    guid,
    hash_integer,
    key_name,
    label_id,
    sub_genre_id,
)
from beatport_match.testing.quirks import (
    MEDIA,
    cover,
    downloads,
    has_quirk,
    label_name,
    mix_name,
    release_id_of,
    waveform,
)

Json: TypeAlias = dict[str, Any]

PRICE: Json = {"code": "EUR", "symbol": "€", "value": 1.39, "display": "€1.39"}

# Groups of keys that are absent (not null) together, and the share of tracks without them.
_ABSENT = (
    (("bpm",), 0.03),
    (("key_id", "key_name"), 0.04),
    (("length",), 0.03),
    (("isrc",), 0.06),
    (("sub_genre",), 0.3),
    (("pre_order_date",), 0.6),
    (("exclusive_date",), 0.7),
    (("downloads", "plays"), 0.1),
    (("track_image_uri", "track_image_dynamic_uri"), 0.1),
    (("is_dj_version",), 0.3),
)


def search_record(track: CatalogueTrack, position: int) -> Json:
    """Return the record of a track on a search page, without its score.

    `position` in the release counts from 1. Some optional keys are absent; for one track these are
    always the same keys.
    """
    record = {**_recording(track), **_sale(track, position), **_dates(track), **_flags(track)}
    absent = {key for keys, share in _ABSENT if has_quirk(track, keys[0], share) for key in keys}
    if "downloads" in absent:
        del record["suggest"]["weight"]
    return {key: value for key, value in record.items() if key not in absent}


def credits_of(track: CatalogueTrack) -> list[Json]:
    """Return artists and remixers in one list, sorted by their ids as text."""
    people = [(name, "Artist") for name in track.artists]
    people += [(name, "Remixer") for name in track.remixers]
    rows: list[Json] = [
        {"artist_id": artist_id(name), "artist_name": name, "artist_type_name": kind}
        for name, kind in people
    ]
    return sorted(rows, key=lambda row: str(row["artist_id"]))


def pictures(thing: str, size: str, file: str) -> Json:
    """Return the two URLs of an image: one size, and one with the placeholder `{w}x{h}`."""
    return {
        f"{thing}_image_uri": f"{MEDIA}/{size}/{file}",
        f"{thing}_image_dynamic_uri": f"{MEDIA}/{{w}}x{{h}}/{file}",
    }


def label_row(label: str) -> Json:
    """Return the record of a label inside a track or a release."""
    return {"enabled": 1, "label_id": label_id(label), "label_name": label_name(label)}


def genre_row(genre: str) -> Json:
    """Return the record of a genre in a list of genres."""
    return {"genre_id": genre_id(genre), "genre_name": genre}


def _recording(track: CatalogueTrack) -> Json:
    record: Json = {
        "artists": credits_of(track),
        "bpm": track.bpm,
        "chord_type_id": 1 if key_name(track.key).endswith("Minor") else 2,
        "genre": [genre_row(track.genre)],
        "guid": guid("track", track.id),
        "key_id": KEY_IDS[key_name(track.key)],
        "key_name": key_name(track.key),
        "length": track.length_ms,
        "mix_name": mix_name(track),
        "track_id": track.id,
        "track_name": track.name,
        **pictures("track", "1500x250", f"{waveform(track)}.png"),
    }
    if track.isrc:
        record["isrc"] = track.isrc
    if track.sub_genre:
        sub = {"sub_genre_id": sub_genre_id(track.sub_genre), "sub_genre_name": track.sub_genre}
        record["sub_genre"] = sub
    return record


def _sale(track: CatalogueTrack, position: int) -> Json:
    return {
        "catalog_number": track.catalog_number,
        "current_status": {"current_status_id": 10, "current_status_name": "General Content"},
        "downloads": downloads(track),
        "encode_status": "CONVERTED",
        "exclusive_period": 1,
        "label": label_row(track.label),
        "label_manager": "Label Manager",
        "plays": 3 * downloads(track),
        "price": PRICE,
        "publish_status": "published",
        "release": {
            "release_id": release_id_of(track),
            "release_name": track.release_name,
            **pictures("release", "1400x1400", f"{cover(track)}.jpg"),
        },
        "sale_type": "albumOnly" if has_quirk(track, "album only", 0.04) else "purchase",
        "suggest": {"input": track.name, "weight": downloads(track)},
        "supplier_id": hash_integer(100, 3000, "supplier", track.label),
        "track_number": position,
    }


def _dates(track: CatalogueTrack) -> Json:
    day = f"{track.release_date}T00:00:00"
    return {
        "add_date": f"{track.release_date}T09:12:31",
        "change_date": f"{track.release_date}T10:03:20",
        "exclusive_date": day,
        "pre_order_date": day,
        "publish_date": day,
        "release_date": day,
        "update_date": f"{track.release_date}T10:03:20",
    }


def _flags(track: CatalogueTrack) -> Json:
    # The older flags are 0 or 1, the newer ones true or false.
    return {
        "available_worldwide": int(has_quirk(track, "worldwide", 0.5)),
        "enabled": 1,
        "genre_enabled": 1,
        "is_available_for_streaming": 1,
        "is_classic": int(has_quirk(track, "classic", 0.05)),
        "is_dj_edit": False,
        "is_dj_version": False,
        "is_explicit": False,
        "is_pre_order": False,
        "is_ugc_remix": False,
        "was_ever_exclusive": int(has_quirk(track, "exclusive", 0.2)),
    }
