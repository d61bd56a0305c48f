"""Runs that are broken off: killed from without or cancelled from within, and then resumed.

Each check gives the faults it found as sentences; none is what is wanted.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import anyio.lowlevel
from fault_figures import Engine, settings

from beatport_match import AsyncMatcher, Match, MatchSettings, Progress, match_playlist
from beatport_match.model.tracks import Track
from beatport_match.testing import FakeBeatport

AT_ONCE = 5
LOCK_TIMEOUT_S = 60.0


def killed(
    wanted: tuple[Track, ...], truth: tuple[Match, ...], folder: Path, point: float, *, a_sync: bool
) -> list[str]:
    """Kill a journaled run of the command line at a point (0-1) of its requests, and resume it."""
    playlist, journal = folder / "tracks.csv", folder / f"{point:.6f}.journal"
    playlist.write_text(_as_csv(wanted), encoding="utf-8")
    fake = FakeBeatport(latency_s=0.003)
    with fake.serve() as base_url:
        command = [sys.executable, "-m", "beatport_match", "playlist", str(playlist), "--unpaced"]
        command += ["--base-url", base_url, "--journal", str(journal), "--json"]
        process = subprocess.Popen(
            [*command, *(["--async"] if a_sync else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = point * sum(one.requests for one in truth)
        while len(fake.requests) < until and process.poll() is None:
            time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        asked = {_query(request.path) for request in fake.requests}
        done = _titles_in(journal)
        known = MatchSettings(base_url=base_url, requests_per_second=None)
        told: list[Progress] = []
        resumed = match_playlist(playlist, settings=known, journal=journal, on_progress=told.append)
    wrong = _differences(resumed.matches, truth)
    if (lost := len(_begun(truth, asked) - {*done})) > (AT_ONCE if a_sync else 1):
        wrong.append(f"{lost} tracks were begun and are not in the journal")
    # More, where a track is listed twice: one line answers both.
    if (recorded := sum(one.recorded for one in told)) < len(done):
        wrong.append(f"{len(done)} tracks are in the journal and {recorded} were taken from it")
    return wrong


def cancelled(
    wanted: tuple[Track, ...], truth: tuple[Match, ...], folder: Path, point: float, engine: Engine
) -> list[str]:
    """Cancel a journaled async run at a point (0-1) of its requests, and resume it."""
    journal = folder / f"{engine}.{point:.6f}.journal"
    fake = FakeBeatport(latency_s=0.003)
    dice, told, wrong = random.Random(point), 0, list[str]()

    def count(_: object) -> None:
        nonlocal told
        told += 1

    async def run(known: MatchSettings) -> None:
        before = _sockets()
        with anyio.CancelScope() as scope:
            async with (
                AsyncMatcher(known) as matcher,
                anyio.create_task_group() as group,
            ):

                async def work() -> None:
                    await matcher.match_playlist(wanted, journal=journal, on_progress=count)
                    group.cancel_scope.cancel()

                group.start_soon(work)
                while len(fake.requests) < point * len(wanted):  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.0005)
                for _ in range(dice.randrange(30)):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
        # The fake lives in this process, too, and needs a moment to see that nobody is there.
        for _ in range(500):
            if (left := _sockets() - before) <= 0:
                return
            await anyio.sleep(0.01)
        wrong.append(f"{left} sockets are left")

    with fake.serve() as base_url:
        # Nothing goes wrong but the cancelling: a busy machine must not time a request out.
        known = settings(base_url, timeout_s=LOCK_TIMEOUT_S)
        anyio.run(run, known, backend=engine)
        kept = len(journal.read_bytes().splitlines()) if journal.exists() else 0
        if kept < told:
            wrong.append(f"{told} tracks were done and {kept} are in the journal")
        resumed = match_playlist(wanted, settings=known, journal=journal)
    return wrong + _differences(resumed.matches, truth)


def whole(wanted: tuple[Track, ...], folder: Path) -> tuple[Match, ...]:
    """The same tracks, read from the same file, in a run that nobody breaks off."""
    playlist = folder / "whole.csv"
    playlist.write_text(_as_csv(wanted), encoding="utf-8")
    with FakeBeatport().serve() as base_url:
        known = MatchSettings(base_url=base_url, requests_per_second=None)
        return match_playlist(playlist, settings=known).matches


def _differences(found: tuple[Match, ...], truth: tuple[Match, ...]) -> list[str]:
    # Addresses name the port of the server, and each run has its own.
    other = sum(_answer(one) != _answer(true) for one, true in zip(found, truth, strict=False))
    wrong = [f"{other} answers are not those of an uninterrupted run"] if other else []
    return wrong + ([] if len(found) == len(truth) else [f"{len(truth) - len(found)} are lost"])


def _answer(match: Match) -> object:
    ranked = [(one.id, one.score, one.confidence, one.evidence) for one in match.candidates]
    asked = [(query.text, query.query_type, query.found) for query in match.queries]
    return match.track, match.outcome, ranked, asked, match.stopped


def _begun(truth: tuple[Match, ...], asked: set[str]) -> set[str]:
    """The tracks whose first question was asked, where it tells one track from all others."""
    texts = Counter(query.text for one in truth for query in one.queries)
    first = {one.queries[0].text: one.track.title for one in truth}
    return {title for text, title in first.items() if text in asked and texts[text] == 1}


def _titles_in(journal: Path) -> list[str]:
    """The tracks with a whole line in the journal."""
    if not journal.exists():
        return []
    lines = journal.read_bytes().splitlines(keepends=True)
    return [json.loads(one)["match"]["track"]["title"] for one in lines if one.endswith(b"\n")]


def _query(path: str) -> str:
    return parse_qs(urlsplit(path).query).get("q", [path])[0]


def _as_csv(wanted: tuple[Track, ...]) -> str:
    cells = (
        json.dumps(cell, ensure_ascii=False) for t in wanted for cell in (t.title, t.artist_text)
    )
    return "title,artist\n" + "".join(
        f"{title},{artist}\n" for title, artist in zip(cells, cells, strict=True)
    )


def _sockets() -> int:
    """How many sockets this process holds, where the system tells."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return 0
    links = [_target(entry) for entry in folder.iterdir()]
    return sum(link.startswith("socket:") for link in links)


def _target(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""
