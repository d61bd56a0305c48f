"""Read CUE sheets: the tracks of a recorded set or of an album in one file.

The `FILE` of a sheet is the whole recording, so a track gets neither its path nor a length: the
distance to the next `INDEX` is how long a DJ played it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from beatport_match.model.tracks import Track
from beatport_match.playlists.source import Entry, PlaylistSource

TRACK = re.compile(r"^\s*TRACK\s+([0-9]{1,3})\s+AUDIO\s*$", re.IGNORECASE | re.MULTILINE)
_VALUE = re.compile(r"(TITLE|PERFORMER|ISRC)\s+(.*)", re.IGNORECASE)
_NAMES = {"title": "title", "performer": "artist", "isrc": "isrc"}
_NAMELESS = "the track has no TITLE; add one"


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the tracks of a CUE sheet.

    Raises:
        PlaylistError: The file cannot be read: raised by the call itself.
    """
    return source.tracks(_entries(source.numbered_lines()), _NAMELESS)


def _entries(numbered: Iterator[tuple[int, str]]) -> Iterator[Entry]:
    entry: tuple[str, dict[str, str]] | None = None
    for line, text in numbered:
        if track := TRACK.match(text):
            if entry:
                yield Entry(*entry)
            entry = (f"line {line}", {"id": track[1]})
        # Values before the first track are those of the whole recording.
        elif entry and (found := _VALUE.fullmatch(text.strip())):
            entry[1][_NAMES[found[1].lower()]] = found[2].removeprefix('"').removesuffix('"')
    if entry:
        yield Entry(*entry)
