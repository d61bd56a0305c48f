"""The command `demo`: match the bundled collection, sync and async, against a fake Beatport.

The fake runs on 127.0.0.1. The right answers of the collection are known, so the demo also shows
which matches are wrong.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from beatport_match.cli import match_commands
from beatport_match.cli.match_commands import PlaylistCommandRun, Run
from beatport_match.cli.match_table import (
    SHOWN_OUTCOMES,
    show_matches,
    show_result,
    show_samples,
)
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import TextLine, text_line
from beatport_match.matching.match import Match
from beatport_match.model.evidence import OUTCOMES
from beatport_match.model.run_metrics import RunComparison
from beatport_match.performance.analysis import analyze, compare_runs
from beatport_match.performance.text_report import (
    generate_comparison_report,
    mode_advice,
    reasons,
)
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import AsyncSettings, MatchSettings
from beatport_match.testing import FakeBeatport, demo_answers, demo_collection

MAX_SAMPLES = 5
_NEXT = "Next, match a playlist of yours (at most five requests a second): "
_NEXT_COMMAND = "beatport-match playlist FILE --out results"


def demo(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Match the bundled collection in both modes, check it, show and write the results."""
    folder = match_commands.make_folder(options.out)
    _show_introduction(options.latency, folder, err if options.json else out)
    runs = _run_both_modes(options, err)
    result, last = runs[0].result, runs[-1]
    match_commands.write_results(result, folder)
    for run in runs:
        match_commands.write_metrics(run.result, f"demo_{run.result.metrics.mode}", folder, "--out")
    check = _check(result, demo_answers())
    comparison = None
    if len(runs) == 2 and not last.interrupted and result.matches:
        comparison = compare_runs(result.metrics, last.result.metrics)
    is_same = result.matches == last.result.matches if comparison else None
    if options.json:
        document = {"latency_s": options.latency, **_document(runs, check, comparison)}
        show_json({**document, "same_answers": is_same}, out)
    else:
        show_result(result, out)
        out.show("", *_verdict(result, check), "")
        _show_tracks(result, options, out)
        if comparison:
            _show_comparison(comparison, result, out)
        if is_same is False:
            bug = "The runs gave DIFFERENT answers or scores. This is a bug; please report it."
            out.show(text_line(bug, "red"), "")
        out.show(match_commands.files_written_text(folder))
        out.show(((_NEXT, ""), (_NEXT_COMMAND, "bold")))
    if last.interrupted:
        match_commands.report_interruption(last, err, folder)
    return ExitCode.FAILURES if is_same is False else match_commands.exit_code(last)


def _show_introduction(latency_s: float, folder: Path, out: Screen) -> None:
    unlimited = (
        "The rate limit is off (requests_per_second=None); keep it on for the real Beatport."
    )
    out.show(
        text_line("Nothing leaves this machine: a fake Beatport answers on 127.0.0.1.", "bold"),
        f"Each answer takes {latency_s:g} s; all artists and tracks are invented.",
        f"The results are written to {folder}; --out DIR chooses another folder.",
        text_line(unlimited, "dim"),
        "",
    )
    out.flush()


def _show_tracks(result: PlaylistMatch, options: Namespace, out: Screen) -> None:
    """Show the tracks that the options choose; by default the doubtful ones and some samples."""
    if options.only or options.all:
        chosen = SHOWN_OUTCOMES[options.only] if options.only else frozenset(OUTCOMES)
        show_matches((one for one in result.matches if one.outcome in chosen), out, linked=False)
        out.show("")
        return
    for title, matches in (
        ("To review", result.review),
        ("Not found", (*result.not_found, *result.failed)),
    ):
        if matches:
            out.show(text_line(f"{title}: {len(matches)}", "bold"), "")
            show_matches(matches, out, linked=False)
            out.show("")
    # The tracks that get the most new values are the best samples.
    samples = sorted(result.matched, key=_new_values, reverse=True)[:MAX_SAMPLES]
    if samples:
        title = f"Matched: {len(result.matched)}. What Beatport adds to {len(samples)} of them:"
        out.show(text_line(title, "bold"), "")
        show_samples(samples, out)
        out.show("", text_line("`demo --all` shows all tracks.", "dim"), "")


def _new_values(match: Match) -> int:
    track = match.track
    return sum(not value for value in (track.key, track.bpm, track.label, track.year))


def _show_comparison(comparison: RunComparison, result: PlaylistMatch, out: Screen) -> None:
    """Show both runs side by side, and the mode that the metrics of the sync run recommend."""
    out.show(*generate_comparison_report(comparison).splitlines(), "")
    out.show(text_line("Is async worth it here? Estimated from the sync run:", "bold"))
    out.show(f"  {mode_advice(result.metrics)}")
    out.show(*reasons(analyze(result.metrics)), "")


def _run_both_modes(options: Namespace, err: Screen) -> list[Run]:
    """Run sync and then async; after Ctrl-C return the runs so far."""
    fake = FakeBeatport(latency_s=options.latency)
    runs: list[Run] = []
    with demo_collection() as path, _without_proxy(), fake.serve() as base_url:
        playlist = PlaylistCommandRun(path, options.playlist)
        for label in ("sync", "async"):
            async_io = AsyncSettings(enabled=label == "async")
            settings = MatchSettings(base_url=base_url, requests_per_second=None, async_io=async_io)
            runs.append(playlist.run(settings, err, f"{label:<5}"))
            if runs[-1].interrupted:
                break
    return runs


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
            os.environ.pop(name, None)  # on Windows, both names are one variable
        os.environ.update(before)


class _Check(NamedTuple):
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


def _verdict(result: PlaylistMatch, check: _Check) -> Iterator[TextLine]:
    """Return the result of the check, with the name of each wrong match."""
    if not result.matches:
        yield text_line("No track was searched for, so there is nothing to compare.")
        return
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


def _document(
    runs: Sequence[Run], check: _Check, comparison: RunComparison | None
) -> dict[str, Any]:
    result = runs[0].result
    return {
        "runs": {
            run.result.metrics.mode: {
                "wall_time_s": run.result.metrics.session_info.total_time,
                "tracks": len(run.result.matches),
                "requests": run.result.requests,
                "requests_per_track": run.result.requests / max(1, len(run.result.matches)),
                "interrupted": run.interrupted,
            }
            for run in runs
        },
        "speed_up": comparison.speed_up if comparison else None,
        "comparison": comparison.model_dump() if comparison else None,
        "analysis": analyze(result.metrics).model_dump() if comparison else None,
        "check": {
            **check._asdict(),
            "wrong": [match.track.id for match in check.wrong],
            "missed": [match.track.id for match in check.missed],
        },
        "results": result.document(),
    }
