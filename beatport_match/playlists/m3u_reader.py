"""M3U and M3U8: lines of paths, and the comments that describe the path below them.

`#EXTINF` gives length and title, `#EXTART` and `#EXTALB` artist and album; other comments are
passed over. A title is kept whole: judgement tells artist from title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beatport_match.files.text_reader import encoding_of, lines
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values

# Some players put attributes between the seconds and the comma: `213 logo="a,b",Title`.
_EXTINF = re.compile(r'([^\s,]*)(?:\s+[\w-]+="[^"]*")*[^,]*(?:,(.*))?')


@dataclass(slots=True)
class _Entry:
    """What the comments so far say about the path to come."""

    line: int = 0
    announced: bool = False
    title: str = ""
    duration_s: float | None = None
    artist: str = ""
    album: str | None = None


def read(file: Path, on_problem: OnProblem | None) -> Iterator[Track]:
    """Read the tracks of an M3U playlist.

    An `#EXTINF` without a path still makes a track.

    Raises:
        PlaylistError: At once where the file cannot be read or has a line over 64 KiB.
    """
    return _tracks(file, encoding_of(file), on_problem)


def _tracks(file: Path, encoding: str, on_problem: OnProblem | None) -> Iterator[Track]:
    for entry, path in _entries(lines(file, encoding)):
        if track := _track(entry, path):
            yield track
        elif on_problem:
            detail = "there is neither a title nor the name of a file; add an #EXTINF line"
            on_problem(PlaylistProblem(str(file), f"line {entry.line}", detail))


def _entries(written: Iterator[str]) -> Iterator[tuple[_Entry, str]]:
    entry = _Entry()
    for number, line in enumerate(written, 1):
        said = field_values.text(line)
        if said.startswith("#"):
            name, _, value = said.partition(":")
            if name.upper() == "#EXTINF" and entry.announced:
                yield entry, ""
                entry = _Entry()
            _note(entry, name.upper(), value.strip(), number)
        elif said:
            entry.line = number
            yield entry, said
            entry = _Entry()
    if entry.announced:
        yield entry, ""


def _note(entry: _Entry, name: str, value: str, number: int) -> None:
    if name == "#EXTINF":
        found = _EXTINF.fullmatch(value)
        entry.announced, entry.line = True, number
        entry.duration_s = field_values.seconds(found[1]) if found else None
        entry.title = field_values.text(found[2]) if found else ""
    elif name == "#EXTART":
        entry.artist = value
    elif name == "#EXTALB":
        entry.album = value or None


def _track(entry: _Entry, path: str) -> Track | None:
    title = entry.title or field_values.stem(path)
    if not title:
        return None
    # #EXTART is the album's artist; a title that names its own knows better.
    artist = "" if " - " in title else entry.artist
    return Track(
        title,
        field_values.artist_names(artist),
        album=entry.album,
        duration_s=entry.duration_s,
        file=path or None,
    )
