"""Delimited text: CSV with commas or semicolons, or tabs, such as Rekordbox's own TXT export.

The first line that is not blank names the columns; the names and their aliases stand here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beatport_match.errors import PlaylistError
from beatport_match.files.text_reader import MAX_LINE_LENGTH, encoding_of, lines
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values

# The first alias that is there wins: beside `Title`, a column named `Track` holds numbers.
_ALIASES = {
    "title": ("title", "track title", "name", "track name", "track"),
    "artist": ("artist", "artists"),
    "album": ("album",),
    "label": ("label",),
    "year": ("year",),
    "bpm": ("bpm",),
    "key": ("key", "tonality", "initial key"),
    "duration": ("duration", "duration s", "time", "length"),
    "isrc": ("isrc",),
    "beatport_id": ("beatport id",),
    "remixer": ("remixer", "remixers"),
    "mix": ("mix", "mix name", "version"),
    "file": ("file", "location", "path"),
    "id": ("id", "track id", "trackid"),
}
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns as written, and where the fields we know stand among them."""

    delimiter: str
    columns: tuple[str, ...]
    places: dict[str, int]


def header_of(line: str) -> Header:
    """Read the line that names the columns, by the delimiter under which it makes most sense."""
    headers = [_header(line, delimiter) for delimiter in _DELIMITERS]
    return max(headers, key=lambda header: (len(header.places), len(header.columns)))


def read(file: Path, on_problem: OnProblem | None) -> Iterator[Track]:
    """Read the tracks of a delimited file, one a row.

    Raises:
        PlaylistError: At once where the file cannot be read or has no column of titles; while
            iterating where a quote is never closed or a record is over 64 KiB.
    """
    encoding = encoding_of(file)
    header = header_of(next((line for line in lines(file, encoding) if line.strip()), ""))
    if "title" not in header.places:
        columns = ", ".join(header.columns)[:500]
        raise PlaylistError(
            f"{file}: no column is named title (or track title, name, track); "
            f"the columns are: {columns}; rename the one with the titles."
        )
    return _tracks(file, encoding, header, on_problem)


def _tracks(
    file: Path, encoding: str, header: Header, on_problem: OnProblem | None
) -> Iterator[Track]:
    rows = _rows(file, encoding, header.delimiter, on_problem)
    next(rows, None)
    for line, row in rows:
        if track := _track(header, row):
            yield track
        elif on_problem:
            detail = "there is neither a title nor the name of a file; fill in the title"
            on_problem(PlaylistProblem(str(file), f"line {line}", detail))


def _track(header: Header, row: list[str]) -> Track | None:
    cells = {name: row[place] for name, place in header.places.items() if place < len(row)}
    title = field_values.text(cells.get("title"))
    title = field_values.with_mix(title, cells.get("mix")) or field_values.stem(cells.get("file"))
    if not title:
        return None
    return Track(
        title,
        field_values.artist_names(cells.get("artist")),
        album=field_values.known_text(cells.get("album")),
        label=field_values.known_text(cells.get("label")),
        year=field_values.year(cells.get("year")),
        bpm=field_values.bpm(cells.get("bpm")),
        key=field_values.known_text(cells.get("key")),
        duration_s=field_values.seconds(cells.get("duration")),
        isrc=field_values.known_text(cells.get("isrc")),
        beatport_id=field_values.whole(cells.get("beatport_id")),
        remixers=field_values.artist_names(cells.get("remixer")),
        file=field_values.path_of(cells.get("file")) or None,
        id=field_values.known_text(cells.get("id")),
    )


def _rows(
    file: Path, encoding: str, delimiter: str, on_problem: OnProblem | None
) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, the header included, with the line it begins on."""
    source = _RecordFeed(file, lines(file, encoding))
    tabs = delimiter == "\t"
    reader = csv.reader(
        source,
        delimiter=delimiter,
        # Rekordbox writes tabs, no quotes: a title such as `"Heroes` would swallow the rows below.
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
    )
    while True:
        source.first, source.taken = reader.line_num + 1, 0
        try:
            row = next(reader, None)
        except csv.Error as error:
            if source.ended:
                raise PlaylistError(
                    f"{file}, line {source.first}: a quote is opened and never closed, so the rest "
                    f"of the file cannot be told apart; close it."
                ) from None
            if on_problem:
                detail = f"the row is not well-formed CSV ({error}); correct its quotes"
                on_problem(PlaylistProblem(str(file), f"line {source.first}", detail))
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield source.first, [_unquoted(cell) for cell in row] if tabs else row


class _RecordFeed:
    """The lines of a file, as many as one record may take.

    The limit of the `csv` module is one for the whole process, and other libraries lift it.
    """

    def __init__(self, file: Path, written: Iterator[str]) -> None:
        self._file, self._lines = file, written
        self.first, self.taken, self.ended = 1, 0, False

    def __iter__(self) -> _RecordFeed:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken += len(line)
        if self.taken > MAX_LINE_LENGTH:
            raise PlaylistError(
                f"{self._file}, line {self.first}: a record is longer than {MAX_LINE_LENGTH} characters; "
                f"close the quote that was left open there."
            )
        return line


def _unquoted(cell: str) -> str:
    """Spreadsheets do quote between tabs: a cell wrapped in quotes as a whole loses them."""
    wrapped = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if wrapped else cell


def _header(line: str, delimiter: str) -> Header:
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        cells = list[str]()
    columns = tuple(field_values.text(cell) for cell in cells)
    plain = [re.sub(r"[\s_-]+", " ", column.casefold()) for column in columns]
    places = {
        name: plain.index(next(alias for alias in aliases if alias in plain))
        for name, aliases in _ALIASES.items()
        if not set(aliases).isdisjoint(plain)
    }
    return Header(delimiter, columns, places)
