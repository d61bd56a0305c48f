"""Read the XML library of iTunes and Apple Music: *File > Library > Export Library*.

It is a property list: a dictionary with `Tracks`, by number, and an array of `Playlists`. A key and
its value are two elements that follow each other. Lists of the system, podcasts and films are left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from beatport_match.playlists.named_playlists import (
    Library,
    NamedPlaylist,
    Reference,
    normalize_name,
)
from beatport_match.playlists.source import Entry
from beatport_match.playlists.xml_elements import XmlFormat, elements

_VALUES = frozenset({"key", "string", "integer", "date", "true"})
_FORMAT = XmlFormat(
    "plist",
    "an iTunes library",
    "export it again from Music or iTunes (File > Library > Export Library)",
    _VALUES,
    "-//Apple//DTD PLIST 1.0//EN",
)
_WANTED = frozenset(("dict", name) for name in (*_VALUES, "dict")) | {("array", "dict")}
# The depths of elements: the names of the two sections, their records, the fields of a record, and
# the fields of the entries of a playlist.
_SECTION, _RECORD, _FIELD, _ITEM_FIELD = 3, 4, 5, 7
_SYSTEM_LISTS = frozenset({"Master", "Distinguished Kind"})
_NO_MUSIC = frozenset({"Podcast", "Movie", "TV Show", "Audiobook"})


@dataclass(slots=True)
class _Record:
    """A track or a playlist; `items` are the references of a playlist."""

    line: int
    values: dict[str, str] = field(default_factory=dict[str, str])
    items: list[Reference] = field(default_factory=list[Reference])


def _records(file: Path, wanted: str) -> Iterator[_Record]:
    """Yield the records of the section `Tracks` or `Playlists`."""
    section = key = ""
    record: _Record | None = None
    for element in elements(file, _FORMAT, _WANTED):
        is_key = element.name == "key"
        if element.depth <= _RECORD:
            if record:
                yield record
            record = None
            if is_key and element.depth == _SECTION:
                section = element.text
            elif element.name == "dict" and element.depth == _RECORD and section == wanted:
                record = _Record(element.line)
        elif is_key:
            key = element.text
        elif record and element.depth == _FIELD:
            record.values[key] = "true" if element.name == "true" else element.text
        elif record and element.depth == _ITEM_FIELD and key == "Track ID":
            record.items.append(Reference(element.text, f"line {element.line}"))
    if record:
        yield record


def _entries(file: Path, _key_name: str) -> Iterator[Entry]:
    for record in _records(file, "Tracks"):
        values = record.values
        if not _NO_MUSIC.isdisjoint(values):
            continue
        track_id = values.get("Track ID", "")
        texts = {
            "title": values.get("Name"),
            "artist": values.get("Artist"),
            "album": values.get("Album"),
            "year": values.get("Year"),
            "bpm": values.get("BPM"),
            "duration_ms": values.get("Total Time"),
            "file": values.get("Location"),
            "id": track_id,
        }
        yield Entry(f"line {record.line}, Track ID {track_id[:20] or 'missing'}", texts, track_id)


def _playlists(file: Path, wanted: str | None) -> Iterator[NamedPlaylist]:
    folders: dict[str, str] = {}
    for record in _records(file, "Playlists"):
        values = record.values
        if not _SYSTEM_LISTS.isdisjoint(values):
            continue
        parent = folders.get(values.get("Parent Persistent ID", ""), "")
        name = normalize_name(values.get("Name"))
        path = parent + name
        if "Folder" in values:
            folders[values.get("Playlist Persistent ID", "")] = f"{path}/"
            continue
        playlist = NamedPlaylist(path, name, "Track ID")
        if playlist.is_named(wanted):
            playlist.references = record.items
        yield playlist


LIBRARY = Library("iTunes", _FORMAT.check_root, _entries, _playlists)
