"""The reference pages show every public name, and docstrings explain every field."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections import Counter
from types import ModuleType
from typing import Any

import pytest
from docs_pages import DOCS, rows

import beatport_match
from beatport_match import Matcher, testing

REFERENCE = sorted((DOCS / "reference").glob("*.md"))
DOORS = [beatport_match, testing]
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


def shown() -> Counter[str]:
    """Count the names whose docstrings the reference pages show."""
    text = "\n".join(page.read_text("utf-8") for page in REFERENCE)
    return Counter(re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE))


@every_door
def test_every_public_name_is_in_the_reference(door: ModuleType) -> None:
    """Each name of `__all__` is shown once; `__version__` has no docstring."""
    public = {f"{door.__name__}.{name}" for name in door.__all__ if name != "__version__"}
    assert sorted(public - shown().keys()) == [], "not in docs/reference/*.md"


def test_the_reference_shows_nothing_else() -> None:
    """No removed name is shown, and no name is shown twice."""
    public = {f"{door.__name__}.{name}" for door in DOORS for name in door.__all__}
    assert sorted(shown().keys() - public) == []
    assert [name for name, times in shown().items() if times > 1] == []


def test_shared_parameters_are_explained() -> None:
    """docs/reference/matching.md has a table of the parameters of functions and matchers."""
    callables = [
        *(getattr(beatport_match, name) for name in ("match_track", "match_playlist")),
        *(getattr(Matcher, name) for name in ("__init__", "match_track", "iter_matches")),
    ]
    parameters = {name for one in callables for name in inspect.signature(one).parameters}
    table = rows(DOCS / "reference" / "matching.md", "| parameter |")
    assert {cells[0].strip("`") for cells in table} == parameters - {"self"}


@every_door
def test_every_field_is_explained(door: ModuleType) -> None:
    """The docstring of a public class explains each of its fields."""
    unexplained = [
        f"{door.__name__}.{name}.{field}"
        for name in door.__all__
        for field in _fields(getattr(door, name))
        if not re.search(rf"`{field}`|^\s+{field}:", getattr(door, name).__doc__, re.MULTILINE)
    ]
    assert unexplained == []


def _fields(thing: Any) -> list[str]:
    if not inspect.isclass(thing):
        return []
    if dataclasses.is_dataclass(thing):
        return [one.name for one in dataclasses.fields(thing) if not one.name.startswith("_")]
    return list(getattr(thing, "model_fields", {}))
