"""Read XSPF playlists, an XML format of VLC, Clementine and other players."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from beatport_match.model.tracks import Track
from beatport_match.playlists.source import Entry, PlaylistSource
from beatport_match.playlists.xml_elements import XmlFormat, grouped

_NAMES = {
    "title": "title",
    "creator": "artist",
    "album": "album",
    "duration": "duration_ms",
    "location": "file",
}
_FORMAT = XmlFormat(
    "playlist", "an XSPF playlist", "save the playlist again, or as M3U", frozenset(_NAMES)
)


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the tracks of an XSPF playlist.

    Raises:
        PlaylistError: The file cannot be read or is not a playlist: raised by the call itself.
        Damage
            further down in the file is raised when iteration reaches it.
    """
    _FORMAT.check_root(source.file)
    return source.tracks(_entries(source.file))


def _entries(file: Path) -> Iterator[Entry]:
    for track, children in grouped(file, _FORMAT, ("trackList", "track"), frozenset(_NAMES)):
        values = {_NAMES[name]: child.text for name, child in children.items()}
        yield Entry(f"line {track.line}", values)
