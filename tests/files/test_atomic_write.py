"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from beatport_match.files.atomic_write import atomic_write


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    """atomic_write: "becomes `path` where the block ends well"; nobody sees half of it."""
    path = tmp_path / "results.json"
    path.write_text("before")
    with atomic_write(path) as draft:
        draft.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_a_broken_write_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    """The same: "and is gone where not", whatever broke it off."""
    path = tmp_path / "results.json"
    path.write_text("before")
    with pytest.raises(type(error)):
        _write_half(path, error)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def _write_half(path: Path, error: BaseException) -> None:
    with atomic_write(path) as draft:
        draft.write_text("half")
        raise error


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such permissions")
def test_a_new_file_is_its_owners_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    """Issue: files are written "with the user's permissions only"."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("shared")
    old.chmod(0o644)
    for path in (old, new):
        with atomic_write(path) as draft:
            draft.write_text("x")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new)] == [0o644, 0o600]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_still_leads_to_the_file(tmp_path: Path) -> None:
    """What a link points to is written, not the link; a device is written to as it is."""
    (tmp_path / "real").write_text("before")
    link = tmp_path / "link"
    link.symlink_to("real")
    with atomic_write(link) as draft:
        draft.write_text("after")
    assert link.is_symlink()
    assert (tmp_path / "real").read_text() == "after"
    with atomic_write(Path(os.devnull)) as draft:
        assert draft == Path(os.devnull)
