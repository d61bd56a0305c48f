"""The package under test, which is the wheel's where the source folder is gone, and its files."""

from __future__ import annotations

from pathlib import Path

import beatport_match

PACKAGE = Path(beatport_match.__file__).parent
PURE = ("beatport", "matching", "model", "parsing", "scoring")
"""The folders of the pure layers (docs/architecture.md)."""
PURE_REPORTS = ("analysis", "html_report", "measure", "run_stats", "text_report")
"""The pure modules of `performance/`, which has others that write files."""


def pure_files() -> list[Path]:
    """The modules that do no I/O, in order."""
    folders = [path for name in PURE for path in sorted((PACKAGE / name).glob("*.py"))]
    reports = (PACKAGE / "performance" / f"{name}.py" for name in PURE_REPORTS)
    return [*folders, *reports, PACKAGE / "review" / "session.py"]


def modules() -> dict[str, Path]:
    """All modules by their dotted name within the package."""
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)] = path
    return found
