"""The text reports: golden files for the layout, and runs with unknown figures.

To accept a changed layout:
`BEATPORT_MATCH_GOLDEN=write python -m pytest tests/performance/test_text_report.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

from invented_runs import (
    BLOCKED,
    TIMEOUT,
    answer,
    make_query,
    make_track,
    metrics_of_track,
    parsed,
    stats_of,
    stats_with_shares,
)
from tables import each_row
from test_analysis import stats_of_ten_tracks

from beatport_match import (
    PerformanceStats,
    compare_runs,
    generate_async_io_analysis_report,
    generate_comparison_report,
    mode_advice,
)
from beatport_match.model.run_metrics import RunComparison

GOLDEN = Path(__file__).parent / "golden"


def stats_of_run(mode: str, wall: float) -> PerformanceStats:
    """Build twelve tracks with every kind of query: found, cached, retried, blocked, with a
    page."""
    quick = answer(parsed(3), waits=(0.25,), sends=(0.5,), slot_wait=0.25, parse_s=0.0625)
    page = answer(parsed(1), waits=(0.0,), sends=(0.25,), query_type="track_page")
    cached = answer(parsed(2), cached=True, idle=0.001, query_type="title_only")
    retried = answer(
        TIMEOUT, waits=(0.0, 1.0), sends=(2.0, 2.0), statuses=(None, None), query_type="remixer"
    )
    blocked = answer(BLOCKED, waits=(0.0,), sends=(0.125,), statuses=(403,))
    at_once, track_time = (1, 1.3) if mode == "sync" else (4, 1.5)
    starts = [100.0 - place // at_once * track_time for place in range(12)]
    answers_of_tracks = [
        (quick, page),
        (cached,),
        (retried,),
        (blocked,),
        (quick,),
        (quick, cached),
    ] * 2
    tracks = [
        metrics_of_track(
            *answers, began=start, total=track_time, score=97.5 if answers[0] is quick else None
        )
        for answers, start in zip(answers_of_tracks, starts, strict=True)
    ]
    return stats_of(tracks, mode=mode, total_time=wall)


RUN = stats_of_run("sync", 16.0)
ASYNC = stats_of_run("async", 4.5).model_copy(update={"peak_memory_bytes": 52_428_800})
OLD = PerformanceStats(
    version="1.0",
    session_info={"total_time": 3, "total_tracks": 1, "matched_tracks": 1, "unmatched_tracks": 0},
    track_metrics=(
        make_track(make_query(), make_query(query_type="a type with a very long name indeed")),
    ),
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
# The journal had nine of the twelve answers.
CONTINUED = ASYNC.model_copy(
    update={
        "track_metrics": tuple(
            track.model_copy(update={"queries": ()} if place < 9 else {})
            for place, track in enumerate(ASYNC.track_metrics)
        )
    }
)
OTHER_LIST = ASYNC.model_copy(
    update={
        "track_metrics": tuple(
            track.model_copy(update={"track_title": f"Another {place}"})
            for place, track in enumerate(ASYNC.track_metrics)
        )
    }
)
TEXTS = {
    "sync-run": generate_async_io_analysis_report(RUN),
    "async-run": generate_async_io_analysis_report(ASYNC),
    "older-file": generate_async_io_analysis_report(OLD),
    "empty-run": generate_async_io_analysis_report(stats_of([], total_time=0.0)),
    "comparison": generate_comparison_report(compare_runs(RUN, ASYNC)),
    "comparison-continued": generate_comparison_report(compare_runs(RUN, CONTINUED)),
    "comparison-other-list": generate_comparison_report(compare_runs(RUN, OTHER_LIST)),
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
            | {"compared_tracks": 0, "left_out": ()}
        )
    ),
}


@each_row("name", TEXTS)
def test_report_equals_its_golden_file(name: str) -> None:
    """The text is equal to the last character."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("BEATPORT_MATCH_GOLDEN") == "write":
        file.write_text(TEXTS[name], encoding="utf-8")
    assert TEXTS[name] == file.read_text(encoding="utf-8")


@each_row("name", TEXTS)
def test_report_lines_have_at_most_100_columns(name: str) -> None:
    """No line ends with blanks."""
    for line in TEXTS[name].splitlines():
        assert len(line) <= 100
        assert line == line.rstrip()


def test_every_golden_file_is_compared() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(TEXTS)


def test_report_shows_the_sum_and_the_wall_clock_time() -> None:
    """With concurrent tracks, the sum of the times is larger than the wall-clock time."""
    whole = ASYNC.network_analysis.total_execution_time
    assert whole > ASYNC.session_info.total_time
    assert f"{whole:.2f} s, wall-clock time 4.50 s" in TEXTS["async-run"]


def test_report_says_unknown_for_missing_figures() -> None:
    """A missing figure is not zero."""
    assert "2 queries, requests unknown" in TEXTS["older-file"]
    assert "waiting                 unknown" in TEXTS["older-file"]
    assert "the rest" not in TEXTS["older-file"]


@each_row(
    "stats, tracks, sentence",
    [
        (stats_of_ten_tracks(0.25, 0.75), None, "Use async: about 4.0 times faster here."),
        (stats_of_ten_tracks(0.25, 0.75), 2, "Use async: about 2.0 times faster here."),
        (stats_of_ten_tracks(0.25, 0.75), 1, "Use sync: async is at most 1.0 times as fast here."),
        (stats_of_ten_tracks(0.9, 0.1), None, "Use sync: async is at most 1.1 times as fast here."),
        (
            stats_with_shares(90.0, 0.0, mode="async", concurrency=None),
            None,
            "a sync run gives a forecast.",
        ),
        (
            stats_with_shares(10.0, 0.0, mode="async", concurrency=None),
            None,
            "Use sync: async would save little time",
        ),
        (
            stats_with_shares(30.0, 0.0, mode="async", concurrency=None),
            None,
            "Compare both modes: ",
        ),
        (
            stats_of_ten_tracks(0.1, 0.9).model_copy(update={"failures": {"timeout": 6}}),
            None,
            "No advice is possible: ",
        ),
    ],
)
def test_mode_advice_names_the_speed_up(
    stats: PerformanceStats, tracks: int | None, sentence: str
) -> None:
    """The words of the rule (`implement`) are for programs."""
    assert sentence in mode_advice(stats, tracks)
