"""Interrupt runs by SIGKILL or by cancellation, and resume them with the journal.

Each check returns the problems that it found as sentences; an empty list means success.
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
from fault_figures import PATIENT_S, Engine, settings

from beatport_match import AsyncMatcher, Match, MatchSettings, Progress, match_playlist
from beatport_match.model.tracks import Track
from beatport_match.testing import FakeBeatport

MAX_TRACKS_IN_FLIGHT = 5


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
        sent = {_query(request.path) for request in fake.requests}
        done = _titles_in(journal)
        options = MatchSettings(base_url=base_url, requests_per_second=None)
        reports: list[Progress] = []
        resumed = match_playlist(
            playlist, settings=options, journal=journal, on_progress=reports.append
        )
    wrong = _differences(resumed.matches, truth)
    if (lost := len(_started(truth, sent) - {*done})) > (MAX_TRACKS_IN_FLIGHT if a_sync else 1):
        wrong.append(f"{lost} tracks were started and are not in the journal")
    # It may be more: if a track is listed twice, one line of the journal answers both.
    if (recorded := sum(one.recorded for one in reports)) < len(done):
        wrong.append(f"{len(done)} tracks are in the journal and {recorded} were taken from it")
    return wrong


def cancelled(
    wanted: tuple[Track, ...], truth: tuple[Match, ...], folder: Path, point: float, engine: Engine
) -> list[str]:
    """Cancel a journaled async run at a point (0-1) of its requests, and resume it."""
    journal = folder / f"{engine}.{point:.6f}.journal"
    fake = FakeBeatport(latency_s=0.003)
    rng, reported, wrong = random.Random(point), 0, list[str]()

    def count(_: object) -> None:
        nonlocal reported
        reported += 1

    async def run(options: MatchSettings) -> None:
        before = _sockets()
        with anyio.CancelScope() as scope:
            async with (
                AsyncMatcher(options) as matcher,
                anyio.create_task_group() as group,
            ):

                async def work() -> None:
                    await matcher.match_playlist(wanted, journal=journal, on_progress=count)
                    group.cancel_scope.cancel()

                group.start_soon(work)
                while len(fake.requests) < point * len(wanted):  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.0005)
                for _ in range(rng.randrange(30)):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
        # The fake runs in this process too, and needs a moment to notice the closed connections.
        for _ in range(3000):
            if (left := _sockets() - before) <= 0:
                return
            await anyio.sleep(0.01)
        wrong.append(f"{left} sockets are left")

    with fake.serve() as base_url:
        # The cancellation must be the only fault.
        options = settings(base_url, timeout_s=PATIENT_S)
        anyio.run(run, options, backend=engine)
        stored = len(journal.read_bytes().splitlines()) if journal.exists() else 0
        if stored < reported:
            wrong.append(f"{reported} tracks were finished and {stored} are in the journal")
        resumed = match_playlist(wanted, settings=options, journal=journal)
    return wrong + _differences(resumed.matches, truth)


def uninterrupted(wanted: tuple[Track, ...], folder: Path) -> tuple[Match, ...]:
    """Match the same tracks, read from a file of the same format, without an interruption."""
    playlist = folder / "uninterrupted.csv"
    playlist.write_text(_as_csv(wanted), encoding="utf-8")
    with FakeBeatport().serve() as base_url:
        options = MatchSettings(base_url=base_url, requests_per_second=None)
        return match_playlist(playlist, settings=options).matches


def _differences(found: tuple[Match, ...], truth: tuple[Match, ...]) -> list[str]:
    # `_answer` leaves out URLs, because they contain the port of each run's server.
    other = sum(_answer(one) != _answer(true) for one, true in zip(found, truth, strict=False))
    wrong = [f"{other} answers differ from those of an uninterrupted run"] if other else []
    return wrong + (
        [] if len(found) == len(truth) else [f"{len(truth) - len(found)} tracks are lost"]
    )


def _answer(match: Match) -> object:
    ranked = [(one.id, one.score, one.confidence, one.evidence) for one in match.candidates]
    queries = [(query.text, query.query_type, query.found) for query in match.queries]
    return match.track, match.outcome, ranked, queries, match.stopped


def _started(truth: tuple[Match, ...], sent: set[str]) -> set[str]:
    """Return the tracks whose first query was sent, if no other track has the same query."""
    texts = Counter(query.text for one in truth for query in one.queries)
    first = {one.queries[0].text: one.track.title for one in truth}
    return {title for text, title in first.items() if text in sent and texts[text] == 1}


def _titles_in(journal: Path) -> list[str]:
    """Return the titles of the tracks with a complete line in the journal."""
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
    """Count the open sockets of this process; 0 if the system has no `/proc`."""
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
