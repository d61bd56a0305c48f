"""Sync and async have the same functions, methods, signatures and errors.

A plain name is sync. `a…` and `Async…` are async, with the same parameters and the same meaning.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from tables import each_row

import beatport_match
from beatport_match import AsyncMatcher, Matcher
from beatport_match.engine import playlist_functions, track_functions
from beatport_match.engine.async_engine import AsyncEngine
from beatport_match.engine.sync_engine import SyncEngine

# The sync name of each async type, for the comparison of annotations.
SYNC_NAME = {
    "AsyncMatcher": "Matcher",
    "AsyncOnProgress": "OnProgress",
    "AsyncHttpClient": "HttpClient",
    "MatchStream": "Iterator[Match]",
    " | ClientPool": " | SyncClientPool",
    " | AsyncRateLimiter": "",
}
ASYNC_NAME = {"close": "aclose", "__enter__": "__aenter__", "__exit__": "__aexit__"}


def public(kind: type) -> set[str]:
    own = {name for name in vars(kind) if not name.startswith("_") and callable(vars(kind)[name])}
    return own | ({*ASYNC_NAME, *ASYNC_NAME.values()} & set(vars(kind)))


METHODS = sorted(public(Matcher))
FUNCTIONS = sorted(
    name
    for name in beatport_match.__all__
    if name.startswith("a")
    and any(hasattr(functions, name) for functions in (playlist_functions, track_functions))
)


def test_both_matchers_have_the_same_methods() -> None:
    assert {ASYNC_NAME.get(name, name) for name in public(Matcher)} == public(AsyncMatcher)


def test_every_async_function_has_a_sync_one() -> None:
    """Functions that send requests exist in both modes; pure functions need no async version."""
    sync_names = [name.removeprefix("a") for name in FUNCTIONS]
    assert sync_names == ["iter_matches", "match_playlist", "match_track"]
    assert set(sync_names) <= set(beatport_match.__all__)


@each_row("name", ["__init__", *METHODS])
def test_methods_have_the_same_signature(name: str) -> None:
    """Names, kinds, defaults and annotations are equal, apart from the async types."""
    async_method = getattr(AsyncMatcher, ASYNC_NAME.get(name, name))
    assert signature(async_method) == signature(getattr(Matcher, name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_the_same_signature(name: str) -> None:
    plain = getattr(beatport_match, name.removeprefix("a"))
    assert signature(getattr(beatport_match, name)) == signature(plain)


@each_row("name", [name for name in METHODS if name != "iter_matches"])
def test_async_methods_are_awaited(name: str) -> None:
    """No method of `Matcher` is awaited; every method of `AsyncMatcher` is."""
    assert not inspect.iscoroutinefunction(getattr(Matcher, name))
    assert inspect.iscoroutinefunction(getattr(AsyncMatcher, ASYNC_NAME.get(name, name)))


def test_both_engines_have_the_same_methods() -> None:
    """Async has two more: one runs a batch concurrently, one uses a slow cache in a thread."""
    sync = {name for name, value in vars(SyncEngine).items() if inspect.isroutine(value)}
    own = {name for name, value in vars(AsyncEngine).items() if inspect.isroutine(value)}
    assert own - {"_answers", "_with_cache"} == sync - {"close"} | {"aclose"}
    for name in sync - {"close", "__init__"}:
        assert signature(getattr(AsyncEngine, name)) == signature(getattr(SyncEngine, name))


@each_row("name", sorted(name for name in METHODS if not name.startswith("_")))
def test_methods_raise_the_same(name: str) -> None:
    """The `Raises` sections of both docstrings name the same errors."""
    async_method = getattr(AsyncMatcher, ASYNC_NAME.get(name, name))
    assert raised(async_method) == raised(getattr(Matcher, name))


def signature(function: Callable[..., Any]) -> list[tuple[str, Any, Any, str]]:
    """Return a signature with sync annotations; the last entry is the return value."""
    found = inspect.signature(function)
    parameters = [
        (one.name, one.kind, one.default, with_sync_names(str(one.annotation)))
        for one in found.parameters.values()
    ]
    return [*parameters, ("return", None, None, with_sync_names(str(found.return_annotation)))]


def with_sync_names(annotation: str) -> str:
    for async_name, sync_name in SYNC_NAME.items():
        is_word = async_name[0].isalnum()
        pattern = rf"\b{async_name}\b" if is_word else re.escape(async_name)
        annotation = re.sub(pattern, sync_name, annotation)
    return annotation


def raised(function: Callable[..., Any]) -> set[str]:
    return set(
        re.findall(
            r"^\s+(\w+Error|BeatportUnavailable):", inspect.getdoc(function) or "", re.MULTILINE
        )
    )
