"""A table of rows fails with each row that fails, and names it."""

from __future__ import annotations

import inspect

import pytest
from tables import each_row


def is_even(number: int, word: str = "") -> None:
    assert number % 2 == 0, word


def test_each_row_that_fails_is_named() -> None:
    each_row("number", [2, 4])(is_even)()
    with pytest.raises(AssertionError) as one:
        each_row("number", [2, 5, 4])(is_even)()
    assert one.value.__notes__ == ["in the row number = 5"]
    with pytest.raises(ExceptionGroup, match="2 of 3 rows failed") as several:
        each_row("number, word", [(3, "three"), (4, "four"), (5, "five")])(is_even)()
    assert [str(error).split("\n")[0] for error in several.value.exceptions] == ["three", "five"]


def test_other_arguments_are_fixtures() -> None:
    run = each_row("number", [2])(is_even)
    assert list(inspect.signature(run).parameters) == ["word"]


def test_a_table_needs_rows_of_the_right_length() -> None:
    with pytest.raises(AssertionError, match="without rows"):
        each_row("number", [])(is_even)
    with pytest.raises(ValueError, match="zip"):
        each_row("number, word", [(2,)])(is_even)()
