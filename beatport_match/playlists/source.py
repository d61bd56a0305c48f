"""The file that a reader reads, and the conversion of one entry to a `Track`.

Each reader finds the entries of its format and gives their raw texts under the names in `Entry`.
The conversion is the same for all formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from beatport_match.files.text_reader import MAX_LINE_LENGTH, Encoding, encoding_of, lines
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values

NAMELESS = "the entry has neither a title nor a file name; give it a title and export it again"
_CODEC_NAMES = {
    "cp1252": "Windows-1252",
    "mac-roman": "Mac Roman",
    "cp1251": "Windows-1251 (Cyrillic)",
}


class Entry(NamedTuple):
    """One entry of a file.

    Attributes:
        place: Where it is in the file, such as `line 12`.
        values: Its raw texts, under `title`, `mix`, `artist`, `album`, `label`, `year`, `bpm`,
            `key`, `duration` (seconds or m:ss), `duration_ms`, `isrc`, `beatport_id`, `remixer`,
            `file` (a path or URL) and `id`.
        key: The key by which playlists refer to it.
    """

    place: str
    values: Mapping[str, str | None]
    key: str = ""


@dataclass(frozen=True, slots=True)
class PlaylistSource:
    """A file to read, and how.

    Attributes:
        file: The path.
        playlist: The name of one playlist in it; `None` is all tracks.
        encoding: The encoding of a text file; `None` detects it.
        on_problem: Called with each entry that is left out.
    """

    file: Path
    playlist: str | None = None
    encoding: str | None = None
    on_problem: OnProblem | None = None

    def report(self, place: str, detail: str) -> None:
        """Report a problem, if there is an `on_problem`."""
        if self.on_problem:
            self.on_problem(PlaylistProblem(str(self.file), place, detail))

    def report_long(self, number: int, _quotes: int = 0) -> None:
        """Report a line that is left out because of its length."""
        limit = f"{MAX_LINE_LENGTH:,} characters"
        self.report(f"line {number}", f"the line is longer than {limit}; shorten it")

    def report_guess(self, encoding: Encoding) -> None:
        """Report that lines of the file are in an encoding that was guessed."""
        if encoding.guessed_line:
            name = _CODEC_NAMES[encoding.fallback]
            detail = (
                f"the line is not UTF-8 and was read as {name}, as are others like it; "
                f"if names look wrong, state the encoding, such as windows-1250"
            )
            self.report(f"line {encoding.guessed_line}", detail)

    def numbered_lines(self, encoding: Encoding | None = None) -> Iterator[tuple[int, str]]:
        """Return the decoded lines with their numbers, from 1; report a guessed encoding.

        Raises:
            PlaylistError: The file cannot be read: raised by the call itself.
        """
        encoding = encoding or encoding_of(self.file, self.encoding)
        self.report_guess(encoding)
        return enumerate(lines(self.file, encoding, self.report_long), 1)

    def tracks(self, entries: Iterable[Entry], nameless: str = NAMELESS) -> Iterator[Track]:
        """Yield the tracks of entries; an entry without a title is reported with `nameless`."""
        return filter(None, (self.track(entry, nameless) for entry in entries))

    def track(self, entry: Entry, nameless: str = NAMELESS) -> Track | None:
        """Convert an entry; `None`, and a problem with the text `nameless`, if it has no name."""
        track = track_from(entry.values)
        if track is None:
            self.report(entry.place, nameless)
        return track


def track_from(values: Mapping[str, str | None]) -> Track | None:
    """Convert the raw texts of an entry to a track; `None` if it has no title and no file name."""
    location = values.get("file")
    title = field_values.with_mix(field_values.text(values.get("title")), values.get("mix"))
    title = title or field_values.stem(location)
    if not title:
        return None
    return Track(
        title,
        field_values.artist_names(values.get("artist")),
        album=field_values.known_text(values.get("album")),
        label=field_values.known_text(values.get("label")),
        year=field_values.year(values.get("year")),
        bpm=field_values.bpm(values.get("bpm")),
        key=field_values.known_text(values.get("key")),
        duration_s=field_values.seconds(values.get("duration"))
        or field_values.milliseconds(values.get("duration_ms")),
        isrc=field_values.known_text(values.get("isrc")),
        beatport_id=field_values.whole(values.get("beatport_id"))
        or field_values.beatport_id(location),
        remixers=field_values.artist_names(values.get("remixer")),
        file=field_values.path_of(location) or None,
        id=field_values.known_text(values.get("id")),
    )
