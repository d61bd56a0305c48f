"""ARCHITECTURE: "Nothing in the centre knows a clock, a dice, a socket, a disk, a log or a
global": values, judgement and talk, looked at line by line."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from rooms import CENTRE, imports, modules, rows, tree

MODULES = modules()
PURE = sorted(name for name, row in rows().items() if row.room in CENTRE and name in MODULES)
# A setting may be a path, and is named by one when it is loaded; the disk is the ground's.
NAMES_FILES = {"settings"}

WORLD = frozenset(
    "anyio asyncio atexit concurrent http httpx httpx2 importlib io locale logging multiprocessing "
    "os pathlib platform random secrets select shutil signal socket sqlite3 ssl subprocess sys "
    "tempfile threading time trio urllib.request uuid warnings weakref".split()
)
DEEDS = frozenset("breakpoint exec eval globals input locals open print __import__".split())
DISK = frozenset("open read_bytes read_text write_bytes write_text mkdir unlink touch".split())
CLOCKS = frozenset("now utcnow today fromtimestamp utcfromtimestamp".split())


@pytest.mark.parametrize("module", PURE)
def test_the_centre_imports_nothing_of_the_world(module: str) -> None:
    """No clock, dice, socket, disk, log, thread or event loop is within reach."""
    allowed = {"pathlib"} if module in NAMES_FILES else set[str]()
    world = [
        f"{MODULES[module].name}:{line} imports {name}"
        for name, line in imports(MODULES[module])
        if (name in WORLD or name.partition(".")[0] in WORLD) and name not in allowed
    ]
    assert world == []


@pytest.mark.parametrize("module", PURE)
def test_the_centre_has_no_colour(module: str) -> None:
    """No `async`, no `await`: the same lines serve both colours."""
    coloured = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    lines = [
        f"{MODULES[module].name}:{node.lineno}"
        for node in ast.walk(tree(MODULES[module]))
        if isinstance(node, coloured)
    ]
    loops = [
        f"{MODULES[module].name}: an async comprehension"
        for node in ast.walk(tree(MODULES[module]))
        if isinstance(node, ast.comprehension) and node.is_async
    ]
    assert lines + loops == []


@pytest.mark.parametrize("module", PURE)
def test_the_centre_does_nothing(module: str) -> None:
    """No `open`, `print` or `global`, no file through a path's methods, no clock through a date's:
    who needs the time is told it."""
    assert list(_deeds(tree(MODULES[module]), CLOCKS | DISK)) == []


def test_the_centre_is_looked_at() -> None:
    """The rooms' names are right: a guard that sees nothing would pass for ever."""
    assert {"tracks", "scoring", "conversation", "exchange", "beatport.web"} <= set(PURE)
    assert len(PURE) > 20


def _deeds(module: ast.Module, calls: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: global {', '.join(node.names)}"
        elif isinstance(node, ast.Name) and node.id in DEEDS:
            yield f"line {node.lineno}: {node.id}"
        elif _method_called(node) in calls:
            yield f"line {node.lineno}: .{_method_called(node)}()"


def _method_called(node: ast.AST) -> str:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.attr if called else ""
