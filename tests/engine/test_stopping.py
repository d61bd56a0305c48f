"""Stopping, cancelling and exceptions: the results and tasks after them, in each mode."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from held_requests import QUICK, SLOW, SLOW_ONES, GatedBeatport, until
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name, served, tasks, with_attempts

from beatport_match import MatchSettings, PlaylistMatch, Progress, amatch_playlist, amatch_track
from beatport_match.engine.arguments import FileTracks
from beatport_match.engine.beatport_source import beatport_source
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.testing import FakeBeatport
from beatport_match.transport.shared import own_state

every_mode = pytest.mark.parametrize("name", MODES)
every_mode_but_bridge = pytest.mark.parametrize("name", MODES[:3])


class Bug(Exception):  # noqa: N818 - a bug of the calling program, not an error of the library
    """An exception that the library does not expect."""


@every_mode
@pytest.mark.parametrize("enough", [0, 1, 3])
def test_a_stopped_run_has_a_match_for_every_track(name: Name, enough: int) -> None:
    """Tracks that were not processed end as `failed`, in the order of the playlist."""
    fake, done = FakeBeatport(**EXACT_SEARCH), list[Progress]()
    found = Mode(name).call(
        "match_playlist",
        QUICK * 4,
        transport=fake.transport(),
        on_progress=done.append,
        stop=lambda: len(done) >= enough,
    )
    assert tuple(match.track.title for match in found.matches) == QUICK * 4
    stopped = [match for match in found.matches if match.stopped == "stopped"]
    assert {match.outcome for match in stopped} <= {"failed", "review"}
    assert {failure.kind for match in stopped for failure in match.failures} == {"stopped"}
    # Tracks in flight when the run was stopped may still finish; they are reported like the others.
    assert enough <= len(found.matches) - len(stopped) <= len(done) <= enough + 5
    assert len(fake.requests) == sum(match.requests for match in found.matches)


@every_mode
def test_a_stop_within_a_track_keeps_its_candidates(name: Name) -> None:
    """`stop` is also called between two queries of one track."""
    fake = FakeBeatport(**EXACT_SEARCH)
    found = Mode(name).call(
        "match_playlist",
        ["Lido in Winter (Nobody Known Remix)"],
        transport=fake.transport(),
        stop=lambda: len(fake.requests) >= 1,
    )
    (match,) = found.matches
    assert (match.outcome, match.stopped, len(fake.requests)) == ("failed", "stopped", 1)
    assert match.candidates
    assert [query.failure and query.failure.kind for query in match.queries] == [None, "stopped"]


@every_mode
@pytest.mark.usefixtures("short_polls")
def test_a_stop_ends_the_wait_for_the_rate_limit(name: Name) -> None:
    """`stop` is called repeatedly while a request waits; this one would wait 20 s."""
    done, calls = list[Progress](), list[int]()

    def stop() -> bool:
        calls.extend([1] * len(done))
        return len(calls) > 3  # the second track waits by then

    found = Mode(name).call(
        "match_playlist",
        QUICK[:2],
        transport=FakeBeatport(**EXACT_SEARCH).transport(),
        settings=MatchSettings(requests_per_second=0.05),
        on_progress=done.append,
        stop=stop,
    )
    assert sorted(match.stopped for match in found.matches) == ["enough", "stopped"]
    assert found.requests == 1


@every_mode_but_bridge
def test_a_stopped_stream_ends_without_the_unprocessed_tracks(name: Name) -> None:
    fake, done = FakeBeatport(**EXACT_SEARCH), list[Progress]()
    matches = Mode(name).call(
        "iter_matches",
        QUICK * 4,
        transport=fake.transport(),
        on_progress=done.append,
        stop=lambda: len(done) >= 2,
    )
    assert 2 <= len(matches) == len(done) <= 6


@every_mode
def test_progress_reports_every_track_once(name: Name) -> None:
    """`requests` counts all requests so far."""
    fake, reports = FakeBeatport(**EXACT_SEARCH), list[Progress]()
    found = Mode(name).call(
        "match_playlist", QUICK, transport=fake.transport(), on_progress=reports.append
    )
    assert [one.done for one in reports] == [1, 2, 3, 4, 5, 6]
    assert {one.total for one in reports} == {6}
    assert sorted(one.track.title for one in reports) == sorted(QUICK)
    assert {id(one.match) for one in reports} == {id(match) for match in found.matches}
    assert reports[-1].requests == len(fake.requests)
    assert reports[-1].eta_s == 0


@every_mode_but_bridge
def test_progress_of_a_stream_of_unknown_length_has_no_total(name: Name) -> None:
    reports = list[Progress]()
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    tracks = iter(QUICK)
    Mode(name).call("iter_matches", tracks, transport=transport, on_progress=reports.append)
    assert {(one.total, one.eta_s) for one in reports} == {(None, None)}


def raising(error: BaseException) -> Callable[..., Any]:
    def act(*_: Any, **__: Any) -> Any:
        raise error

    return act


@every_mode
@pytest.mark.parametrize("where", ["on_progress", "stop"])
@pytest.mark.parametrize("kind", [Bug, KeyError, TimeoutError, asyncio.CancelledError])
def test_an_exception_of_the_calling_program_ends_the_run_unchanged(
    name: Name, where: str, kind: type[BaseException]
) -> None:
    """`on_progress` and `stop` may end the run by raising.

    They raise a `CancelledError` if they ask for the result of a task that was cancelled.
    """
    error = kind("the calling program")
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(kind) as caught:
        Mode(name).call("match_playlist", QUICK, transport=transport, **{where: raising(error)})
    assert caught.value is error


@every_mode
@pytest.mark.parametrize("where", ["stop", "client", "client with a stop"])
@pytest.mark.parametrize("kind", [Bug, SystemExit, asyncio.CancelledError])
def test_an_exception_in_a_batch_of_queries_ends_the_run_unchanged(
    name: Name, where: str, kind: type[BaseException]
) -> None:
    """One of three queries that are sent at the same time raises it, and once only."""
    fake, error = FakeBeatport(**EXACT_SEARCH), kind("the calling program")
    calls = {"stop": 0, "client": 0}

    def count(what: str, limit: int) -> None:
        calls[what] += 1
        if where.startswith(what) and calls[what] == limit:
            raise error

    def handle(request: httpx.Request) -> httpx.Response:
        count("client", 2)
        return served(fake, request)

    def stop() -> bool:
        count("stop", 3)  # the first call is before the batch
        return False

    with pytest.raises(kind) as caught:
        Mode(name).call(
            "match_playlist",
            ["Lido in Winter (Nobody Known Remix)"],
            transport=httpx.MockTransport(handle),
            settings=UNPACED.model_copy(update={"queries_at_once": 3}),
            stop=None if where == "client" else stop,
        )
    assert caught.value is error


@every_mode_but_bridge
@pytest.mark.parametrize("kind", [Bug, asyncio.CancelledError])
def test_an_exception_of_on_progress_ends_a_stream(name: Name, kind: type[BaseException]) -> None:
    """It is raised where the matches are consumed."""
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(kind):
        Mode(name).call(
            "iter_matches", QUICK, transport=transport, on_progress=raising(kind("calling program"))
        )


@every_mode
@pytest.mark.parametrize("kind", [KeyError, RuntimeError, anyio.BrokenResourceError])
def test_a_bug_in_a_client_is_raised_unchanged(name: Name, kind: type[Exception]) -> None:
    """Five tasks may fail with it at the same time."""
    transport = httpx.MockTransport(raising(kind("in the client")))
    with pytest.raises(kind):
        Mode(name).call("match_playlist", QUICK, transport=transport)


@every_mode_but_bridge
@pytest.mark.parametrize("kind", [KeyError, anyio.BrokenResourceError, anyio.ClosedResourceError])
def test_a_bug_in_a_client_ends_a_stream(name: Name, kind: type[Exception]) -> None:
    """A stream that ends early must not look complete."""
    transport = httpx.MockTransport(raising(kind("in the client")))
    with pytest.raises(kind):
        Mode(name).call("iter_matches", QUICK, transport=transport)


@every_mode
def test_an_exception_of_the_track_iterator_is_raised_unchanged(name: Name) -> None:

    def library() -> Iterator[str]:
        yield from QUICK
        raise Bug("the disk is gone")

    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(Bug):
        Mode(name).call("match_playlist", library(), transport=transport)


@every_mode
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ReadTimeout, "timeout"),
        (httpx.ConnectTimeout, "timeout"),
        (httpx.PoolTimeout, "timeout"),
        (httpx.ConnectError, "network"),
        (httpx.RemoteProtocolError, "network"),
        (httpx.DecodingError, "network"),
        (httpx.UnsupportedProtocol, "network"),
    ],
)
def test_network_faults_become_failures_instead_of_exceptions(
    name: Name, error: type[Exception], kind: str
) -> None:
    transport = httpx.MockTransport(raising(error("no")))
    found = Mode(name).call(
        "match_playlist", QUICK, transport=transport, settings=with_attempts(retry_failed=0)
    )
    assert {match.outcome for match in found.matches} == {"failed"}
    assert {failure.kind for match in found.matches for failure in match.failures} == {kind}
    assert found.metrics.failures == {kind: len(QUICK)}


@pytest.mark.anyio
async def test_a_cancelled_scope_leaves_no_task() -> None:
    before, site = tasks(), GatedBeatport(lambda _: True)
    async with site.client() as client:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:

                async def match() -> None:
                    await amatch_playlist(SLOW_ONES, settings=UNPACED, http_client=client)

                group.start_soon(match)
                await until(lambda: site.waiting == 5)
                scope.cancel()
        assert scope.cancelled_caught
        assert (tasks(), site.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_timeout_of_the_calling_program_is_raised_to_it() -> None:
    """The exception is its own TimeoutError."""
    before, site = tasks(), GatedBeatport(lambda _: True)
    async with site.client() as client:
        with pytest.raises(TimeoutError), anyio.fail_after(0):
            await amatch_track(SLOW, settings=UNPACED, http_client=client)
        assert (tasks(), site.waiting) == (before, 0)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_a_task_cancelled_with_asyncio_leaves_no_task() -> None:
    """`Task.cancel` of asyncio uses no cancel scope."""
    before, site = tasks(), GatedBeatport(lambda _: True)
    async with site.client() as client:
        work = amatch_playlist(SLOW_ONES, settings=UNPACED, http_client=client)
        task = asyncio.get_running_loop().create_task(work)
        await until(lambda: site.waiting == 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (tasks(), site.waiting) == (before, 0)


def test_an_ended_run_does_not_wait_for_the_threads_of_a_sync_client() -> None:
    """The async engine runs such a client in threads, which cannot be cancelled."""
    gate, answered = threading.Event(), list[str]()
    fake = FakeBeatport(**EXACT_SEARCH)

    def handle(request: httpx.Request) -> httpx.Response:
        query = request.url.params["q"]
        if SLOW in query:
            gate.wait(60)
        answered.append(query)
        return served(fake, request)

    try:
        with pytest.raises(Bug):
            Mode("bridge").call(
                "match_playlist",
                [SLOW, QUICK[0]],
                transport=httpx.MockTransport(handle),
                on_progress=raising(Bug("calling program")),
            )
        assert answered == ["Rook Tallow Candle Tax"]
    finally:
        gate.set()


@pytest.mark.anyio
async def test_a_bug_stops_the_other_tasks() -> None:
    """No further request is sent, and no task keeps waiting for a response."""
    before, site = tasks(), GatedBeatport(lambda query: SLOW in query)
    async with site.client() as client:
        with pytest.raises(Bug):
            await amatch_playlist(
                [*SLOW_ONES[:2], QUICK[0], *QUICK],
                settings=UNPACED,
                http_client=client,
                on_progress=raising(Bug("calling program")),
            )
        assert (tasks(), site.waiting) == (before, 0)


# The result of a run that an exception ended


def finished(partial: PlaylistMatch, done: list[Progress]) -> bool:
    """Return whether a partial result has the reported tracks, in the order of the playlist."""
    titles = [match.track.title for match in partial.matches]
    reported = {one.track.title for one in done}
    places = [QUICK.index(title) for title in titles]
    return reported <= set(titles) and places == sorted(places) and not partial.failed


@every_mode
@pytest.mark.parametrize("kind", [Bug, SystemExit, KeyboardInterrupt, asyncio.CancelledError])
def test_an_exception_carries_the_finished_tracks(name: Name, kind: type[BaseException]) -> None:
    """It is the same exception, and no thread is left that would keep the process alive."""
    before = set(threading.enumerate())
    done, error = list[Progress](), kind("the calling program")

    def on_progress(progress: Progress) -> None:
        done.append(progress)
        if len(done) == 3:
            raise error

    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(kind) as caught:
        Mode(name).call("match_playlist", QUICK, transport=transport, on_progress=on_progress)
    assert caught.value is error
    partial = getattr(caught.value, "partial", None)
    assert isinstance(partial, PlaylistMatch)
    assert finished(partial, done)
    assert partial.metrics.session_info.total_tracks == len(partial.matches)
    for thread in set(threading.enumerate()) - before:
        # A thread that another one is just starting is listed, and cannot be joined yet.
        for _ in range(1000):
            if thread.ident is not None:
                break
            time.sleep(0.01)
        thread.join(60)
        assert thread.daemon or not thread.is_alive()


@pytest.mark.parametrize("name", ["sync", "bridge"])
def test_ctrl_c_keeps_the_finished_tracks(name: Name, tmp_path: Path) -> None:
    """They are on the exception and in the journal: the next run sends nothing for them."""
    done, before = list[Progress](), signal.signal(signal.SIGINT, signal.default_int_handler)

    def on_progress(progress: Progress) -> None:
        done.append(progress)
        if len(done) == 2:
            signal.raise_signal(signal.SIGINT)

    fake, journal = FakeBeatport(**EXACT_SEARCH), tmp_path / "run.journal"
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            Mode(name).call(
                "match_playlist",
                QUICK,
                transport=fake.transport(),
                on_progress=on_progress,
                journal=journal,
            )
    finally:
        signal.signal(signal.SIGINT, before)
    partial = getattr(caught.value, "partial", None)
    assert isinstance(partial, PlaylistMatch)
    assert finished(partial, done)
    kept = [match.track.title for match in partial.matches]
    sent = len(fake.requests)
    again = Mode(name).call("match_playlist", kept, transport=fake.transport(), journal=journal)
    assert again.matches == partial.matches
    assert len(fake.requests) == sent


@pytest.mark.anyio
async def test_a_cancelled_run_carries_the_finished_tracks() -> None:
    """The cancellation passes through; it has the result so far."""
    site, done = GatedBeatport(lambda query: SLOW in query), list[Progress]()
    seen: list[BaseException] = []

    async def match() -> None:
        try:
            await amatch_playlist(
                [*QUICK, *SLOW_ONES], settings=UNPACED, http_client=client, on_progress=done.append
            )
        except anyio.get_cancelled_exc_class() as error:
            seen.append(error)
            raise

    async with site.client() as client, anyio.create_task_group() as group:
        group.start_soon(match)
        await until(lambda: site.waiting == 5 and len(done) == len(QUICK))
        group.cancel_scope.cancel()
    (error,) = seen
    partial = getattr(error, "partial", None)
    assert isinstance(partial, PlaylistMatch)
    assert len(partial.matches) == len(QUICK)
    assert finished(partial, done)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_a_cancelled_task_of_asyncio_hands_over_the_finished_tracks() -> None:
    site = GatedBeatport(lambda query: SLOW in query)
    async with site.client() as client:
        work = amatch_playlist([QUICK[0], *SLOW_ONES], settings=UNPACED, http_client=client)
        task = asyncio.get_running_loop().create_task(work)
        await until(lambda: site.waiting == 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert [match.track.title for match in caught.value.partial.matches] == [QUICK[0]]


class Rigid(Exception):  # noqa: N818 - an exception of the calling program
    """An exception that takes no new attributes."""

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):
            raise AttributeError(name)
        super().__setattr__(name, value)


@every_mode
def test_an_exception_without_attributes_passes_through(name: Name) -> None:
    error = Rigid()
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(Rigid) as caught:
        Mode(name).call("match_playlist", QUICK, transport=transport, on_progress=raising(error))
    assert caught.value is error


def test_a_result_without_a_match_for_every_track_is_an_error() -> None:
    """An engine that loses a track must not look successful."""
    run = PlaylistRun(
        *("sync", UNPACED, beatport_source(UNPACED), own_state(UNPACED, None).rate_limiter),
        *(FileTracks(QUICK), None, None, None, "raise"),
        keeps_matches=True,
    )
    with run.opened():
        run.next_track()
    with pytest.raises(AssertionError, match="a track has no match"):
        run.result()
