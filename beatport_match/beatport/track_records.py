"""Convert one row of Beatport's, in any of its three shapes, into a `Candidate`.

    search      search pages                          track_id, key_name, artists[].artist_name
    catalog v1  track pages since autumn 2026         track_id, track_length_ms, key_camelot
    api v4      track pages before, and other lists   id, mix_name, length_ms, remixers

The shape is recognised by the keys of the row and not by the page, because pages change from build
to build. A row needs its ID and its name; any other field that is missing or of another type
counts as unknown. This module does not read pages and does not score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal, TypeAlias

from beatport_match.beatport.json_fields import (
    Record,
    clean_text,
    inner_record,
    inner_records,
    is_list,
    is_record,
    iso_date,
    positive_id,
    positive_number,
    text,
    web_url,
)
from beatport_match.beatport.ordinary_rows import CATALOG_V1_ONLY, OrdinaryRow, is_ordinary
from beatport_match.beatport.urls import track_url
from beatport_match.matching.protocol import ParsedResult
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, make_candidate
from beatport_match.model.validation import MAX_BPM, MAX_DURATION_S, clean_isrc

RowShape: TypeAlias = Literal["search", "catalog v1", "api v4"]

_API_V4_ONLY = frozenset({"mix_name", "length_ms"})

_COVER_SIZE = "500x500"


def parse_record(row: object, base_url: str) -> Candidate | None:
    """Return the candidate in a row; `None` if the row has no ID or no name."""
    if is_ordinary(row):
        return _parse_ordinary_row(row, base_url)
    shape = row_shape(row)
    return _PARSERS[shape](row, base_url) if shape and is_record(row) else None


def parse_rows(rows: Sequence[object], base_url: str, max_rows: int) -> ParsedResult:
    """Parse the rows of a list, in its order; rows beyond `max_rows` count as unreadable."""
    rows_read = rows[:max_rows]
    parsed = [parse_record(row, base_url) for row in rows_read]
    candidates = tuple([candidate for candidate in parsed if candidate is not None])
    unread = [row for row, found in zip(rows_read, parsed, strict=True) if found is None]
    partial = tuple([parse_partial(row, base_url) for row in unread])
    return ParsedResult(
        candidates=candidates, unreadable=len(rows) - len(candidates), partial=partial
    )


def parse_partial(row: object, base_url: str) -> Candidate:
    """Return the readable fields of a row without ID or name: the ID 0, and perhaps a name."""
    if not is_record(row):
        return Candidate(id=0, name="")
    shape = row_shape(row) or ("search" if "track_name" in row else "api v4")
    id_key, name_key = ("id", "name") if shape == "api v4" else ("track_id", "track_name")
    name = text(row, name_key) or ""
    candidate = _PARSERS[shape]({**row, id_key: 1, name_key: name or "-"}, base_url)
    assert candidate is not None
    return replace(candidate, id=0, name=name, url=None)


def row_shape(row: object) -> RowShape | None:
    """Return the shape of a row; `None` if it is no track."""
    if not is_record(row):
        return None
    if "track_id" in row:
        return "search" if row.keys().isdisjoint(CATALOG_V1_ONLY) else "catalog v1"
    # Artists, labels and charts also have an `id` and a `name`.
    return None if row.keys().isdisjoint(_API_V4_ONLY) else "api v4"


def _parse_search_row(row: Record, base_url: str) -> Candidate | None:
    number, name = positive_id(row, "track_id"), text(row, "track_name")
    if number is None or name is None:
        return None
    artists, remixers = _split_by_type(
        (text(person, "artist_name"), text(person, "artist_type_name"))
        for person in inner_records(row, "artists")
    )
    release = inner_record(row, "release")
    key, camelot = _key(row, "key_name")
    return make_candidate(
        number=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=text(row, "mix_name"),
        artists=artists,
        remixers=remixers,
        label=_inner_name(row, "label", "label_name"),
        release=text(release, "release_name"),
        release_date=iso_date(row, "release_date") or iso_date(row, "publish_date"),
        bpm=positive_number(row, "bpm", MAX_BPM),
        key=key,
        camelot=camelot,
        genre=_inner_name(row, "genre", "genre_name"),
        sub_genre=_inner_name(row, "sub_genre", "sub_genre_name"),
        length_s=_length_s(row, "length"),
        isrc=_isrc(row),
        catalog_number=text(row, "catalog_number"),
        artwork_url=_cover_url(release, "release_image_dynamic_uri", "release_image_uri"),
    )


def _parse_ordinary_row(row: OrdinaryRow, base_url: str) -> Candidate:
    """Return the candidate in an ordinary search row, as `_parse_search_row` does."""
    number, name = row["track_id"], row["track_name"]
    people = row["artists"] or ()
    artists, remixers = _split_by_type(
        [(person["artist_name"], person["artist_type_name"]) for person in people]
    )
    release, key = row["release"], row["key_name"]
    label = row["label"] and row["label"]["label_name"]
    image = release and (release["release_image_dynamic_uri"] or release["release_image_uri"])
    return make_candidate(
        number=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=row["mix_name"],
        artists=artists,
        remixers=remixers,
        label=label and label.rstrip(),
        release=release and release["release_name"],
        release_date=iso_date(row, "release_date") or iso_date(row, "publish_date"),
        bpm=row["bpm"],
        key=key,
        camelot=_parse_camelot(key),
        genre=row["genre"][0]["genre_name"] if row["genre"] else None,
        sub_genre=row["sub_genre"] and row["sub_genre"]["sub_genre_name"],
        length_s=row["length"] and row["length"] / 1000,
        isrc=clean_isrc(row["isrc"]) or None,
        catalog_number=row["catalog_number"],
        artwork_url=image and _sized(image),
    )


def _parse_catalog_v1_row(row: Record, base_url: str) -> Candidate | None:
    number, name = positive_id(row, "track_id"), text(row, "track_name")
    if number is None or name is None:
        return None
    artists, remixers = _split_by_type(
        (text(person, "name"), text(person, "type")) for person in inner_records(row, "artists")
    )
    release = inner_record(row, "release")
    key, camelot = _key(row, "key")
    return make_candidate(
        number=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=text(row, "mix_name"),
        artists=artists,
        remixers=remixers,
        label=_inner_name(row, "label", "name"),
        release=text(release, "name"),
        release_date=iso_date(release, "release_date"),
        bpm=positive_number(row, "bpm", MAX_BPM),
        key=key,
        camelot=camelot,
        genre=_inner_name(row, "genre", "name"),
        sub_genre=_inner_name(inner_record(row, "genre"), "sub_genre", "name"),
        length_s=_length_s(row, "track_length_ms"),
        isrc=_isrc(row),
        catalog_number=text(release, "catalog_number"),
        artwork_url=_cover_url(release, "image_url"),
        preview_url=web_url(row, "sample_url"),
    )


def _parse_api_v4_row(row: Record, base_url: str) -> Candidate | None:
    number, name = positive_id(row, "id"), text(row, "name")
    if number is None or name is None:
        return None
    release = inner_record(row, "release")
    key, camelot = _key(row, "key")
    return make_candidate(
        number=number,
        url=track_url(base_url, name, number),
        name=name,
        mix_name=text(row, "mix_name"),
        artists=_names(inner_records(row, "artists"), "name"),
        remixers=_names(inner_records(row, "remixers"), "name"),
        label=_inner_name(release, "label", "name"),
        release=text(release, "name"),
        # The names mislead: publish_date changes when a release is published again (seen: nine
        # years later), while new_release_date keeps the day when the music came out.
        release_date=iso_date(row, "new_release_date") or iso_date(row, "publish_date"),
        bpm=positive_number(row, "bpm", MAX_BPM),
        key=key,
        camelot=camelot,
        genre=_inner_name(row, "genre", "name"),
        sub_genre=_inner_name(row, "sub_genre", "name"),
        length_s=_length_s(row, "length_ms"),
        isrc=_isrc(row),
        catalog_number=text(row, "catalog_number"),
        # The image of the row itself is the waveform.
        artwork_url=_cover_url(inner_record(release, "image"), "dynamic_uri", "uri"),
        preview_url=web_url(row, "sample_url"),
    )


_PARSERS: dict[RowShape, Callable[[Record, str], Candidate | None]] = {
    "search": _parse_search_row,
    "catalog v1": _parse_catalog_v1_row,
    "api v4": _parse_api_v4_row,
}


def _names(people: Iterable[Record], name_key: str) -> tuple[str, ...]:
    """Return each name once, in the given order."""
    names = (text(person, name_key) for person in people)
    return tuple(dict.fromkeys(name for name in names if name))


def _split_by_type(
    people: Iterable[tuple[str | None, str | None]],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split names with their types into artists and remixers; a DJ counts as an artist."""
    artists: dict[str, None] = {}
    remixers: dict[str, None] = {}
    for name, kind in people:
        if name:
            # The type is "Remixer" or "Beatsource Remixer".
            is_remixer = kind is not None and "remixer" in kind.lower()
            (remixers if is_remixer else artists)[name] = None
    return tuple(artists), tuple(remixers)


def _inner_name(row: Record, key: str, name_key: str) -> str | None:
    """Return the name of an inner value: an object, a list (the first counts) or plain text."""
    value = row.get(key)
    for entry in value if is_list(value) else (value,):
        if is_record(entry):
            return text(entry, name_key)
        if isinstance(entry, str):
            return clean_text(entry) or None
    return None


def _key(row: Record, key: str) -> tuple[str | None, str | None]:
    """Return the key in Beatport's spelling, and in Camelot notation."""
    inner = inner_record(row, key)
    name = text(row, key) or text(inner, "name")
    return name, _parse_camelot(name) or _parse_camelot(_stated_camelot(row, inner))


@lru_cache(maxsize=256)
def _parse_camelot(text: str | None) -> str | None:
    parsed = parse_key(text)
    return parsed.camelot if parsed else None


def _stated_camelot(row: Record, inner: Record) -> str | None:
    hour, letter = positive_id(inner, "camelot_number"), text(inner, "camelot_letter")
    return f"{hour}{letter}" if hour and letter else text(row, "key_camelot")


def _length_s(row: Record, key: str) -> float | None:
    milliseconds = positive_number(row, key, 1000 * MAX_DURATION_S)
    return milliseconds / 1000 if milliseconds else None


def _isrc(row: Record) -> str | None:
    return clean_isrc(text(row, "isrc")) or None


def _cover_url(images: Record, *keys: str) -> str | None:
    for key in keys:
        if url := web_url(images, key):
            return _sized(url)
    return None


def _sized(image_url: str) -> str:
    """Return the URL of a cover in one size."""
    return image_url.replace("{w}x{h}", _COVER_SIZE)
