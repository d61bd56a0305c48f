"""Tracks as their own pages showed them until the summer of 2026 (shape V4, the API's detail).

Here the key is an object, remixers have a list of their own, and flags are true or false. This
room does not know the package's own readers: the fake is a second witness.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identities import (
    KEY_IDS,
    artist_id,
    camelot,
    genre_id,
    guid,
    key_name,
    label_id,
    number,
    slug,
    sub_genre_id,
)
from beatport_match.testing.traits import (
    MEDIA,
    chance,
    cover,
    label_name,
    mix_name,
    preview,
    release_number,
    waveform,
)

Json: TypeAlias = dict[str, Any]

_API = "https://api-internal.beatportprod.com/v4"


def v4_record(track: CatalogueTrack, position: int) -> Json:
    """A track as its own page showed it; `position` is its place in the release, from 1."""
    return {**_recording(track, position), **_sale(track), **_flags(track)}


def _recording(track: CatalogueTrack, position: int) -> Json:
    sample_url, start, end = preview(track)
    seconds = track.length_ms // 1000
    sub = track.sub_genre
    return {
        "artists": [_artist(name) for name in track.artists],
        "audio_format": None,
        "bpm": track.bpm,
        "desc": "",
        "genre": _linked("catalog/genres", genre_id(track.genre), track.genre, with_slug=True),
        "id": track.id,
        "image": _image("1500x250", f"{waveform(track)}.png"),
        "isrc": track.isrc or None,
        "key": _key(track.key),
        "length": f"{seconds // 60}:{seconds % 60:02d}",
        "length_ms": track.length_ms,
        "mix_name": mix_name(track),
        "name": track.name,
        "number": position,
        "remixers": [_artist(name) for name in track.remixers],
        "sample_url": sample_url,
        "sample_start_ms": start,
        "sample_end_ms": end,
        "slug": slug(track.name),
        "sub_genre": (
            _linked("catalog/sub-genres", sub_genre_id(sub), sub, with_slug=True) if sub else None
        ),
    }


def _sale(track: CatalogueTrack) -> Json:
    return {
        "catalog_number": track.catalog_number,
        "current_status": _linked("auxiliary/current-status", 10, "General Content"),
        "encode_status": "CONVERTED",
        "encoded_date": f"{track.release_date}T03:12:31-06:00",
        "exclusive_period": {
            "days": 0,
            "description": "Not exclusive",
            "id": 1,
            "url": f"{_API}/auxiliary/exclusive-period/1/",
        },
        "free_downloads": [],
        "free_download_start_date": None,
        "free_download_end_date": None,
        "label_track_identifier": f"{number(10**11, 10**12 - 1, 'upc', track.label)}{track.isrc}",
        "new_release_date": track.release_date,
        "pre_order_date": None,
        "price": {"code": "EUR", "symbol": "€", "value": 1.39, "display": "€1.39"},
        "publish_date": track.release_date,
        "publish_status": "published",
        "release": _release(track),
        "sale_type": _linked("auxiliary/sale-types", 1, "purchase"),
    }


def _flags(track: CatalogueTrack) -> Json:
    return {
        "available_worldwide": chance(track, "worldwide", 0.5),
        "enabled": True,
        "exclusive": False,
        "hidden": False,
        "is_available_for_streaming": True,
        "is_classic": chance(track, "classic", 0.05),
        "is_hype": False,
        "pre_order": False,
        "was_ever_exclusive": chance(track, "exclusive", 0.2),
    }


def _release(track: CatalogueTrack) -> Json:
    return {
        "id": release_number(track),
        "name": track.release_name,
        "image": _image("1400x1400", f"{cover(track)}.jpg"),
        "label": {
            "id": label_id(track.label),
            "name": label_name(track.label),
            "image": _image("500x500", f"{guid('label', track.label)}.jpg"),
            "slug": slug(track.label),
        },
        "slug": slug(track.release_name),
    }


def _artist(name: str) -> Json:
    row = _linked("catalog/artists", artist_id(name), name, with_slug=True)
    return {**row, "image": _image("590x404", f"{guid('artist', name)}.jpg")}


def _key(text: str) -> Json:
    name, hour = key_name(text), camelot(text)
    chord = (1, "Minor") if name.endswith("Minor") else (2, "Major")
    return {
        "camelot_number": int(hour[:-1]),
        "camelot_letter": hour[-1],
        "chord_type": _linked("catalog/chord-types", *chord),
        "id": KEY_IDS[name],
        "is_sharp": name[1] == "#",
        "is_flat": name[1] == "b",
        "letter": name[0],
        "name": name,
        "url": f"{_API}/catalog/keys/{KEY_IDS[name]}/",
    }


def _image(size: str, file: str) -> Json:
    return {
        "id": number(10_000_000, 60_000_000, "image", file),
        "uri": f"{MEDIA}/{size}/{file}",
        "dynamic_uri": f"{MEDIA}/{{w}}x{{h}}/{file}",
    }


def _linked(kind: str, id: int, name: str, *, with_slug: bool = False) -> Json:  # noqa: A002
    row: Json = {"id": id, "name": name, "url": f"{_API}/{kind}/{id}/"}
    return {**row, "slug": slug(name)} if with_slug else row
