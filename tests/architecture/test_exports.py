"""The exported names of each public module are sorted, complete, importable and documented."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from package_files import modules

import beatport_match
from beatport_match import beatport, catalogue, matching, playlists, testing

PUBLIC_MODULES = [beatport_match, beatport, catalogue, matching, playlists, testing]
every_module = pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)


@every_module
def test_exported_names_are_sorted_and_unique(module: ModuleType) -> None:
    """A merge of two branches that add the same name then has a conflict."""
    names = module.__all__
    assert list(names) == sorted(set(names), key=_sort_key)


def test_type_checkers_see_the_exported_names() -> None:
    """`__init__.pyi` imports each name from the module that `__init__.py` imports it from."""
    stub = ast.parse(Path(beatport_match.__file__).with_suffix(".pyi").read_text("utf-8"))
    imported = {
        (alias.name, getattr(importlib.import_module(str(node.module)), alias.name))
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {(name, getattr(beatport_match, name)) for name in beatport_match.__all__}
    (exported,) = (node.value for node in stub.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(exported) == beatport_match.__all__


def test_the_package_lists_its_names_before_they_are_used() -> None:
    assert set(beatport_match.__all__) <= set(dir(beatport_match))
    with pytest.raises(AttributeError, match="module 'beatport_match' has no attribute 'Trakc'"):
        _ = beatport_match.Trakc  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'Trakc'"):
        from beatport_match import Trakc  # type: ignore[attr-defined]  # noqa: F401


@every_module
def test_every_exported_name_exists(module: ModuleType) -> None:
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert missing == []


@every_module
def test_every_public_name_is_exported(module: ModuleType) -> None:
    """A module lists in `__all__` what it imports for its callers."""
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public - {"annotations", *module.__all__} - _internal_names(module) == set()


@every_module
def test_every_name_is_documented(module: ModuleType) -> None:
    """Every public class, function, method and property has a docstring."""
    undocumented = [
        f"{module.__name__}.{path}"
        for name in module.__all__
        for path, thing in _reachable(name, getattr(module, name))
        if not (inspect.getdoc(thing) or "").strip()
    ]
    assert undocumented == []


@every_module
def test_a_docstring_begins_with_a_capital(module: ModuleType) -> None:
    """The first line begins with a capital letter or with code."""
    lowercase = [
        f"{module.__name__}.{path}: {first!r}"
        for name in module.__all__
        for path, thing in _reachable(name, getattr(module, name))
        if (first := (inspect.getdoc(thing) or "").partition("\n")[0])
        and not (first[0].isupper() or first[0] == "`")
    ]
    assert lowercase == []


def test_every_module_has_a_docstring() -> None:
    undocumented = [
        name
        for name in modules()
        if not name.startswith("__") and name != "_version"
        if not importlib.import_module(f"beatport_match.{name}").__doc__
    ]
    assert undocumented == []


def _reachable(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield a function, or a class of this package with its public methods and properties."""
    if inspect.isroutine(thing):
        yield name, thing
    if not inspect.isclass(thing) or not thing.__module__.startswith("beatport_match"):
        return
    yield name, _OwnDocstring(thing)
    for member, value in vars(thing).items():
        documented = inspect.isroutine(value) or isinstance(value, property)
        if documented and not member.startswith("_"):
            yield f"{name}.{member}", value


class _OwnDocstring:
    """The docstring that a class defines itself, without an inherited one."""

    def __init__(self, kind: type) -> None:
        self.__doc__ = vars(kind).get("__doc__") or ""


def _internal_names(module: ModuleType) -> set[str]:
    """Return the names that a module with its own code imports for itself."""
    return {
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", "").partition(".")[0] != "beatport_match"
        or (module is playlists and name in {"PlaylistError", "OnProblem", "Track", "recognise"})
    }


def _sort_key(name: str) -> tuple[int, str]:
    """Order constants, classes, then the rest, as the linter does."""
    if name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name
