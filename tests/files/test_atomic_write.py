"""Test that files are written completely or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from beatport_match.files.atomic_write import atomic_write


def test_target_is_replaced_when_the_block_ends(tmp_path: Path) -> None:
    """Until then, readers of the target see its old content."""
    path = tmp_path / "results.json"
    path.write_text("before")
    with atomic_write(path) as temporary:
        temporary.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_interrupted_write_leaves_the_old_file(tmp_path: Path, error: BaseException) -> None:
    """The temporary file is deleted."""
    path = tmp_path / "results.json"
    path.write_text("before")
    with pytest.raises(type(error)):
        _write_half(path, error)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def _write_half(path: Path, error: BaseException) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_new_file_has_mode_0600_and_an_existing_one_keeps_its_mode(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("shared")
    old.chmod(0o644)
    for path in (old, new):
        with atomic_write(path) as temporary:
            temporary.write_text("x")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new)] == [0o644, 0o600]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_link_is_kept_and_its_target_written(tmp_path: Path) -> None:
    """A device is written directly."""
    (tmp_path / "real").write_text("before")
    link = tmp_path / "link"
    link.symlink_to("real")
    with atomic_write(link) as temporary:
        temporary.write_text("after")
    assert link.is_symlink()
    assert (tmp_path / "real").read_text() == "after"
    with atomic_write(Path(os.devnull)) as temporary:
        assert temporary == Path(os.devnull)
