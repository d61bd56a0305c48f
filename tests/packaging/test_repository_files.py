"""ARCHITECTURE: "The top level of the repository is fixed", and its files belong to no machine."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGREED = {
    "beatport_match",
    "tests",
    "docs",
    "examples",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
}
LOCKS = ("*.lock", "*-lock.json", "*-lock.yaml", "*.lockb", "requirements*.txt", "constraints*.txt")
NOT_OURS = (".git", ".venv")


def ignored() -> list[str]:
    """What git is told to leave alone."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.strip("/") for line in lines if line and not line.startswith("#")]


def files() -> Iterator[Path]:
    """Every file that is kept in the repository."""
    patterns = [*ignored(), *NOT_OURS]
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if any(fnmatch(path.name, pattern) for pattern in patterns):
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


@pytest.mark.skipif((ROOT / "PKG-INFO").exists(), reason="a release, unpacked, is no repository")
def test_the_top_level_holds_what_was_agreed() -> None:
    """ "`beatport_match/ tests/ docs/ examples/ pyproject.toml README.md CHANGELOG.md` (plus
    LICENSE, dot-files)": a new name there is a decision, not an accident."""
    top = {path.relative_to(ROOT).parts[0] for path in files()}
    assert {name for name in top if not name.startswith(".")} == AGREED


def test_nothing_is_locked_to_one_moment() -> None:
    """A library states ranges; a lock file would test something that no caller installs."""
    locks = [path.name for path in files() if any(fnmatch(path.name, lock) for lock in LOCKS)]
    assert locks == []


def test_no_file_names_a_place_of_this_machine() -> None:
    """What holds an absolute path of its author's works at its author's alone."""
    homes = {ROOT, ROOT.parent, Path.home(), Path(sys.prefix), Path(tempfile.gettempdir())}
    # A place at the top, such as "/usr", may be everybody's, and stand in a script's first line.
    places = [str(home) for home in homes if home not in {Path("/"), Path("/usr")}]
    named = re.compile(rf"(?<![\w.:/-])(?:{'|'.join(map(re.escape, places))})/\S*")
    found = {str(path.relative_to(ROOT)): named.findall(text(path)) for path in files()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is the business of who installs them."""
    option = "index" + "-url"
    assert [path.name for path in files() if option in text(path)] == []


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
