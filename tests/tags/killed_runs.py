"""Kill a run of `write_tags` at many points, and check what is left: `python killed_runs.py DIR`.

Each run is a fork that kills itself (SIGKILL) before its n-th call of the system. After each run,
every file must be the complete old or the complete new one. The undo must then restore all files,
and delete the drafts. The program prints the number of points.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from tag_files import contents, match_of, write_music

from beatport_match import plan_tags, undo_tags, write_tags

# The functions in C that change something on the disk.
CALLS = set(
    "chmod chown close fsync link open posix_fadvise rename replace sendfile truncate unlink utime "
    "write writelines flock".split()
)
# Each point takes some milliseconds; a number that shares no factor with the calls of one file
# reaches other calls in each file.
STEP = int(os.environ.get("KILL_STEP", "7"))


# What a killed process wrote stays without it, and it takes most of the time.
os.fsync = lambda _handle: None


def run(folder: Path, backup: Path, kill_at: int) -> bool:
    """Run in a fork; return whether it was killed."""
    child = os.fork()
    if not child:
        calls = 0

        def count(_frame: object, event: str, function: Any) -> None:
            nonlocal calls
            if event == "c_call" and function.__name__ in CALLS:
                calls += 1
                if calls == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        plan = plan_tags(map(match_of, sorted(folder.iterdir())))
        sys.setprofile(count)
        write_tags(plan, backup)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main() -> None:
    root = Path(sys.argv[1])
    folder, backup = root / "music", root / "backup.jsonl"
    kinds = ("mp3", "m4a")
    write_music(folder, *kinds)
    old = contents(folder)
    run(folder, backup, 0)
    new = contents(folder)
    assert all(new[name] != old[name] for name in old)
    assert undo_tags(backup).problems == ()
    points = seen_drafts = 0
    for kill_at in range(1, 10_000, STEP):
        backup.unlink(missing_ok=True)
        if not run(folder, backup, kill_at):
            break
        points += 1
        left = contents(folder)
        drafts = [name for name in left if name.startswith(".")]
        seen_drafts += len(drafts)
        wrong = [name for name in old if left.get(name) not in (old[name], new[name])]
        assert not wrong, f"killed before call {kill_at}: {wrong}"
        if backup.exists() and backup.stat().st_size:
            report = undo_tags(backup)
            assert report.problems == (), (kill_at, report)
        changed = [name for name in old if (folder / name).read_bytes() != old[name]]
        assert not changed, f"killed before call {kill_at}: {changed} is not in the backup"
        if drafts:
            # Without an entry in the backup, the next run deletes the draft.
            write_tags(plan_tags([match_of(folder / "a.mp3")]), backup)
            undo_tags(backup)
        assert contents(folder) == old, kill_at
    print(points, seen_drafts)


if __name__ == "__main__":
    main()
