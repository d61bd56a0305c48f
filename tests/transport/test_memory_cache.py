"""The memory of one matcher: bounded, forgetful, and one asker at a time."""

from __future__ import annotations

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match import Candidate
from beatport_match.matching.protocol import ParsedResult, Request
from beatport_match.transport.answer_cache import MemoryCache, entry_size
from beatport_match.transport.cache_codec import encode
from beatport_match.transport.single_flight import AsyncKeyedLock, KeyedLock

ONE = ParsedResult(candidates=(Candidate(id=7, name="Copper"),))


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 5))
def test_the_memory_keeps_its_bound(keys: list[int], room: int) -> None:
    """Memory: "oldest forgotten first"; the bound is of bytes, so memory does not grow."""
    memory, newest = MemoryCache(most_bytes=room * entry_size("7", encode(ONE))), list[int]()
    for key in keys:
        memory.put(str(key), ONE)
        newest = [*(one for one in newest if one != key), key][-room:]
        assert [one for one in range(10) if memory.get(str(one))] == sorted(newest)


def test_what_is_old_is_forgotten() -> None:
    """_memory: a matcher "that lives for days must not serve this morning's chart"."""
    now = [0.0]
    memory = MemoryCache(longest_s=10, clock=lambda: now[0])
    memory.put("a", ONE)
    now[0] = 10.0
    known = memory.get("a")
    assert known is not None
    assert (known.value, known.age_s) == (ONE, 10.0)
    now[0] = 10.1
    assert memory.get("a") is None


@given(st.permutations([("q", "copper rain"), ("per_page", "50"), ("page", "1")]))
def test_equal_requests_have_one_spelling(params: list[tuple[str, str]]) -> None:
    """Request.canonical: "neither order nor headers make another request"; its values do."""
    request = Request(url="https://shop.example/s", params=tuple(params))
    other = Request(url=request.url, params=tuple(sorted(params)), headers=(("a", "b"),))
    assert request.canonical == other.canonical
    assert "q=copper+rain" in request.canonical
    assert Request(url=request.url, params=(("q", "copper&page=1"),)).canonical != (
        Request(url=request.url, params=(("q", "copper"), ("page", "1"))).canonical
    )


def test_nothing_is_left_of_places_that_were_held() -> None:
    """A run of a million questions must not keep a million locks; a bug frees its place."""
    places = KeyedLock()
    for _ in range(3):
        with pytest.raises(KeyError), places.lock("a"), places.lock("b"):
            raise KeyError
    assert places._locks == {}


@pytest.mark.anyio
async def test_a_cancelled_asker_leaves_its_place_to_the_next() -> None:
    """Issue: cancellation leaves no "lock behind"."""
    places, order = AsyncKeyedLock(), list[str]()

    async def ask(name: str, scope: anyio.CancelScope) -> None:
        with scope:
            async with places.lock("a"):
                order.append(name)
                await anyio.sleep_forever()

    scopes = [anyio.CancelScope() for _ in range(4)]
    async with anyio.create_task_group() as group:
        for name, scope in zip("xyz", scopes[:3], strict=True):
            group.start_soon(ask, name, scope)
            await anyio.wait_all_tasks_blocked()
        scopes[1].cancel()  # waiting
        scopes[0].cancel()  # holding
        await anyio.wait_all_tasks_blocked()
        group.start_soon(ask, "late", scopes[3])
        await anyio.wait_all_tasks_blocked()
        assert order == ["x", "z"]
        scopes[2].cancel()
        await anyio.wait_all_tasks_blocked()
        assert order == ["x", "z", "late"]
        scopes[3].cancel()
    assert places._locks == {}
