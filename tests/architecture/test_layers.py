"""The import contracts in pyproject.toml are kept (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from package_files import CONTRACTS, PACKAGE, modules

ROOT = Path(__file__).parents[2]
ROOT_NAME = "beatport_match"
# The syntax tree of a file is read only if this is found, because parsing takes long.
MAYBE_HIDDEN = re.compile(
    rf"__import__|import_module|from (?:\.|{ROOT_NAME} )|import {ROOT_NAME}\b(?!\.)"
)
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_import_contract_is_kept() -> None:
    # In a separate process, because import-linter configures logging when it runs.
    code = (
        "import sys; from importlinter.cli import lint_imports as run; sys.exit(run(no_cache=True))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_architecture_page_lists_the_layers_of_the_contract() -> None:
    layers = CONTRACTS["layers"]["layers"]
    enforced = {name for layer in layers for name in layer.split(" | ")} | {"testing"}
    cells = re.findall(r"^\| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE)
    listed = {name for cell in cells for name in re.findall(r"`(\w+)(?:/|\.py)`", cell)}
    assert listed == enforced - {"__main__"}


def test_the_architecture_page_marks_the_pure_folders_of_the_contract() -> None:
    listed = {name.partition(".")[2] for name in CONTRACTS["pure"]["source_modules"]}
    folders = {name for name in listed if (PACKAGE / name).is_dir()}
    assert set(re.findall(r"`(\w+)/` \(pure\)", PAGE)) == folders


def test_the_contract_of_the_fake_forbids_every_module_but_two() -> None:
    forbidden = tuple(CONTRACTS["testing"]["forbidden_modules"])
    assert {
        name
        for name in (f"beatport_match.{one}" for one in modules())
        if not name.startswith((*forbidden, "beatport_match.testing", "beatport_match.__"))
    } == {
        "beatport_match._version",
        "beatport_match.errors",
        "beatport_match.model",
        "beatport_match.model.keys",
    }


def test_the_docstring_of_a_package_names_its_modules() -> None:
    """The docstring of `testing` is exempt: it is for users, who do not see its modules."""
    docstrings = {
        name: ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        for name, path in modules().items()
        if path.name == "__init__.py" and name not in {"__init__", "testing"}
    }
    assert len(docstrings) > 10
    assert [
        name
        for name in modules()
        if (package := name.rpartition(".")[0]) in docstrings
        if not re.search(rf"\b{name.rpartition('.')[2]}\b", docstrings[package])
    ] == []


def test_the_tests_have_the_folders_of_the_package() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - {path.name for path in (ROOT / "tests").iterdir()} == set()


def test_no_import_is_hidden_from_the_contracts() -> None:
    """The contracts check only import statements of modules.

    The package itself imports every public name only when it is used, so an import from the package
    would hide the module that it needs.
    """
    hidden = [
        f"{name}:{line}"
        for name, path in modules().items()
        if name != "__init__"
        if MAYBE_HIDDEN.search(code := path.read_text("utf-8"))
        for line in hidden_imports(code)
    ]
    assert hidden == []


def test_each_hidden_import_is_found() -> None:
    code = (
        "import beatport_match\nfrom beatport_match import rank\nimport_module('x')\n"
        "x.__import__('y')\nfrom .. import rank\nfrom beatport_match.model import tracks\n"
    )
    assert list(hidden_imports(code)) == [
        "1: beatport_match",
        "2: beatport_match",
        "3: import_module",
        "4: __import__",
        "5: ..",
    ]


def hidden_imports(code: str) -> list[str]:
    """Return the lines that import something without naming its module."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, one.name) for one in node.names if one.name == ROOT_NAME]
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module == ROOT_NAME:
                found.append((node.lineno, "." * node.level or ROOT_NAME))
        else:
            name = getattr(node, "id", getattr(node, "attr", ""))
            found += [(node.lineno, name)] if name in {"__import__", "import_module"} else []
    return [f"{line}: {name}" for line, name in sorted(found)]
