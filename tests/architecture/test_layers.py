"""The import contracts in pyproject.toml are kept (docs/architecture.md)."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import beatport_match

ROOT = Path(__file__).parents[2]
PACKAGE = Path(beatport_match.__file__).parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]


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
    (layers,) = [one["layers"] for one in CONTRACTS["contracts"] if one["id"] == "layers"]
    enforced = {name for layer in layers for name in layer.split(" | ")} | {"testing"}
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    cells = re.findall(r"^\| [^|]+ \| ([^|]+) \|", page, re.MULTILINE)
    listed = {name for cell in cells for name in re.findall(r"`(\w+)(?:/|\.py)`", cell)}
    assert listed == enforced - {"__main__"}


def test_no_import_is_hidden_from_the_contracts() -> None:
    """The contracts only see import statements.

    The package itself is above all layers, and imports every public name only when it is used.
    """
    hidden = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in sorted({*PACKAGE.rglob("*.py")} - {PACKAGE / "__init__.py"})
        for name in re.findall(r"\b(?:__import__|import_module)\b", path.read_text("utf-8"))
    ]
    assert hidden == []
