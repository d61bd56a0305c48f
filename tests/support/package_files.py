"""The package under test, which is the wheel's where the source folder is gone, and its files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import beatport_match

PACKAGE = Path(beatport_match.__file__).parent
CONTRACTS: dict[str, dict[str, list[str]]] = {
    contract["id"]: contract
    for contract in tomllib.loads(
        (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    )["tool"]["importlinter"]["contracts"]
}
"""The contracts of import-linter by their id."""


def pure_files() -> list[Path]:
    """The modules and folders of the contract `pure`: they do no I/O."""
    found: list[Path] = []
    for name in CONTRACTS["pure"]["source_modules"]:
        path = PACKAGE.joinpath(*name.split(".")[1:])
        found += sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return found


def modules() -> dict[str, Path]:
    """All modules by their dotted name within the package."""
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)] = path
    return found
