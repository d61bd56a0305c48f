"""Kill runs of `write_tags` and `undo_tags` at many points: `python killed_runs.py DIR`.

Each run is a fork that kills itself (SIGKILL) before its n-th call of the system. After each run,
every file must be the complete old or the complete new one. An undo must then restore all files,
and no draft may remain. The program prints the number of points, and of the drafts that were left.
KILL_STEP=1 tries each point.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tag_files import contents, match_of, write_music

from beatport_match import plan_tags, undo_tags, write_tags

# The functions in C that change something on the disk.
CALLS = set(
    "chmod chown close link open posix_fadvise rename replace sendfile truncate unlink utime write "
    "writelines flock".split()
)
# Each point takes some milliseconds. This step reaches other calls in each file.
STEP = int(os.environ.get("KILL_STEP", "7"))
# What a killed process wrote stays without it, and it takes most of the time.
os.fsync = lambda _handle: None


def is_killed(action: Callable[[], object], kill_at: int) -> bool:
    """Run an action in a fork; return whether it was killed before it ended."""
    child = os.fork()
    if not child:
        calls = 0

        def count(_frame: object, event: str, function: Any) -> None:
            nonlocal calls
            if event == "c_call" and function.__name__ in CALLS:
                calls += 1
                if calls == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        action()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


class Runs:
    """Music, a backup, and the content of all files before and after the writing."""

    def __init__(self, root: Path) -> None:
        self.folder, self.backup = root / "music", root / "backup.jsonl"
        write_music(self.folder, "mp3", "m4a")
        self.old = contents(self.folder)
        self.write()
        self.new = contents(self.folder)
        assert all(self.new[name] != self.old[name] for name in self.old)
        self.undo()
        self.points = self.drafts = 0

    def write(self) -> None:
        matches = [match_of(self.folder / name) for name in self.old]
        assert write_tags(plan_tags(matches), self.backup).problems == ()

    def undo(self) -> None:
        assert undo_tags(self.backup).problems == ()
        assert contents(self.folder) == self.old

    def check(self, kill_at: int) -> None:
        """Check what a killed run left, and restore the old files."""
        left = contents(self.folder)
        self.points += 1
        self.drafts += sum(name.startswith(".") for name in left)
        for name in self.old:
            assert left[name] in (self.old[name], self.new[name]), (kill_at, name)
        if self.backup.exists() and self.backup.stat().st_size:
            assert undo_tags(self.backup).problems == (), kill_at
        for name in self.old:
            assert (self.folder / name).read_bytes() == self.old[name], (kill_at, name)
        # The next run deletes drafts.
        self.backup.unlink(missing_ok=True)
        self.write()
        self.undo()


def main() -> None:
    runs = Runs(Path(sys.argv[1]))

    def before_write() -> Callable[[], object]:
        runs.backup.unlink(missing_ok=True)
        return runs.write

    def before_undo() -> Callable[[], object]:
        runs.write()
        return partial(undo_tags, runs.backup)

    for prepared in (before_write, before_undo):
        for kill_at in range(1, 10_000, STEP):
            if not is_killed(prepared(), kill_at):
                runs.undo()
                break
            runs.check(kill_at)
    print(runs.points, runs.drafts)


if __name__ == "__main__":
    main()
