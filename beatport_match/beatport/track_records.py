"""One row of Beatport's -> `Candidate`, in any of the three shapes it is served in.

    search      search pages                          track_id, key_name, artists[].artist_name
    catalog v1  track pages since autumn 2026         track_id, track_length_ms, key_camelot
    api v4      track pages before, and other lists   id, mix_name, length_ms, remixers

The keys of a row tell its shape, never the page it came from: pages change build by build. A row
needs its number and its name; every other field that is missing or of another type is unknown.
This file knows no page and judges no track.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from beatport_match.beatport.json_fields import (
    Record,
    clean,
    day,
    entries,
    is_list,
    is_record,
    link,
    positive_id,
    positive_number,
    record,
    text,
)
from beatport_match.beatport.urls import track_url
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate

_CATALOG_V1_ONLY = frozenset({"track_length_ms", "key_camelot", "track_waveform_url"})
_API_V4_ONLY = frozenset({"mix_name", "length_ms"})

MAX_BPM = 1000
MAX_LENGTH_MS = 24 * 60 * 60 * 1000
_COVER_SIZE = "500x500"


def parse_record(row: object, base_url: str) -> Candidate | None:
    """The candidate a row stands for; `None` where it has no number or no name."""
    if not is_record(row):
        return None
    if "track_id" in row:
        read = _search if row.keys().isdisjoint(_CATALOG_V1_ONLY) else _catalog_v1
        return read(row, base_url)
    # Artists, labels and charts have an id and a name too.
    return None if row.keys().isdisjoint(_API_V4_ONLY) else _api_v4(row, base_url)


def _search(row: Record, base_url: str) -> Candidate | None:
    number, name = positive_id(row, "track_id"), text(row, "track_name")
    if number is None or name is None:
        return None
    artists, remixers = _by_type(entries(row, "artists"), "artist_name", "artist_type_name")
    release = record(row, "release")
    key, camelot = _key(row, "key_name")
    return Candidate(
        id=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=text(row, "mix_name"),
        artists=artists,
        remixers=remixers,
        label=_named(row, "label", "label_name"),
        release=text(release, "release_name"),
        release_date=day(row, "release_date") or day(row, "publish_date"),
        bpm=positive_number(row, "bpm", MAX_BPM),
        key=key,
        camelot=camelot,
        genre=_named(row, "genre", "genre_name"),
        sub_genre=_named(row, "sub_genre", "sub_genre_name"),
        length_s=_seconds(row, "length"),
        isrc=_isrc(row),
        catalog_number=text(row, "catalog_number"),
        artwork_url=_cover(release, "release_image_dynamic_uri", "release_image_uri"),
    )


def _catalog_v1(row: Record, base_url: str) -> Candidate | None:
    number, name = positive_id(row, "track_id"), text(row, "track_name")
    if number is None or name is None:
        return None
    artists, remixers = _by_type(entries(row, "artists"), "name", "type")
    release = record(row, "release")
    key, camelot = _key(row, "key")
    return Candidate(
        id=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=text(row, "mix_name"),
        artists=artists,
        remixers=remixers,
        label=_named(row, "label", "name"),
        release=text(release, "name"),
        release_date=day(release, "release_date"),
        bpm=positive_number(row, "bpm", MAX_BPM),
        key=key,
        camelot=camelot,
        genre=_named(row, "genre", "name"),
        sub_genre=_named(record(row, "genre"), "sub_genre", "name"),
        length_s=_seconds(row, "track_length_ms"),
        isrc=_isrc(row),
        catalog_number=text(release, "catalog_number"),
        artwork_url=_cover(release, "image_url"),
        preview_url=link(row, "sample_url"),
    )


def _api_v4(row: Record, base_url: str) -> Candidate | None:
    number, name = positive_id(row, "id"), text(row, "name")
    if number is None or name is None:
        return None
    release = record(row, "release")
    key, camelot = _key(row, "key")
    return Candidate(
        id=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=text(row, "mix_name"),
        artists=_names(entries(row, "artists"), "name"),
        remixers=_names(entries(row, "remixers"), "name"),
        label=_named(release, "label", "name"),
        release=text(release, "name"),
        # The name misleads: publish_date moves when a release is put up again (seen: nine years
        # later), new_release_date keeps the day the music came out.
        release_date=day(row, "new_release_date") or day(row, "publish_date"),
        bpm=positive_number(row, "bpm", MAX_BPM),
        key=key,
        camelot=camelot,
        genre=_named(row, "genre", "name"),
        sub_genre=_named(row, "sub_genre", "name"),
        length_s=_seconds(row, "length_ms"),
        isrc=_isrc(row),
        catalog_number=text(row, "catalog_number"),
        # The row's own image is the waveform.
        artwork_url=_cover(record(release, "image"), "dynamic_uri", "uri"),
        preview_url=link(row, "sample_url"),
    )


def _names(people: Iterable[Record], name_key: str) -> tuple[str, ...]:
    """Each name once, in the order served."""
    names = (text(person, name_key) for person in people)
    return tuple(dict.fromkeys(name for name in names if name))


def _by_type(
    people: list[Record], name_key: str, type_key: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Artists and remixers out of one list; a producer or DJ counts as an artist."""
    artists: dict[str, None] = {}
    remixers: dict[str, None] = {}
    for person in people:
        if name := text(person, name_key):
            # "Remixer", and also "Beatsource Remixer".
            remixed = "remixer" in (text(person, type_key) or "").lower()
            (remixers if remixed else artists)[name] = None
    return tuple(artists), tuple(remixers)


def _named(row: Record, key: str, name_key: str) -> str | None:
    """The name of an inner thing: an object, a list of them (the first counts) or plain text."""
    value = row.get(key)
    for one in value if is_list(value) else (value,):
        if is_record(one):
            return text(one, name_key)
        if isinstance(one, str):
            return clean(one) or None
    return None


def _key(row: Record, key: str) -> tuple[str | None, str | None]:
    """The key in Beatport's spelling, and on the Camelot wheel."""
    inner = record(row, key)
    name = text(row, key) or text(inner, "name")
    return name, _camelot(name) or _camelot(_camelot_text(row, inner))


@lru_cache(maxsize=256)
def _camelot(text: str | None) -> str | None:
    parsed = parse_key(text)
    return parsed.camelot if parsed else None


def _camelot_text(row: Record, inner: Record) -> str | None:
    hour, letter = positive_id(inner, "camelot_number"), text(inner, "camelot_letter")
    return f"{hour}{letter}" if hour and letter else text(row, "key_camelot")


def _seconds(row: Record, key: str) -> float | None:
    milliseconds = positive_number(row, key, MAX_LENGTH_MS)
    return milliseconds / 1000 if milliseconds else None


def _isrc(row: Record) -> str | None:
    written = text(row, "isrc") or ""
    return written.replace("-", "").replace(" ", "").upper() or None


def _cover(images: Record, *keys: str) -> str | None:
    for key in keys:
        if address := link(images, key):
            return address.replace("{w}x{h}", _COVER_SIZE)
    return None
