"""Match tracks in four processes at the same time, one in each mode, with one rate limit file.

Run by a test: `python rate_limited_processes.py BASE_URL FILE REQUESTS_PER_SECOND TRACKS`. Prints
the time before the processes start and their ids, and at the end the result of each.
"""

from __future__ import annotations

import json
import os
import sys
import time

from modes import MODES, Mode, Name

from beatport_match import MatchSettings
from beatport_match.testing import FakeBeatport
from beatport_match.transport.http import ssl_context


def work(name: Name, settings: MatchSettings, tracks: int) -> int:
    """Match the tracks; return how many of them did not fail."""
    titles = [f"Corvane - Paper Satellites {name} {number}" for number in range(tracks)]
    result = Mode(name).call("match_playlist", titles, settings=settings)
    return tracks - len(result.failed)


def main(base_url: str, file: str, per_second: str, tracks: str) -> None:
    settings = MatchSettings(
        base_url=base_url,
        rate_limit_file=file,
        requests_per_second=float(per_second),
        max_queries=1,
    )
    ssl_context()
    for name in MODES:  # so that the processes import nothing, and start quickly
        Mode(name).call("match_track", "a", transport=FakeBeatport().transport())
    started, processes = time.monotonic(), dict[Name, int]()
    for name in MODES:
        child = os.fork()
        if child == 0:
            try:
                os._exit(work(name, settings, int(tracks)))
            finally:
                os._exit(255)
        processes[name] = child
    print(json.dumps({"started": started, "processes": processes}), flush=True)
    ends = {name: os.waitpid(child, 0)[1] for name, child in processes.items()}
    codes = {name: os.waitstatus_to_exitcode(status) for name, status in ends.items()}
    print(json.dumps(codes), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
