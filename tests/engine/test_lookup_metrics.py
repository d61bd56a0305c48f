"""`lookup_metrics`: the metrics of single searches and fetches, in both modes."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest
from modes import EXACT_SEARCH, with_attempts

from beatport_match import (
    AsyncMatcher,
    BeatportUnavailable,
    Matcher,
    PerformanceStats,
    analyze,
    export_performance_metrics_json,
    generate_async_io_analysis_report,
    load_metrics_from_json,
    most_speed_up,
)
from beatport_match.performance import lookups
from beatport_match.testing import FakeBeatport, always, bundled_catalogue

IDS = [one.id for one in bundled_catalogue()[:3]]


def sync_stats(fake: FakeBeatport, **settings: Any) -> PerformanceStats:
    with (
        httpx.Client(transport=fake.transport()) as client,
        Matcher(with_attempts(**settings), http_client=client) as matcher,
    ):
        for call, argument in ((matcher.search_tracks, "lido"), (matcher.fetch_tracks, IDS)) * 2:
            try:
                call(argument)  # type: ignore[arg-type]
            except BeatportUnavailable:
                continue
        return matcher.lookup_metrics


async def async_stats(fake: FakeBeatport, **settings: Any) -> PerformanceStats:
    async with (
        httpx.AsyncClient(transport=fake.transport()) as client,
        AsyncMatcher(with_attempts(**settings), http_client=client) as matcher,
    ):
        for call, argument in ((matcher.search_tracks, "lido"), (matcher.fetch_tracks, IDS)) * 2:
            try:
                await call(argument)  # type: ignore[arg-type]
            except BeatportUnavailable:
                continue
        return matcher.lookup_metrics


def stats_of_calls(mode: str, fake: FakeBeatport, **settings: Any) -> PerformanceStats:
    return sync_stats(fake, **settings) if mode == "sync" else anyio.run(lambda: async_stats(fake))


both_modes = pytest.mark.parametrize("mode", ["sync", "async"])


@both_modes
def test_searches_and_fetches_are_measured(mode: str, tmp_path: Any) -> None:
    """The second calls are answered by the cache."""
    fake = FakeBeatport(**EXACT_SEARCH)
    stats = stats_of_calls(mode, fake)
    assert [query.query_type for query in stats.queries] == (["search"] + ["track_page"] * 3) * 2
    assert [query.cache_hit for query in stats.queries] == [False] * 4 + [True] * 4
    assert stats.queries[0].query_text == "lido"
    assert stats.queries[0].candidates_found > 0
    assert stats.requests == len(fake.requests) == 4
    assert (stats.mode, stats.track_metrics, stats.session_info.total_tracks) == (mode, (), 0)
    whole = sum(query.execution_time for query in stats.queries)
    assert stats.session_info.total_time > 0
    if mode == "sync":
        assert stats.session_info.total_time <= whole
    assert stats.concurrency
    assert 1 <= stats.concurrency.peak_requests_in_flight <= 4
    assert analyze(stats).cache_hit_rate == 50.0
    assert most_speed_up(stats, 5) is None
    report = generate_async_io_analysis_report(stats)
    assert "8 queries, 4 requests" in report
    assert "outside of a run" in report
    path = export_performance_metrics_json(stats, "lookups", tmp_path)
    assert load_metrics_from_json(path) == stats


@both_modes
def test_failed_calls_are_measured(mode: str) -> None:
    """The figures of a search that raises an exception are kept."""
    stats = stats_of_calls(mode, FakeBeatport(faults=always("unavailable")))
    assert stats.failures is not None
    assert stats.failures["status"] == len(stats.queries) > 1
    assert "no advice" in analyze(stats).reason


def test_only_the_last_queries_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MAX_LOOKUPS", 5)
    stats = sync_stats(FakeBeatport(**EXACT_SEARCH))
    assert [query.query_type for query in stats.queries][:2] == ["track_page", "search"]
    assert len(stats.queries) == 5


def test_matcher_without_calls_has_empty_metrics() -> None:
    with Matcher() as matcher:
        stats = matcher.lookup_metrics
    assert (stats.queries, stats.requests, stats.session_info.total_time) == ((), 0, 0.0)
    assert analyze(stats).recommendation == "evaluate"
