"""ARCHITECTURE: "Imports point only downwards", held by a plan that lists every module."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from rooms import FURNITURE, PLAN, imports, modules, rows, tree

HOUSE = rows()
ROOMS = list(PLAN)
MODULES = modules()


def test_every_module_is_on_the_plan() -> None:
    """ "Every module listed with what it may import; an unlisted module fails", and so does a row
    whose module is gone."""
    assert sorted(MODULES) == sorted(HOUSE)


@pytest.mark.parametrize("module", sorted(MODULES.keys() & HOUSE.keys()))
def test_a_module_imports_what_the_plan_lets_it(module: str) -> None:
    """The row of the plan, kept: package modules by name, everything else by family."""
    row, path = HOUSE[module], MODULES[module]
    beyond = [
        f"{path.name}:{line} imports {name}"
        for name, line in imports(path)
        if not _allowed(name, row.package, row.families)
    ]
    assert beyond == []


@pytest.mark.parametrize("module", sorted(MODULES.keys() & HOUSE.keys()))
def test_the_plan_lets_a_module_import_no_more(module: str) -> None:
    """A permission that nobody uses is a door left open."""
    row, names = HOUSE[module], {name for name, _ in imports(MODULES[module])}
    used = {name.removeprefix("beatport_match.") for name in names}
    used |= {name.partition(".")[0] for name in names}
    assert (row.package | row.families) - used == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_import_is_hidden(module: str) -> None:
    """An import by name would pass the plan unseen."""
    hidden = [
        f"{MODULES[module].name}:{node.lineno}"
        for node in ast.walk(tree(MODULES[module]))
        if isinstance(node, ast.Name | ast.Attribute)
        and _last_name(node) in {"__import__", "import_module", "exec", "eval"}
    ]
    assert hidden == []


def test_arrows_point_downwards() -> None:
    """A room may import from itself and from those below it."""
    upwards = [
        f"{module} ({row.room}) -> {below} ({HOUSE[below].room})"
        for module, row in HOUSE.items()
        for below in row.package
        if ROOMS.index(HOUSE[below].room) > ROOMS.index(row.room)
    ]
    assert upwards == []


def test_arrows_never_run_in_circles() -> None:
    """Within a room there is an order, too: `prepare` raises where there is none."""
    TopologicalSorter({module: row.package for module, row in HOUSE.items()}).prepare()


def test_only_two_rooms_know_a_client_or_an_event_loop() -> None:
    """ "httpx, anyio, time, random, logging live only" in the hands, and in the fake that stands
    on the other side of them."""
    world = set("anyio asyncio httpx logging random socket threading time trio".split())
    rooms = {row.room for row in HOUSE.values() if row.families & world}
    assert rooms <= {"hands", "testing", "command line"}


def test_the_fake_shares_no_code_with_what_it_tests() -> None:
    """testing: "shares no code with the readers it tests"."""
    shared = {
        below
        for module, row in HOUSE.items()
        if row.room == "testing"
        for below in row.package
        if HOUSE[below].room != "testing"
    }
    assert shared <= {"errors", "keys"}


def test_the_doc_has_the_same_rooms() -> None:
    """docs/rooms.md: its table names the modules of each room, and no others."""
    doc = Path(__file__).parents[2] / "docs" / "rooms.md"
    lines = re.findall(r"^\| (\w+) \| (`.*?) \|", doc.read_text("utf-8"), re.MULTILINE)
    told = {room: set(re.findall(r"`(\w+)/?`", names)) for room, names in lines}
    for room in ROOMS[: ROOMS.index("hands") + 1]:
        built = {module.partition(".")[0] for module, row in HOUSE.items() if row.room == room}
        assert told[room] == built - {"_version"}


def _allowed(name: str, package: frozenset[str], families: frozenset[str]) -> bool:
    family, _, within = name.partition(".")
    if family == "beatport_match":
        return within in package
    return family in families or family in FURNITURE


def _last_name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
