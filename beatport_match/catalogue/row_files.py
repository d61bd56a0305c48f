"""Rows out of a file: JSON lines, CSV (either may be packed with gzip) or Parquet, by the suffix.

An entry is a row or, as text, what kept it from being one; either comes with its line. One torn
line costs no other. This room knows no column.
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

from beatport_match.errors import CatalogueError, MisuseError

Row: TypeAlias = Mapping[str, object]
# Its line or row, counted from 1, and the row or what is wrong with it.
Entry: TypeAlias = tuple[int, Row | str]
Given: TypeAlias = str | PathLike[str] | Iterable[Row]

# The longest line or record that is let into memory; a real one holds a few hundred bytes.
MAX_RECORD_LENGTH = 128 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_NOT_UTF8 = "the line holds bytes that are not UTF-8"


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where rows come from: its name (empty for a program's own), and what it is counted in."""

    file: str
    unit: str
    entries: Iterator[Entry]


def source_of(given: Given) -> RowSource:
    """The rows of a file or of a program.

    Raises:
        CatalogueError: At once where there is no such file or it is of no known format; while
            iterating where it cannot be read.
    """
    if not isinstance(given, (str, PathLike)):
        return RowSource("", "row", _own(given))
    file = Path(given)
    if not file.is_file():
        raise CatalogueError(f"{file}: there is no such file; check the path.")
    name = file.name.lower()
    if name.endswith(".parquet"):
        return RowSource(str(given), "row", parquet_rows(file))
    plain = name.removesuffix(".gz")
    if plain.endswith((".jsonl", ".ndjson")):
        return RowSource(str(given), "line", _json(_lines(file)))
    if plain.endswith(".csv"):
        return RowSource(str(given), "line", _csv(_lines(file)))
    raise CatalogueError(
        f"{file}: is of no known format; name a .jsonl, .csv, .jsonl.gz, .csv.gz or .parquet file."
    )


def _own(rows: Iterable[Row]) -> Iterator[Entry]:
    for number, row in enumerate(rows, 1):
        # A program may hand over anything.
        yield number, row if isinstance(cast("object", row), Mapping) else "it is no mapping"


def _json(lines: Iterator[tuple[int, bytes | str]]) -> Iterator[Entry]:
    for number, line in lines:
        if isinstance(line, str):
            yield number, line
        elif line.strip():
            yield number, _record(line)


def _record(line: bytes) -> Row | str:
    """What stands on a line; the slower reader says what is wrong, and bears half a sign."""
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
    return cast("Row", row) if isinstance(row, dict) else "the line is no JSON object"


def _csv(lines: Iterator[tuple[int, bytes | str]]) -> Iterator[Entry]:
    """Rows under the names of the first record that is not blank."""
    feed = _Feed(lines)
    header: list[str] = []
    for number, cells in _records(feed):
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


def _records(feed: _Feed) -> Iterator[tuple[int, list[str] | str]]:
    """Every record with the line that it begins on.

    Where a quote is opened and never closed, only the line that opens it is lost: those behind it
    are read again.
    """
    while True:
        feed.begin()
        try:
            # A reader that gave an error cannot go on; a new one costs nothing.
            cells = next(csv.reader(feed, delimiter=feed.delimiter, strict=True), None)
        except csv.Error as error:
            feed.put_back()
            yield feed.first, f"the row is not well-formed CSV ({error})"
            continue
        if cells is None:
            return
        yield feed.first, cells


class _Feed:
    """The lines of a CSV file, as many as one record may take, some of them for a second time."""

    def __init__(self, lines: Iterator[tuple[int, bytes | str]]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, bytes | str]] = deque()
        self._taken: list[tuple[int, bytes | str]] = []
        self._size = 0
        self.delimiter = ","
        self._choose_delimiter()

    @property
    def first(self) -> int:
        """The line that the record begins on."""
        return self._taken[0][0]

    def begin(self) -> None:
        """Begin a record."""
        self._taken, self._size = [], 0

    def put_back(self) -> None:
        """Let all lines of the record but its first be read again."""
        self._again.extendleft(reversed(self._taken[1:]))

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        number, line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append((number, line))
        if isinstance(line, str):
            raise csv.Error(line)
        self._size += len(line)
        if self._size > MAX_RECORD_LENGTH:
            raise csv.Error("a quote is opened and never closed")
        # What is no UTF-8 is found in its cell.
        return line.decode("utf-8", "surrogateescape")

    def _choose_delimiter(self) -> None:
        """Spreadsheets write semicolons or tabs where commas are decimal points."""
        for number, line in self._lines:
            self._again.append((number, line))
            if isinstance(line, bytes) and line.strip():
                self.delimiter = max(",;\t", key=lambda mark: line.count(mark.encode()))
                return


def _lines(file: Path) -> Iterator[tuple[int, bytes | str]]:
    """The lines of a file that may be packed; text stands for a line that cannot be read."""
    number = 0
    try:
        with gzip.open(file) if file.name.lower().endswith(".gz") else file.open("rb") as stream:
            while line := stream.readline(MAX_RECORD_LENGTH + 1):
                number += 1
                if number == 1:
                    line = _without_mark(file, line)
                if len(line) <= MAX_RECORD_LENGTH:
                    yield number, line
                    continue
                _skip_line(cast("IO[bytes]", stream))
                yield number, f"the line is longer than {MAX_RECORD_LENGTH:,} bytes"
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield number + 1, f"the packed file is damaged from here on ({error}); pack it again"
    except OSError as error:
        raise CatalogueError(f"{file}: cannot be read ({error.strerror or error}).") from None


def _without_mark(file: Path, line: bytes) -> bytes:
    if line.startswith(_UTF16):
        raise CatalogueError(f"{file}: is UTF-16; save it as UTF-8.")
    return line.removeprefix(_BOM)


def _skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(MAX_RECORD_LENGTH)) and not rest.endswith(b"\n"):
        pass


# MERGED Rows out of a Parquet file, a few thousand at a time: the only file that knows pyarrow.
_ROWS_AT_ONCE = 4096


class _Batch(Protocol):
    def to_pylist(self) -> list[Mapping[str, object]]: ...


class _Table(Protocol):
    def iter_batches(self, batch_size: int) -> Iterable[_Batch]: ...


_Open: TypeAlias = Callable[[Path], AbstractContextManager[_Table]]


def parquet_rows(file: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows of a file, numbered from 1.

    Raises:
        CatalogueError: The file cannot be read as Parquet.
        MisuseError: The extra `parquet` is not installed.
    """
    try:
        # It comes without types.
        from pyarrow import (  # type: ignore[import-untyped]
            ArrowException,  # pyright: ignore[reportUnknownVariableType]
            parquet,  # pyright: ignore[reportUnknownVariableType]
        )
    except ImportError:
        raise MisuseError(
            f"{file}: reading Parquet needs pyarrow; pip install 'beatport-match[parquet]'."
        ) from None
    opened = cast("_Open", parquet.ParquetFile)
    complaint = cast("type[Exception]", ArrowException)
    number = 0
    try:
        with opened(file) as table:
            for batch in table.iter_batches(_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (complaint, OSError) as error:
        said = str(error).partition("\n")[0].rstrip(".")
        raise CatalogueError(
            f"{file}: cannot be read as Parquet after row {number} ({said}); write it anew."
        ) from None
