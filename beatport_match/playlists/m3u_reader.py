"""Read M3U and M3U8 playlists: one path per line, described by the comments above it.

`#EXTINF` gives length and title, `#EXTART` the artist, `#EXTALB` the album, `#EXTENC` the encoding
of the file, and VirtualDJ's `#EXTVDJ` artist, title, mix and length. Other comments are ignored. A
title is not split here: the parser separates artist and title later.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from beatport_match.errors import PlaylistError
from beatport_match.files.text_reader import (
    Encoding,
    codec_name,
    decoded,
    encoding_of,
    head,
)
from beatport_match.model.tracks import Track
from beatport_match.model.validation import single_line_path
from beatport_match.parsing import field_values
from beatport_match.playlists.source import Entry, PlaylistSource

# Some players put attributes between the seconds and the comma: `213 logo="a,b",Title`.
_EXTINF = re.compile(r'([^\s,]*)(?:\s+[\w-]+="[^"]*")*[^,]*(?:,(.*))?')
# An entry of Rekordbox without an artist has the title ` - Tide`.
_BLANK_ARTIST = re.compile(r"\A\s*[-–]\s+")
_EXTENC = re.compile(r"^#EXTENC:\s*([\w-]+)", re.IGNORECASE | re.MULTILINE)
# VirtualDJ does not escape `&` and `<` in the values, so this is no XML.
_EXTVDJ = re.compile(r"<(artist|title|remix|songlength)>(.{0,2000}?)</\1>")
_EXTVDJ_NAMES = {
    "artist": "artist",
    "title": "title",
    "remix": "mix",
    "songlength": "duration",
}
_NAMELESS = "the entry has neither a title nor a file name; add an #EXTINF line"


@dataclass(slots=True)
class _Comments:
    """The values of the comments before the next path.

    `is_entry` is true after an `#EXTINF`: then the entry counts even if no path follows.
    """

    line: int = 0
    is_entry: bool = False
    values: dict[str, str] = field(default_factory=dict[str, str])


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the tracks of an M3U playlist.

    An `#EXTINF` without a path is a track too.

    Raises:
        PlaylistError: The file cannot be read: raised by the call itself.
    """
    return source.tracks(_entries(source.numbered_lines(_encoding(source))), _NAMELESS)


def _encoding(source: PlaylistSource) -> Encoding:
    """Return the given or declared encoding, or the one that is detected."""
    declared = None if source.encoding else _declared_encoding(source.file)
    if declared:
        try:
            return encoding_of(source.file, declared)
        except PlaylistError:
            pass  # programs declare UTF-8 and write other bytes
    return encoding_of(source.file, source.encoding)


def _declared_encoding(file: Path) -> str | None:
    found = _EXTENC.search(decoded(head(file)))
    return codec_name(found[1]) if found else None


def _entries(numbered: Iterator[tuple[int, str]]) -> Iterator[Entry]:
    comments = _Comments()
    for number, line in numbered:
        text = single_line_path(line)
        if text.startswith("#"):
            name, _, value = text.partition(":")
            if name.upper() == "#EXTINF" and comments.is_entry:
                yield _entry(comments, "")
                comments = _Comments()
            _apply_comment(comments, name.upper(), value.strip(), number)
        elif text:
            comments.line = number
            yield _entry(comments, text)
            comments = _Comments()
    if comments.is_entry:
        yield _entry(comments, "")


def _apply_comment(comments: _Comments, name: str, value: str, number: int) -> None:
    values = comments.values
    if name == "#EXTINF":
        comments.is_entry, comments.line = True, number
        if parts := _EXTINF.fullmatch(value):
            # A line of VirtualDJ before this one gives the same, with the artist apart.
            values.setdefault("duration", parts[1])
            values.setdefault("title", _BLANK_ARTIST.sub("", parts[2] or ""))
    elif name == "#EXTART":
        values["album_artist"] = value
    elif name == "#EXTALB":
        values["album"] = value
    elif name == "#EXTVDJ":
        for found in _EXTVDJ.finditer(value):
            values[_EXTVDJ_NAMES[found[1]]] = html.unescape(found[2])


def _entry(comments: _Comments, path: str) -> Entry:
    values = {**comments.values, "file": path}
    title = field_values.text(values.get("title")) or field_values.stem(path)
    # #EXTART is the artist of the album; a title with its own artist is more exact.
    if "artist" not in values and " - " not in title:
        values["artist"] = values.get("album_artist", "")
    return Entry(f"line {comments.line}", values)
