"""Without PySide6, the window's tests are skipped with a reason."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "desktop"
LOGIC = {
    *("async_advice", "decision_file", "last_runs", "library_copy", "playlist_files"),
    *("playlist_rows", "preferences", "review", "run_figures", "run_sentences", "tag_steps"),
}


def test_the_toolkit_is_installed() -> None:
    """The tests also pass without the extra `desktop`; `.ci/run` installs it."""
    if importlib.util.find_spec("PySide6") is None:
        pytest.skip('the desktop example needs PySide6: pip install -e ".[test,desktop]"')


def test_the_library_imports_no_toolkit() -> None:
    script = "import beatport_match, beatport_match.cli, sys; print('PySide6' in sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_logic_of_the_window_imports_no_toolkit() -> None:
    """So it is tested without a window."""
    windowed = {file.stem for file in FOLDER.glob("*.py")} - LOGIC
    for name in LOGIC:
        tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
        froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        plain = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        imported = {module.partition(".")[0] for module in froms | plain if module}
        assert not imported & (windowed | {"PySide6"}), name
