"""A rate limit that several matchers, processes or machines share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import httpx
import pytest
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts
from tables import each_row

from beatport_match import (
    AsyncMatcher,
    FileRateLimiter,
    Matcher,
    MatchSettings,
    MisuseError,
    Progress,
    SettingsError,
)
from beatport_match.testing import FakeBeatport, always, first

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
TRACKS = [f"Corvane - Paper Satellites {number}" for number in range(12)]
every_mode = pytest.mark.parametrize("name", MODES)
both_modes = pytest.mark.parametrize("name", ["sync", "trio"])


class AsyncLimiter:
    """An async limiter that keeps the text in memory, and counts its calls."""

    def __init__(self) -> None:
        self.text, self.calls = "", 0

    async def update(self, change: Callable[[str], tuple[str, T]], /) -> T:
        await anyio.lowlevel.checkpoint()
        self.calls += 1
        self.text, result = change(self.text)
        return result


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_four_processes_keep_one_rate_and_one_of_them_is_killed(tmp_path: Path) -> None:
    """Request number k arrives no earlier than k slots after the start.

    One process in each mode; that on trio is killed in the middle. The others finish all tracks.
    It takes 0.8 s, because of the rate; at a higher rate, the start of the processes would take
    longer than the waits.
    """
    per_second, tracks = 30.0, 6
    arrivals = list[float]()
    enough = threading.Event()

    def arrived(_index: int, _target: str) -> None:
        arrivals.append(time.monotonic())
        if len(arrivals) >= 4:
            enough.set()

    script = ROOT / "tests" / "support" / "rate_limited_processes.py"
    with FakeBeatport(**EXACT_SEARCH, faults=arrived).serve() as base_url:
        arguments = [base_url, str(tmp_path / "rate"), str(per_second), str(tracks)]
        with subprocess.Popen(
            [sys.executable, str(script), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        ) as running:
            assert running.stdout is not None
            start = json.loads(running.stdout.readline())
            assert enough.wait(60)
            os.kill(start["processes"]["trio"], signal.SIGKILL)
            codes = json.loads(running.stdout.readline())
    killed = codes.pop("trio")
    assert killed in {-signal.SIGKILL, tracks}
    assert codes == {"sync": tracks, "asyncio": tracks, "bridge": tracks}
    assert len(arrivals) >= 3 * tracks
    early = [
        number
        for number, at in enumerate(sorted(arrivals))
        if at < start["started"] + number / per_second - 0.001
    ]
    assert early == []


@every_mode
def test_a_blocked_response_slows_the_other_matchers(
    name: Name, tmp_path: Path, skipped_waits: None
) -> None:
    settings = with_attempts(rate_limit_file=tmp_path / "rate").with_(requests_per_second=100)
    paces = list[float | None]()

    def run(fake: FakeBeatport) -> Any:
        def note(progress: Progress) -> None:
            paces.append(progress.pace)

        call = {"transport": fake.transport(), "settings": settings, "on_progress": note}
        return Mode(name).call("match_playlist", TRACKS[:1], **call)

    run(FakeBeatport(**EXACT_SEARCH, faults=first(1, "rate_limited")))
    result = run(FakeBeatport(**EXACT_SEARCH))
    assert "requests_per_second" in result.metrics.settings
    assert "rate_limit_file" not in result.metrics.settings, "metrics files are passed on"
    assert paces[0] is not None
    assert paces[0] < 100
    assert paces[1] is not None
    assert paces[0] < paces[1] < 70


@every_mode
def test_an_open_circuit_breaker_stops_the_other_matchers(name: Name, tmp_path: Path) -> None:
    settings = with_attempts(rate_limit_file=tmp_path / "rate", max_refusals=3)
    blocking, good = FakeBeatport(faults=always("challenge")), FakeBeatport()
    Mode(name).call("match_playlist", TRACKS, transport=blocking.transport(), settings=settings)
    match = Mode(name).call("match_track", "a", transport=good.transport(), settings=settings)
    assert (match.outcome, match.failures[0].kind) == ("failed", "blocked")
    assert 3 <= len(blocking.requests) <= 8
    assert not good.requests


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_limiter_is_awaited(backend: str) -> None:
    limiter = AsyncLimiter()

    async def run() -> None:
        client = httpx.AsyncClient(transport=FakeBeatport(**EXACT_SEARCH).transport())
        async with client, AsyncMatcher(http_client=client, rate_limiter=limiter) as matcher:
            await matcher.match_track(TRACKS[0])

    anyio.run(run, backend=backend)
    assert limiter.calls >= 2
    assert "next_free_in_s" in limiter.text


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_sync_limiter_does_not_block_the_event_loop(backend: str) -> None:
    """It is called in another thread."""
    threads = list[int]()

    class Limiter:
        def update(self, change: Callable[[str], tuple[str, T]], /) -> T:
            threads.append(threading.get_ident())
            return change("")[1]

    async def run() -> None:
        client = httpx.AsyncClient(transport=FakeBeatport(**EXACT_SEARCH).transport())
        async with client, AsyncMatcher(http_client=client, rate_limiter=Limiter()) as matcher:
            await matcher.match_track(TRACKS[0])

    anyio.run(run, backend=backend)
    assert len(threads) >= 2
    assert threading.get_ident() not in threads


@both_modes
def test_an_exception_of_a_limiter_passes_through(name: Name) -> None:
    """Except with `on_error="result"`."""

    class Broken:
        def update(self, change: object, /) -> Any:
            raise ConnectionError("the server is away")

    async def arun(**kwargs: Any) -> Any:
        async with AsyncMatcher(rate_limiter=Broken()) as matcher:
            return await matcher.match_track("a", **kwargs)

    def run(**kwargs: Any) -> Any:
        if name == "trio":
            return anyio.run(lambda: arun(**kwargs), backend="trio")
        with Matcher(rate_limiter=Broken()) as matcher:
            return matcher.match_track("a", **kwargs)

    with pytest.raises(ConnectionError, match="away"):
        run()
    match = run(on_error="result")
    assert (match.outcome, match.failures[0].kind) == ("failed", "exception")


@each_row("matcher", [Matcher, AsyncMatcher])
@each_row("given", ["beatport.rate", FileRateLimiter, 7])
def test_what_is_no_limiter_is_rejected(matcher: Any, given: Any) -> None:
    with pytest.raises(MisuseError, match="rate_limiter must be an object with a method update"):
        matcher(rate_limiter=given)


def test_a_sync_matcher_rejects_an_async_limiter() -> None:
    with pytest.raises(MisuseError, match="is an async one, and this matcher is sync"):
        Matcher(rate_limiter=AsyncLimiter())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@every_mode
def test_a_file_that_cannot_be_used_is_rejected_before_any_request(
    name: Name, tmp_path: Path
) -> None:
    path = tmp_path / "friday.m3u8"
    path.write_text("#EXTM3U\n")
    settings = MatchSettings(rate_limit_file=path)
    with pytest.raises(SettingsError, match=r"friday\.m3u8: cannot be the rate limit file"):
        Mode(name).call("match_track", "a", settings=settings)
    assert path.read_text() == "#EXTM3U\n"
