"""The command `demo`: match the bundled collection, sync and async, against a fake Beatport.

The fake runs on 127.0.0.1. The right answers of the collection are known, so the demo also shows
which matches are wrong.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from beatport_match.cli.match_commands import (
    PlaylistCommandRun,
    Run,
    exit_code,
    files_written_text,
    make_folder,
    report_interruption,
    write_metrics,
    write_results,
)
from beatport_match.cli.match_table import show_matches, show_result
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import TextLine, text_line
from beatport_match.matching.match import Match
from beatport_match.model.metrics import RunComparison
from beatport_match.performance.analysis import analyze, compare_runs
from beatport_match.performance.text_report import advice
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import AsyncSettings, MatchSettings
from beatport_match.testing import FakeBeatport, demo_answers, demo_collection


def demo(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Match the bundled collection in both modes, check it, show and write the results."""
    folder = make_folder(options.out)
    notes = err if options.json else out
    notes.show(*_introduction(options.latency))
    notes.flush()
    runs = _run_both_modes(options, err)
    result = runs[0].result
    write_results(result, folder)
    for run in runs:
        write_metrics(run.result, f"demo_{run.result.metrics.mode}", folder, "--out")
    check = _check(result, demo_answers())
    if options.json:
        show_json(_document(runs, check, options.latency), out)
    else:
        show_matches(result.matches, out, linked=False)
        out.show("")
        show_result(result, out)
        out.show("", *_verdict(result, check), "", *_figures(runs), "", *_advice(runs))
        out.show(files_written_text(folder))
    if runs[-1].interrupted:
        report_interruption(runs[-1], err)
    elif not _equal(runs):
        return ExitCode.FAILURES
    return exit_code(runs[-1])


def _run_both_modes(options: Namespace, err: Screen) -> tuple[Run, ...]:
    """Run sync and then async; after Ctrl-C return the runs so far."""
    fake = FakeBeatport(latency_s=options.latency)
    runs: list[Run] = []
    with demo_collection() as path, _without_proxy(), fake.serve() as base_url:
        playlist = PlaylistCommandRun(path, options.playlist)
        for label in ("sync", "async"):
            settings = MatchSettings(
                base_url=base_url,
                requests_per_second=None,
                async_io=AsyncSettings(enabled=label == "async"),
            )
            runs.append(playlist.run(settings, err, f"{label:<5}"))
            if runs[-1].interrupted:
                break
    return tuple(runs)


@contextmanager
def _without_proxy() -> Generator[None, None, None]:
    """Set NO_PROXY for 127.0.0.1, so that a proxy of this machine is not used for the fake."""
    names = ("NO_PROXY", "no_proxy")
    before = {name: os.environ[name] for name in names if name in os.environ}
    os.environ.update(dict.fromkeys(names, "127.0.0.1"))
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]
        os.environ.update(before)


@dataclass(frozen=True, slots=True)
class _Check:
    """A result compared with the right answers.

    `wrong` are matches with a wrong track, `missed` are tracks that are on sale but were not found.
    Of the tracks in review, `review_right` have the right track as best candidate, and
    `review_absent` are not on sale in this version.
    """

    wrong: tuple[Match, ...]
    missed: tuple[Match, ...]
    review_right: int
    review_absent: int


def _check(result: PlaylistMatch, answers: Mapping[str, tuple[int, ...]]) -> _Check:
    def right_ids(match: Match) -> tuple[int, ...]:
        return answers[match.track.id or ""]

    def is_right(match: Match) -> bool:
        return match.best is not None and match.best.id in right_ids(match)

    return _Check(
        wrong=tuple(match for match in result.matched if not is_right(match)),
        missed=tuple(match for match in result.not_found if right_ids(match)),
        review_right=sum(is_right(match) for match in result.review),
        review_absent=sum(not right_ids(match) for match in result.review),
    )


def _introduction(latency_s: float) -> tuple[TextLine, ...]:
    return (
        text_line("Nothing leaves this machine: a fake Beatport answers on 127.0.0.1.", "bold"),
        text_line(f"Each answer takes {latency_s:g} s; all artists and tracks are invented."),
        text_line(
            "The rate limit is off (requests_per_second=None); keep it on for the real Beatport.",
            "dim",
        ),
        text_line(""),
    )


def _verdict(result: PlaylistMatch, check: _Check) -> Iterator[TextLine]:
    """Return the result of the check, with the name of each wrong match."""
    matched, review, absent = len(result.matched), len(result.review), len(result.not_found)
    yield text_line("Compared with the right answers, which the demo knows:", "bold")
    if check.wrong:
        yield text_line(f"  matched    {len(check.wrong)} of {matched} are WRONG:", "bold red")
    elif matched:
        yield text_line(f"  matched    {matched} of {matched} are right", "green")
    for match in check.wrong:
        found = match.best.candidate if match.best else ""
        yield text_line(f"             {match.track} → {found}", "red")
    if review:
        yield text_line(
            f"  review     {check.review_right} of {review} have the right track first; "
            f"for {check.review_absent} only other versions are on sale"
        )
    if absent:
        missed = f"; {len(check.missed)} missed:" if check.missed else ""
        right = absent - len(check.missed)
        yield text_line(f"  not found  {right} of {absent} are right: they are not on sale{missed}")
    for match in check.missed:
        yield text_line(f"             {match.track}", "yellow")


def _figures(runs: tuple[Run, ...]) -> Iterator[TextLine]:
    """Return time and requests of the runs side by side, and whether their answers are equal."""
    metrics = [run.result.metrics for run in runs]
    concurrency = [stats.concurrency for stats in metrics if stats.concurrency]
    rows: dict[str, list[str]] = {
        "": [str(stats.mode) for stats in metrics],
        "wall time": [f"{stats.session_info.total_time:.1f} s" for stats in metrics],
        "requests": [str(run.result.requests) for run in runs],
        "requests per track": [f"{_per_track(run):.2f}" for run in runs],
        "tracks at once": [str(values.peak_tracks_in_flight) for values in concurrency],
        "requests at once": [f"{values.mean_requests_in_flight:.1f}" for values in concurrency],
    }
    for name, values in rows.items():
        yield ((f"{name:<20}", "bold"), ("".join(f"{value:>10}" for value in values), ""))
    if comparison := _comparison(runs):
        yield text_line("")
        speed_up = f"async was {comparison.speed_up or 0:.1f} times as fast as sync"
        saved = comparison.improvement_percentage or 0
        yield text_line(f"{speed_up}: it took {saved:.0f} % less time.", "green")
        if _equal(runs):
            yield text_line("Both gave the same answers with the same scores.", "green")
        else:
            yield text_line(
                "The two runs gave DIFFERENT answers. This is a bug; please report it.", "red"
            )


def _advice(runs: tuple[Run, ...]) -> Iterator[TextLine]:
    """Return what `analyze` says about the metrics file of the sync run."""
    if _comparison(runs):
        yield text_line("Is async worth it here? Estimated from the sync run:", "bold")
        yield from map(text_line, advice(analyze(runs[0].result.metrics)))
        yield text_line("")


def _document(runs: tuple[Run, ...], check: _Check, latency_s: float) -> dict[str, Any]:
    result = runs[0].result
    comparison = _comparison(runs)
    return {
        "latency_s": latency_s,
        "runs": {
            run.result.metrics.mode: {
                "wall_time_s": run.result.metrics.session_info.total_time,
                "tracks": len(run.result.matches),
                "requests": run.result.requests,
                "requests_per_track": _per_track(run),
                "interrupted": run.interrupted,
            }
            for run in runs
        },
        "speed_up": comparison.speed_up if comparison else None,
        "same_answers": _equal(runs) if comparison else None,
        "comparison": comparison.model_dump() if comparison else None,
        "analysis": analyze(runs[0].result.metrics).model_dump() if comparison else None,
        "check": {
            "wrong": [match.track.id for match in check.wrong],
            "missed": [match.track.id for match in check.missed],
            "review_right": check.review_right,
            "review_absent": check.review_absent,
        },
        "results": result.document(),
    }


def _comparison(runs: tuple[Run, ...]) -> RunComparison | None:
    """Compare the runs if both finished."""
    if len(runs) < 2 or runs[-1].interrupted:
        return None
    sync_run, async_run = runs
    return compare_runs(sync_run.result.metrics, async_run.result.metrics)


def _equal(runs: tuple[Run, ...]) -> bool:
    return all(run.result.matches == runs[0].result.matches for run in runs)


def _per_track(run: Run) -> float:
    return run.result.requests / max(1, len(run.result.matches))
