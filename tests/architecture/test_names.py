"""One word, one idea: a limit, a class and a type have a name of their own in the package."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from package_files import modules

# A limit, a class or a type; `T` is a type variable.
CHECKED = re.compile(r"_?(M(?:AX|IN)_\w+)|([A-Z][a-z]\w+)")


def defined(code: str) -> Iterator[str]:
    """Yield the checked names of a module, without the underscore of a private limit."""
    for node in ast.parse(code).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [one.id for one in targets if isinstance(one, ast.Name)]
        for name in [node.name] if isinstance(node, ast.ClassDef) else names:
            if found := CHECKED.fullmatch(name):
                yield found[1] or found[2]


def test_limits_classes_and_types_have_names_of_their_own() -> None:
    """The fake is apart: it has requests and replies of its own, from the server's side."""
    places = defaultdict[str, list[str]](list)
    for module, path in modules().items():
        if not module.startswith("testing"):
            for name in defined(path.read_text("utf-8")):
                places[name].append(module)
    assert {"MAX_BODY_BYTES", "Track", "KeyMode", "MAX_REPAIRS"} <= places.keys()
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
