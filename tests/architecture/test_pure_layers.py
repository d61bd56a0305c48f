"""The pure layers do no I/O and keep no global state, which the import contracts cannot check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from package_files import PACKAGE, pure_files

NAMES = frozenset("breakpoint exec eval globals input locals open print __import__".split())
FILE_METHODS = frozenset(
    "open read_bytes read_text write_bytes write_text mkdir unlink touch".split()
)
CLOCK_METHODS = frozenset("now utcnow today fromtimestamp utcfromtimestamp".split())
# The modules that a pure module may import from other packages: none reads a clock, a file or the
# network. The contract forbids such modules, but its list cannot be complete. The settings may
# contain a path.
IMPORTS = frozenset(
    "__future__ bisect collections collections.abc contextlib dataclasses datetime difflib "
    "email.utils functools html ipaddress itertools json math operator parsel pydantic "
    "pydantic_core pydantic_core.core_schema rapidfuzz.distance rapidfuzz.fuzz re textwrap types "
    "typing unicodedata urllib.parse".split()
)
ASYNC = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)


def violations(code: str) -> Iterator[str]:
    """Lines with async code, I/O, a clock, dynamic code or global state."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ASYNC):
            yield f"{node.lineno}: async"
        elif isinstance(node, ast.comprehension) and node.is_async:
            yield f"{node.target.lineno}: async"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (f"{node.lineno}: import {name}" for name in _outside(node))
        elif isinstance(node, ast.Global):
            yield f"{node.lineno}: global {', '.join(node.names)}"
        elif isinstance(node, ast.Name) and node.id in NAMES:
            yield f"{node.lineno}: {node.id}"
        elif _method(node) in FILE_METHODS | CLOCK_METHODS:
            yield f"{node.lineno}: .{_method(node)}()"


def _outside(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the imported modules of other packages that are not allowed."""
    names = [one.name for one in node.names] if isinstance(node, ast.Import) else [str(node.module)]
    return [
        one for one in names if one.partition(".")[0] != "beatport_match" and one not in IMPORTS
    ]


def _method(node: ast.AST) -> str:
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.attr if is_method else ""


def test_pure_layers_have_no_async_code_no_io_and_no_global_state() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in pure_files()
        for line in violations(path.read_text("utf-8"))
    ]
    # The line number may change.
    assert [re.sub(r":\d+", "", line) for line in found] == ["settings/models.py: import pathlib"]


def test_the_check_sees_the_pure_modules_and_each_kind_of_violation() -> None:
    """A check without files, or a check that finds nothing, would always pass."""
    names = {path.stem for path in pure_files()}
    assert {"tracks", "titles", "scorer", "search_flow", "request_flow", "web"} <= names
    code = (
        "async def a():\n    [b async for b in c]\n"
        "def d():\n    global e\n    print(open(f))\n    g.read_text()\n    h.now()\n"
        "import mmap, json\nfrom urllib import request\nfrom beatport_match.errors import Failure\n"
    )
    found = [line.partition(": ")[2] for line in violations(code)]
    assert sorted(found) == [
        ".now()",
        ".read_text()",
        "async",
        "async",
        "global e",
        "import mmap",
        "import urllib",
        "open",
        "print",
    ]
