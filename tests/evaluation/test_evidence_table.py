"""The evidence table of docs/how-matching-works.md is complete and up to date."""

from __future__ import annotations

from evidence_examples import ADDED, EXAMPLES, Example
from evidence_table import evidence_table, found_in, in_the_docs
from tables import each_row

from beatport_match.scoring.cases import CASES


@each_row("example", EXAMPLES)
def test_each_example_has_its_case(example: Example) -> None:
    assert example.case in found_in(example)


def test_every_case_has_an_example() -> None:
    assert CASES.keys() == {example.case for example in EXAMPLES} | ADDED.keys()


def test_the_docs_show_the_current_table() -> None:
    """After a change of points or weights, run `evidence_table.py --write`."""
    assert in_the_docs() == evidence_table()
