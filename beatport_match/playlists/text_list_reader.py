"""Read track lists as text: one track per line, `Artist - Title` or `Title by Artist`.

A number, a bullet or a time may come before the track: `1. …`, `[04:12] …`. A line with `Artist -
Title` is not split here: the parser separates artist and title later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists.source import Entry, PlaylistSource

_BEFORE_TRACK = re.compile(
    r"(?:#?[0-9]{1,3}[.):]+\s+|#[0-9]{1,3}\s+|[-–—*•]\s+"
    r"|[\[(]?[0-9]{1,3}(?::[0-5][0-9]){1,2}[\])]?[\s|:–—-]+)"
)
# The head of a file is decoded as UTF-8, and a dash of another encoding is a replacement character.
_ARTIST_AND_TITLE = re.compile("\\S\\s+[-–—\ufffd]\\s+\\S")
_TITLE_BY_ARTIST = re.compile(r"(\S.*?)\s+by\s+(\S.*)")
# A file is a list if this part of its first lines are tracks; others may be headings.
_MIN_TRACK_LINE_SHARE = 0.6
_SAMPLE_LINES = 20
_NOT_A_TRACK = "the line is no track; write it as Artist - Title, or remove it if it is a heading"


def is_track_list(file_lines: Sequence[str]) -> bool:
    """Return whether the first lines of a file look like a list of tracks."""
    sample = [line for line in file_lines if line.strip()][:_SAMPLE_LINES]
    tracks = sum(_values(line) is not None for line in sample)
    return tracks > 0 and tracks >= _MIN_TRACK_LINE_SHARE * len(sample)


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the tracks of a list.

    Raises:
        PlaylistError: The file cannot be read: raised by the call itself.
    """
    return source.tracks(_entries(source, source.numbered_lines()))


def _entries(source: PlaylistSource, numbered: Iterator[tuple[int, str]]) -> Iterator[Entry]:
    for number, line in numbered:
        if values := _values(line):
            yield Entry(f"line {number}", values)
        elif line.strip():
            source.report(f"line {number}", _NOT_A_TRACK)


def _values(line: str) -> dict[str, str] | None:
    """Return the values of a line, or `None` if it is no track."""
    text = field_values.text(line)
    while found := _BEFORE_TRACK.match(text):
        text = text[found.end() :]
    if _ARTIST_AND_TITLE.search(text):
        return {"title": text}
    if by := _TITLE_BY_ARTIST.fullmatch(text):
        return {"title": by[1], "artist": by[2]}
    return None
