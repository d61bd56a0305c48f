"""Read VirtualDJ's `database.xml`. Its playlists are M3U files, which `m3u_reader` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from beatport_match.model.tracks import Track
from beatport_match.playlists.source import Entry, PlaylistSource
from beatport_match.playlists.xml_elements import XmlFormat, grouped

_FORMAT = XmlFormat(
    "VirtualDJ_Database",
    "a VirtualDJ database",
    "copy the database.xml again from VirtualDJ's folder, or save a playlist as M3U",
)
_CHILDREN = frozenset({"Tags", "Infos", "Scan"})
_DECIMAL = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,12})?")
# A number below this is in seconds per beat and not in beats per minute.
_MIN_BPM = 10


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the songs of the database.

    Raises:
        PlaylistError: The file cannot be read or is not a database: raised by the call itself.
        Damage
            further down in the file is raised when iteration reaches it.
    """
    _FORMAT.check_root(source.file)
    return source.tracks(_entries(source.file))


def _entries(file: Path) -> Iterator[Entry]:
    song = ("VirtualDJ_Database", "Song")
    for element, children in grouped(file, _FORMAT, song, _CHILDREN):
        tags, infos, scan = (
            children[name].attributes if name in children else dict[str, str]()
            for name in ("Tags", "Infos", "Scan")
        )
        values = {
            "title": tags.get("Title"),
            "artist": tags.get("Author"),
            "mix": tags.get("Remix"),
            "album": tags.get("Album"),
            "label": tags.get("Label"),
            "year": tags.get("Year"),
            "bpm": _bpm(tags.get("Bpm")) or _bpm(scan.get("Bpm")),
            "key": tags.get("Key") or scan.get("Key"),
            "duration": infos.get("SongLength"),
            "file": element.attributes.get("FilePath"),
        }
        yield Entry(f"line {element.line}", values)


def _bpm(value: str | None) -> str | None:
    if not value or not _DECIMAL.fullmatch(value) or not float(value):
        return None
    number = float(value)
    return f"{60 / number:.2f}" if number < _MIN_BPM else value
