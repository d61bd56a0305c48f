"""Equal answers in sync and async mode: the whole demo collection, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from held_requests import GatedBeatport, until
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name

from beatport_match import AsyncSettings, PlaylistMatch, Track, amatch_track
from beatport_match.testing import FakeBeatport, FakeRequest, demo_answers, demo_collection

# The fields that may differ between two equal runs: times, values computed from them, the mode.
DIFFERING = set(
    "generated start_time end_time started ended mode settings concurrency total_time "
    "execution_time network_time parse_time wait_time pace_time retry_time total_network_time "
    "total_execution_time network_time_percentage average_time_per_track average_time_per_query "
    "average_network_time average_network_time_per_query elapsed_s start_epoch_s "
    "end_epoch_s cpu_time peak_memory_bytes".split()
)

Run = tuple[PlaylistMatch, tuple[FakeRequest, ...]]


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[Name, Run]]:
    """The demo collection in every mode: the result, and the requests that the server received."""
    fake = FakeBeatport()
    results: dict[Name, Run] = {}
    with fake.serve() as base_url, demo_collection() as path:
        settings = UNPACED.with_(base_url=base_url)
        for name in MODES:
            before = len(fake.requests)
            found = Mode(name).call("match_playlist", path, settings=settings)
            results[name] = found, fake.requests[before:]
        yield results


@pytest.fixture(scope="module")
def untimed_sync(runs: dict[Name, Run]) -> list[Any]:
    return [untimed(match) for match in runs["sync"][0].matches]


@pytest.mark.parametrize("name", ["asyncio", "trio", "bridge"])
def test_every_mode_gives_the_same_matches(
    runs: dict[Name, Run], untimed_sync: list[Any], name: Name
) -> None:
    """The matches are equal byte for byte in sync, asyncio and trio, and from sync code with
    `settings.async_io.enabled`."""
    sync, _ = runs["sync"]
    other, _ = runs[name]
    assert len(sync.matches) == len(demo_answers())
    assert other.matches == sync.matches
    assert [untimed(match) for match in other.matches] == untimed_sync


@pytest.mark.parametrize("name", ["asyncio", "trio", "bridge"])
def test_every_mode_sends_the_same_requests(runs: dict[Name, Run], name: Name) -> None:
    """Only their order may differ between tracks."""
    assert sorted(runs[name][1]) == sorted(runs["sync"][1])


def test_every_mode_writes_the_same_document(runs: dict[Name, Run], tmp_path: Path) -> None:
    """The JSON documents differ only in times and in the mode."""
    expected = written(runs["sync"][0], tmp_path)
    for name in ("asyncio", "trio", "bridge"):
        assert written(runs[name][0], tmp_path) == expected, name


def test_queries_at_once_changes_only_the_number_of_requests(runs: dict[Name, Run]) -> None:
    sync, requests = runs["sync"]
    fake = FakeBeatport()
    with demo_collection() as path:
        settings = UNPACED.with_(queries_at_once=2)
        found = Mode("asyncio").call(
            "match_playlist", path, settings=settings, transport=fake.transport()
        )
    pairs = list(zip(found.matches, sync.matches, strict=True))
    assert all(
        (batch.outcome, batch.confidence, batch.stopped, ids(batch))
        == (single.outcome, single.confidence, single.stopped, ids(single))
        for batch, single in pairs
    )
    assert len(fake.requests) > len(requests)


FOUR_QUERIES = Track("Copper Lantern (Nobody's Remix)", "Nobody Known")


@pytest.mark.anyio
@pytest.mark.parametrize(("bound", "peak"), [(3, 3), (10, 4)])
async def test_async_sends_the_queries_of_a_track_concurrently(bound: int, peak: int) -> None:
    """`async_io.max_concurrent_requests` limits their number."""
    site = GatedBeatport(lambda _: True)
    engine = AsyncSettings(max_concurrent_requests=bound)
    settings = UNPACED.with_(queries_at_once=4, async_io=engine)
    async with site.client() as client, anyio.create_task_group() as group:
        group.start_soon(partial(amatch_track, settings=settings, http_client=client), FOUR_QUERIES)
        await until(lambda: site.waiting == peak)
        await anyio.wait_all_tasks_blocked()
        assert site.waiting == peak
        site.gate.set()
    assert len(site.arrived) == 4


def test_sync_sends_the_queries_of_a_track_one_after_the_other() -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = UNPACED.with_(queries_at_once=4)
    Mode("sync").call("match_track", FOUR_QUERIES, settings=settings, transport=fake.transport())
    assert (len(fake.requests), fake.peak_in_flight) == (4, 1)


def test_the_demo_collection_needs_few_requests(runs: dict[Name, Run]) -> None:
    """The limit is three requests for two tracks. No track exceeds its maximum number of queries,
    and the metrics count every request."""
    found, requests = runs["sync"]
    assert len(requests) <= 1.5 * len(found.matches)
    assert max(match.requests for match in found.matches) <= UNPACED.max_queries
    assert found.metrics.requests == len(requests)
    assert sum(match.requests for match in found.matches) == len(requests)


def test_every_accepted_match_is_right(runs: dict[Name, Run]) -> None:
    """So the modes are compared on right answers."""
    found, _ = runs["sync"]
    answers = demo_answers()
    wrong = [match.track for match in found.matched if match.best.id not in answers[match.track.id]]
    assert wrong == []
    assert len(found.matched) > len(found.matches) / 2


def test_metrics_name_the_mode(runs: dict[Name, Run]) -> None:
    modes = {name: found.metrics.mode for name, (found, _) in runs.items()}
    assert modes == {"sync": "sync", "asyncio": "async", "trio": "async", "bridge": "async"}


def ids(match: Any) -> list[int]:
    """Return the ids of the kept candidates, in their order."""
    return [one.id for one in match.candidates]


def untimed(match: Any) -> Any:
    """Return all fields of a match, also those of its parts, without its times."""
    queries = tuple(replace(query, elapsed_s=None) for query in match.queries)
    return asdict(replace(match, metrics=None, queries=queries))


def written(found: PlaylistMatch, folder: Path) -> Any:
    """Return the document on disk, without times and the mode."""
    found.to_json(folder / "run.json")
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return without_times(document)


def without_times(part: Any) -> Any:
    """Remove the fields that may differ from a part of the document."""
    if isinstance(part, dict):
        return {name: without_times(inner) for name, inner in part.items() if name not in DIFFERING}
    if isinstance(part, list):
        return [without_times(inner) for inner in part]
    return part
