"""The tests use the right package, and errors name the extra that a feature needs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import beatport_match

ROOT = Path(__file__).parents[2]
PACKAGE = Path(beatport_match.__file__).parent


def test_the_tested_package_is_this_one_or_the_installed_one() -> None:
    """Without a source folder beside the tests, the installed package is tested, and no other."""
    beside = ROOT / "beatport_match"
    installed = Path(str(distribution("beatport-match").locate_file("beatport_match")))
    assert (beside if beside.exists() else installed.resolve()) == PACKAGE


def test_an_error_names_the_extra_that_a_feature_needs() -> None:
    """`.ci/gates/extras` runs the same program with each extra alone."""
    script = "import smoke; smoke.smoke([], alone=False)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(": ok\n")
