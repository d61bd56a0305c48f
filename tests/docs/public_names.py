"""List what the reference explains: the public names and the members of their classes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

import beatport_match
from beatport_match import testing

MODULES = (beatport_match, testing)


@cache
def public_names() -> dict[str, Any]:
    """Return each public name and its value; names of `testing` begin with `testing.`."""
    return {
        f"{module.__name__}.{name}".removeprefix("beatport_match."): getattr(module, name)
        for module in MODULES
        for name in module.__all__
        if name != "__version__"
    }


def public_members() -> dict[str, Any]:
    """Return each public method and property by its name, such as `Match.pick`."""
    return {
        f"{name}.{member}": value
        for name, kind in public_names().items()
        if inspect.isclass(kind)
        for member, value in _members(kind)
    }


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the members that a class or a base class of this package defines."""
    for one in kind.__mro__:
        if one.__module__.startswith("beatport_match"):
            for member, value in vars(one).items():
                is_code = inspect.isroutine(value) or isinstance(value, property)
                if is_code and not member.startswith("_"):
                    yield member, value
