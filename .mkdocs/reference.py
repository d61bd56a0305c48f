"""Complete what griffe reads for the reference: first versions, defaults, types written as text."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import griffe

_SECTION = re.compile(r"^(?=(?:Args|Attributes|Returns|Raises|Example):$)", re.MULTILINE)
SINCE = Path(__file__).with_name("since.toml")


class Reference(griffe.Extension):
    """Label the names of `since.toml`, and read defaults and types that griffe does not find."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Label a public name (a member only if it came later than its class), and add defaults."""
        if pkg.name != "beatport_match":
            return
        versions = tomllib.loads(SINCE.read_text("utf-8"))
        for version, lines in versions.pop("added").items():
            for line in lines.strip().splitlines():
                _note_added(pkg, version, line)
        since = {name: version for version, names in versions.items() for name in names.split()}
        for name, version in since.items():
            if since.get(name.rpartition(".")[0]) != version:
                pkg[name].labels.add(f"since {version}")
        _add_defaults(pkg["settings.models.MatchSettings"])
        _add_constructor(pkg["settings.models.AsyncSettings"])

    def on_attribute_instance(
        self, *, node: ast.AST | griffe.ObjectNode, attr: griffe.Attribute, **_: Any
    ) -> None:
        """Read the text of a type alias as a type, so that its names become links."""
        if isinstance(node, ast.AnnAssign) and str(attr.annotation) == "TypeAlias":
            attr.value = griffe.get_expression(node.value, attr.parent, parse_strings=True)
            attr.labels.discard("module-attribute")


def _note_added(pkg: griffe.Module, version: str, line: str) -> None:
    """Write the parameters and fields that came in a version before the sections of a docstring."""
    name, _, added = line.partition(": ")
    docstring = pkg[name].docstring
    note = f"Added in {version}: {', '.join(f'`{one}`' for one in added.split())}.\n\n"
    docstring.value = _SECTION.sub(note, docstring.value, count=1)


def _add_defaults(settings: griffe.Class) -> None:
    """Replace `...`, which the constructor shows to type checkers, by the default of the field."""
    for parameter in settings["__init__"].parameters:
        if parameter.default == "...":
            parameter.default = settings[parameter.name].value


def _add_constructor(settings: griffe.Class) -> None:
    """Make the constructor that Pydantic makes when the class is imported."""
    keyword = griffe.ParameterKind.keyword_only
    parameters = [
        griffe.Parameter(name, annotation=field.annotation, kind=keyword, default=field.value)
        for name, field in settings.attributes.items()
        if not name.startswith("_")
    ]
    constructor = griffe.Function("__init__", parameters=griffe.Parameters(*parameters))
    settings.set_member("__init__", constructor)
