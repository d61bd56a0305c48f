"""Read PLS playlists: `File1=`, `Title1=` and `Length1=` below `[playlist]`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from beatport_match.model.tracks import Track
from beatport_match.playlists.source import Entry, PlaylistSource

HEADER = "[playlist]"
_VALUE = re.compile(r"\s*(File|Title|Length)([0-9]{1,9})\s*=(.*)", re.IGNORECASE | re.DOTALL)
_NAMES = {"file": "file", "title": "title", "length": "duration"}


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the tracks of a PLS playlist.

    Raises:
        PlaylistError: The file cannot be read: raised by the call itself.
    """
    return source.tracks(_entries(source.numbered_lines()))


def _entries(numbered: Iterator[tuple[int, str]]) -> Iterator[Entry]:
    """Yield the entries; the values of one entry follow each other."""
    current, first_line, values = "", 0, dict[str, str]()
    for line, text in numbered:
        if not (found := _VALUE.fullmatch(text)):
            continue
        if found[2] != current:
            if values:
                yield Entry(f"line {first_line}", values)
            current, first_line, values = found[2], line, {}
        values[_NAMES[found[1].lower()]] = found[3]
    if values:
        yield Entry(f"line {first_line}", values)
