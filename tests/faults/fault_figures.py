"""Measure runs with faults: one run against the fake Beatport on real sockets is one row.

`run.py` prints the rows, and the tests check them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import anyio

from beatport_match import (
    AsyncMatcher,
    AsyncSettings,
    Match,
    Matcher,
    MatchSettings,
    PlaylistMatch,
    Track,
)
from beatport_match.testing import (
    FakeBeatport,
    Fault,
    FaultPlan,
    always,
    bundled_catalogue,
    mixed,
    sometimes,
)

Engine = Literal["sync", "asyncio", "trio"]
ENGINES: tuple[Engine, ...] = ("sync", "asyncio", "trio")
KINDS: tuple[Fault, ...] = (
    *("rate_limited", "unavailable", "challenge", "reset", "truncated", "cut", "empty", "hang"),
    *("slow_body", "wrong_shape", "moved", "bomb", "elsewhere"),
)
ATTEMPTS = 3
# A hang, and a slow body that takes four times as long, end with a timeout.
TIMEOUT_S = 0.5
# No request of a run without hangs times out, also on a busy machine.
PATIENT_S = 60.0
FAULT_SHARE = 0.3


@dataclass(frozen=True)
class Row:
    """One run: tracks, answers, requests, and three counts that must be 0.

    `wrongly_not_found`: tracks on sale that ended as `not_found`. `lost`: tracks without a result.
    `beyond_limit`: requests above the retry limit.
    """

    fault: str
    engine: str
    tracks: int
    answered: int
    wrongly_not_found: int
    lost: int
    beyond_limit: int
    requests: int
    seconds: float


def tracks(count: int) -> tuple[Track, ...]:
    """Return tracks that the fake has on sale, as a DJ library writes them."""
    songs = [song for song in bundled_catalogue() if song.artists]
    step = len(songs) // count
    return tuple(
        Track(f"{song.name} ({song.mix_name})", song.artists, bpm=song.bpm)
        for song in songs[:: max(1, step)][:count]
    )


def plans(seed: int = 0) -> dict[str, Callable[[], FaultPlan]]:
    """Return a factory of each named fault plan: every fault always, and in 30 % of requests."""
    named: dict[str, Callable[[], FaultPlan]] = {}
    for kind in KINDS:
        named[f"{kind}, always"] = partial(always, kind)
        named[f"{kind}, 30 %"] = partial(sometimes, kind, FAULT_SHARE, seed)
    named["mixed, 30 %"] = partial(mixed, FAULT_SHARE, KINDS, seed)
    return named


def settings(
    base_url: str, attempts: int = ATTEMPTS, timeout_s: float = TIMEOUT_S
) -> MatchSettings:
    """Make settings without a rate limit and with a short timeout, so that the runs stay short."""
    engine = AsyncSettings(
        max_concurrent_tracks=20, request_timeout=timeout_s, retry_attempts=attempts
    )
    return MatchSettings(base_url=base_url, requests_per_second=None, async_io=engine)


def match(engine: Engine, wanted: tuple[Track, ...], options: MatchSettings) -> PlaylistMatch:
    """Match tracks with one of the engines."""
    if engine == "sync":
        with Matcher(options) as matcher:
            return matcher.match_playlist(wanted)

    async def run() -> PlaylistMatch:
        async with AsyncMatcher(options) as matcher:
            return await matcher.match_playlist(wanted)

    return anyio.run(run, backend=engine)


def matched_without_faults(wanted: tuple[Track, ...]) -> tuple[Match, ...]:
    """Match the tracks against a fake without faults."""
    with FakeBeatport().serve() as base_url:
        return match("asyncio", wanted, settings(base_url, timeout_s=PATIENT_S)).matches


def measure(
    name: str,
    engine: Engine,
    plan: FaultPlan | None,
    truth: tuple[Match, ...],
    attempts: int = ATTEMPTS,
    timeout_s: float = TIMEOUT_S,
) -> Row:
    """Run once against a fault plan."""
    fake = FakeBeatport(faults=plan, slow_body_s=4 * timeout_s)
    wanted = tuple(one.track for one in truth)
    started = time.monotonic()
    with fake.serve() as base_url:
        found = match(engine, wanted, settings(base_url, attempts, timeout_s)).matches
    queries = [query for one in found for query in one.queries]
    return Row(
        fault=name,
        engine=engine,
        tracks=len(wanted),
        answered=sum(one.outcome != "failed" for one in found),
        wrongly_not_found=sum(
            one.outcome == "not_found" != true.outcome
            for one, true in zip(found, truth, strict=False)
        ),
        lost=len(wanted) - sum(map(_is_same_track, found, wanted)),
        beyond_limit=sum(max(0, query.requests - attempts) for query in queries)
        + max(0, len(fake.requests) - sum(query.requests for query in queries)),
        requests=len(fake.requests),
        seconds=time.monotonic() - started,
    )


def _is_same_track(found: Match, wanted: Track) -> bool:
    return found.track is wanted
