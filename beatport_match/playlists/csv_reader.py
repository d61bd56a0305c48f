"""Read delimited text: CSV with commas or semicolons, and tabs, as in Rekordbox's own TXT export.

A line near the start of the file names the columns. `_ALIASES` lists the names that are known.
Columns with other names are ignored. A record is limited to 64 KiB.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from beatport_match.errors import PlaylistError
from beatport_match.files.csv_records import BadRecord, csv_records
from beatport_match.files.text_reader import MAX_LINE_LENGTH, Encoding, encoding_of, lines
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists.source import Entry, PlaylistSource

# Names are compared without case, parentheses, hyphens and underscores. If a file has several of
# these columns, the first alias is used: a file with a `Title` column has numbers in its `Track`
# column. The headers of Rekordbox's TXT in English and Italian come from exports; those in German,
# French, Spanish and Japanese are not confirmed.
_ALIASES = {
    "title": (
        *("title", "track title", "name", "track name", "track", "song", "song name", "song title"),
        *("titel", "titolo brano", "track titel", "titre", "titre du morceau", "título"),
        *("título de la pista", "トラックタイトル", "タイトル"),
    ),
    "artist": (
        *("artist", "artists", "artist names", "artist name", "track artist", "interpret"),
        *("artista", "artiste", "künstler", "アーティスト"),
    ),
    "album": ("album", "album name", "álbum", "アルバム"),
    "label": ("label", "record label", "etichetta"),
    "year": ("year", "release date", "album release date", "released", "jahr", "anno", "année"),
    "bpm": ("bpm",),
    "key": (
        "key",
        "tonality",
        "initial key",
        "tonart",
        "tonalità",
        "tonalité",
        "tonalidad",
        "キー",
    ),
    "duration": (
        *("duration", "duration s", "time", "length", "total time", "zeit", "durée", "duración"),
        *("tiempo", "時間"),
    ),
    "duration_ms": ("duration ms", "track duration ms"),
    # In Spotify's exports the BPM, in Rekordbox's Italian ones the length: the values show which.
    "tempo": ("tempo",),
    "isrc": ("isrc",),
    "beatport_id": ("beatport id",),
    "remixer": ("remixer", "remixers"),
    "mix": ("mix", "mix name", "version"),
    "file": ("file", "location", "path"),
    "id": ("id", "track id", "trackid"),
}
# Columns that decide the meaning of others.
_DECIDING = {
    # Spotify gives the key as a pitch class and this mode: 1 is major, 0 is minor.
    "mode": ("mode",),
    # A history of played tracks has these.
    "start": ("start time",),
    "end": ("end time",),
    "played": ("playtime",),
    "deck": ("deck",),
}
_DELIMITERS = (",", ";", "\t")
# Programs write a few lines before the names of the columns: `sep=;`, `Shazam Library`.
_MAX_LINES_BEFORE_HEADER = 5
# These rows decide whether a column holds lengths or positions.
_SAMPLE_ROWS = 100
_MAX_FIRST_POSITION_S = 30
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,4}):([0-9]{2})(?:[.,][0-9]{0,9})?")
# A number of seconds above this (5.5 hours) is in milliseconds.
_MAX_PLAIN_S = 20_000
_NAMELESS = "the row has neither a title nor a file name; fill in the title"


@dataclass(frozen=True, slots=True)
class Header:
    """The line that names the columns.

    `columns` are the names as written; `positions` maps each known field to its column index.
    `line` is its number in the file.
    """

    delimiter: str
    columns: tuple[str, ...]
    positions: dict[str, int]
    line: int = 1


def parse_header(line: str, number: int = 1) -> Header:
    """Parse a line that may name the columns.

    Of the known delimiters, the one that gives the most known fields is used; if several give as
    many, the one that gives the most columns.
    """
    headers = [_split_header(line, delimiter, number) for delimiter in _DELIMITERS]
    return max(headers, key=lambda header: (len(header.positions), len(header.columns)))


def find_header(file_lines: Iterable[str]) -> Header:
    """Find the line that names the columns among the first lines of a file.

    A line after the first must name at least two known fields, one of them the title.
    """
    numbered = ((number, line) for number, line in enumerate(file_lines, 1) if line.strip())
    headers = [
        parse_header(line, number) for number, line in islice(numbered, _MAX_LINES_BEFORE_HEADER)
    ]
    if not headers:
        return parse_header("")
    if "title" in headers[0].positions:
        return headers[0]
    certain = (one for one in headers if len(one.positions) > 1 and "title" in one.positions)
    return next(certain, headers[0])


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the tracks of a delimited file, one per row.

    Raises:
        PlaylistError: The file cannot be read or has no title column: raised by the call itself.
            A quote is never closed or a record is longer than 64 KiB: raised during iteration.
    """
    encoding = encoding_of(source.file, source.encoding)
    source.report_guess(encoding)
    header = find_header(lines(source.file, encoding))
    columns = ", ".join(filter(None, header.columns))[:500]
    if "title" not in header.positions:
        raise PlaylistError(
            f"{source.file}: no column is named title (or track title, name, track); the columns "
            f"are: {columns}; rename the column that holds the titles, or, if this is a track, add "
            f"the line title,artist above it."
        )
    unknown = [
        column
        for index, column in enumerate(header.columns)
        if column and index not in header.positions.values()
    ]
    if "artist" not in header.positions and unknown:
        source.report(
            f"line {header.line}",
            f"no column is named artist, so the tracks have none; not used are: "
            f"{', '.join(unknown)[:500]}; rename the column that holds the artists",
        )
    return _tracks(source, encoding, header)


def _tracks(source: PlaylistSource, encoding: Encoding, header: Header) -> Iterator[Track]:
    rows = _rows(source, encoding, header)
    sample: list[tuple[int, dict[str, str]]] = []
    if "duration" in header.positions:
        sample = list(islice(rows, _SAMPLE_ROWS))
    ignores_length = _holds_positions(header, [cells.get("duration", "") for _, cells in sample])
    for number, (line, cells) in enumerate(chain(sample, rows)):
        if ignores_length:
            cells.pop("duration", None)
        if _is_session(cells, is_first=number == 0):
            continue
        if track := source.track(Entry(f"line {line}", _interpreted(cells)), _NAMELESS):
            yield track


def _holds_positions(header: Header, values: list[str]) -> bool:
    """Return whether a column holds positions in a set instead of lengths.

    Its values then begin near zero and never decrease, or another column has the times of playing.
    """
    if "duration" not in header.positions:
        return False
    is_time = _folded(header.columns[header.positions["duration"]]) == "time"
    if is_time and not {"start", "played"}.isdisjoint(header.positions):
        return True
    found = [_CLOCK.fullmatch(value.strip()) for value in values]
    places = [int(one[1] or 0) * 3600 + int(one[2]) * 60 + int(one[3]) for one in found if one]
    return (
        len(places) > 2
        and places[0] <= _MAX_FIRST_POSITION_S
        and all(one <= other for one, other in pairwise(places))
        and places[0] < places[-1]
    )


def _is_session(cells: dict[str, str], *, is_first: bool) -> bool:
    """Return whether a row of Serato's history names the session and is no track.

    It has no artist and no deck. Without the column of the decks, only the first row is one.
    """
    if not {"start", "end", "artist"} <= cells.keys() or cells["artist"].strip():
        return False
    return not cells["deck"].strip() if "deck" in cells else is_first


def _interpreted(cells: dict[str, str]) -> dict[str, str | None]:
    """Return the values of a row, with those that depend on another value decided."""
    values: dict[str, str | None] = dict(cells)
    if tempo := cells.get("tempo"):
        values.setdefault("duration" if ":" in tempo else "bpm", tempo)
    if cells.get("mode", "").strip() in ("0", "1"):
        # A pitch class of -1 is unknown.
        key, minor = cells.get("key"), cells["mode"].strip() == "0"
        values["key"] = field_values.key_of_pitch(key, minor=minor)
    if (field_values.whole(cells.get("duration")) or 0) > _MAX_PLAIN_S:
        values["duration_ms"] = values.pop("duration")
    return values


def _rows(
    source: PlaylistSource, encoding: Encoding, header: Header
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the known cells of each row that is not blank, with its first line number."""
    # Rekordbox writes tabs without quotes. With quotes, a title such as `"Heroes` would take all
    # following rows into one cell.
    tabs = header.delimiter == "\t"

    def long_line(number: int, quotes: int) -> None:
        if quotes % 2 and not tabs:
            raise PlaylistError(
                f"{source.file}, line {number}: is longer than {MAX_LINE_LENGTH:,} characters and "
                f"opens or closes a quote of several lines; shorten it."
            )
        source.report_long(number)

    file_lines = enumerate(lines(source.file, encoding, long_line), 1)
    numbered = islice(file_lines, header.line, None)
    records = csv_records(numbered, header.delimiter, MAX_LINE_LENGTH, quoted=not tabs)
    for line, row in records:
        if not isinstance(row, BadRecord):
            if any(cell.strip() for cell in row):
                cells = [_unquoted(cell) for cell in row] if tabs else row
                used = header.positions.items()
                yield line, {name: cells[index] for name, index in used if index < len(cells)}
        elif row.is_unclosed:
            raise PlaylistError(
                f"{source.file}, line {line}: {row.detail}, so the rest of the file cannot be "
                f"split into rows; close the quote that was left open."
            )
        else:
            detail = f"the row is not well-formed CSV ({row.detail}); correct its quotes"
            source.report(f"line {line}", detail)


def _unquoted(cell: str) -> str:
    """Remove the quotes around a whole cell: spreadsheets write them between tabs too."""
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def _split_header(line: str, delimiter: str, number: int) -> Header:
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        cells = list[str]()
    columns = tuple(field_values.text(cell) for cell in cells)
    names = [_folded(column) for column in columns]
    positions = {
        field: names.index(next(alias for alias in aliases if alias in names))
        for field, aliases in (_ALIASES | _DECIDING).items()
        if not set(aliases).isdisjoint(names)
    }
    return Header(delimiter, columns, positions, number)


def _folded(column: str) -> str:
    return re.sub(r"[\s_-]+", " ", re.sub(r"[()]", "", column.casefold())).strip()
