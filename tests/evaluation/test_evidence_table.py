"""Docs: "the table of evidence generated from the code"."""

from __future__ import annotations

import pytest
from evidence_examples import EXAMPLES, Example
from evidence_table import cases_in_source, evidence_table, found_in, in_the_docs


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.case)
def test_an_example_provokes_its_case(example: Example) -> None:
    """Each line of the table was seen to happen, so its points are those the code gives."""
    assert example.case in found_in(example)


def test_every_case_has_an_example() -> None:
    """No case that the code can find, or that has a weight, is missing from the table."""
    assert cases_in_source() == {example.case for example in EXAMPLES}


def test_the_docs_show_the_table_of_today() -> None:
    """After a change of points or weights: `python tests/evaluation/evidence_table.py --write`."""
    assert in_the_docs() == evidence_table()
