"""Decisions in a CSV file, which a person has edited in a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from beatport_match.errors import DecisionsError
from beatport_match.files.csv_records import BadRecord, csv_records
from beatport_match.files.guarded_read import read_text, reason
from beatport_match.model.decisions import Decision
from beatport_match.model.problems import PlaylistProblem
from beatport_match.review.decision_lines import (
    MAX_DECISION_BYTES,
    MAX_DECISIONS_BYTES,
    checked,
    parse_row,
)


def read_csv(path: Path) -> tuple[list[Decision], tuple[PlaylistProblem, ...]]:
    """Return the decisions of a CSV file, and a problem for each row that cannot be read.

    Raises:
        DecisionsError: The file cannot be read, or has no column `verdict`.
    """
    read: list[Decision] = []
    problems: list[PlaylistProblem] = []
    for number, row in _rows(path):
        try:
            if isinstance(row, BadRecord):
                raise ValueError(row.detail)  # noqa: TRY301, TRY004 - handled like a bad value
            read.append(checked(parse_row(row)))
        except ValueError as error:
            detail = f"the row is left out: {str(error).rstrip('.')}"
            problems.append(PlaylistProblem(str(path), f"line {number}", detail))
    return read, tuple(problems)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    """Yield the rows of a CSV file after its header, with their line numbers.

    Raises:
        DecisionsError: The file cannot be read, or has no column `verdict`.
    """
    try:
        text = read_text(path, MAX_DECISIONS_BYTES)
    except OSError as error:
        raise DecisionsError(f"{path}: cannot be read ({reason(error)}); check the file.") from None
    lines = enumerate(io.StringIO(text, newline=""), 1)
    first = next(lines, (1, ""))
    # Where the comma is the decimal mark, spreadsheets write ; or tabs.
    delimiter = max(",;\t", key=first[1].count)
    records = csv_records(chain([first], lines), delimiter, MAX_DECISION_BYTES, reread=True)
    _, header = next(records)
    if isinstance(header, BadRecord) or "verdict" not in header:
        raise DecisionsError(
            f"{path}: the first line does not name the column `verdict`; give a file that "
            "`Decisions.to_csv` wrote."
        )
    for number, cells in records:
        if isinstance(cells, BadRecord):
            yield number, cells
        elif any(cells):
            yield number, dict(zip(header, cells, strict=False))
