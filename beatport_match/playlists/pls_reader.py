"""Read PLS playlists: `File1=`, `Title1=` and `Length1=` below `[playlist]`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from beatport_match.files.text_reader import Encoding, encoding_of, lines
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
    encoding = encoding_of(source.file, source.encoding)
    source.report_guess(encoding)
    return filter(None, map(source.track, _entries(source, encoding)))


def _entries(source: PlaylistSource, encoding: Encoding) -> Iterator[Entry]:
    """Yield the entries; the values of one entry follow each other."""
    current, first_line, values = "", 0, dict[str, str]()
    for line, text in enumerate(lines(source.file, encoding, source.report_long), 1):
        if not (found := _VALUE.fullmatch(text)):
            continue
        if found[2] != current:
            if values:
                yield Entry(f"line {first_line}", values)
            current, first_line, values = found[2], line, {}
        values[_NAMES[found[1].lower()]] = found[3]
    if values:
        yield Entry(f"line {first_line}", values)
