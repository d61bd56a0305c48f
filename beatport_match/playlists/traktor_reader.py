"""Read Traktor's collection and playlists (NML): `collection.nml` or an exported playlist.

Versions 19 and 20 of the format are read. A playlist refers to a track by volume, folder and
file. Loops, one-shots and stems, which Traktor keeps in the same collection, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from beatport_match.parsing import field_values
from beatport_match.playlists.named_playlists import (
    Library,
    NamedPlaylist,
    Reference,
    normalize_name,
)
from beatport_match.playlists.source import Entry
from beatport_match.playlists.xml_elements import Element, XmlFormat, elements, grouped

_FORMAT = XmlFormat(
    "NML",
    "a Traktor collection",
    "export the playlist again from Traktor (right-click, Export Playlist)",
)
_CHILDREN = frozenset({"LOCATION", "ALBUM", "INFO", "TEMPO", "MUSICAL_KEY", "LOOPINFO", "STEMS"})
_PLAYLISTS = frozenset({("PLAYLISTS", "NODE"), ("SUBNODES", "NODE"), ("ENTRY", "PRIMARYKEY")})
_ROOT_NODE_DEPTH = 3
_KEY_NAME = "PRIMARYKEY"
_KEY_NUMBER = re.compile("1?[0-9]|2[0-3]")
_WINDOWS_VOLUME = re.compile(r"[A-Za-z]:")
# Folders of the system volume of a Mac, whose paths begin without the volume.
_MAC_SYSTEM = ("/Users/", "/Volumes/")


def entry_elements(file: Path) -> Iterator[tuple[Element, dict[str, Element]]]:
    """Yield the tracks of the collection, each with those of its children that are read."""
    for element, children in grouped(file, _FORMAT, ("COLLECTION", "ENTRY"), _CHILDREN):
        if "LOOPINFO" not in children and "STEMS" not in children:
            yield element, children


def entry_of(element: Element, elements_in: Mapping[str, Element]) -> Entry:
    """Return the raw texts of a track of the collection."""
    children = {name: child.attributes for name, child in elements_in.items()}
    info, location = children.get("INFO", {}), children.get("LOCATION", {})
    volume, folder, name = (location.get(part, "") for part in ("VOLUME", "DIR", "FILE"))
    values = {
        "title": element.attributes.get("TITLE"),
        "artist": element.attributes.get("ARTIST"),
        "mix": info.get("MIX"),
        "album": children.get("ALBUM", {}).get("TITLE"),
        "label": info.get("LABEL"),
        "year": info.get("RELEASE_DATE"),
        "bpm": children.get("TEMPO", {}).get("BPM"),
        "key": _key(children.get("MUSICAL_KEY", {}).get("VALUE")) or info.get("KEY"),
        "duration": info.get("PLAYTIME_FLOAT") or info.get("PLAYTIME"),
        "remixer": info.get("REMIXER"),
        "file": _path(volume, folder, name),
    }
    return Entry(f"line {element.line}", values, field_values.text(volume + folder + name))


def _key(value: str | None) -> str | None:
    """Return the key of a number: 0 to 11 are C major to B major, 12 to 23 C minor to B minor."""
    number = field_values.text(value)
    if not _KEY_NUMBER.fullmatch(number):
        return None
    minor, pitch = divmod(int(number), 12)
    return field_values.key_of_pitch(str(pitch), minor=minor == 1)


def _path(volume: str, folder: str, name: str) -> str:
    path = folder.replace("/:", "/") + name
    if not name or _WINDOWS_VOLUME.fullmatch(volume):
        return volume + path if name else ""
    return path if not volume or path.startswith(_MAC_SYSTEM) else f"/Volumes/{volume}{path}"


def _playlists(file: Path, wanted: str | None) -> Iterator[NamedPlaylist]:
    path: list[str] = []
    playlist: NamedPlaylist | None = None
    for element in elements(file, _FORMAT, _PLAYLISTS):
        if element.name == "NODE":
            # A `SUBNODES` element is between two folders.
            level = (element.depth - _ROOT_NODE_DEPTH) // 2
            name = normalize_name(element.attributes.get("NAME"))
            path = [*path[:level], name]
            playlist = None
            if element.attributes.get("TYPE") == "PLAYLIST":
                playlist = NamedPlaylist("/".join(path[1:] or path), name, _KEY_NAME)
                yield playlist
        elif playlist and playlist.is_named(wanted):
            key = field_values.text(element.attributes.get("KEY"))
            playlist.references.append(Reference(key, f"line {element.line}"))


def _entries(file: Path, _key_name: str) -> Iterator[Entry]:
    return (entry_of(element, children) for element, children in entry_elements(file))


LIBRARY = Library("Traktor", _FORMAT.check_root, _entries, _playlists)
