"""Tracks that failed by a fault that may pass are tried again at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from held_requests import QUICK, SLOW_ONES
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import PlaylistMatch, Progress
from beatport_match.engine import playlist_run
from beatport_match.matching.second_round import failed_in_a_row
from beatport_match.testing import FakeBeatport, Fault, always

every_mode = pytest.mark.parametrize("name", MODES)
COUNT = len(QUICK)


def run(name: Name, fake: FakeBeatport, method: str = "match_playlist", **options: Any) -> Any:
    tracks = options.pop("tracks", QUICK)
    arguments = {k: options.pop(k) for k in ("stop", "on_progress", "journal") if k in options}
    return Mode(name).call(
        method,
        tracks,
        transport=fake.transport(),
        settings=with_attempts(max_queries=1, **{"retry_failed": 1, **options}),
        **arguments,
    )


def once_for(fault: Fault, *words: str) -> Callable[[int, str], Fault | None]:
    """Let the first request about each word have the fault.

    A fault by the number of the request could hit a track twice: a free worker begins the second
    round while slow requests of the first one are still in flight.
    """
    left = list(words)

    def faults(_number: int, path: str) -> Fault | None:
        for word in left:
            if word in path:
                left.remove(word)
                return fault
        return None

    return faults


@every_mode
@pytest.mark.parametrize("fault", ["unavailable", "reset", "rate_limited", "truncated"])
def test_failed_tracks_are_matched_in_the_second_round(
    name: Name, fault: Fault, tmp_path: Path
) -> None:
    """Each track is reported and written to the journal once."""
    faults = once_for(fault, "Candle", "Countersunk", "Fjordline")
    fake, reports = FakeBeatport(**EXACT_SEARCH, faults=faults), list[Progress]()
    journal = tmp_path / "a.journal"
    result: PlaylistMatch = run(name, fake, journal=journal, on_progress=reports.append)
    assert len(result.matched) == COUNT == len(reports)
    assert [str(match.track) for match in result.matches] == [str(t) for t in untroubled(name)]
    assert sorted(report.place for report in reports) == list(range(COUNT))
    assert len(fake.requests) == COUNT + 3 == result.metrics.requests
    assert sum(match.requests for match in result.matches) == COUNT + 3
    assert Counter(len(match.queries) for match in result.matches) == {1: COUNT - 3, 2: 3}
    assert sum(len(match.failures) for match in result.matches) == 3
    for best, match in ((match.best, match) for match in result.matches):
        # Each candidate names a query of the second round, counted from the first round on.
        assert best.query_index == len(match.queries) - 1
        assert best == match.candidates[0]
    assert len(journal.read_bytes().splitlines()) == COUNT
    again = FakeBeatport(**EXACT_SEARCH)
    assert len(run(name, again, journal=journal).matched) == COUNT
    assert again.requests == ()


def untroubled(name: Name) -> list[Any]:
    return [match.track for match in run(name, FakeBeatport(**EXACT_SEARCH)).matches]


@every_mode
@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_lasting_fault_is_tried_in_each_round(name: Name, rounds: int) -> None:
    fake = FakeBeatport(faults=always("unavailable"))
    result: PlaylistMatch = run(name, fake, retry_failed=rounds, tracks=QUICK[:3])
    assert len(result.failed) == 3
    assert len(fake.requests) == 3 * (rounds + 1)
    assert {len(match.failures) for match in result.matches} == {rounds + 1}


MANY = (*QUICK, *SLOW_ONES)


@every_mode
@pytest.mark.parametrize("rounds", [1, 2])
def test_second_round_ends_if_the_fault_has_not_passed(name: Name, rounds: int) -> None:
    """After ten failed tracks in a row, it tries one track, and those in flight with it."""
    fake, reports = FakeBeatport(faults=always("unavailable")), list[Progress]()
    result: PlaylistMatch = run(
        name, fake, tracks=MANY, retry_failed=rounds, on_progress=reports.append
    )
    assert len(result.failed) == len(MANY)
    assert sorted(report.place for report in reports) == list(range(len(MANY)))
    retried = [match for match in result.matches if len(match.failures) > 1]
    assert 1 <= len(retried) <= (1 if name == "sync" else 5)
    assert len(fake.requests) == len(MANY) + len(retried) == result.requests == reports[-1].requests


@every_mode
def test_second_round_goes_on_if_its_first_tracks_are_answered(name: Name) -> None:
    seen = set[str]()

    def first_of_each_path(_: int, path: str) -> Fault | None:
        is_first = path not in seen
        seen.add(path)
        return "unavailable" if is_first else None

    fake = FakeBeatport(**EXACT_SEARCH, faults=first_of_each_path)
    assert len(run(name, fake, tracks=MANY).failed) == 0
    assert len(fake.requests) == 2 * len(MANY)


@pytest.mark.parametrize(("fault", "kept"), [("unavailable", 8), ("wrong_shape", 7), (None, 0)])
def test_only_an_answer_ends_a_row_of_failed_tracks(fault: Fault | None, kept: int) -> None:
    """A changed page does not show whether the other fault has passed."""
    fake = FakeBeatport(faults=fault and always(fault))
    (match,) = run("sync", fake, tracks=QUICK[:1]).matches
    assert failed_in_a_row(7, match) == kept


@every_mode
@pytest.mark.parametrize("fault", ["challenge", "wrong_shape", "elsewhere"])
def test_fault_that_does_not_pass_is_not_tried_again(name: Name, fault: Fault) -> None:
    fake = FakeBeatport(faults=always(fault))
    result: PlaylistMatch = run(name, fake)
    assert len(result.failed) == COUNT == len(fake.requests)


@every_mode
def test_stream_has_the_tracks_of_the_second_round_at_its_end(name: Name) -> None:
    fake = FakeBeatport(**EXACT_SEARCH, faults=once_for("unavailable", "Candle", "Countersunk"))
    matches = run(name, fake, "iter_matches")
    assert len(matches) == COUNT
    assert {match.outcome for match in matches} == {"matched"}


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
def test_number_of_tracks_that_wait_is_limited(name: Name, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run over a stream of tracks uses bounded memory."""
    monkeypatch.setattr(playlist_run, "MAX_WAITING_TRACKS", 2)
    fake = FakeBeatport(faults=always("unavailable"))
    assert len(run(name, fake, "iter_matches")) == COUNT
    assert COUNT < len(fake.requests) <= COUNT * 2
    assert name != "sync" or len(fake.requests) == COUNT + 2


@every_mode
def test_stop_before_the_second_round_keeps_the_failed_tracks(name: Name) -> None:
    fake = FakeBeatport(faults=always("unavailable"))
    result: PlaylistMatch = run(name, fake, stop=lambda: len(fake.requests) >= COUNT)
    assert len(result.matches) == len(result.failed) == COUNT
    kinds = {match.failures[-1].kind for match in result.matches}
    assert kinds <= {"status", "stopped"}
    assert len(fake.requests) <= COUNT + 4
