"""The docstrings of public functions and methods explain arguments, results and errors."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from functools import cached_property
from typing import Any

import pytest
from public_names import public_members, public_names

from beatport_match.settings.files import docstring_args

PUBLIC = public_names() | public_members()
# Users do not make these; the reference shows them without a constructor.
MADE_BY_THE_LIBRARY = {"MatchStream", "testing.FakeTransport"}


def functions() -> dict[str, Callable[..., Any]]:
    """Return the public functions and methods; without properties and httpx's own methods."""
    unwrapped = {name: inspect.unwrap(thing) for name, thing in PUBLIC.items()}
    return {
        name: getattr(thing, "__func__", thing)
        for name, thing in unwrapped.items()
        if inspect.isroutine(thing)
        and not isinstance(thing, cached_property)
        and not name.startswith("testing.FakeTransport.")
    }


FUNCTIONS = functions()
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def arguments() -> Iterator[tuple[str, inspect.Parameter, str]]:
    """Yield a function or class, a parameter, and its description; empty if there is none.

    `test_reference.py` checks the fields of dataclasses.
    """
    constructors = {
        name: kind.__init__
        for name, kind in public_names().items()
        if name not in MADE_BY_THE_LIBRARY
        and inspect.isclass(kind)
        and inspect.isfunction(vars(kind).get("__init__"))
        and not (is_dataclass(kind) or getattr(kind, "_is_protocol", False))
    }
    for name, function in (FUNCTIONS | constructors).items():
        described = docstring_args(PUBLIC[name].__doc__)
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name not in {"self", "cls"}:
                yield name, parameter, described.get(parameter.name, "")


def test_every_argument_is_explained() -> None:
    """The section `Args` has every parameter."""
    assert {"match_track", "Matcher.match_track", "Catalogue.build"} <= FUNCTIONS.keys()
    assert [f"{name}: {one.name}" for name, one, text in arguments() if not text] == []


def test_no_argument_or_error_is_explained_elsewhere() -> None:
    """An editor's hint shows only this docstring: "As for `build`" would explain nothing."""
    elsewhere = re.compile(r"^\s+\w+: (?:As for|See|Like|The same as) ", re.MULTILINE)
    assert elsewhere.search("Args:\n    rows: As for `build`.")
    found = {name: elsewhere.findall(inspect.getdoc(one) or "") for name, one in FUNCTIONS.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_default_is_explained() -> None:
    """The description of an optional parameter says what happens without it."""
    assert [
        f"{name}: {one.name}: {text}"
        for name, one, text in arguments()
        if one.default is not inspect.Parameter.empty
        and not re.search("default", text, re.IGNORECASE)
    ] == []


def test_every_number_has_a_range() -> None:
    """The description of a number names the range; IDs and seeds have none."""
    assert [
        f"{name}: {one.name}: {text}"
        for name, one, text in arguments()
        if re.match(r"(int|float)\b(?! \| str)", str(one.annotation))
        and one.name not in {"number", "seed"}
        and not re.search(r"\d", text)
    ] == []


@every_function
def test_results_and_errors_are_explained(name: str) -> None:
    """A result has a section `Returns`, and what the function itself raises is in `Raises`."""
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    if inspect.signature(function).return_annotation not in {"None", None}:
        assert "\nReturns:\n" in text
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    raised = {
        ast.unparse(one.exc.func)
        for one in ast.walk(tree)
        if isinstance(one, ast.Raise) and isinstance(one.exc, ast.Call)
    }
    section = text.partition("\nRaises:\n")[2]
    assert [one for one in raised if one[0].isupper() and f"    {one}:" not in section] == []
