"""The cache in memory (limits of size and age), request keys, and the locks of single flight."""

from __future__ import annotations

from threading import Lock

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match import Candidate, MatchSettings
from beatport_match.matching.protocol import ParsedResult, Request
from beatport_match.transport.answer_cache import KeyedLocks, MemoryCache, TieredCache, entry_size
from beatport_match.transport.cache_codec import encode

ONE = ParsedResult(candidates=(Candidate(id=7, name="Copper"),))


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 5), st.booleans())
def test_memory_cache_evicts_the_oldest_above_its_size(
    keys: list[int], capacity: int, counts_entries: bool
) -> None:
    """The limit is in bytes, and in entries."""
    size = capacity * entry_size("7", encode(ONE))
    cache = MemoryCache(max_entries=capacity) if counts_entries else MemoryCache(max_bytes=size)
    newest = list[int]()
    for key in keys:
        cache.put(str(key), ONE)
        newest = [*(other for other in newest if other != key), key][-capacity:]
        assert [one for one in range(10) if cache.get(str(one))] == sorted(newest)


def test_memory_cache_ignores_entries_above_the_maximum_age() -> None:
    now = [0.0]
    cache = MemoryCache(max_age_s=10, clock=lambda: now[0])
    cache.put("a", ONE)
    now[0] = 10.0
    cached = cache.get("a")
    assert cached is not None
    assert (cached.value, cached.age_s) == (ONE, 10.0)
    now[0] = 10.1
    assert cache.get("a") is None


@given(st.permutations([("q", "copper rain"), ("per_page", "50"), ("page", "1")]))
def test_equal_requests_have_one_key(params: list[tuple[str, str]]) -> None:
    """The order of the parameters and the headers do not change the key; other values do."""
    request = Request(url="https://site.example/s", params=tuple(params))
    other = Request(url=request.url, params=tuple(sorted(params)), headers=(("a", "b"),))
    assert request.canonical == other.canonical
    assert "q=copper+rain" in request.canonical
    assert Request(url=request.url, params=(("q", "copper&page=1"),)).canonical != (
        Request(url=request.url, params=(("q", "copper"), ("page", "1"))).canonical
    )


def test_released_locks_take_no_memory() -> None:
    """Otherwise a run of a million queries would keep a million locks.

    An exception releases the lock as well.
    """
    locks = KeyedLocks(Lock)
    for _ in range(3):
        with pytest.raises(KeyError), locks.of("a"), locks.of("b"):
            raise KeyError
    assert dict(locks._locks) == {}


@pytest.mark.anyio
async def test_cancelled_task_leaves_its_lock_to_the_next() -> None:
    """Also a task that is cancelled while it waits for the lock."""
    locks, order = KeyedLocks(anyio.Lock), list[str]()

    async def hold(name: str, scope: anyio.CancelScope) -> None:
        with scope:
            async with locks.of("a"):
                order.append(name)
                await anyio.sleep_forever()

    scopes = [anyio.CancelScope() for _ in range(4)]
    async with anyio.create_task_group() as group:
        for name, scope in zip("xyz", scopes[:3], strict=True):
            group.start_soon(hold, name, scope)
            await anyio.wait_all_tasks_blocked()
        scopes[1].cancel()  # waiting
        scopes[0].cancel()  # holding
        await anyio.wait_all_tasks_blocked()
        group.start_soon(hold, "late", scopes[3])
        await anyio.wait_all_tasks_blocked()
        assert order == ["x", "z"]
        scopes[2].cancel()
        await anyio.wait_all_tasks_blocked()
        assert order == ["x", "z", "late"]
        scopes[3].cancel()
    assert dict(locks._locks) == {}


def test_a_result_with_rows_that_could_not_be_read_is_not_stored() -> None:
    """The next response may be complete."""
    cache = TieredCache(MatchSettings(), MemoryCache())
    request = Request(url="https://catalogue.invalid/search")
    cache.put(request, ParsedResult(candidates=(), partial=(Candidate(id=0, name=""),)))
    assert cache.get(request) is None
    cache.put(request, ParsedResult(candidates=()))
    assert cache.get(request) is not None
