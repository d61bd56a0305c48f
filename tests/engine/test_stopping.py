"""Stopping, cancelling and breaking: what a run leaves behind, in both colours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from held_requests import QUICK, SLOW, SLOW_ONES, GatedBeatport, until
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name, tasks, with_attempts

from beatport_match import Progress, amatch_playlist, amatch_track
from beatport_match.testing import FakeBeatport

every_colour = pytest.mark.parametrize("name", MODES)
no_bridge = pytest.mark.parametrize("name", MODES[:3])


class Bug(Exception):  # noqa: N818 - not one of ours: a bug of the host's
    """What nobody expected."""


@every_colour
@pytest.mark.parametrize("enough", [0, 1, 3])
def test_a_stopped_run_accounts_for_every_track(name: Name, enough: int) -> None:
    """match_playlist: "what it kept from being asked ends as `failed`", in the playlist's order."""
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
    # Those at work when the stop came may still end well, and are told of like the others.
    assert enough <= len(found.matches) - len(stopped) <= len(done) <= enough + 5
    assert len(fake.requests) == sum(match.requests for match in found.matches)


@every_colour
def test_a_stop_within_a_track_keeps_what_was_heard(name: Name) -> None:
    """API.md: `stop` is "asked at every decision": between two queries of one track, too."""
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


@no_bridge
def test_a_stopped_stream_just_ends(name: Name) -> None:
    """iter_matches: what was never begun is not given."""
    fake, done = FakeBeatport(**EXACT_SEARCH), list[Progress]()
    came = Mode(name).call(
        "iter_matches",
        QUICK * 4,
        transport=fake.transport(),
        on_progress=done.append,
        stop=lambda: len(done) >= 2,
    )
    assert 2 <= len(came) == len(done) <= 6


@every_colour
def test_progress_counts_every_track_once(name: Name) -> None:
    """Progress: told "after each track", `requests` counts all so far."""
    fake, told = FakeBeatport(**EXACT_SEARCH), list[Progress]()
    found = Mode(name).call(
        "match_playlist", QUICK, transport=fake.transport(), on_progress=told.append
    )
    assert [one.done for one in told] == [1, 2, 3, 4, 5, 6]
    assert {one.total for one in told} == {6}
    assert sorted(one.track.title for one in told) == sorted(QUICK)
    assert {id(one.match) for one in told} == {id(match) for match in found.matches}
    assert told[-1].requests == len(fake.requests)
    assert told[-1].eta_s == 0


@no_bridge
def test_progress_of_a_stream_of_unknown_length(name: Name) -> None:
    """Progress: "`total` is `None` where it is not known"."""
    told = list[Progress]()
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    tracks = iter(QUICK)
    Mode(name).call("iter_matches", tracks, transport=transport, on_progress=told.append)
    assert {(one.total, one.eta_s) for one in told} == {(None, None)}


def raising(error: BaseException) -> Callable[..., Any]:
    def act(*_: Any, **__: Any) -> Any:
        raise error

    return act


@every_colour
@pytest.mark.parametrize("where", ["on_progress", "stop"])
@pytest.mark.parametrize("kind", [Bug, KeyError, TimeoutError])
def test_an_exception_of_the_hosts_comes_out_bare(
    name: Name, where: str, kind: type[Exception]
) -> None:
    """ARCHITECTURE: "a bug propagates bare in both colours"; a host's `on_progress` and `stop`
    end the run by raising."""
    error = kind("the host")
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(kind) as caught:
        Mode(name).call("match_playlist", QUICK, transport=transport, **{where: raising(error)})
    assert caught.value is error


@no_bridge
def test_an_exception_of_the_hosts_ends_a_stream(name: Name) -> None:
    """The same while streaming: raised where the matches are consumed."""
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(Bug):
        Mode(name).call(
            "iter_matches", QUICK, transport=transport, on_progress=raising(Bug("host"))
        )


@every_colour
@pytest.mark.parametrize("kind", [KeyError, RuntimeError, anyio.BrokenResourceError])
def test_a_bug_in_a_client_comes_out_bare(name: Name, kind: type[Exception]) -> None:
    """read_error: "a bug is raised again, bare", though five tasks meet it at once."""
    transport = httpx.MockTransport(raising(kind("in the client")))
    with pytest.raises(kind):
        Mode(name).call("match_playlist", QUICK, transport=transport)


@no_bridge
@pytest.mark.parametrize("kind", [KeyError, anyio.BrokenResourceError, anyio.ClosedResourceError])
def test_a_bug_in_a_client_ends_a_stream(name: Name, kind: type[Exception]) -> None:
    """The same while streaming: a stream that ends early must not look complete."""
    transport = httpx.MockTransport(raising(kind("in the client")))
    with pytest.raises(kind):
        Mode(name).call("iter_matches", QUICK, transport=transport)


@every_colour
def test_a_bug_in_the_tracks_comes_out_bare(name: Name) -> None:
    """A host's own iterator may fail half-way."""

    def library() -> Iterator[str]:
        yield from QUICK
        raise Bug("the disk is gone")

    transport = FakeBeatport(**EXACT_SEARCH).transport()
    with pytest.raises(Bug):
        Mode(name).call("match_playlist", library(), transport=transport)


@every_colour
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
def test_expected_trouble_is_never_raised(name: Name, error: type[Exception], kind: str) -> None:
    """API.md: "Expected network trouble is never raised from matching: it is in `failures`"."""
    transport = httpx.MockTransport(raising(error("no")))
    found = Mode(name).call("match_playlist", QUICK, transport=transport, settings=with_attempts())
    assert {match.outcome for match in found.matches} == {"failed"}
    assert {failure.kind for match in found.matches for failure in match.failures} == {kind}
    assert found.metrics.failures == {kind: len(QUICK)}


@pytest.mark.anyio
async def test_a_cancelled_playlist_leaves_no_task() -> None:
    """ARCHITECTURE: "task cancellation propagates", through scopes and timeouts of the host's."""
    before, shop = tasks(), GatedBeatport(lambda _: True)
    async with shop.client() as client:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:

                async def match() -> None:
                    await amatch_playlist(SLOW_ONES, settings=UNPACED, http_client=client)

                group.start_soon(match)
                await until(lambda: shop.waiting == 5)
                scope.cancel()
        assert scope.cancelled_caught
        assert (tasks(), shop.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_host_that_runs_out_of_time_gets_its_timeout() -> None:
    """The same with `fail_after`: the host sees its own TimeoutError and nothing of ours."""
    before, shop = tasks(), GatedBeatport(lambda _: True)
    async with shop.client() as client:
        with pytest.raises(TimeoutError), anyio.fail_after(0):
            await amatch_track(SLOW, settings=UNPACED, http_client=client)
        assert (tasks(), shop.waiting) == (before, 0)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_a_task_cancelled_the_asyncio_way_leaves_no_task() -> None:
    """The same with asyncio's own `cancel`, which knows no scopes."""
    before, shop = tasks(), GatedBeatport(lambda _: True)
    async with shop.client() as client:
        work = amatch_playlist(SLOW_ONES, settings=UNPACED, http_client=client)
        task = asyncio.get_running_loop().create_task(work)
        await until(lambda: shop.waiting == 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (tasks(), shop.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_bug_stops_the_other_tasks() -> None:
    """After a bug nothing more is asked for, and no task stays to wait for an answer."""
    before, shop = tasks(), GatedBeatport(lambda query: SLOW in query)
    async with shop.client() as client:
        with pytest.raises(Bug):
            await amatch_playlist(
                [*SLOW_ONES[:2], QUICK[0], *QUICK],
                settings=UNPACED,
                http_client=client,
                on_progress=raising(Bug("host")),
            )
        assert (tasks(), shop.waiting) == (before, 0)
