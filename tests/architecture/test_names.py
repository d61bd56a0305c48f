"""No two limits, classes or types of the package have the same name."""

from __future__ import annotations

import re
from collections import defaultdict

from package_files import modules

# A class, or an assignment at the top of a module to a limit or a type; `T` is a type variable.
DEFINED = re.compile(
    r"^(?:class (?P<kind>[A-Z]\w*)|_?(?P<value>M(?:AX|IN)_\w+|[A-Z][a-z]\w+)(?:: [^=\n]+)? = )",
    re.MULTILINE,
)


def test_limits_classes_and_types_have_different_names() -> None:
    """The fake is exempt: its requests and replies are those of a server."""
    places = defaultdict[str, list[str]](list)
    for module, path in modules().items():
        if not module.startswith("testing"):
            for found in DEFINED.finditer(path.read_text("utf-8")):
                places[found["kind"] or found["value"]].append(module)
    assert {"MAX_BODY_BYTES", "Track", "KeyMode", "MAX_REPAIRS"} <= places.keys()
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
