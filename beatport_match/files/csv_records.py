"""Split the lines of a CSV file into records, each with a limit on its length.

`csv.field_size_limit` cannot be this limit: it is one value for the whole process, and other
libraries raise it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple


class BadRecord(NamedTuple):
    """Why a record cannot be read.

    `is_unclosed` tells that a quote is opened and not closed before the limit of the record or the
    end of the file.
    """

    detail: str
    is_unclosed: bool


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
        quoted: Whether a cell may stand in quotes.
        reread: Whether the lines of a bad record after its first line are read again, so that an
            unclosed quote costs only its own line.
    """
    feed = _RecordFeed(lines, max_length)
    while True:
        feed.begin_record()
        # After an error a csv.reader cannot continue, so each record gets a new one.
        reader = csv.reader(
            feed,
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            strict=True,
        )
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield feed.first_line, BadRecord(feed.unclosed or str(error), bool(feed.unclosed))
            if reread:
                feed.put_back_lines()
            continue
        if cells is None:
            return
        yield feed.first_line, cells


class _RecordFeed:
    """The lines for `csv.reader`; `unclosed` says why the present record has no end."""

    def __init__(self, lines: Iterator[tuple[int, str]], max_length: int) -> None:
        self._lines, self._max_length = lines, max_length
        self._pending: deque[tuple[int, str]] = deque()
        self._record: list[tuple[int, str]] = []
        self._record_length = 0
        self.unclosed = ""

    @property
    def first_line(self) -> int:
        """The number of the line on which the record begins."""
        return self._record[0][0]

    def begin_record(self) -> None:
        """Begin a record."""
        self._record, self._record_length, self.unclosed = [], 0, ""

    def put_back_lines(self) -> None:
        """Let all lines of the record except the first be read again."""
        self._pending.extendleft(reversed(self._record[1:]))

    def __iter__(self) -> _RecordFeed:
        return self

    def __next__(self) -> str:
        line = self._pending.popleft() if self._pending else next(self._lines, None)
        if line is None:
            self.unclosed = "a quote is opened and never closed"
            raise StopIteration
        self._record.append(line)
        self._record_length += len(line[1])
        if self._record_length > self._max_length:
            self.unclosed = f"a record is longer than {self._max_length} characters"
            raise csv.Error(self.unclosed)
        return line[1]
