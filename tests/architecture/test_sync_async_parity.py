"""ARCHITECTURE: "methods of the same names and signatures"; API.md: "Plain name = sync; `a…` /
`Async…` = async; same parameters, same meaning"."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

import beatport_match
from beatport_match import AsyncMatcher, Matcher
from beatport_match.engine import functions
from beatport_match.engine.async_engine import AsyncEngine
from beatport_match.engine.sync_engine import SyncEngine

# What the colours call the same thing; an annotation is compared after it was said in sync.
IN_SYNC = {
    "AsyncMatcher": "Matcher",
    "AsyncHttpClient": "HttpClient",
    "MatchStream": "Iterator[Match]",
    " | ClientPool": "",
}
TWINS = {"close": "aclose", "__enter__": "__aenter__", "__exit__": "__aexit__"}


def public(kind: type) -> set[str]:
    own = {name for name in vars(kind) if not name.startswith("_") and callable(vars(kind)[name])}
    return own | ({*TWINS, *TWINS.values()} & set(vars(kind)))


METHODS = sorted(public(Matcher))
FUNCTIONS = sorted(
    name for name in beatport_match.__all__ if name.startswith("a") and hasattr(functions, name)
)


def test_both_matchers_have_the_same_methods() -> None:
    """ "Same parameters, same meaning": a method of one colour alone would be a trap."""
    assert {TWINS.get(name, name) for name in public(Matcher)} == public(AsyncMatcher)


def test_every_function_has_its_twin() -> None:
    """What talks to Beatport exists in both colours; what is pure needs no second one."""
    twins = [name.removeprefix("a") for name in FUNCTIONS]
    assert twins == ["iter_matches", "match_playlist", "match_track"]
    assert set(twins) <= set(beatport_match.__all__)


@pytest.mark.parametrize("name", ["__init__", *METHODS])
def test_methods_have_the_same_signature(name: str) -> None:
    """Names, kinds, defaults and annotations, equal up to the colour."""
    twin = getattr(AsyncMatcher, TWINS.get(name, name))
    assert signature(twin) == signature(getattr(Matcher, name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_the_same_signature(name: str) -> None:
    """The same for the functions."""
    plain = getattr(beatport_match, name.removeprefix("a"))
    assert signature(getattr(beatport_match, name)) == signature(plain)


@pytest.mark.parametrize("name", [name for name in METHODS if name != "iter_matches"])
def test_async_methods_are_awaited(name: str) -> None:
    """Plain name = sync: nothing in `Matcher` has to be awaited, and in `AsyncMatcher` all has."""
    assert not inspect.iscoroutinefunction(getattr(Matcher, name))
    assert inspect.iscoroutinefunction(getattr(AsyncMatcher, TWINS.get(name, name)))


def test_both_engines_have_the_same_methods() -> None:
    """Async has three more: to run a batch at the same time, and to use a slow cache in a thread."""
    sync = {name for name, value in vars(SyncEngine).items() if inspect.isroutine(value)}
    own = {name for name, value in vars(AsyncEngine).items() if inspect.isroutine(value)}
    assert own - {"_answers", "_with_cache"} == sync - {"close"} | {"aclose"}
    for name in sync - {"close", "__init__"}:
        assert signature(getattr(AsyncEngine, name)) == signature(getattr(SyncEngine, name))


@pytest.mark.parametrize("name", sorted(name for name in METHODS if not name.startswith("_")))
def test_methods_raise_the_same(name: str) -> None:
    """The same meaning includes the same errors: what one docstring promises, the other does."""
    twin = getattr(AsyncMatcher, TWINS.get(name, name))
    assert raised(twin) == raised(getattr(Matcher, name)) - {
        # Only the sync method can be called where the async engine must not be started.
        *({"MisuseError"} if name == "match_playlist" else ())
    }


def signature(function: Callable[..., Any]) -> list[tuple[str, Any, Any, str]]:
    """A signature in one colour, its return value as the last entry."""
    read = inspect.signature(function)
    parameters = [
        (one.name, one.kind, one.default, in_sync(str(one.annotation)))
        for one in read.parameters.values()
    ]
    return [*parameters, ("return", None, None, in_sync(str(read.return_annotation)))]


def in_sync(annotation: str) -> str:
    for coloured, plain in IN_SYNC.items():
        annotation = re.sub(
            rf"\b{coloured}\b" if coloured[0].isalnum() else re.escape(coloured), plain, annotation
        )
    return annotation


def raised(function: Callable[..., Any]) -> set[str]:
    return set(
        re.findall(
            r"^\s+(\w+Error|BeatportUnavailable):", inspect.getdoc(function) or "", re.MULTILINE
        )
    )
