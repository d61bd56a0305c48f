"""The rate limit file: shared by the processes of one machine, also after faults and damage."""

from __future__ import annotations

import json
import logging
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from beatport_match import FileRateLimiter, MatchSettings, SettingsError
from beatport_match.files.locked_file import lock
from beatport_match.transport import rate_limit_file
from beatport_match.transport.rate_limiter import LocalRateLimiter
from beatport_match.transport.shared_rate_limit import FORMAT_KEY

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
HEAD = b'{"beatport_match_rate_limit": '
TEXT = json.dumps({FORMAT_KEY: 1})
# Takes the lock, says so, and never releases it.
HOLDER = """
import sys, time
from pathlib import Path
from beatport_match.transport.rate_limit_file import _locked
with _locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "beatport.rate"


def keep(text: str) -> tuple[str, str]:
    return text or TEXT, text


def test_the_text_is_shared_by_all_who_name_the_file(path: Path) -> None:
    assert FileRateLimiter(path).update(keep) == ""
    assert FileRateLimiter(str(path)).update(keep).rstrip() == TEXT
    assert path.stat().st_size == 512


@posix
def test_only_the_owner_can_read_a_new_file(path: Path) -> None:
    FileRateLimiter(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_update_is_lost(path: Path) -> None:
    """Several threads with a limiter each, as separate processes would have."""

    def count_up(text: str) -> tuple[str, None]:
        count = json.loads(text)["count"] if text else 0
        return json.dumps({FORMAT_KEY: 1, "count": count + 1}), None

    def work(_: int) -> None:
        limiter = FileRateLimiter(path)
        for _ in range(25):
            limiter.update(count_up)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert json.loads(FileRateLimiter(path).update(keep))["count"] == 100


@pytest.mark.parametrize(
    "content",
    [b"", bytes(512), HEAD + b'1, "wri', HEAD + b"\xff"],
    ids=["empty", "zeros", "torn", "no text"],
)
def test_a_damaged_file_counts_as_a_new_limit(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    limiter = LocalRateLimiter(MatchSettings(), FileRateLimiter(path))
    assert limiter.reserve(0.0) == 0.0
    assert json.loads(path.read_bytes())["share"] == 1.0


@pytest.mark.parametrize(
    "content",
    [b"Artist - Title\n", HEAD + b" " * 600, bytes(600)],
    ids=["playlist", "long", "zeros"],
)
def test_a_file_of_another_program_is_rejected_and_not_touched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"beatport\.rate: cannot be .*; name another file\."):
        FileRateLimiter(path)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_the_file_is_rejected(tmp_path: Path) -> None:
    for name in (".", "no such folder/file", "nul\0"):
        with pytest.raises(SettingsError, match="cannot be the rate limit file"):
            FileRateLimiter(tmp_path / name)


@posix
def test_a_pipe_is_rejected_without_waiting_for_it(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(SettingsError, match="not a regular file"):
        FileRateLimiter(path)


def test_a_file_that_is_replaced_during_a_run_is_reported_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The process then uses its own rate limit, from the last state that it read."""
    limiter = LocalRateLimiter(MatchSettings(), FileRateLimiter(path))
    limiter._held._clock = lambda: 1e9  # so that no time passes
    limiter.reserve(0.0)
    path.write_bytes(b"Artist - Title\n")
    with caplog.at_level(logging.WARNING, "beatport_match"):
        slots = [limiter.reserve(0.0) for _ in range(3)]
    assert slots == pytest.approx([0.2, 0.4, 0.6])
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith("the rate limit file beatport.rate cannot be used (it is not a rate")
    assert path.read_bytes() == b"Artist - Title\n"
    path.unlink()
    assert limiter.reserve(0.0) == 0.0
    assert path.stat().st_size == 512


def test_a_suspended_process_that_holds_the_lock_is_not_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rate_limit_file, "MAX_RATE_LOCK_WAIT_S", 0.01)
    limiter = FileRateLimiter(path)
    limiter.update(keep)
    with path.open("r+b", buffering=0) as held:
        assert lock(held)
        assert limiter.update(keep) == TEXT
    assert "locked it for too long" in caplog.text
    assert limiter.update(keep).rstrip() == TEXT


@posix
def test_a_killed_process_releases_the_lock(path: Path) -> None:
    limiter = FileRateLimiter(path)
    command = [sys.executable, "-c", HOLDER, str(path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with path.open("r+b", buffering=0) as file:
            assert not lock(file)
        holder.send_signal(signal.SIGKILL)
        holder.wait(60)
    with path.open("r+b", buffering=0) as file:
        assert lock(file)
    assert limiter.update(keep) == ""
