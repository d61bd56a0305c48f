"""The streams of matches `iter_matches` and `aiter_matches`, and every way to leave them.

No test depends on time: a gate holds slow requests back, and the number of running tasks shows
whether one was left.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import anyio
import anyio.lowlevel
import httpx
import pytest
from held_requests import QUICK, SLOW, SLOW_ONES, GatedBeatport, until
from modes import EXACT_SEARCH, UNPACED, tasks, with_attempts

from beatport_match import AsyncMatcher, Match, MatchStream, aiter_matches, iter_matches
from beatport_match.testing import FakeBeatport

ONE = with_attempts(max_queries=1)


def never(_: str) -> bool:
    return False


def always(_: str) -> bool:
    return True


def only_slow(query: str) -> bool:
    return SLOW in query


@pytest.mark.anyio
async def test_matches_arrive_in_the_order_of_completion() -> None:
    """One slow track does not delay the others."""
    site, titles = GatedBeatport(only_slow), list[str]()
    async with site.client() as client:
        with anyio.fail_after(30):
            async for match in aiter_matches([SLOW, *QUICK], settings=ONE, http_client=client):
                titles.append(match.track.title)
                if len(titles) == len(QUICK):
                    site.gate.set()
    assert sorted(titles[:-1]) == sorted(QUICK)
    assert titles[-1] == SLOW


def test_iter_matches_sends_no_request_ahead() -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    with httpx.Client(transport=fake.transport()) as client:
        matches = iter_matches(QUICK, settings=ONE, http_client=client)
        assert fake.requests == ()
        assert next(matches).track.title == QUICK[0]
        assert len(fake.requests) == 1
        matches.close()
    assert len(fake.requests) == 1


def test_iter_matches_reads_its_tracks_lazily() -> None:
    """So a library need not fit in memory."""
    taken = list[str]()

    def library() -> Iterator[str]:
        for title in QUICK:
            taken.append(title)
            yield title

    with httpx.Client(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
        matches = iter_matches(library(), settings=ONE, http_client=client)
        next(matches)
        next(matches)
        assert taken == list(QUICK[:2])
        matches.close()


@pytest.mark.anyio
async def test_max_concurrent_tracks_limits_the_tracks_in_flight() -> None:
    site, taken = GatedBeatport(always), list[str]()

    def library() -> Iterator[str]:
        for number in range(100):
            taken.append(str(number))
            yield f"{SLOW} {number}"

    async with site.client() as client:
        stream = aiter_matches(library(), settings=ONE, http_client=client)
        async with anyio.create_task_group() as group:
            group.start_soon(anext, stream)
            await until(lambda: site.waiting == 5)
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            assert (site.waiting, len(taken)) == (5, 5)
            group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_leaving_the_loop_leaves_no_task() -> None:
    """This also holds without `aclose`."""
    before, site = tasks(), GatedBeatport(never)
    async with site.client() as client:
        async for _ in aiter_matches(QUICK * 9, settings=ONE, http_client=client):
            break
        gc.collect()
        await until(lambda: tasks() == before)
        arrived = len(site.arrived)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
    assert len(site.arrived) == arrived < len(QUICK) * 9


@pytest.mark.anyio
async def test_leaving_the_loop_cancels_waiting_requests() -> None:
    """The other requests would never get a response."""
    before, site = tasks(), GatedBeatport(only_slow)
    async with site.client() as client:
        tracks = [*SLOW_ONES[:2], QUICK[0], *SLOW_ONES[2:5]]
        async for match in aiter_matches(tracks, settings=ONE, http_client=client):
            assert match.track.title == QUICK[0]
            break
        gc.collect()
        await until(lambda: tasks() == before)
    assert site.waiting == 0


@pytest.mark.anyio
async def test_async_with_ends_the_stream() -> None:
    before, site = tasks(), GatedBeatport(only_slow)
    async with site.client() as client:
        tracks = [SLOW, QUICK[0], SLOW_ONES[0]]
        async with aiter_matches(tracks, settings=ONE, http_client=client) as stream:
            async for _ in stream:
                break
            assert site.waiting == 2
        assert (tasks(), site.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_closed_stream_yields_no_match() -> None:
    """`aclose` may be called before the first match and more than once."""
    site = GatedBeatport(never)
    async with site.client() as client:
        for is_started in (False, True):
            stream = aiter_matches(QUICK * 9, settings=ONE, http_client=client)
            if is_started:
                assert isinstance(await anext(stream), Match)
            await stream.aclose()
            await stream.aclose()
            assert [match async for match in stream] == []


@pytest.mark.anyio
async def test_an_unused_stream_sends_no_request() -> None:
    site, before = GatedBeatport(never), tasks()
    async with site.client() as client:
        stream = aiter_matches(QUICK, settings=ONE, http_client=client)
        assert isinstance(stream, MatchStream)
        await anyio.lowlevel.checkpoint()
        assert (site.arrived, tasks()) == ([], before)


@pytest.mark.anyio
async def test_closing_the_matcher_ends_its_streams() -> None:
    """The stream is still referenced."""
    before, site = tasks(), GatedBeatport(only_slow)
    async with site.client() as client:
        async with AsyncMatcher(ONE, http_client=client) as matcher:
            stream = matcher.iter_matches([SLOW, QUICK[0], SLOW_ONES[0]])
            await anext(stream)
        assert (tasks(), site.waiting) == (before, 0)
        assert [match async for match in stream] == []


@pytest.mark.anyio
async def test_closing_the_matcher_ends_dropped_streams() -> None:
    """Otherwise a task could use a client that is already closed."""
    before, site = tasks(), GatedBeatport(only_slow)
    async with site.client() as client:
        async with AsyncMatcher(ONE, http_client=client) as matcher:
            async for _ in matcher.iter_matches([SLOW, QUICK[0], SLOW_ONES[0]]):
                break
        assert (tasks(), site.waiting) == (before, 0)


@pytest.mark.anyio
async def test_cancelling_the_consumer_cancels_the_work() -> None:
    before, site = tasks(), GatedBeatport(always)
    async with site.client() as client:
        stream = aiter_matches(SLOW_ONES, settings=ONE, http_client=client)
        async with anyio.create_task_group() as group:
            group.start_soon(anext, stream)
            await until(lambda: site.waiting == 5)
            group.cancel_scope.cancel()
        assert (tasks(), site.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_consumer_cancelled_before_its_first_step_leaves_no_task() -> None:
    before, site = tasks(), GatedBeatport(always)
    async with site.client() as client:
        stream = aiter_matches(QUICK, settings=ONE, http_client=client)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(stream)
        assert scope.cancelled_caught
        assert (tasks(), site.waiting) == (before, 0)


def test_an_event_loop_that_ends_while_a_stream_starts_does_not_hang() -> None:
    """The calling program may end its event loop at any moment."""
    script = """
        import asyncio, httpx
        from beatport_match import aiter_matches

        async def consume():
            async for _ in aiter_matches(["A - B"]):
                pass

        async def main():
            main.task = asyncio.create_task(consume())

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    # The limit is for a hang; the import alone takes seconds on a busy machine.
    subprocess.run(command, check=True, timeout=120)


@pytest.mark.anyio
async def test_two_streams_of_one_matcher_run_at_the_same_time() -> None:
    """They share the rate limit, but not the matches."""
    site = GatedBeatport(never)
    async with site.client() as client, AsyncMatcher(UNPACED, http_client=client) as matcher:
        first, second = matcher.iter_matches(QUICK[:3]), matcher.iter_matches(QUICK[3:])
        titles = [{(await anext(first)).track.title, (await anext(second)).track.title}]
        titles += [{m.track.title async for m in first}, {m.track.title async for m in second}]
    assert set().union(*titles) == set(QUICK)
