"""Templates of records and pages: the files in `templates/`, with the names of values in them.

A text that is only `$name` becomes the value with its type. In a longer text, `${name}` becomes the
value as text. The values in the files are invented; the keys and types are recorded from Beatport.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

_NAME = re.compile(r"\$\{(\w+)\}")


@cache
def json_template(file: str) -> Mapping[str, Any]:
    """Return the JSON object in a template file."""
    template: Json = json.loads(_read(file))
    return template


@cache
def html_template(file: str) -> str:
    """Return the text of a template file as one line, as Beatport sends its HTML."""
    return _read(file).replace("\n", "")


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a copy of a template with values in the places of their names."""
    if isinstance(template, str):
        if "$" not in template:
            return template
        if template[0] == "$" and template[1] != "{":
            return values[template[1:]]
        return _NAME.sub(lambda name: str(values[name[1]]), template)
    if isinstance(template, dict):
        items = cast("Json", template).items()
        return {fill(key, values): fill(item, values) for key, item in items}
    if isinstance(template, list):
        return [fill(item, values) for item in cast("list[object]", template)]
    return template


def _read(file: str) -> str:
    return files("beatport_match.testing").joinpath("templates", file).read_text(encoding="utf-8")
