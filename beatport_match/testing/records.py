"""Records of tracks in every format of Beatport's, from the templates, and rows of other groups.

    search        search pages: flat keys, artists and remixers in one list
    page          track pages of today: key and track number are texts
    recommended   recommended tracks on these pages: the same without slugs
    old_page      track pages until the summer of 2026: the key is an object
    api_detail    one track of the API: newer keys than on the old pages
    api_row       a track in a list of the API: fewer keys, and its URL

The templates have the keys and types; this module has the irregularities, which are recorded from
Beatport too. A hash of the track's id decides them, so a track has the same ones on every page and
in every run. This module shares no code with the package's parsers, so that it can test them
independently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from beatport_match.model.keys import parse_key
from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import (
    artist_id,
    guid,
    hash_fraction,
    hash_integer,
    label_id,
    slug,
)
from beatport_match.testing.templates import Json, fill, json_template

Shape: TypeAlias = Literal["search", "page", "recommended", "old_page", "api_detail", "api_row"]

OTHER_GROUPS: Final = ("artists", "charts", "labels", "releases")
_PREVIEW_MS: Final = 120_000
# Groups of keys of a search row that are absent (not null) together, and the share of tracks
# without them.
_ABSENT: Final = (
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


# All fakes of a process share the records: do not change them.
@lru_cache(maxsize=4096)
def track_record(shape: Shape, track: CatalogueTrack) -> Json:
    """Make the record of a track; a search row has no score yet."""
    if shape == "search":
        return _search_record(track)
    if shape in ("page", "recommended"):
        return _page_record(track, with_slugs=shape == "page")
    return _api_record(shape, track)


def group_rows(file: str, group: str, tracks: Iterable[CatalogueTrack]) -> list[Json]:
    """Return the rows of one of `OTHER_GROUPS` for the tracks found; `file` has the templates.

    The library reads only tracks. The other groups exist so that a parser that takes the first
    list, or the wrong group, fails its tests. There is no recording of those of the API: artists,
    labels and releases are served as they appear inside a track, charts as on a track page.
    """
    template = json_template(file)[group]
    key = "id" if file == "api.json" else f"{group.removesuffix('s')}_id"
    rows: dict[int, Json] = {}
    for track in tracks:
        row = fill(template, track_values(track))
        rows.setdefault(row[key], row)
    return list(rows.values())


def track_values(track: CatalogueTrack) -> Json:
    """Return the values of the names in the templates, except the credits."""
    ids, parsed = json_template("ids.json"), parse_key(track.key)
    assert parsed is not None  # `CatalogueTrack` rejects other keys
    # Some keys have two spellings at Beatport, such as Gb and F#.
    key = track.key if track.key in ids["keys"] else parsed.name
    artist, label, genre = (*track.artists, "Unknown Artist")[0], track.label, track.genre
    release = "release", label, track.catalog_number, track.release_name
    start = min(track.length_ms * 2 // 5, max(0, track.length_ms - _PREVIEW_MS))
    downloads = hash_integer(3, 4000, "downloads", track.id)
    is_odd = track.mix_name == "Original Mix" and _has_quirk(track, "small mix", 0.05)
    values: Json = {
        **{field.name: getattr(track, field.name) for field in fields(track)},
        "artist": artist,
        "artist_id": artist_id(artist),
        "mix_name": "Original mix" if is_odd else track.mix_name,
        "label": f"{label} " if hash_fraction("label blank", label) < 1 / 6 else label,
        "label_id": label_id(label),
        "release": track.release_name,
        "release_id": hash_integer(1_000_000, 9_999_999, *release),
        "genre_id": ids["genres"].get(genre) or hash_integer(501, 9999, "genre", genre),
        "sub_genre_id": track.sub_genre and hash_integer(200, 499, "sub-genre", track.sub_genre),
        "isrc": track.isrc or None,
        "key": key,
        "key_id": ids["keys"][key],
        "key_letter": key[0],
        "is_sharp": key[1] == "#",
        "is_flat": key[1] == "b",
        "chord_type": key.split()[1],
        "chord_type_id": 1 if key.endswith("Minor") else 2,
        "camelot": parsed.camelot,
        "camelot_number": int(parsed.camelot[:-1]),
        "camelot_letter": parsed.camelot[-1],
        "length": "{}:{:02d}".format(*divmod(track.length_ms // 1000, 60)),
        "waveform": guid("wave", track.id),
        "sample": guid("sample", track.id),
        "sample_start_ms": start,
        "sample_end_ms": min(track.length_ms, start + _PREVIEW_MS),
        "downloads": downloads,
        "plays": 3 * downloads,
    }
    values["cover"] = guid("cover", values["release_id"])
    for name in ("name", "artist", "label", "release", "genre", "sub_genre"):
        values[f"{name}_slug"] = slug(values[name] or "")
    return values


def _search_record(track: CatalogueTrack) -> Json:
    template = json_template("search.json")
    people = _credits(template["credit"], track)
    # Beatport sorts the credits of a search row by the ids as text.
    people.sort(key=lambda row: str(row["artist_id"]))
    record = fill(template["tracks"], {**track_values(track), "credits": people})
    absent = {key for keys, share in _ABSENT if _has_quirk(track, keys[0], share) for key in keys}
    absent |= {key for key in ("isrc", "sub_genre") if not getattr(track, key)}
    if "downloads" in absent:
        del record["suggest"]["weight"]
    return {key: value for key, value in record.items() if key not in absent}


def _page_record(track: CatalogueTrack, *, with_slugs: bool) -> Json:
    template = json_template("track_page.json")
    # Some remixes do not list their remixer in the credits.
    is_forgotten = _has_quirk(track, "remixer forgotten", 0.08)
    people = _credits(template["credit"], track, *(["Artist"] if is_forgotten else []))
    people.sort(key=lambda row: int(row["id"]))
    record: Json = fill(template["track"], {**track_values(track), "credits": people})
    if not with_slugs:
        genre = record["genre"]
        named = (genre, genre["sub_genre"], record["release"], record["label"])
        for entry in (*people, *named):
            del entry["slug"]
    return record


def _api_record(shape: Shape, track: CatalogueTrack) -> Json:
    template = json_template("api.json")
    people = {
        "artists": _credits(template["artists"], track, "Artist"),
        "remixers": _credits(template["artists"], track, "Remixer"),
    }
    record: Json = fill(template["track"] | template[shape], track_values(track) | people)
    if not track.sub_genre:
        record["sub_genre"] = None
    if shape == "old_page":
        return record
    if _has_quirk(track, "name blank", 0.03):
        record["name"] += " "
    # Beatport does not guarantee the order of the credits.
    if _has_quirk(track, "credits turned", 0.25):
        record["artists"].reverse()
    for key in ("bpm", "key"):
        if _has_quirk(track, f"no {key}", 0.01):
            record[key] = None
    return record


def _credits(template: Json, track: CatalogueTrack, *types: str) -> list[Json]:
    """Return a filled template for each artist and remixer, or for those of one type."""
    people = [(name, "Artist") for name in track.artists]
    people += [(name, "Remixer") for name in track.remixers]
    values = (
        {
            "artist": name,
            "artist_id": artist_id(name),
            "artist_slug": slug(name),
            "cover": guid("artist", name),
            "type": kind,
        }
        for name, kind in people
        if not types or kind in types
    )
    return [fill(template, person) for person in values]


def _has_quirk(track: CatalogueTrack, quirk: str, share: float) -> bool:
    """Return whether the track is in the `share` (0-1) of all tracks that have a quirk."""
    return hash_fraction(quirk, track.id) < share
