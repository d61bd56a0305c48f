"""Public names report `beatport_match` as their module, and still work with typing and pickle."""

from __future__ import annotations

import inspect
import json
import pickle
import typing
from typing import Any

import pytest
from pydantic import TypeAdapter
from tables import each_row

import beatport_match
from beatport_match import Candidate, Failure, Match, MatchSettings, ScoredCandidate, Track, rank

CLASSES = [
    thing
    for name in beatport_match.__all__
    if inspect.isclass(thing := getattr(beatport_match, name))
]


@each_row("name", [name for name in beatport_match.__all__ if name != "__version__"])
def test_a_public_name_reports_the_package_as_its_module(name: str) -> None:
    assert getattr(beatport_match, name).__module__ == "beatport_match"


@each_row("kind", CLASSES)
def test_type_hints_of_a_public_class_can_be_resolved(kind: type) -> None:
    """`get_type_hints` resolves names in the module that a class reports."""
    typing.get_type_hints(kind)


def some_match() -> Match:
    track = Track("Paper Satellites (Extended Mix)", "Corvane", duration_s=372)
    found = Candidate(id=7, name="Paper Satellites", mix_name="Extended Mix", artists=("Corvane",))
    best = rank(track, [found])
    failures = (Failure("timeout", "late"),)
    return Match(track, "matched", best[0], best, best[0].confidence, (), failures, "enough")


@pytest.mark.parametrize("value", [some_match(), MatchSettings(), some_match().best])
def test_a_pickle_names_the_package_only(value: Any) -> None:
    data = pickle.dumps(value)
    assert pickle.loads(data) == value
    assert b"beatport_match.m" not in data


def test_a_web_framework_can_serialise_a_match() -> None:
    """FastAPI builds a pydantic schema of the classes that a function returns."""
    adapter = TypeAdapter(Match)
    document = json.loads(adapter.dump_json(some_match(), warnings=False))
    assert document["best"]["candidate"]["name"] == "Paper Satellites"
    assert TypeAdapter(ScoredCandidate).json_schema()["title"] == "ScoredCandidate"
