"""ARCHITECTURE, "two colours, one brain": the whole demo collection, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from modes import MODES, UNPACED, Mode, Name

from beatport_match import AsyncSettings, PlaylistMatch, Track
from beatport_match.testing import FakeBeatport, FakeRequest, demo_answers, demo_collection

# What may differ between two runs that did the same: times, what is made of them, and the engine.
DIFFERING = set(
    "generated start_time end_time started ended mode settings concurrency total_time "
    "execution_time network_time parse_time wait_time pace_time retry_time total_network_time "
    "total_execution_time network_time_percentage average_time_per_track average_time_per_query "
    "average_network_time average_network_time_per_query".split()
)

Run = tuple[PlaylistMatch, tuple[FakeRequest, ...]]


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[Name, Run]]:
    """The demo collection in every colour: the answers, and the requests that the server saw."""
    fake = FakeBeatport()
    came: dict[Name, Run] = {}
    with fake.serve() as base_url, demo_collection() as path:
        settings = UNPACED.model_copy(update={"base_url": base_url})
        for name in MODES:
            before = len(fake.requests)
            found = Mode(name).call("match_playlist", path, settings=settings)
            came[name] = found, fake.requests[before:]
        yield came


@pytest.mark.parametrize("name", ["asyncio", "trio", "bridge"])
def test_every_colour_gives_the_same_matches(runs: dict[Name, Run], name: Name) -> None:
    """ "The same answers, byte for byte, in sync, asyncio and trio", and from sync code with
    `settings.async_io.enabled`."""
    sync, _ = runs["sync"]
    other, _ = runs[name]
    assert len(sync.matches) == len(demo_answers())
    assert other.matches == sync.matches
    assert repr([untimed(match) for match in other.matches]) == repr(
        [untimed(match) for match in sync.matches]
    )


@pytest.mark.parametrize("name", ["asyncio", "trio", "bridge"])
def test_every_colour_asks_the_same(runs: dict[Name, Run], name: Name) -> None:
    """The same requests go out; only their order between tracks may differ."""
    assert sorted(runs[name][1]) == sorted(runs["sync"][1])


@pytest.mark.parametrize("name", ["asyncio", "trio", "bridge"])
def test_every_colour_writes_the_same_document(
    runs: dict[Name, Run], name: Name, tmp_path: Path
) -> None:
    """PlaylistMatch.to_json: "everything as one JSON document", equal but for times and mode."""
    assert written(runs[name][0], tmp_path) == written(runs["sync"][0], tmp_path)


def test_queries_at_once_give_the_same_answers(runs: dict[Name, Run]) -> None:
    """Settings: with `queries_at_once` "the answers are the same"; what it costs is requests."""
    sync, requests = runs["sync"]
    fake = FakeBeatport()
    with demo_collection() as path:
        settings = UNPACED.model_copy(update={"queries_at_once": 2})
        found = Mode("asyncio").call(
            "match_playlist", path, settings=settings, transport=fake.transport()
        )
    pairs = list(zip(found.matches, sync.matches, strict=True))
    assert all(
        (ours.outcome, ours.confidence, ours.stopped, ids(ours))
        == (theirs.outcome, theirs.confidence, theirs.stopped, ids(theirs))
        for ours, theirs in pairs
    )
    assert len(fake.requests) > len(requests)


@pytest.mark.parametrize(("name", "peak"), [("sync", 1), ("asyncio", 3), ("trio", 3)])
@pytest.mark.parametrize("bound", [3, 10])
def test_only_async_asks_a_tracks_queries_at_once(name: Name, peak: int, bound: int) -> None:
    """Settings: "only the async engine asks them at once, `async_io.max_concurrent_requests` at
    the most"."""
    fake = FakeBeatport(latency_s=0.02)
    engine = AsyncSettings(max_concurrent_requests=bound)
    settings = UNPACED.model_copy(update={"queries_at_once": 4, "async_io": engine})
    track = Track("Copper Lantern (Nobody's Remix)", "Nobody Known")
    Mode(name).call("match_track", track, settings=settings, transport=fake.transport())
    assert len(fake.requests) == 4
    assert fake.peak_in_flight == (peak if bound == 3 or peak == 1 else 4)


def test_the_collection_costs_few_requests(runs: dict[Name, Run]) -> None:
    """ "Light on the network": three requests for two tracks, never above the budget, and every
    request is on the books."""
    found, requests = runs["sync"]
    assert len(requests) <= 1.5 * len(found.matches)
    assert max(match.requests for match in found.matches) <= UNPACED.max_queries
    assert found.metrics.requests == len(requests)
    assert sum(match.requests for match in found.matches) == len(requests)


def test_what_is_matched_is_right(runs: dict[Name, Run]) -> None:
    """Match: `matched` is "safe to apply unasked"; the colours are compared on true answers."""
    found, _ = runs["sync"]
    answers = demo_answers()
    wrong = [match.track for match in found.matched if match.best.id not in answers[match.track.id]]
    assert wrong == []
    assert len(found.matched) > len(found.matches) / 2


def test_figures_say_which_engine_ran(runs: dict[Name, Run]) -> None:
    """PerformanceStats: `mode` tells the engines apart."""
    modes = {name: found.metrics.mode for name, (found, _) in runs.items()}
    assert modes == {"sync": "sync", "asyncio": "async", "trio": "async", "bridge": "async"}


def ids(match: Any) -> list[int]:
    """Which candidates were kept, in their order."""
    return [one.id for one in match.candidates]


def untimed(match: Any) -> Any:
    """The match without its figures, which are times."""
    return [getattr(match, name) for name in match.__slots__ if name != "metrics"]


def written(found: PlaylistMatch, folder: Path) -> Any:
    """The document on disk, without times and without what names the engine."""
    found.to_json(folder / "run.json")
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return alike(document)


def alike(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: alike(inner) for name, inner in part.items() if name not in DIFFERING}
    if isinstance(part, list):
        return [alike(inner) for inner in part]
    return part
