"""Read Rekordbox's collection export (XML): the collection, and the playlists that refer to it.

Written against the published description of the format, version 1.0.0. In the file, the playlists
come after the collection. The collection itself is read in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from beatport_match.parsing import field_values
from beatport_match.playlists.named_playlists import (
    Library,
    NamedPlaylist,
    Reference,
    normalize_name,
)
from beatport_match.playlists.source import Entry
from beatport_match.playlists.xml_elements import Element, XmlFormat, elements

FORMAT = XmlFormat(
    "DJ_PLAYLISTS",
    "a Rekordbox export",
    "export it again from Rekordbox (File > Export Collection in xml format)",
)
COLLECTION = frozenset({("COLLECTION", "TRACK")})
_PLAYLISTS = frozenset({("PLAYLISTS", "NODE"), ("NODE", "NODE"), ("NODE", "TRACK")})
_ROOT_NODE_DEPTH = 3
_IS_PLAYLIST = "1"
_KEY_IS_LOCATION = "1"
_NAMELESS = "the track has neither a Name nor a Location; name it in Rekordbox"
_ATTRIBUTES = {
    "title": "Name",
    "mix": "Mix",
    "artist": "Artist",
    "album": "Album",
    "label": "Label",
    "year": "Year",
    "bpm": "AverageBpm",
    "key": "Tonality",
    "duration": "TotalTime",
    "remixer": "Remixer",
    "file": "Location",
    "id": "TrackID",
}


def values_of(element: Element) -> dict[str, str | None]:
    """Return the raw texts of an entry of the collection."""
    return {name: element.attributes.get(attribute) for name, attribute in _ATTRIBUTES.items()}


def _entries(file: Path, key_name: str) -> Iterator[Entry]:
    for element in elements(file, FORMAT, COLLECTION):
        values = values_of(element)
        track_id = field_values.known_text(values["id"]) or "missing"
        key = _key(element.attributes.get(key_name), key_name)
        yield Entry(f"line {element.line}, TrackID {track_id}", values, key)


def _playlists(file: Path, wanted: str | None) -> Iterator[NamedPlaylist]:
    """Yield every playlist; only those whose path or name is wanted get their references.

    A playlist is yielded before its references are read. They are complete when iteration has moved
    on to the next playlist.
    """
    path: list[str] = []
    playlist: NamedPlaylist | None = None
    for element in elements(file, FORMAT, _PLAYLISTS):
        if element.name == "NODE":
            name = normalize_name(element.attributes.get("Name"))
            path = [*path[: element.depth - _ROOT_NODE_DEPTH], name]
            playlist = None
            if element.attributes.get("Type") == _IS_PLAYLIST:
                by_location = element.attributes.get("KeyType") == _KEY_IS_LOCATION
                key_name = "Location" if by_location else "TrackID"
                playlist = NamedPlaylist("/".join(path[1:] or path), name, key_name)
                yield playlist
        elif playlist and playlist.is_named(wanted):
            key = _key(element.attributes.get("Key"), playlist.key_name)
            playlist.references.append(Reference(key, f"line {element.line}"))


def _key(value: str | None, key_name: str) -> str:
    # Programs percent-encode the same path differently, so decoded paths are compared.
    return field_values.path_of(value) if key_name == "Location" else field_values.text(value)


LIBRARY = Library("Rekordbox", FORMAT.check_root, _entries, _playlists, _NAMELESS)
