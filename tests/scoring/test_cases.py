"""The table of evidence cases: names, and weights for its cases only."""

import pickle
import runpy

import pytest

from beatport_match.scoring import cases, coefficients, confidence
from beatport_match.scoring.cases import CASES, Case


def test_each_case_is_one_constant_with_its_name():
    """A pickled case is its constant, because cases are compared by identity."""
    constants = {value for value in vars(cases).values() if isinstance(value, Case)}
    assert constants == set(CASES.values())
    assert len(constants) == len(CASES)
    for case in CASES.values():
        assert pickle.loads(pickle.dumps(case)) is case


def test_weight_for_an_unknown_case_fails_at_import(monkeypatch):
    monkeypatch.setitem(coefficients.WEIGHTS, "title.smae", 1.0)
    with pytest.raises(KeyError, match=r"title\.smae"):
        runpy.run_path(confidence.__file__)


def test_weights_have_the_sign_that_the_table_allows():
    """Agreement never lowers the confidence, and a contradiction never raises it."""
    for name, weight in coefficients.WEIGHTS.items():
        case = CASES[name]
        assert weight * (-1 if case.contradicts else case.sign) >= 0, name
