"""The reference pages show every public name, and docstrings explain every field."""

from __future__ import annotations

import builtins
import dataclasses
import inspect
import pkgutil
import re
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docs_pages import DOCS, ROOT, rows
from public_names import MODULES as DOORS
from public_names import public_members, public_names

import beatport_match
from beatport_match import BeatportMatchError, Matcher

REFERENCE = sorted((DOCS / "reference").glob("*.md"))
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
_ERROR = re.compile(
    r"^( *)- \[`(\w+)`\]\(#beatport_match\.\2\)(?: \(`(\w+)`\))?: \S.*?\.\s+[A-Z]",
    re.MULTILINE | re.DOTALL,
)


def shown() -> Counter[str]:
    """Count the names whose docstrings the reference pages show."""
    return Counter(name for page in REFERENCE for name in _shown_on(page))


def _shown_on(page: Path) -> list[str]:
    return re.findall(r"^::: ([\w.]+)$", page.read_text("utf-8"), re.MULTILINE)


@every_door
def test_every_public_name_is_in_the_reference(door: ModuleType) -> None:
    """Each name of `__all__` is shown once; `__version__` has no docstring."""
    public = {f"{door.__name__}.{name}" for name in door.__all__ if name != "__version__"}
    assert sorted(public - shown().keys()) == [], "not in docs/reference/*.md"


def test_the_reference_shows_nothing_else() -> None:
    """No removed name is shown, no name is shown twice, and only types.md shows other types."""
    public = {f"{door.__name__}.{name}" for door in DOORS for name in door.__all__}
    assert sorted(shown().keys() - public) == sorted(_shown_on(DOCS / "reference" / "types.md"))
    assert [name for name, times in shown().items() if times > 1] == []


def test_every_public_name_has_its_first_version() -> None:
    """`.mkdocs/since.toml` has each name and member once, below a release of the changelog."""
    since = tomllib.loads((ROOT / ".mkdocs" / "since.toml").read_text("utf-8"))
    del since["added"]
    named = [name for names in since.values() for name in names.split()]
    public = {*public_names(), *public_members()}
    assert sorted(public.difference(named)) == [], "add them to .mkdocs/since.toml"
    assert sorted(set(named) - public) == [], "these are not public"
    assert len(named) == len(set(named))
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert since.keys() <= set(re.findall(r"^## \[([\d.]+)\]", changelog, re.MULTILINE))


def test_added_parameters_and_fields_are_explained_where_they_are_noted() -> None:
    """The reference notes them before the first section of the docstring of an older name."""
    since = tomllib.loads((ROOT / ".mkdocs" / "since.toml").read_text("utf-8"))
    things = {**public_names(), **public_members()}
    for version, lines in since["added"].items():
        for line in lines.strip().splitlines():
            name, _, added = line.partition(": ")
            assert name not in since[version].split(), line
            docstring = inspect.getdoc(things[name]) or ""
            assert re.search(r"^(Args|Attributes|Example):$", docstring, re.MULTILINE)
            for one in added.split():
                assert re.search(rf"`{one}`|^\s+{one}:", docstring, re.MULTILINE), (name, one)


def test_the_errors_are_a_tree() -> None:
    """The list has each exception below its base class, and names its built-in base class."""
    found = _ERROR.findall((DOCS / "reference" / "errors.md").read_text("utf-8"))
    assert found[0] == ("", "BeatportMatchError", "Exception")
    errors = [BeatportMatchError, *BeatportMatchError.__subclasses__()]
    assert [name for _, name, _ in found[1:]] == [one.__name__ for one in errors[1:]]
    for indent, name, builtin in found[1:]:
        kind = getattr(beatport_match, name)
        own = [one.__name__ for one in kind.__bases__ if hasattr(builtins, one.__name__)]
        assert (indent, own) == (" " * 4, [builtin] if builtin else []), name


def test_shared_parameters_are_explained() -> None:
    """docs/reference/matching.md has a table of the parameters of functions and matchers."""
    callables = [
        *(getattr(beatport_match, name) for name in ("match_track", "match_playlist")),
        *(getattr(Matcher, name) for name in ("__init__", "match_track", "iter_matches")),
    ]
    parameters = {name for one in callables for name in inspect.signature(one).parameters}
    table = rows(DOCS / "reference" / "matching.md", "| parameter |")
    assert {cells[0].strip("`") for cells in table} == parameters - {"self"}


def test_every_field_is_explained() -> None:
    """The docstring of a class in the reference explains each of its fields."""
    unexplained = [
        f"{name}.{field}"
        for name in shown()
        for thing in [pkgutil.resolve_name(name)]
        for field in _fields(thing)
        if not re.search(rf"`{field}`|^\s+{field}:", thing.__doc__, re.MULTILINE)
    ]
    assert unexplained == []


def _fields(thing: Any) -> list[str]:
    if not inspect.isclass(thing):
        return []
    if dataclasses.is_dataclass(thing):
        return [one.name for one in dataclasses.fields(thing) if not one.name.startswith("_")]
    return list(getattr(thing, "model_fields", {}))
