"""Docs: the reference holds every public name; "a test says which is not" documented."""

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
    """The names whose docstrings the pages of the reference show, and how often."""
    text = "\n".join(page.read_text("utf-8") for page in REFERENCE)
    return Counter(re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE))


@every_door
def test_every_public_name_is_in_the_reference(door: ModuleType) -> None:
    """Each name of `__all__` once; the version is a text without a docstring of its own."""
    public = {f"{door.__name__}.{name}" for name in door.__all__ if name != "__version__"}
    assert sorted(public - shown().keys()) == [], "not in docs/reference/*.md"


def test_the_reference_shows_nothing_else() -> None:
    """A name that is gone, or stands twice, would mislead."""
    public = {f"{door.__name__}.{name}" for door in DOORS for name in door.__all__}
    assert sorted(shown().keys() - public) == []
    assert [name for name, times in shown().items() if times > 1] == []


def test_what_several_take_is_explained() -> None:
    """docs/reference/matching.md: each parameter of the functions and the matchers' runs, and what
    it is; the rest stands in the docstrings."""
    takers = [
        *(getattr(beatport_match, name) for name in ("match_track", "match_playlist")),
        *(getattr(Matcher, name) for name in ("__init__", "match_track", "iter_matches")),
    ]
    taken = {name for taker in takers for name in inspect.signature(taker).parameters}
    table = rows(DOCS / "reference" / "matching.md", "| parameter |")
    assert {cells[0].strip("`") for cells in table} == taken - {"self"}


@every_door
def test_every_field_is_explained(door: ModuleType) -> None:
    """A public class says in its docstring what each of its fields is."""
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
