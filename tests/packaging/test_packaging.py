"""The suite knows which package it tests, and what its releases hold."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import beatport_match

ROOT = Path(__file__).parents[2]
PACKAGE = Path(beatport_match.__file__).parent


def test_what_is_tested_is_what_stands_here_or_what_was_installed() -> None:
    """Issue: the wheel is tested "with the source folder out of the way": where none stands beside
    the tests, it is the installed package, and never a third one that was found on the way."""
    beside = ROOT / "beatport_match"
    installed = Path(str(distribution("beatport-match").locate_file("beatport_match")))
    assert (beside if beside.exists() else installed.resolve()) == PACKAGE


def test_what_needs_an_extra_says_which() -> None:
    """Issue: "the package imports without any optional extra and says which extra a feature needs";
    `.ci/gates/extras` runs the same with each of them alone."""
    script = "import smoke; smoke.smoke([], alone=False)"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("as it should be\n")
