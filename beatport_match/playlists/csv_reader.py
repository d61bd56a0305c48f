"""Read delimited text: CSV with commas or semicolons, and tabs, as in Rekordbox's own TXT export.

The first line that is not blank names the columns. `_ALIASES` lists the names that are known.
Columns with other names are ignored. A record is limited to 64 KiB.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beatport_match.errors import PlaylistError
from beatport_match.files.csv_records import BadRecord, csv_records
from beatport_match.files.text_reader import MAX_LINE_LENGTH, encoding_of, lines
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values

# If a file has several of these columns, the first alias wins: a file with a `Title` column has
# numbers in its `Track` column.
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
    """The line that names the columns.

    `columns` are the names as written; `positions` maps each known field to its column index.
    """

    delimiter: str
    columns: tuple[str, ...]
    positions: dict[str, int]


def parse_header(line: str) -> Header:
    """Parse the line that names the columns.

    Of the known delimiters, the one that gives the most known fields is used; if several give as
    many, the one that gives the most columns.
    """
    headers = [_split_header(line, delimiter) for delimiter in _DELIMITERS]
    return max(headers, key=lambda header: (len(header.positions), len(header.columns)))


def read(file: Path, on_problem: OnProblem | None) -> Iterator[Track]:
    """Read the tracks of a delimited file, one per row.

    Raises:
        PlaylistError: The file cannot be read or has no title column: raised by the call itself.
            A quote is never closed or a record is longer than 64 KiB: raised during iteration.
    """
    encoding = encoding_of(file)
    header = parse_header(next((line for line in lines(file, encoding) if line.strip()), ""))
    if "title" not in header.positions:
        columns = ", ".join(header.columns)[:500]
        raise PlaylistError(
            f"{file}: no column is named title (or track title, name, track); "
            f"the columns are: {columns}; rename the column that holds the titles."
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
            detail = "the row has neither a title nor a file name; fill in the title"
            on_problem(PlaylistProblem(str(file), f"line {line}", detail))


def _track(header: Header, row: list[str]) -> Track | None:
    cells = {name: row[index] for name, index in header.positions.items() if index < len(row)}
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
    """Yield each row that is not blank, including the header, with its first line number."""
    # Rekordbox writes tabs without quotes. With quotes, a title such as `"Heroes` would take all
    # following rows into one cell.
    tabs = delimiter == "\t"
    numbered = enumerate(lines(file, encoding), 1)
    for line, row in csv_records(numbered, delimiter, MAX_LINE_LENGTH, quoted=not tabs):
        if not isinstance(row, BadRecord):
            if any(cell.strip() for cell in row):
                yield line, [_unquoted(cell) for cell in row] if tabs else row
        elif row.is_unclosed:
            raise PlaylistError(
                f"{file}, line {line}: {row.detail}, so the rest of the file cannot be split into "
                f"rows; close the quote that was left open."
            )
        elif on_problem:
            detail = f"the row is not well-formed CSV ({row.detail}); correct its quotes"
            on_problem(PlaylistProblem(str(file), f"line {line}", detail))


def _unquoted(cell: str) -> str:
    """Remove the quotes around a whole cell: spreadsheets write them between tabs too."""
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def _split_header(line: str, delimiter: str) -> Header:
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        cells = list[str]()
    columns = tuple(field_values.text(cell) for cell in cells)
    names = [re.sub(r"[\s_-]+", " ", column.casefold()) for column in columns]
    positions = {
        field: names.index(next(alias for alias in aliases if alias in names))
        for field, aliases in _ALIASES.items()
        if not set(aliases).isdisjoint(names)
    }
    return Header(delimiter, columns, positions)
