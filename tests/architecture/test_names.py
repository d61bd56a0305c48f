"""One word, one idea: a name that a reader may search for has one meaning in the package."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from package_files import modules

LIMIT = re.compile(r"_?(M(?:AX|IN)_\w+)")


def limits() -> Iterator[tuple[str, str]]:
    """Yield each module-level limit: its name without the underscore, and its module."""
    for module, path in modules().items():
        for name in assigned(path.read_text("utf-8")):
            if limit := LIMIT.fullmatch(name):
                yield limit[1], module


def assigned(code: str) -> Iterator[str]:
    for node in ast.parse(code).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (one.id for one in targets if isinstance(one, ast.Name))


def test_a_limit_is_defined_once() -> None:
    """Two limits of one name would be mistaken for each other."""
    places = defaultdict[str, list[str]](list)
    for name, module in limits():
        places[name].append(module)
    assert len(places) > 100
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
