"""Write CSV files completely, and split their lines into records of limited length.

`csv.field_size_limit` cannot be this limit: it is one value for the whole process, and other
libraries raise it.

If a quote is opened and not closed, the lines after it are read again as separate records.
Most of those may open a quote as well. Whether a line closes an open quote does not depend on the
line that opened it. So it is found out once per line, and the work grows only with the length of
the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from beatport_match.files.atomic_write import atomic_write


class BadRecord(NamedTuple):
    """Why a record cannot be read.

    `is_unclosed` is true if a quote is opened and not closed before the limit of the record or the
    end of the file.
    """

    detail: str
    is_unclosed: bool


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a CSV file with a header, as `atomic_write` does.

    Spreadsheets read UTF-8 only after a byte order mark. A lone surrogate is written as an escape.
    """
    with (
        atomic_write(path) as draft,
        draft.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file,
    ):
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)


def csv_records(
    lines: Iterator[tuple[int, str]],
    delimiter: str,
    max_length: int,
    *,
    quoted: bool = True,
    reread: bool = False,
) -> Iterator[tuple[int, list[str] | BadRecord]]:
    """Yield the cells of each record with the number of its first line.

    Args:
        lines: The numbered lines, with their line ends.
        delimiter: The character between two cells.
        max_length: The largest number of characters in one record.
        quoted: Whether a cell may be quoted.
        reread: Whether the lines of a bad record after its first line are read again, so that an
            unclosed quote costs only its own line.
    """
    feed = _RecordFeed(lines, _LineParser(delimiter, quoted=quoted), max_length)
    while (line := feed.next_line()) is not None:
        number, text = line
        record = feed.record(text)
        if isinstance(record, BadRecord) and not reread:
            feed.drop_lines_ahead()
        yield number, record


class _LineParser:
    """Parses the lines of one record."""

    def __init__(self, delimiter: str, *, quoted: bool) -> None:
        self._delimiter, self._quoted = delimiter, quoted

    def parse(self, texts: Iterable[str]) -> list[str] | BadRecord | None:
        """Return the cells, why they cannot be read, or `None` if a quote is still open."""
        is_read = False

        def feed() -> Iterator[str]:
            nonlocal is_read
            yield from texts
            is_read = True

        # After an error a csv.reader cannot continue, so each record gets a new one.
        reader = csv.reader(
            feed(),
            delimiter=self._delimiter,
            quoting=csv.QUOTE_MINIMAL if self._quoted else csv.QUOTE_NONE,
            strict=True,
        )
        try:
            return next(reader)
        except csv.Error as error:
            return None if is_read else BadRecord(str(error), is_unclosed=False)


class _RecordFeed:
    """The lines of a file, and the lines ahead that were read in search of a closing quote."""

    def __init__(
        self, lines: Iterator[tuple[int, str]], parser: _LineParser, max_length: int
    ) -> None:
        self._lines, self._parser, self._max_length = lines, parser, max_length
        # Lines that leave an open quote open, and their length.
        self._open = deque[tuple[int, str]]()
        self._open_length = 0
        # The line after them, and why it is an error after an open quote, if that is known.
        self._end: tuple[int, str] | None = None
        self._end_error: BadRecord | None = None

    def next_line(self) -> tuple[int, str] | None:
        """Return the next line, which begins a record; `None` at the end of the file."""
        if self._open:
            number, text = self._open.popleft()
            self._open_length -= len(text)
            return number, text
        line = self._end or next(self._lines, None)
        self._end = self._end_error = None
        return line

    def record(self, text: str) -> list[str] | BadRecord:
        """Return the record that begins with a line, and take its other lines."""
        if len(text) > self._max_length:
            return self._too_long()
        record = self._parser.parse([text])
        return self._quoted_record(text) if record is None else record

    def drop_lines_ahead(self) -> None:
        """Drop the lines that were read in search of a closing quote."""
        self._open.clear()
        self._open_length, self._end, self._end_error = 0, None, None

    def _quoted_record(self, text: str) -> list[str] | BadRecord:
        """Return the record of a line that opens a quote and does not close it."""
        while self._end_error is None:
            self._end = self._end or next(self._lines, None)
            if self._end is None:
                return BadRecord("a quote is opened and never closed", is_unclosed=True)
            end_text = self._end[1]
            if len(text) + self._open_length + len(end_text) > self._max_length:
                return self._too_long()
            # A line that contains only an opening quote represents the record so far.
            ended = self._parser.parse(['"\n', end_text])
            if isinstance(ended, BadRecord):
                self._end_error = ended
            elif ended is None:
                self._open.append(self._end)
                self._open_length += len(end_text)
                self._end = None
            else:
                record = self._parser.parse([text, *(line for _, line in self._open), end_text])
                self.drop_lines_ahead()
                assert record is not None
                return record
        return self._end_error

    def _too_long(self) -> BadRecord:
        detail = f"a record is longer than {self._max_length} characters"
        return BadRecord(detail, is_unclosed=True)
