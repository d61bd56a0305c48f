"""Rows from a file or from a program: JSON lines, CSV (each also as `.gz`), Parquet, mappings.

The suffix of the file decides its format. An entry is a row or, as text, the reason why it is not
one; each comes with its line or row number. A damaged line does not affect other lines. This module
does not know the columns, and it is the only one that imports pyarrow.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from pydantic_core import from_json

from beatport_match.errors import CatalogueError, MissingDependencyError, require_several
from beatport_match.files.csv_records import BadRecord, csv_records
from beatport_match.files.guarded_read import UTF16_MARKS, bounded_lines, open_input

Row: TypeAlias = Mapping[str, object]
"""The fields of a track by their names; docs/offline-catalogue.md lists them."""
# The number of the line or row, from 1, and the row or the reason why it cannot be read.
NumberedRow: TypeAlias = tuple[int, Row | str]
RowsOrFile: TypeAlias = str | PathLike[str] | Iterable[Row]
"""The path of a file of JSON lines, CSV or Parquet, or the rows."""
# The number of a line, from 1, and its bytes or the reason why it cannot be read.
_Line: TypeAlias = tuple[int, bytes | str]

# The longest line or CSV record that is read into memory; a real one has a few hundred bytes.
MAX_RECORD_BYTES = 128 * 1024
_PARQUET_BATCH_ROWS = 4096
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
    entries: Iterator[NumberedRow]


def row_source(rows_or_file: RowsOrFile) -> RowSource:
    """Return the rows of a file or of a program.

    Raises:
        CatalogueError: The file does not exist or has an unknown format (raised at once), or it
            cannot be read (raised while iterating).
        MissingDependencyError: The extra `parquet` is not installed (raised while iterating).
    """
    if not isinstance(rows_or_file, (str, PathLike)):
        require_several("rows_or_file", rows_or_file, "rows", "or give the path of a file")
        return RowSource("", "row", _program_entries(rows_or_file))
    file, shown = Path(rows_or_file), str(rows_or_file)
    with open_input(file, CatalogueError):
        pass
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


def _program_entries(rows: Iterable[Row]) -> Iterator[NumberedRow]:
    for number, row in enumerate(rows, 1):
        # The type is checked because a program may pass any value.
        yield number, row if isinstance(cast("object", row), Mapping) else "it is not a mapping"


def _json_entries(lines: Iterator[_Line]) -> Iterator[NumberedRow]:
    for number, line in lines:
        if isinstance(line, str):
            yield number, line
        elif len(line) > MAX_RECORD_BYTES:
            yield number, f"the line is longer than {MAX_RECORD_BYTES:,} bytes"
        elif line.strip():
            yield number, _parse_json(line)


def _parse_json(line: bytes) -> Row | str:
    """Parse one line; where the fast parser fails, `json` parses it again.

    `json` accepts a lone surrogate, and its exceptions say what is wrong.
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


def _csv_entries(lines: Iterator[_Line]) -> Iterator[NumberedRow]:
    """Yield rows; the first record that is not blank is the header."""
    damage: list[NumberedRow] = []
    texts = _texts(lines, damage)
    first = next((line for line in texts if line[1].strip()), (0, ""))
    # Where the comma is the decimal mark, spreadsheets write ; or tabs.
    delimiter = max(",;\t", key=first[1].count)
    header: list[str] = []
    records = csv_records(chain([first], texts), delimiter, MAX_RECORD_BYTES, reread=True)
    for number, cells in records:
        if isinstance(cells, BadRecord):
            yield number, f"the row is not well-formed CSV ({cells.detail})"
        elif not any(map(str.strip, cells)):
            continue
        elif not header:
            header = [cell.strip().casefold() for cell in cells]
        elif len(cells) > len(header):
            yield number, f"the row has {len(cells)} cells for {len(header)} columns"
        else:
            yield number, dict(zip(header, cells, strict=False))
    yield from damage


def _texts(lines: Iterator[_Line], damage: list[NumberedRow]) -> Iterator[tuple[int, str]]:
    """Yield the lines as text; put the reason why the rest cannot be read into `damage`."""
    for number, line in lines:
        if isinstance(line, str):
            damage.append((number, line))
        else:
            # `RowParser` finds bytes that are not UTF-8 and can then name their column.
            text = line.decode("utf-8", "surrogateescape")
            # A line that was cut off must exceed the limit in characters too.
            is_cut = len(line) > MAX_RECORD_BYTES
            yield number, text.ljust(MAX_RECORD_BYTES + 1) if is_cut else text


def _lines(file: Path) -> Iterator[_Line]:
    """Yield the lines of a file, which may be compressed; a longer line is cut off.

    The last entry is a text if the file is damaged: the reason why the rest cannot be read.
    """
    number = 0
    is_gzip = file.name.lower().endswith(".gz")
    with (
        open_input(file, CatalogueError) as raw,
        gzip.open(raw) if is_gzip else nullcontext(raw) as opened,
    ):
        stream = cast("IO[bytes]", opened)
        try:
            for number, line in enumerate(bounded_lines(stream, MAX_RECORD_BYTES), 1):
                yield number, _without_bom(file, line) if number == 1 else line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield (
                number + 1,
                f"the gzip file is damaged from here on ({error}); compress the rows again",
            )


def _without_bom(file: Path, line: bytes) -> bytes:
    if line.startswith(UTF16_MARKS):
        raise CatalogueError(f"{file}: is UTF-16; save it as UTF-8.")
    return line.removeprefix(_UTF8_BOM)


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
    open_table = cast("Callable[[Path], AbstractContextManager[Any]]", parquet.ParquetFile)
    number = 0
    try:
        with open_table(file) as table:
            batches: Iterator[Any] = table.iter_batches(_PARQUET_BATCH_ROWS)
            for number, row in enumerate(chain.from_iterable(b.to_pylist() for b in batches), 1):
                yield number, row
    except (cast("type[Exception]", ArrowException), OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise CatalogueError(
            f"{file}: cannot be read as Parquet after row {number} ({reason}); "
            "write the file again."
        ) from None
