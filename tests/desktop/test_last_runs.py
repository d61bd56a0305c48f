"""The figures of the last runs: which runs are compared, and which modes must run for that."""

from __future__ import annotations

from pathlib import Path

import pytest
from last_runs import LastRuns, Mode

from beatport_match import PerformanceStats, RunComparison, Track

TRACKS = [Track("Tide", "Ana"), Track("Foam", "Ana")]


def make_run(mode: Mode, *titles: str, requests: int = 2) -> PerformanceStats:
    """Make the figures of a run over these titles."""
    tracks = [
        {
            "track_id": str(place),
            "track_title": title,
            "total_time": 1.0,
            "total_queries": 1,
            "total_candidates": 0,
            "candidates_evaluated": 0,
            "early_exit": False,
            "early_exit_query_index": None,
            "match_found": False,
            "match_score": None,
            "queries": [
                {
                    "query_text": title,
                    "execution_time": 1.0,
                    "network_time": 0.9,
                    "parse_time": 0.1,
                    "candidates_found": 0,
                    "cache_hit": False,
                    "query_type": "artist_title",
                }
            ],
        }
        for place, title in enumerate(titles or map(str, TRACKS))
    ]
    return PerformanceStats.model_validate(
        {
            "version": "1.0",
            "mode": mode,
            "requests": requests,
            "session_info": {
                "total_time": 2.0 if mode == "sync" else 1.0,
                "total_tracks": len(tracks),
                "matched_tracks": 0,
                "unmatched_tracks": len(tracks),
            },
            "track_metrics": tracks,
        }
    )


@pytest.fixture
def runs(tmp_path: Path) -> LastRuns:
    return LastRuns(tmp_path)


def test_both_modes_over_the_same_tracks_are_compared(runs: LastRuns, tmp_path: Path) -> None:
    """Also after the program was started again."""
    assert "Both modes must run" in str(runs.comparison())
    for mode in ("sync", "async"):
        stats = make_run(mode)
        assert runs.take(stats)
        assert runs.write(stats) == ""
    for known in (runs, LastRuns(tmp_path)):
        comparison = known.comparison()
        assert isinstance(comparison, RunComparison)
        assert comparison.speed_up == 2.0
        assert known.basis == known.sync


def test_different_tracks_are_not_compared(runs: LastRuns) -> None:
    """Even if there are as many."""
    runs.take(make_run("sync"))
    other = make_run("async", "Ana - Tide", "Ana - Another")
    runs.take(other)
    assert runs.comparison() == "The last runs of the two modes were over different tracks."
    assert runs.basis is other


def test_a_continued_run_is_shown_but_not_compared(runs: LastRuns) -> None:
    whole = make_run("sync")
    runs.take(whole)
    runs.take(make_run("async"))
    continued = make_run("sync")
    assert not runs.take(continued, "20 of its answers came from an earlier run")
    assert runs.latest is continued
    assert runs.sync is whole
    assert runs.comparison() == (
        "The last run is not compared: 20 of its answers came from an earlier run."
    )
    runs.take(make_run("async"))
    assert isinstance(runs.comparison(), RunComparison)


def test_a_run_without_requests_leaves_the_figures(runs: LastRuns) -> None:
    assert not runs.take(make_run("sync", requests=0))
    assert runs.latest is None


@pytest.mark.parametrize(
    ("known", "mode", "expected"),
    [
        ((), "sync", ["sync", "async"]),
        (("sync",), "sync", ["async"]),
        (("async",), "sync", ["sync"]),
        (("sync", "async"), "sync", ["async"]),
        (("sync", "async"), "async", ["sync"]),
    ],
)
def test_the_missing_modes_run(
    runs: LastRuns, known: tuple[Mode, ...], mode: Mode, expected: list[Mode]
) -> None:
    """If both are known, the one that is not set runs again; other tracks count as missing."""
    for one in known:
        runs.take(make_run(one))
    assert runs.modes_to_run(TRACKS, mode) == expected
    assert runs.modes_to_run(TRACKS[:1], mode) == ["sync", "async"]
