"""CSV records with a limit on their length."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.files import csv_records as csv_records_module
from beatport_match.files.csv_records import BadRecord, csv_records


def records(text: str, max_length: int = 20, **options: Any) -> list[Any]:
    lines = enumerate(io.StringIO(text, newline=""), 1)
    return list(csv_records(lines, ",", max_length, **options))


def test_records_have_the_number_of_their_first_line() -> None:
    assert records('a,"b\nc"\n\nd\n') == [(1, ["a", "b\nc"]), (3, []), (4, ["d"])]


def test_an_unclosed_quote_differs_from_other_errors() -> None:
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


def characters_parsed(text: str, max_length: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many characters `csv.reader` is given for a text."""
    count = 0

    def counted(feed: Any, **options: Any) -> Any:
        def counting() -> Any:
            nonlocal count
            for line in feed:
                count += len(line)
                yield line

        return csv_reader(counting(), **options)

    csv_reader = csv.reader
    with monkeypatch.context() as patch:
        patch.setattr(csv_records_module.csv, "reader", counted)
        records(text, max_length, reread=True)
    return count


@pytest.mark.parametrize(
    "lines",
    [
        'x","\n' * 4000,
        '"\n' + "x\n" * 4000,
        'a,"b\n' * 4000,
        'a,"b\n' * 4000 + 'c"d\n',
        ('a,"b\n' * 40 + 'c"d\n') * 100,
        ('a,"b\n' * 40 + '"\n') * 100,
        'a,"b\n' * 300 + "c" * 2000 + '"d\n' + "c" * 3000 + "\n",
    ],
)
@pytest.mark.parametrize("max_length", [50, 5000, 200_000])
def test_unclosed_quotes_cost_work_in_proportion_to_the_text(
    lines: str, max_length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line is parsed as a record, after an open quote, and in the record that it ends."""
    parsed = characters_parsed(lines, max_length, monkeypatch)
    assert 0 < parsed <= 4 * len(lines) + 2 * lines.count("\n")


@given(st.text('ab",\n', max_size=60), st.integers(3, 30))
def test_reread_gives_what_reading_from_each_line_gives(text: str, max_length: int) -> None:
    """The result for a line depends on no earlier line that is not part of its record."""
    lines = io.StringIO(text, newline="").readlines()
    expected, at = [], 0
    while at < len(lines):
        _, record = records("".join(lines[at:]), max_length, reread=True)[0]
        expected.append((at + 1, record))
        is_bad = isinstance(record, BadRecord)
        cells = 0 if is_bad else sum(cell.count("\n") for cell in record)
        at += 1 if is_bad else 1 + cells
    assert records(text, max_length, reread=True) == expected
