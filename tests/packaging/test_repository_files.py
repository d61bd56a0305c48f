"""The top level of the repository is fixed, and no file depends on one machine."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
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
SKIPPED = (".git", ".venv")


def ignored() -> list[str]:
    """Return the patterns of .gitignore."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.strip("/") for line in lines if line and not line.startswith("#")]


def files() -> Iterator[Path]:
    """Yield every file of the repository that git does not ignore."""
    patterns = [*ignored(), *SKIPPED]
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if any(fnmatch(path.name, pattern) for pattern in patterns):
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


@pytest.mark.skipif((ROOT / "PKG-INFO").exists(), reason="an unpacked release is not a repository")
def test_the_top_level_has_no_other_files_and_folders() -> None:
    """A new name at the top level must be added on purpose; names with a dot are free."""
    top = {path.relative_to(ROOT).parts[0] for path in files()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


def test_there_is_no_lock_file() -> None:
    """A library states version ranges; a lock file would test what no caller installs."""
    locks = [path.name for path in files() if any(fnmatch(path.name, lock) for lock in LOCKS)]
    assert locks == []


def test_no_file_contains_a_path_of_this_machine() -> None:
    """An absolute path of its author works on no other machine."""
    homes = {ROOT, ROOT.parent, Path.home(), Path(sys.prefix), Path(tempfile.gettempdir())}
    # A folder such as "/usr" exists on every machine, for example in the first line of a script.
    folders = [str(home) for home in homes if home not in {Path("/"), Path("/usr")}]
    named = re.compile(rf"(?<![\w.:/-])(?:{'|'.join(map(re.escape, folders))})/\S*")
    found = {str(path.relative_to(ROOT)): named.findall(text(path)) for path in files()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_file_names_a_package_index() -> None:
    """The user who installs the packages chooses the index."""
    option = "index" + "-url"
    assert [path.name for path in files() if option in text(path)] == []


def test_the_tests_that_a_gate_names_exist() -> None:
    """pytest ignores `--deselect` with a wrong name, so the gate would run the test."""
    gates = [path for path in sorted((ROOT / ".ci").rglob("*")) if path.is_file()]
    named = [
        (gate.name, path, test)
        for gate in gates
        for path, test in re.findall(r"\b(tests(?:/[\w.]+)+)(?:::(\w+))?", text(gate))
    ]
    assert ("rules", "tests/architecture", "") in named
    assert [
        one
        for one in named
        if not (path := ROOT / one[1]).exists() or (one[2] and f"def {one[2]}(" not in text(path))
    ] == []


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
