"""Only one program holds a lock file, and a killed or forked one never holds it forever."""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from beatport_match.files import locked_file
from beatport_match.files.locked_file import lock, lock_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".pool.lock"


def test_a_lock_file_is_held_once_and_removed(path: Path) -> None:
    with lock_file(path) as first:
        with lock_file(path) as second:
            assert (first, second) == (True, False)
        assert path.exists()
    assert not path.exists()
    with lock_file(path) as again:
        assert again


def test_the_lock_file_of_a_killed_program_is_free(path: Path) -> None:
    path.touch()
    with lock_file(path) as is_held:
        assert is_held
    assert not path.exists()


def test_a_lock_on_a_removed_file_does_not_count(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening and locking, the previous holder may remove the file."""
    removed: list[bool] = []

    def lock_late(file: object) -> bool:
        if not removed:
            removed.append(True)
            path.unlink()
        return lock(file)  # type: ignore[arg-type]

    monkeypatch.setattr(locked_file, "lock", lock_late)
    with lock_file(path) as is_held, lock_file(path) as second:
        assert (is_held, second, removed) == (True, False, [True])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
def test_a_forked_child_does_not_hold_the_lock_of_its_parent(path: Path) -> None:
    """The child still runs after its parent has been killed."""
    reader, writer = os.pipe()
    started, tell_started = os.pipe()
    parent = os.fork()
    if parent == 0:
        with lock_file(path):
            child = os.fork()
            if child == 0:
                os.close(writer)
                os.write(tell_started, b"1")
                os.read(reader, 1)  # waits for the test to end
                os._exit(0)
            os.read(started, 1)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    with lock_file(path) as is_held:
        assert is_held
    for end in (reader, writer, started, tell_started):
        os.close(end)


def test_on_windows_a_byte_beyond_the_file_is_locked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is closed before it is removed, because Windows cannot remove an open file."""
    calls: list[tuple[int, int]] = []

    def locking(descriptor: int, mode: int, count: int) -> None:
        calls.append((os.lseek(descriptor, 0, os.SEEK_CUR), count))
        if len(calls) > 1:
            raise OSError(36, "Resource deadlock avoided")

    fake = SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr(sys, "platform", "win32")
    # Files of other systems end before the byte that Windows uses.
    monkeypatch.setattr(locked_file, "_LOCKED_BYTE", 2**40)
    with lock_file(path) as first, lock_file(path) as second:
        assert (first, second) == (True, False)
    assert calls == [(2**40, 1)] * 2
    assert not path.exists()


def test_a_lock_on_windows_keeps_the_position_in_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An existing backup of tags would otherwise look empty, and be overwritten."""
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=lambda *_: None, LK_NBLCK=2))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(locked_file, "_LOCKED_BYTE", 2**40)
    path.write_bytes(b"header and lines")
    with path.open("r+b", buffering=0) as file:
        assert file.read(7) == b"header "
        assert lock(file)
        assert file.read() == b"and lines"


def test_a_file_system_without_locks_is_an_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(OSError, match="No locks available"), lock_file(path):
        pass
