"""Rows from a file or from a program: JSON lines, CSV (each also as `.gz`), Parquet, mappings.

The suffix of the file decides its format. An entry is a row or, as text, the reason why it is not
one; each comes with its line or row number. A damaged line never costs another line. This module
knows no column, and it is the only one that imports pyarrow.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO, Protocol, TypeAlias, cast

from pydantic_core import from_json

from beatport_match.errors import CatalogueError, MissingDependencyError

Row: TypeAlias = Mapping[str, object]
# The number of the line or row, from 1, and the row or the reason why it cannot be read.
Entry: TypeAlias = tuple[int, Row | str]
RowsOrFile: TypeAlias = str | PathLike[str] | Iterable[Row]
# The number of a line, from 1, and its bytes or the reason why it cannot be read.
_Line: TypeAlias = tuple[int, bytes | str]

# The longest line or CSV record that is read into memory; a real one has a few hundred bytes.
MAX_RECORD_BYTES = 128 * 1024
_PARQUET_BATCH_ROWS = 4096
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_BOM = b"\xef\xbb\xbf"
_NOT_UTF8 = "the line holds bytes that are not UTF-8"


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows and where they come from.

    `file` is the path as given, empty for rows of a program. `unit` is what the numbers of the
    entries count: "line" or "row". `entries` are the rows.
    """

    file: str
    unit: str
    entries: Iterator[Entry]


def row_source(rows_or_file: RowsOrFile) -> RowSource:
    """Return the rows of a file or of a program.

    Raises:
        CatalogueError: The file does not exist or has an unknown format (raised at once), or it
            cannot be read (raised while iterating).
        MissingDependencyError: The extra `parquet` is not installed (raised while iterating).
    """
    if not isinstance(rows_or_file, (str, PathLike)):
        return RowSource("", "row", _program_entries(rows_or_file))
    file, shown = Path(rows_or_file), str(rows_or_file)
    if not file.is_file():
        raise CatalogueError(f"{file}: there is no such file; check the path.")
    name = file.name.lower()
    if name.endswith(".parquet"):
        return RowSource(shown, "row", _parquet_entries(file))
    uncompressed = name.removesuffix(".gz")
    if uncompressed.endswith((".jsonl", ".ndjson")):
        return RowSource(shown, "line", _json_entries(_lines(file)))
    if uncompressed.endswith(".csv"):
        return RowSource(shown, "line", _csv_entries(_lines(file)))
    raise CatalogueError(
        f"{file}: has an unknown format; name a .jsonl, .csv, .jsonl.gz, .csv.gz or .parquet file."
    )


def _program_entries(rows: Iterable[Row]) -> Iterator[Entry]:
    for number, row in enumerate(rows, 1):
        # The type is checked because a program may pass any value.
        yield number, row if isinstance(cast("object", row), Mapping) else "it is not a mapping"


def _json_entries(lines: Iterator[_Line]) -> Iterator[Entry]:
    for number, line in lines:
        if isinstance(line, str):
            yield number, line
        elif line.strip():
            yield number, _parse_json(line)


def _parse_json(line: bytes) -> Row | str:
    """Parse one line; where the fast parser fails, `json` parses it again.

    `json` accepts a lone surrogate, and its exceptions tell what is wrong.
    """
    row: object
    try:
        row = from_json(line)
    except ValueError:
        try:
            row = json.loads(line)
        except UnicodeDecodeError:
            return _NOT_UTF8
        except (ValueError, RecursionError):
            return "the line is not well-formed JSON"
    return cast("Row", row) if isinstance(row, dict) else "the line is not a JSON object"


def _csv_entries(lines: Iterator[_Line]) -> Iterator[Entry]:
    """Yield rows; the first record that is not blank is the header."""
    feed = _CsvFeed(lines)
    header: list[str] = []
    for number, cells in _csv_records(feed):
        if isinstance(cells, str):
            yield number, cells
        elif not any(map(str.strip, cells)):
            continue
        elif not header:
            header = [cell.strip().casefold() for cell in cells]
        elif len(cells) > len(header):
            yield number, f"the row has {len(cells)} cells for {len(header)} columns"
        else:
            yield number, dict(zip(header, cells, strict=False))


def _csv_records(feed: _CsvFeed) -> Iterator[tuple[int, list[str] | str]]:
    """Yield every record with the number of its first line.

    If a quote is opened and never closed, only its line is lost: the lines after it are read again.
    """
    while True:
        feed.begin_record()
        try:
            # After an error a csv.reader cannot continue, so each record gets a new one.
            cells = next(csv.reader(feed, delimiter=feed.delimiter, strict=True), None)
        except csv.Error as error:
            feed.put_back_lines()
            yield feed.first_line, f"the row is not well-formed CSV ({error})"
            continue
        if cells is None:
            return
        yield feed.first_line, cells


class _CsvFeed:
    """The lines of a CSV file for `csv.reader`: bounded per record, and readable again."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self._pending: deque[_Line] = deque()
        self._record: list[_Line] = []
        self._record_bytes = 0
        self.delimiter = ","
        self._detect_delimiter()

    @property
    def first_line(self) -> int:
        """The number of the line on which the record begins."""
        return self._record[0][0]

    def begin_record(self) -> None:
        """Begin a record."""
        self._record, self._record_bytes = [], 0

    def put_back_lines(self) -> None:
        """Let all lines of the record except the first be read again."""
        self._pending.extendleft(reversed(self._record[1:]))

    def __iter__(self) -> _CsvFeed:
        return self

    def __next__(self) -> str:
        number, line = self._pending.popleft() if self._pending else next(self._lines)
        self._record.append((number, line))
        if isinstance(line, str):
            raise csv.Error(line)
        self._record_bytes += len(line)
        if self._record_bytes > MAX_RECORD_BYTES:
            raise csv.Error("a quote is opened and never closed")
        # `RowParser` finds bytes that are not UTF-8 and can then name their column.
        return line.decode("utf-8", "surrogateescape")

    def _detect_delimiter(self) -> None:
        """Count delimiters: where the comma is the decimal mark, spreadsheets write ; or tabs."""
        for number, line in self._lines:
            self._pending.append((number, line))
            if isinstance(line, bytes) and line.strip():
                self.delimiter = max(",;\t", key=lambda mark: line.count(mark.encode()))
                return


def _lines(file: Path) -> Iterator[_Line]:
    """Yield the lines of a file, which may be compressed."""
    number = 0
    try:
        with gzip.open(file) if file.name.lower().endswith(".gz") else file.open("rb") as stream:
            while line := stream.readline(MAX_RECORD_BYTES + 1):
                number += 1
                if number == 1:
                    line = _without_bom(file, line)
                if len(line) <= MAX_RECORD_BYTES:
                    yield number, line
                    continue
                _skip_line(cast("IO[bytes]", stream))
                yield number, f"the line is longer than {MAX_RECORD_BYTES:,} bytes"
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield (
            number + 1,
            f"the gzip file is damaged from here on ({error}); compress the rows again",
        )
    except OSError as error:
        raise CatalogueError(f"{file}: cannot be read ({error.strerror or error}).") from None


def _without_bom(file: Path, line: bytes) -> bytes:
    if line.startswith(_UTF16_BOMS):
        raise CatalogueError(f"{file}: is UTF-16; save it as UTF-8.")
    return line.removeprefix(_UTF8_BOM)


def _skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(MAX_RECORD_BYTES)) and not rest.endswith(b"\n"):
        pass


class _Batch(Protocol):
    def to_pylist(self) -> list[Mapping[str, object]]: ...


class _Table(Protocol):
    def iter_batches(self, batch_size: int) -> Iterable[_Batch]: ...


_OpenTable: TypeAlias = Callable[[Path], AbstractContextManager[_Table]]


def _parquet_entries(file: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the rows of a Parquet file, a few thousand in memory at a time.

    Raises:
        CatalogueError: The file cannot be read as Parquet.
        MissingDependencyError: The extra `parquet` is not installed.
    """
    try:
        # pyarrow has no type annotations.
        from pyarrow import (  # type: ignore[import-untyped]
            ArrowException,  # pyright: ignore[reportUnknownVariableType]
            parquet,  # pyright: ignore[reportUnknownVariableType]
        )
    except ImportError:
        raise MissingDependencyError(
            f"{file}: reading Parquet needs pyarrow; run: pip install 'beatport-match[parquet]'.",
            name="pyarrow",
        ) from None
    open_table = cast("_OpenTable", parquet.ParquetFile)
    arrow_error = cast("type[Exception]", ArrowException)
    number = 0
    try:
        with open_table(file) as table:
            for batch in table.iter_batches(_PARQUET_BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (arrow_error, OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise CatalogueError(
            f"{file}: cannot be read as Parquet after row {number} ({reason}); "
            "write the file again."
        ) from None
