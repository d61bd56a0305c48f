"""The front doors: what is exported is sorted, complete, importable and documented."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from package_files import modules

import beatport_match
from beatport_match import beatport, catalogue, playlists, testing

DOORS = [beatport_match, beatport, catalogue, playlists, testing]
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


@every_door
def test_names_are_sorted_and_stand_once(door: ModuleType) -> None:
    """ARCHITECTURE: "exported names sorted"; two branches that add a name meet in one place."""
    names = door.__all__
    assert list(names) == sorted(set(names), key=_place)


@every_door
def test_every_name_can_be_imported(door: ModuleType) -> None:
    """API.md: "everything here is importable from `beatport_match` itself"."""
    missing = [name for name in door.__all__ if not hasattr(door, name)]
    assert missing == []


@every_door
def test_nothing_public_is_left_out(door: ModuleType) -> None:
    """What the door imports for its callers, it lists."""
    public = {
        name
        for name, value in vars(door).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public - {"annotations", *door.__all__} - _own_furniture(door) == set()


@every_door
def test_every_name_is_documented(door: ModuleType) -> None:
    """STYLE: a docstring is "one plain sentence", on every class, function, method and property
    that a caller can reach."""
    silent = [
        f"{door.__name__}.{path}"
        for name in door.__all__
        for path, thing in _reachable(name, getattr(door, name))
        if not (inspect.getdoc(thing) or "").strip()
    ]
    assert silent == []


@every_door
def test_a_docstring_begins_with_a_sentence(door: ModuleType) -> None:
    """The same: a sentence begins with a capital and ends where the first line does."""
    careless = [
        f"{door.__name__}.{path}: {first!r}"
        for name in door.__all__
        for path, thing in _reachable(name, getattr(door, name))
        if (first := (inspect.getdoc(thing) or "").partition("\n")[0])
        and not (first[0].isupper() or first[0] == "`")
    ]
    assert careless == []


def test_every_module_says_what_it_is_for() -> None:
    """STYLE: "each file opens with the rules of its room"."""
    silent = [
        name
        for name in modules()
        if not name.startswith("__") and name != "_version"
        if not importlib.import_module(f"beatport_match.{name}").__doc__
    ]
    assert silent == []


def _reachable(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """A name with what stands on it, where that is ours to document."""
    if inspect.isroutine(thing):
        yield name, thing
    if not inspect.isclass(thing) or not thing.__module__.startswith("beatport_match"):
        return
    yield name, _NoInheritance(thing)
    for member, value in vars(thing).items():
        documented = inspect.isroutine(value) or isinstance(value, property)
        if documented and not member.startswith("_"):
            yield f"{name}.{member}", value


class _NoInheritance:
    """A class's own docstring: one that it inherits says nothing about it."""

    def __init__(self, kind: type) -> None:
        self.__doc__ = vars(kind).get("__doc__") or ""


def _own_furniture(door: ModuleType) -> set[str]:
    """What a door that holds code of its own imports for itself."""
    return {
        name
        for name, value in vars(door).items()
        if getattr(value, "__module__", "").partition(".")[0] != "beatport_match"
        or (door is playlists and name in {"PlaylistError", "OnProblem", "Track", "recognise"})
    }


def _place(name: str) -> tuple[int, str]:
    """Constants, classes, then the rest: the order that the linter keeps."""
    if name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name
