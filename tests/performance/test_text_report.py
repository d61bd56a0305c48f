"""The report: golden files for the layout, and runs of which little is known.

After a wanted change: `BEATPORT_MATCH_GOLDEN=write python -m pytest tests/performance/test_text_report.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from invented_runs import BLOCKED, TIMEOUT, a_query, a_track, answer, found, of_a_run, of_a_track

from beatport_match import (
    PerformanceStats,
    compare_runs,
    generate_async_io_analysis_report,
    generate_comparison_report,
)
from beatport_match.model.metrics import RunComparison

GOLDEN = Path(__file__).parent / "golden"


def a_run(mode: str, wall: float) -> PerformanceStats:
    """Twelve tracks with all that may befall a query."""
    quick = answer(found(3), waits=(0.25,), sends=(0.5,), paced=0.25, parse_s=0.0625)
    page = answer(found(1), waits=(0.0,), sends=(0.25,), query_type="track_page")
    cached = answer(found(2), cached=True, idle=0.001, query_type="title_only")
    tired = answer(
        TIMEOUT, waits=(0.0, 1.0), sends=(2.0, 2.0), statuses=(None, None), query_type="remixer"
    )
    refused = answer(BLOCKED, waits=(0.0,), sends=(0.125,), statuses=(403,))
    at_once, took = (1, 1.3) if mode == "sync" else (4, 1.5)
    begins = [100.0 - place // at_once * took for place in range(12)]
    several = [(quick, page), (cached,), (tired,), (refused,), (quick,), (quick, cached)] * 2
    tracks = [
        of_a_track(*answers, began=begin, total=took, score=97.5 if answers[0] is quick else None)
        for answers, begin in zip(several, begins, strict=True)
    ]
    return of_a_run(tracks, mode=mode, total_time=wall)


RUN = a_run("sync", 16.0)
ASYNC = a_run("async", 4.5).model_copy(update={"peak_memory_bytes": 52_428_800})
OLD = PerformanceStats(
    version="1.0",
    session_info={"total_time": 3, "total_tracks": 1, "matched_tracks": 1, "unmatched_tracks": 0},
    track_metrics=(a_track(a_query(), a_query(query_type="a type with a very long name indeed")),),
)
DIFFERENT = compare_runs(
    RUN,
    ASYNC.model_copy(
        update={
            "track_metrics": tuple(
                track.model_copy(update={"outcome": "review"}) for track in ASYNC.track_metrics
            )
        }
    ),
)
TEXTS = {
    "sync-run": generate_async_io_analysis_report(RUN),
    "async-run": generate_async_io_analysis_report(ASYNC),
    "older-file": generate_async_io_analysis_report(OLD),
    "empty-run": generate_async_io_analysis_report(of_a_run([], total_time=0.0)),
    "comparison": generate_comparison_report(compare_runs(RUN, ASYNC)),
    "comparison-different": generate_comparison_report(DIFFERENT),
    "comparison-slower": generate_comparison_report(
        compare_runs(
            ASYNC.model_copy(update={"mode": "sync"}), RUN.model_copy(update={"mode": "async"})
        )
    ),
    "comparison-unknown": generate_comparison_report(
        RunComparison.model_validate(
            dict.fromkeys(RunComparison.model_fields)
            | {"sync_time": 0, "async_time": 0, "different_tracks": ()}
        )
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_report_has_its_layout(name: str) -> None:
    """The text as it stands in `golden/`, to the last blank."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("BEATPORT_MATCH_GOLDEN") == "write":
        file.write_text(TEXTS[name], encoding="utf-8")
    assert TEXTS[name] == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_the_report_fits_a_screen(name: str) -> None:
    """report: "Lines are at most 100 columns", and none ends in blanks."""
    for line in TEXTS[name].splitlines():
        assert len(line) <= 100
        assert line == line.rstrip()


def test_every_golden_file_is_looked_at() -> None:
    """A file that nothing is compared with proves nothing."""
    assert {file.stem for file in GOLDEN.iterdir()} == set(TEXTS)


def test_the_wall_stands_beside_the_sum() -> None:
    """ "Times still add up per query and the wall is reported beside the sum"."""
    whole = ASYNC.network_analysis.total_execution_time
    assert whole > ASYNC.session_info.total_time
    assert f"{whole:.2f} s, beside 4.50 s wall" in TEXTS["async-run"]


def test_unknown_is_said() -> None:
    """ "Absent figures count as unknown, not as zero", in words as well."""
    assert "2 queries, requests unknown" in TEXTS["older-file"]
    assert "waiting                 unknown" in TEXTS["older-file"]
    assert "the rest" not in TEXTS["older-file"]
