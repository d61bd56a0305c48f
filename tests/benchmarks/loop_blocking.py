"""How long the library blocks the event loop that it runs in: the longest time without a heartbeat.

A task repeatedly sleeps for a millisecond. If a sleep takes longer, no other task of the loop could
run during the additional time. Other programs on the machine also delay the heartbeat; the figure
of the idle loop shows by how much. Each run is a separate process, because only the first call
imports the HTTP client and loads the TLS certificates.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from distant_site import distant_site
from goals import Figure
from local_library import tracks

from beatport_match import MatchSettings, Track, amatch_track

_HEARTBEAT_S = 0.001
_IDLE_S = 1.0
HIGH_RATE = 1000.0


def loop_blocking(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure single calls of `amatch_track`, and `asyncio.gather` over 20 of them at two rates."""
    count = 4 if quick else 20
    with distant_site(size=2 + 2 * count, all_on_sale=True) as site:
        samples = [_blocked_ms(site.url, count) for _ in range(runs)]
    for row in samples[0]:
        times_ms = tuple(one[row] for one in samples)
        for column, shown in (("median", times_ms), ("maximum", (max(times_ms),))):
            yield Figure(row, shown, "ms", table="event loop", column=column)


def _blocked_ms(url: str, count: int) -> dict[str, float]:
    """Return the longest blocking of each phase in milliseconds, measured in a new process."""
    command = [sys.executable, __file__, url, str(count)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    times_ms: dict[str, float] = json.loads(ran.stdout)
    return times_ms


async def _phases(url: str, count: int) -> dict[str, float]:
    """Run all phases in one loop, each with other tracks: no answer comes from the cache."""
    first, second, *others = tracks(2 + 2 * count)
    default = MatchSettings(base_url=url)
    high = MatchSettings(base_url=url, requests_per_second=HIGH_RATE)
    phases = {
        "idle loop": partial(asyncio.sleep, _IDLE_S),
        "first call, with its imports": partial(_match_all, [first], default),
        "second call": partial(_match_all, [second], default),
        f"gather over {count} calls, default rate limit": partial(
            _match_all, others[:count], default
        ),
        f"gather over {count} calls, {HIGH_RATE:,.0f} requests per second": partial(
            _match_all, others[count:], high
        ),
    }
    return {name: 1000 * await _longest_blocking_s(run) for name, run in phases.items()}


async def _match_all(playlist: list[Track], settings: MatchSettings) -> None:
    await asyncio.gather(*(amatch_track(track, settings=settings) for track in playlist))


async def _longest_blocking_s(run: Callable[[], Awaitable[object]]) -> float:
    """Run a phase and return by how much the heartbeat was late at most, in seconds."""
    longest_s = 0.0

    async def beat() -> None:
        nonlocal longest_s
        while True:
            start = time.perf_counter()
            await asyncio.sleep(_HEARTBEAT_S)
            longest_s = max(longest_s, time.perf_counter() - start - _HEARTBEAT_S)

    heartbeat = asyncio.create_task(beat())
    await asyncio.sleep(10 * _HEARTBEAT_S)
    longest_s = 0.0
    await run()
    # The heartbeat has to run once more, to count a blocking at the end of the phase.
    await asyncio.sleep(2 * _HEARTBEAT_S)
    heartbeat.cancel()
    return longest_s


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_phases(sys.argv[1], int(sys.argv[2])))))
