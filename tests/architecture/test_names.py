"""One word, one idea: a limit, a class and a type have a name of their own in the package."""

from __future__ import annotations

import re
from collections import defaultdict

from package_files import modules

# A class, or an assignment at the top of a module to a limit or a type; `T` is a type variable.
DEFINED = re.compile(
    r"^(?:class (?P<kind>[A-Z]\w*)|_?(?P<value>M(?:AX|IN)_\w+|[A-Z][a-z]\w+)(?:: [^=\n]+)? = )",
    re.MULTILINE,
)


def test_limits_classes_and_types_have_names_of_their_own() -> None:
    """The fake is apart: it has requests and replies of its own, from the server's side."""
    places = defaultdict[str, list[str]](list)
    for module, path in modules().items():
        if not module.startswith("testing"):
            for found in DEFINED.finditer(path.read_text("utf-8")):
                places[found["kind"] or found["value"]].append(module)
    assert {"MAX_BODY_BYTES", "Track", "KeyMode", "MAX_REPAIRS"} <= places.keys()
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
