"""Without PySide6, the window's tests are skipped with a reason."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest


def test_the_toolkit_is_installed() -> None:
    """The tests also pass without the extra `desktop`; `.ci/run` installs it."""
    if importlib.util.find_spec("PySide6") is None:
        pytest.skip('the desktop example needs PySide6: pip install -e ".[test,desktop]"')


def test_the_library_imports_no_toolkit() -> None:
    script = "import beatport_match, beatport_match.cli, sys; print('PySide6' in sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
