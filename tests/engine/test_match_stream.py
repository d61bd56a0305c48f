"""Matches as they complete: `iter_matches` and `aiter_matches`, and every way to leave them.

No test looks at a clock: gates decide who is slow, and the count of living tasks who was left.
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
async def test_one_slow_track_does_not_hold_up_the_others() -> None:
    """API.md: `aiter_matches` gives matches "as they complete"."""
    shop, came = GatedBeatport(only_slow), list[str]()
    async with shop.client() as client:
        with anyio.fail_after(30):
            async for match in aiter_matches([SLOW, *QUICK], settings=ONE, http_client=client):
                came.append(match.track.title)
                if len(came) == len(QUICK):
                    shop.gate.set()
    assert sorted(came[:-1]) == sorted(QUICK)
    assert came[-1] == SLOW


def test_a_sync_match_is_given_before_the_next_is_asked_for() -> None:
    """API.md: `iter_matches` gives matches "as they complete"; nothing is asked ahead."""
    fake = FakeBeatport(**EXACT_SEARCH)
    with httpx.Client(transport=fake.transport()) as client:
        matches = iter_matches(QUICK, settings=ONE, http_client=client)
        assert fake.requests == ()
        assert next(matches).track.title == QUICK[0]
        assert len(fake.requests) == 1
        matches.close()
    assert len(fake.requests) == 1


def test_a_sync_stream_takes_its_tracks_as_it_goes() -> None:
    """_runs.Queue: tracks are "read as they are taken", so a library need not fit in memory."""
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
async def test_an_async_stream_takes_no_more_than_its_places() -> None:
    """AsyncSettings: `max_concurrent_tracks` bounds what is taken and asked at once."""
    shop, taken = GatedBeatport(always), list[str]()

    def library() -> Iterator[str]:
        for number in range(100):
            taken.append(str(number))
            yield f"{SLOW} {number}"

    async with shop.client() as client:
        stream = aiter_matches(library(), settings=ONE, http_client=client)
        async with anyio.create_task_group() as group:
            group.start_soon(anext, stream)
            await until(lambda: shop.waiting == 5)
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            assert (shop.waiting, len(taken)) == (5, 5)
            group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_breaking_off_leaves_no_task_and_no_warning() -> None:
    """MatchStream: "Breaking off the loop stops the work soon", without `aclose`."""
    before, shop = tasks(), GatedBeatport(never)
    async with shop.client() as client:
        async for _ in aiter_matches(QUICK * 9, settings=ONE, http_client=client):
            break
        gc.collect()
        await until(lambda: tasks() == before)
        asked = len(shop.arrived)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
    assert len(shop.arrived) == asked < len(QUICK) * 9


@pytest.mark.anyio
async def test_breaking_off_while_others_wait_leaves_nothing() -> None:
    """The same, with requests that would never be answered."""
    before, shop = tasks(), GatedBeatport(only_slow)
    async with shop.client() as client:
        tracks = [*SLOW_ONES[:2], QUICK[0], *SLOW_ONES[2:5]]
        async for match in aiter_matches(tracks, settings=ONE, http_client=client):
            assert match.track.title == QUICK[0]
            break
        gc.collect()
        await until(lambda: tasks() == before)
    assert shop.waiting == 0


@pytest.mark.anyio
async def test_a_stream_as_a_block_ends_with_it() -> None:
    """MatchStream: "to be sure that it has stopped, use the stream as `async with`"."""
    before, shop = tasks(), GatedBeatport(only_slow)
    async with shop.client() as client:
        tracks = [SLOW, QUICK[0], SLOW_ONES[0]]
        async with aiter_matches(tracks, settings=ONE, http_client=client) as stream:
            async for _ in stream:
                break
            assert shop.waiting == 2
        assert (tasks(), shop.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_closed_stream_gives_nothing_more() -> None:
    """MatchStream.aclose: stops the work, whether begun or not, and once is enough."""
    shop = GatedBeatport(never)
    async with shop.client() as client:
        for begun in (False, True):
            stream = aiter_matches(QUICK * 9, settings=ONE, http_client=client)
            if begun:
                assert isinstance(await anext(stream), Match)
            await stream.aclose()
            await stream.aclose()
            assert [match async for match in stream] == []


@pytest.mark.anyio
async def test_an_unused_stream_asks_nothing() -> None:
    """MatchStream: "the work begins with the first one asked for"."""
    shop, before = GatedBeatport(never), tasks()
    async with shop.client() as client:
        stream = aiter_matches(QUICK, settings=ONE, http_client=client)
        assert isinstance(stream, MatchStream)
        await anyio.lowlevel.checkpoint()
        assert (shop.arrived, tasks()) == ([], before)


@pytest.mark.anyio
async def test_the_matcher_ends_its_streams() -> None:
    """AsyncMatcher.aclose: "End what still streams", although the stream is still held."""
    before, shop = tasks(), GatedBeatport(only_slow)
    async with shop.client() as client:
        async with AsyncMatcher(ONE, http_client=client) as matcher:
            stream = matcher.iter_matches([SLOW, QUICK[0], SLOW_ONES[0]])
            await anext(stream)
        assert (tasks(), shop.waiting) == (before, 0)
        assert [match async for match in stream] == []


@pytest.mark.anyio
async def test_the_matcher_ends_streams_that_were_dropped() -> None:
    """The same where the loop was broken off: nothing may still use a client that is closed."""
    before, shop = tasks(), GatedBeatport(only_slow)
    async with shop.client() as client:
        async with AsyncMatcher(ONE, http_client=client) as matcher:
            async for _ in matcher.iter_matches([SLOW, QUICK[0], SLOW_ONES[0]]):
                break
        assert (tasks(), shop.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_cancelled_consumer_takes_its_work_along() -> None:
    """ARCHITECTURE: "task cancellation propagates", and nothing outlives it."""
    before, shop = tasks(), GatedBeatport(always)
    async with shop.client() as client:
        stream = aiter_matches(SLOW_ONES, settings=ONE, http_client=client)
        async with anyio.create_task_group() as group:
            group.start_soon(anext, stream)
            await until(lambda: shop.waiting == 5)
            group.cancel_scope.cancel()
        assert (tasks(), shop.waiting) == (before, 0)


@pytest.mark.anyio
async def test_a_consumer_cancelled_before_it_began_leaves_nothing() -> None:
    """The same at the earliest moment there is."""
    before, shop = tasks(), GatedBeatport(always)
    async with shop.client() as client:
        stream = aiter_matches(QUICK, settings=ONE, http_client=client)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(stream)
        assert scope.cancelled_caught
        assert (tasks(), shop.waiting) == (before, 0)


def test_a_loop_that_ends_as_a_stream_begins_does_not_hang() -> None:
    """A host may end its loop at any moment: what it began last must not keep it from ending."""
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
    # The limit is for a hang: the script itself ends as soon as it begins.
    subprocess.run(command, check=True, timeout=10)


@pytest.mark.anyio
async def test_two_streams_of_one_matcher_go_side_by_side() -> None:
    """AsyncMatcher: "its tasks share its pace", not their matches."""
    shop = GatedBeatport(never)
    async with shop.client() as client, AsyncMatcher(UNPACED, http_client=client) as matcher:
        first, second = matcher.iter_matches(QUICK[:3]), matcher.iter_matches(QUICK[3:])
        titles = [{(await anext(first)).track.title, (await anext(second)).track.title}]
        titles += [{m.track.title async for m in first}, {m.track.title async for m in second}]
    assert set().union(*titles) == set(QUICK)
