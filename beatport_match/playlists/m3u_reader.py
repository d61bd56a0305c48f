"""Read M3U and M3U8 playlists: one path per line, described by the comments above it.

`#EXTINF` gives length and title, `#EXTART` gives the artist and `#EXTALB` the album. Other comments
are ignored. A title is not split here: the parser separates artist and title later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beatport_match.files.text_reader import encoding_of, lines
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.model.validation import single_line_path
from beatport_match.parsing import field_values

# Some players put attributes between the seconds and the comma: `213 logo="a,b",Title`.
_EXTINF = re.compile(r'([^\s,]*)(?:\s+[\w-]+="[^"]*")*[^,]*(?:,(.*))?')


@dataclass(slots=True)
class _Entry:
    """The values of the comments before the next path.

    `has_extinf` is true after an `#EXTINF`: then the entry counts even if no path follows.
    """

    line: int = 0
    has_extinf: bool = False
    title: str = ""
    duration_s: float | None = None
    artist: str = ""
    album: str | None = None


def read(file: Path, on_problem: OnProblem | None) -> Iterator[Track]:
    """Read the tracks of an M3U playlist.

    An `#EXTINF` without a path is a track too.

    Raises:
        PlaylistError: The file cannot be read or has a line over 64 KiB: raised by the call itself.
    """
    return _tracks(file, encoding_of(file), on_problem)


def _tracks(file: Path, encoding: str, on_problem: OnProblem | None) -> Iterator[Track]:
    for entry, path in _entries(lines(file, encoding)):
        if track := _track(entry, path):
            yield track
        elif on_problem:
            detail = "the entry has neither a title nor a file name; add an #EXTINF line"
            on_problem(PlaylistProblem(str(file), f"line {entry.line}", detail))


def _entries(file_lines: Iterator[str]) -> Iterator[tuple[_Entry, str]]:
    entry = _Entry()
    for number, line in enumerate(file_lines, 1):
        text = single_line_path(line)
        if text.startswith("#"):
            name, _, value = text.partition(":")
            if name.upper() == "#EXTINF" and entry.has_extinf:
                yield entry, ""
                entry = _Entry()
            _apply_comment(entry, name.upper(), value.strip(), number)
        elif text:
            entry.line = number
            yield entry, text
            entry = _Entry()
    if entry.has_extinf:
        yield entry, ""


def _apply_comment(entry: _Entry, name: str, value: str, number: int) -> None:
    if name == "#EXTINF":
        parts = _EXTINF.fullmatch(value)
        entry.has_extinf, entry.line = True, number
        entry.duration_s = field_values.seconds(parts[1]) if parts else None
        entry.title = field_values.text(parts[2]) if parts else ""
    elif name == "#EXTART":
        entry.artist = value
    elif name == "#EXTALB":
        entry.album = field_values.known_text(value)


def _track(entry: _Entry, path: str) -> Track | None:
    title = entry.title or field_values.stem(path)
    if not title:
        return None
    # #EXTART is the artist of the album; a title with its own artist is more exact.
    artist = "" if " - " in title else entry.artist
    return Track(
        title,
        field_values.artist_names(artist),
        album=entry.album,
        duration_s=entry.duration_s,
        file=path or None,
    )
