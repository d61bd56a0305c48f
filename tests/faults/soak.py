"""Match many tracks with a few faults, in a separate process, and measure the memory of the run.

The tracks are invented and each is on sale, so `not_found` is always wrong. The process takes the
matches from a stream and keeps none. Memory and descriptors are read from `/proc` (Linux).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import anyio
from fault_figures import KINDS, settings

from beatport_match import AsyncMatcher, Progress, Track
from beatport_match.testing import CatalogueTrack, FakeBeatport, mixed

SOAK_SHARE = 0.05
# On a busy machine, all requests in flight may wait for seconds. If they timed out together, the
# circuit breaker would open.
_TIMEOUT_S = 10.0
_SYLLABLES = "ba ke lo mi nu ra se ti vo zu".split()


def soak(count: int) -> Iterator[str]:
    """Yield the lines of the table for so many tracks."""
    fake = FakeBeatport(_songs(count), faults=mixed(SOAK_SHARE, KINDS), noise=0.0, miss_rate=0.0)
    with fake.serve() as base_url:
        command = [sys.executable, __file__, base_url, str(count)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    yield f"| {count:,} tracks with faults in {SOAK_SHARE:.0%} of the requests | |"
    yield "|---|--:|"
    yield f"| seconds | {found['seconds']:.0f} |"
    yield f"| answered | {count - found['failed'] - found['lost']:,} |"
    yield f"| failed | {found['failed']:,} |"
    yield f"| wrongly not found | {found['not_found']} |"
    yield f"| lost | {found['lost']} |"
    yield f"| requests | {len(fake.requests):,} |"
    for name in ("memory in MB", "open descriptors"):
        yield f"| {name} after a tenth, half and all of the tracks | {found[name]} |"


def _songs(count: int) -> list[CatalogueTrack]:
    return [
        CatalogueTrack(id=number, name=_words(number), artists=(_words(number + count),))
        for number in range(1, count + 1)
    ]


def _words(number: int) -> str:
    """Return two invented words that no other number has."""
    word = "".join(_SYLLABLES[int(digit)] for digit in f"{number:06}").capitalize()
    return f"{word} {word[::-1].capitalize()}"


async def _measured_process(base_url: str, count: int) -> None:
    done, outcomes = set[int](), Counter[str]()
    samples: dict[str, list[int]] = {"memory in MB": [], "open descriptors": []}

    def on_progress(progress: Progress) -> None:
        done.add(progress.place)
        outcomes[progress.match.outcome] += 1
        if progress.done % (count // 100) == 0:
            samples["memory in MB"].append(_resident_mb())
            samples["open descriptors"].append(len(list(Path("/proc/self/fd").iterdir())))

    wanted = (Track(song.name, song.artists, bpm=song.bpm) for song in _songs(count))
    started = time.monotonic()
    async with AsyncMatcher(settings(base_url, timeout_s=_TIMEOUT_S)) as matcher:
        async for _ in matcher.iter_matches(wanted, on_progress=on_progress):
            pass
    figures = {name: f"{at[9]} · {at[49]} · {at[99]}" for name, at in samples.items()}
    counts = {"seconds": time.monotonic() - started, "lost": count - len(done)}
    print(json.dumps(counts | figures | {one: outcomes[one] for one in ("failed", "not_found")}))


def _resident_mb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1000


if __name__ == "__main__":
    anyio.run(_measured_process, sys.argv[1], int(sys.argv[2]))
