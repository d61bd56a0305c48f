"""CSV records with a limit on their length."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from beatport_match.files.csv_records import BadRecord, csv_records


def records(text: str, max_length: int = 20, **options: Any) -> list[Any]:
    lines = enumerate(io.StringIO(text, newline=""), 1)
    return list(csv_records(lines, ",", max_length, **options))


def test_records_have_the_number_of_their_first_line() -> None:
    assert records('a,"b\nc"\n\nd\n') == [(1, ["a", "b\nc"]), (3, []), (4, ["d"])]


def test_an_unclosed_quote_is_told_from_other_faults() -> None:
    """It reaches the limit of the record or the end of the file."""
    long = "a record is longer than 20 characters"
    unclosed = "a quote is opened and never closed"
    assert records('a,"b\n' + "c\n" * 20)[0] == (1, BadRecord(long, is_unclosed=True))
    assert records('a\n"b\nc\n')[1] == (2, BadRecord(unclosed, is_unclosed=True))
    ((line, fault), after) = records('"a"b\nc\n')
    assert (line, fault.is_unclosed, after) == (1, False, (2, ["c"]))


def test_reread_costs_only_the_first_line_of_a_bad_record() -> None:
    ((line, fault), *rest) = records('"a\nb\nc\n', reread=True)
    assert (line, fault.is_unclosed) == (1, True)
    assert rest == [(2, ["b"]), (3, ["c"])]


def test_without_quotes_a_quote_is_a_character() -> None:
    assert records('"a,b"\n', quoted=False) == [(1, ['"a', 'b"'])]


@given(st.lists(st.lists(st.text('ab",\n', max_size=4), min_size=1, max_size=3), max_size=5))
def test_what_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    for reread in (True, False):
        assert [cells for _, cells in records(file.getvalue(), 200, reread=reread)] == rows


@given(st.text('ab",\n\r', max_size=40))
def test_with_reread_every_line_belongs_to_one_record(text: str) -> None:
    """The numbers of the records increase, and no exception is raised."""
    numbers = [number for number, _ in records(text, 10, reread=True)]
    assert numbers == sorted(set(numbers))
