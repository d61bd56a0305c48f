"""Test that files are written completely or not at all."""

from __future__ import annotations

import ctypes
import errno
import os
import pickle
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from beatport_match import BeatportMatchError, OutputError, PlaylistMatch
from beatport_match import export_performance_metrics_json as export_metrics
from beatport_match.files.atomic_write import atomic_write, exchange
from beatport_match.performance.run_stats import performance_stats

RESULT = PlaylistMatch(
    (),
    performance_stats([], mode="sync", total_time=1.0, started_at=datetime.now(UTC), settings={}),
)


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
def test_a_new_file_follows_the_umask_and_an_existing_one_keeps_its_mode(tmp_path: Path) -> None:
    old, new, secret = tmp_path / "old", tmp_path / "new", tmp_path / "secret"
    old.write_text("shared")
    old.chmod(0o604)
    before = os.umask(0o027)
    drafts: list[int] = []
    try:
        for path in (old, new, secret):
            with atomic_write(path, secret=path == secret) as temporary:
                drafts.append(stat.S_IMODE(temporary.stat().st_mode))
                temporary.write_text("x")
    finally:
        os.umask(before)
    written = [stat.S_IMODE(path.stat().st_mode) for path in (old, new, secret)]
    assert written == [0o604, 0o640, 0o600]
    # While it is written, a draft is not more readable than the file that it replaces.
    assert drafts == [0o600, 0o640, 0o600]


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


def test_a_write_deletes_the_old_files_of_killed_programs(tmp_path: Path) -> None:
    """It keeps files that are new, of another target or of another kind."""
    path = tmp_path / "results[1].json"
    abandoned = tmp_path / ".results[1].json.0123456789abcdef.draft"
    young = tmp_path / ".results[1].json.0123456789abcde0.draft"
    kept = [young, *(tmp_path / name for name in (".results1.json.0123456789abcdef.draft", ".x"))]
    for one in (abandoned, *kept):
        one.touch()
        os.utime(one, (0, 0))
    os.utime(young)
    folder = tmp_path / ".results[1].json.0123456789abcde1.draft"
    folder.mkdir()
    os.utime(folder, (0, 0))
    with atomic_write(path) as temporary:
        temporary.write_text("x")
    assert sorted(tmp_path.iterdir()) == sorted([path, folder, *kept])


def test_a_write_keeps_the_file_of_another_living_writer(tmp_path: Path) -> None:
    """The file looks old: its program was suspended, or has not written for a long time."""
    path = tmp_path / "results.json"
    with atomic_write(path) as first:
        first.write_text("first")
        os.utime(first, (0, 0))
        with atomic_write(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_exclusive_write_creates_a_new_file_only(tmp_path: Path) -> None:
    """A file that another program creates during the block is not overwritten either."""
    path = tmp_path / "new.json"
    with atomic_write(path, exclusive=True) as temporary:
        temporary.write_text("first")
    with pytest.raises(FileExistsError), atomic_write(path, exclusive=True):
        pytest.fail("the block must not run")
    other = tmp_path / "other.json"
    with pytest.raises(FileExistsError):
        _write_while_another_program_creates(other)
    assert (path.read_text(), other.read_text()) == ("first", "theirs")
    assert sorted(tmp_path.iterdir()) == [path, other]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_exclusive_write_does_not_write_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("gone")
    with pytest.raises(FileExistsError), atomic_write(tmp_path / "link", exclusive=True):
        pytest.fail("the block must not run")
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_a_name_of_250_characters_can_be_written(tmp_path: Path) -> None:
    """The name of the temporary file is not longer than file systems allow."""
    path = tmp_path / ("x" * 250)
    with atomic_write(path) as temporary:
        temporary.write_text("x")
    assert list(tmp_path.iterdir()) == [path]


def _write_while_another_program_creates(path: Path) -> None:
    with atomic_write(path, exclusive=True) as temporary:
        temporary.write_text("mine")
        path.write_text("theirs")


@pytest.mark.parametrize(
    "write",
    [RESULT.to_json, RESULT.to_csv, lambda path: export_metrics(RESULT.metrics, "run", path)],
    ids=["json", "csv", "metrics"],
)
@pytest.mark.parametrize("name", ["file/below", "null\0character"])
def test_output_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], object]
) -> None:
    """It names the path, the reason and what to do; no temporary file remains."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as caught:
        write(tmp_path / name)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / name}: cannot be written (")
    assert message.endswith("free disk space, or name another path.")
    assert "\n" not in message
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_output_error_is_also_the_error_of_the_system(tmp_path: Path) -> None:
    """Programs that catch `OSError` still work; the message survives a process boundary."""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the base class is what is tested
        _write_half(tmp_path / "results.json", OSError(errno.ENOSPC, "No space left on device"))
    error = caught.value
    assert isinstance(error, OutputError)
    assert isinstance(error, BeatportMatchError)
    assert (error.errno, error.strerror) == (errno.ENOSPC, "No space left on device")
    assert "results.json: cannot be written (No space left on device);" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_exchange_swaps_two_folders(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).touch()
    if exchange(one, other):
        assert (one / "other").exists()
        assert (other / "one").exists()
        with pytest.raises(FileNotFoundError):
            exchange(one, tmp_path / "missing")


@pytest.mark.parametrize("platform", ["linux", "darwin"])
@pytest.mark.parametrize(
    ("code", "is_exchanged"),
    [(0, True), (errno.ENOSYS, False), (errno.EINVAL, False), (errno.EACCES, None)],
)
def test_exchange_uses_the_call_of_each_system(
    platform: str,
    code: int,
    is_exchanged: bool | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`EACCES` is an error; the others mean that the system has no such call."""
    calls: list[tuple[Any, ...]] = []

    def call(*arguments: Any) -> int:
        calls.append(arguments)
        ctypes.set_errno(code)
        return -1 if code else 0

    library = SimpleNamespace(renameat2=call, renamex_np=call)
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: library)
    monkeypatch.setattr(sys, "platform", platform)
    if is_exchanged is None:
        with pytest.raises(PermissionError):
            exchange(tmp_path, tmp_path)
    else:
        assert exchange(tmp_path, tmp_path) is is_exchanged
    name = os.fsencode(tmp_path)
    expected = (-100, name, -100, name, 2) if platform == "linux" else (name, name, 2)
    assert calls == [expected]


@pytest.mark.parametrize("error", [AttributeError, TypeError, OSError])
def test_without_the_library_nothing_is_exchanged(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert exchange(tmp_path, tmp_path) is False
