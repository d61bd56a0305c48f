"""Runs with earlier decisions: no request for an accepted track, no rejected candidate again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name, with_attempts

from beatport_match import (
    Decisions,
    Match,
    MisuseError,
    PlaylistMatch,
    Progress,
    ResultsFileError,
    Track,
    amatch_track,
    match_playlist,
    match_track,
)
from beatport_match.matching.decided_match import with_decisions
from beatport_match.review.decision_lines import to_line
from beatport_match.settings.models import MatchSettings
from beatport_match.testing import FakeBeatport, always

every_mode = pytest.mark.parametrize("name", MODES)
# Both engines use one `PlaylistRun`, so two modes are enough for its rules.
both_engines = pytest.mark.parametrize("name", ["sync", "asyncio"])
FOUND = Track("Candle Tax", "Rook & Tallow", duration_s=346)
MISSING = Track("No Such Thing Anywhere", "Absent Orchard")


@pytest.fixture
def decisions(tmp_path: Path) -> Decisions:
    return Decisions(tmp_path / "decisions.jsonl")


@pytest.fixture(scope="module")
def plain() -> Match:
    """The match without decisions."""
    return call("sync", FakeBeatport(**EXACT_SEARCH), FOUND, method="match_track")


def call(
    name: Name, fake: FakeBeatport, tracks: Any, *, method: str = "match_playlist", **options: Any
) -> Any:
    return Mode(name).call(method, tracks, transport=fake.transport(), **options)


@every_mode
def test_an_accepted_track_needs_no_request(name: Name, decisions: Decisions, plain: Match) -> None:
    other = plain.candidates[1].candidate
    decisions.accept(FOUND, other, by="my rule")
    tagged = replace(FOUND, key="8A", label="Saffron", id="7")
    fake, reports = FakeBeatport(**EXACT_SEARCH), list[Progress]()
    single: Match = call(name, fake, tagged, method="match_track", decisions=decisions)
    stream = call(name, fake, [tagged], method="iter_matches", decisions=decisions)
    result: PlaylistMatch = call(
        name, fake, [tagged], decisions=decisions.path, on_progress=reports.append
    )
    assert fake.requests == ()
    for match in (single, *stream, *result.matches):
        assert match.accepted
        assert match.accepted.candidate == other
        assert match.track == tagged
        assert match.decided_by
        assert match.decided_by.by == "my rule"
        assert match.metrics
        assert match.metrics.total_queries == 0
    assert reports[0].recorded


@every_mode
def test_a_rejected_candidate_is_not_proposed_again(
    name: Name, decisions: Decisions, plain: Match
) -> None:
    assert plain.best
    decisions.reject(FOUND, plain.best.candidate)
    match: Match = call(
        name, FakeBeatport(**EXACT_SEARCH), FOUND, method="match_track", decisions=decisions
    )
    assert plain.best.id not in [scored.id for scored in match.candidates]
    assert [scored.id for scored in match.rejected] == [plain.best.id]
    assert match.rejected[0].evidence[-1].note.startswith("rejected by person on ")
    assert len(match.candidates) > 0


@both_engines
def test_a_rejection_makes_the_journal_of_its_track_out_of_date(
    name: Name, decisions: Decisions, plain: Match, tmp_path: Path
) -> None:
    fake, journal = FakeBeatport(**EXACT_SEARCH), tmp_path / "a.journal"
    run = partial(call, name, fake, [FOUND], decisions=decisions, journal=journal)
    assert plain.best
    first = run().matches[0]
    sent = len(fake.requests)
    assert run().matches == (first,)
    assert len(fake.requests) == sent
    decisions.reject(FOUND, plain.best.candidate)
    second = run().matches[0]
    assert [scored.id for scored in second.rejected] == [plain.best.id]
    again = len(fake.requests)
    assert again > sent
    assert run().matches == (second,)
    assert len(fake.requests) == again
    # The rejection is withdrawn: the answer without the candidate is out of date too.
    decisions.withdraw(FOUND, plain.best.candidate)
    assert run().matches == (first,)


@both_engines
def test_a_decided_match_is_not_written_to_the_journal(
    name: Name, decisions: Decisions, plain: Match, tmp_path: Path
) -> None:
    assert plain.best
    decisions.accept(FOUND, plain.best.candidate)
    journal = tmp_path / "a.journal"
    call(name, FakeBeatport(), [FOUND], decisions=decisions, journal=journal)
    assert journal.read_bytes() == b""


@both_engines
def test_a_miss_is_noted_once_until_it_is_due(name: Name, decisions: Decisions) -> None:
    run = partial(call, name, FakeBeatport(**EXACT_SEARCH), [FOUND, MISSING])
    for _ in range(2):
        run(decisions=decisions)
    (miss,) = decisions
    assert (miss.verdict, miss.track) == ("missed", MISSING)
    decisions.path.unlink()
    old = Decisions(decisions.path)
    old.record_miss(MISSING, at=datetime.now(UTC) - timedelta(days=2))
    run(decisions=old)
    assert [one.verdict for one in old] == ["missed", "missed"]


@both_engines
def test_a_miss_that_cannot_be_written_is_a_problem_and_the_run_continues(
    name: Name, decisions: Decisions
) -> None:
    decisions.record_miss(MISSING)
    endless = Track("Nothing " * 10_000)
    result = call(name, FakeBeatport(**EXACT_SEARCH), [endless, FOUND], decisions=decisions)
    assert [match.outcome for match in result.matches] == ["not_found", "matched"]
    (problem,) = result.problems
    assert problem.file == str(decisions.path)
    assert "longer than 65,536 bytes" in problem.detail
    assert len(decisions) == 1


def make_due(decisions: Decisions) -> None:
    """Write the misses again as if they were two days older."""
    old = [replace(one, at=one.at - timedelta(days=2)) for one in decisions]
    decisions.path.write_bytes(b"".join(map(to_line, old)))


@pytest.mark.parametrize(
    ("name", "kept"), [("sync", "journal"), ("sync", "file"), ("asyncio", "results")]
)
def test_only_missing_tracks_are_asked_for_and_only_when_they_are_due(
    name: Name, kept: str, decisions: Decisions, tmp_path: Path
) -> None:
    """The earlier run may be known by its journal, by its results, or by their file."""
    fake, journal = FakeBeatport(**EXACT_SEARCH), tmp_path / "a.journal"
    run = partial(
        call, name, fake, [FOUND, MISSING], journal=journal if kept == "journal" else None
    )
    first: PlaylistMatch = run(decisions=decisions.path)
    first.to_json(tmp_path / "results.json")
    earlier = {"journal": True, "results": first, "file": tmp_path / "results.json"}[kept]
    sent = len(fake.requests)
    for due in (False, True, False):
        if due:
            make_due(Decisions(decisions.path))
        result: PlaylistMatch = run(decisions=decisions.path, missing_only=earlier)
        assert [match.outcome for match in result.matches] == ["matched", "not_found"]
        requests = fake.requests[sent:]
        sent = len(fake.requests)
        assert bool(requests) == due
        assert not any("Candle" in request.path for request in requests)
    assert [one.verdict for one in Decisions(decisions.path)] == ["missed", "missed"]


@both_engines
def test_new_and_failed_tracks_are_not_missing_but_asked_for(
    name: Name, decisions: Decisions
) -> None:
    broken = FakeBeatport(**EXACT_SEARCH, faults=always("unavailable"))
    once = with_attempts()
    failed = call(name, broken, [FOUND], settings=once)
    assert failed.failed
    result = call(
        name, FakeBeatport(**EXACT_SEARCH), [FOUND], decisions=decisions, missing_only=failed
    )
    assert result.matched


def test_tracks_that_got_the_found_values_are_not_asked_for_again(
    decisions: Decisions, plain: Match
) -> None:
    """`enrich` and `tag` write these values, and the next run reads them."""
    assert plain.best
    found = plain.best.candidate
    fake = FakeBeatport(**EXACT_SEARCH)
    written = replace(
        FOUND, key=found.camelot, label=found.label, year=2013, bpm=found.bpm, isrc=found.isrc
    )
    earlier = call("sync", fake, [FOUND])
    sent = len(fake.requests)
    run = partial(call, "sync", fake, decisions=decisions, missing_only=earlier)
    (match,) = run([replace(written, beatport_id=found.id)]).matches
    assert len(fake.requests) == sent
    assert (match.best.id, match.track) == (found.id, replace(written, beatport_id=found.id))
    for other in (replace(written, beatport_id=7), replace(written, duration_s=500)):
        run([other])
        assert len(fake.requests) > sent
        sent = len(fake.requests)


def test_a_track_without_a_right_candidate_waits_for_its_next_search(
    decisions: Decisions,
) -> None:
    """A person who rejects all candidates says that Beatport does not have the track today."""
    fake = FakeBeatport(**EXACT_SEARCH)
    earlier = call("sync", fake, [FOUND])
    (match,) = earlier.matches
    for one in match.candidates:
        decisions.reject(match.track, one.candidate)
    reviewed = with_decisions(match, decisions.about(FOUND), MatchSettings())
    assert reviewed.outcome == "not_found"
    sent = len(fake.requests)
    earlier = earlier.with_matches([reviewed])
    call("sync", fake, [FOUND], decisions=decisions, missing_only=earlier)
    assert len(fake.requests) == sent
    next_attempt = decisions.about(FOUND).next_attempt
    assert next_attempt
    assert next_attempt - datetime.now(UTC) > timedelta(hours=23)


def test_missing_only_names_what_it_needs(decisions: Decisions, tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match=r"missing_only= needs decisions="):
        match_playlist([FOUND], missing_only=True)
    with pytest.raises(MisuseError, match=r"missing_only=True needs journal="):
        match_playlist([FOUND], missing_only=True, decisions=decisions)
    with pytest.raises(MisuseError, match=r"missing_only= must be True, or the results"):
        match_playlist([FOUND], missing_only=7, decisions=decisions)  # type: ignore[arg-type]
    with pytest.raises(ResultsFileError, match=r"cannot be read"):
        match_playlist([FOUND], missing_only=tmp_path / "no.json", decisions=decisions)


def test_damaged_lines_of_the_decisions_are_problems_of_the_run(
    decisions: Decisions, plain: Match
) -> None:
    decisions.record_miss(MISSING)
    with decisions.path.open("a") as file:
        file.write("x\n")
    result = call("sync", FakeBeatport(), [MISSING], decisions=decisions.path)
    assert [problem.place for problem in result.problems] == ["line 2"]


def test_the_functions_take_decisions(decisions: Decisions, plain: Match) -> None:
    decisions.accept(FOUND, plain.candidates[0].candidate)
    one = match_track(FOUND, settings=UNPACED, decisions=decisions.path)
    other = anyio.run(partial(amatch_track, FOUND, settings=UNPACED, decisions=decisions))
    assert one == other
    assert one.decided_by


def test_a_matcher_sees_decisions_that_are_added_later(decisions: Decisions, plain: Match) -> None:
    mine = Decisions(decisions.path)
    decisions.accept(FOUND, plain.candidates[0].candidate)
    assert match_track(FOUND, decisions=mine).decided_by


def test_decisions_of_a_wrong_type_are_a_misuse() -> None:
    with pytest.raises(MisuseError, match=r"decisions must be the path of a file"):
        match_track(FOUND, decisions=7)  # type: ignore[arg-type]
