"""Track records of the API (format V4), which track pages also used until the summer of 2026.

In this format the musical key is an object, remixers have their own list, and flags are true or
false. Links contain the host that served the record, so most functions take its base URL. This
module shares no code with the package's parsers, so that it can test them independently.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import (
    KEY_IDS,
    artist_id,
    camelot,
    genre_id,
    guid,
    hash_integer,
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

_PAGES = "https://api-internal.beatportprod.com/v4"
_API = "https://api.beatport.com/v4"
# Keys of a single track that the rows of a list do not have.
_DETAIL_ONLY = frozenset(
    """audio_format desc enabled encode_status exclusive_period hidden is_classic number
    was_ever_exclusive""".split()
)


def v4_record(track: CatalogueTrack, position: int) -> Json:
    """Return the record of an old track page; `position` in the release counts from 1."""
    return {**_recording(track, position, _PAGES), **_sale(track, _PAGES), **_flags(track)}


def v4_detail(track: CatalogueTrack, position: int) -> Json:
    """Return the API's record of a single track, with the newer keys and the quirks of the API.

    `position` in the release counts from 1.
    """
    record = {**_recording(track, position, _API), **_sale(track, _API), **_flags(track)}
    record["desc"] = None
    if has_quirk(track, "name blank", 0.03):
        record["name"] += " "
    # Beatport does not guarantee the order of the credits.
    if has_quirk(track, "credits turned", 0.25):
        record["artists"].reverse()
    for key in ("bpm", "key"):
        if has_quirk(track, f"no {key}", 0.01):
            record[key] = None
    newer_flags = ("is_dj_edit", "is_dj_version", "is_explicit", "is_ugc_remix")
    return {**record, "bsrc_remixer": [], **dict.fromkeys(newer_flags, False)}


def v4_row(track: CatalogueTrack) -> Json:
    """Return the API's row of a track in a list: fewer keys than `v4_detail`, and its URL."""
    kept = {key: value for key, value in v4_detail(track, 1).items() if key not in _DETAIL_ONLY}
    return {**kept, "url": f"{_API}/catalog/tracks/{track.id}/"}


def v4_artist(name: str) -> Json:
    """Return the record of an artist."""
    return _artist(name, _API)


def v4_label(name: str) -> Json:
    """Return the record of a label inside a release."""
    return {
        "id": label_id(name),
        "name": label_name(name),
        "image": _image("500x500", f"{guid('label', name)}.jpg"),
        "slug": slug(name),
    }


def v4_release(track: CatalogueTrack) -> Json:
    """Return the record of the release of a track."""
    return {
        "id": release_id_of(track),
        "name": track.release_name,
        "image": _image("1400x1400", f"{cover(track)}.jpg"),
        "label": v4_label(track.label),
        "slug": slug(track.release_name),
    }


def _recording(track: CatalogueTrack, position: int, api: str) -> Json:
    sample_url, start, end = preview(track)
    seconds = track.length_ms // 1000
    genre, sub = track.genre, track.sub_genre
    return {
        "artists": [_artist(name, api) for name in track.artists],
        "audio_format": None,
        "bpm": track.bpm,
        "desc": "",
        "genre": {**_linked(api, "catalog/genres", genre_id(genre), genre), "slug": slug(genre)},
        "id": track.id,
        "image": _image("1500x250", f"{waveform(track)}.png"),
        "isrc": track.isrc or None,
        "key": _key(track.key, api),
        "length": f"{seconds // 60}:{seconds % 60:02d}",
        "length_ms": track.length_ms,
        "mix_name": mix_name(track),
        "name": track.name,
        "number": position,
        "remixers": [_artist(name, api) for name in track.remixers],
        "sample_url": sample_url,
        "sample_start_ms": start,
        "sample_end_ms": end,
        "slug": slug(track.name),
        "sub_genre": (
            {**_linked(api, "catalog/sub-genres", sub_genre_id(sub), sub), "slug": slug(sub)}
            if sub
            else None
        ),
    }


def _sale(track: CatalogueTrack, api: str) -> Json:
    upc = hash_integer(10**11, 10**12 - 1, "upc", track.label)
    return {
        "catalog_number": track.catalog_number,
        "current_status": _linked(api, "auxiliary/current-status", 10, "General Content"),
        "encode_status": "CONVERTED",
        "encoded_date": f"{track.release_date}T03:12:31-06:00",
        "exclusive_period": {
            "days": 0,
            "description": "Not exclusive",
            "id": 1,
            "url": f"{api}/auxiliary/exclusive-period/1/",
        },
        "free_downloads": [],
        "free_download_start_date": None,
        "free_download_end_date": None,
        "label_track_identifier": f"{upc}{track.isrc}",
        "new_release_date": track.release_date,
        "pre_order_date": None,
        "price": {"code": "EUR", "symbol": "€", "value": 1.39, "display": "€1.39"},
        "publish_date": track.release_date,
        "publish_status": "published",
        "release": v4_release(track),
        "sale_type": _linked(api, "auxiliary/sale-types", 1, "purchase"),
    }


def _flags(track: CatalogueTrack) -> Json:
    return {
        "available_worldwide": has_quirk(track, "worldwide", 0.5),
        "enabled": True,
        "exclusive": False,
        "hidden": False,
        "is_available_for_streaming": True,
        "is_classic": has_quirk(track, "classic", 0.05),
        "is_hype": False,
        "pre_order": False,
        "was_ever_exclusive": has_quirk(track, "exclusive", 0.2),
    }


def _artist(name: str, api: str) -> Json:
    row = _linked(api, "catalog/artists", artist_id(name), name)
    return {**row, "slug": slug(name), "image": _image("590x404", f"{guid('artist', name)}.jpg")}


def _key(text: str, api: str) -> Json:
    name, hour = key_name(text), camelot(text)
    chord = (1, "Minor") if name.endswith("Minor") else (2, "Major")
    return {
        "camelot_number": int(hour[:-1]),
        "camelot_letter": hour[-1],
        "chord_type": _linked(api, "catalog/chord-types", *chord),
        "id": KEY_IDS[name],
        "is_sharp": name[1] == "#",
        "is_flat": name[1] == "b",
        "letter": name[0],
        "name": name,
        "url": f"{api}/catalog/keys/{KEY_IDS[name]}/",
    }


def _image(size: str, file: str) -> Json:
    return {
        "id": hash_integer(10_000_000, 60_000_000, "image", file),
        "uri": f"{MEDIA}/{size}/{file}",
        "dynamic_uri": f"{MEDIA}/{{w}}x{{h}}/{file}",
    }


def _linked(api: str, kind: str, id: int, name: str) -> Json:  # noqa: A002
    return {"id": id, "name": name, "url": f"{api}/{kind}/{id}/"}
