"""The journal: an interrupted run resumes and gives the same matches as an uninterrupted one."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from held_requests import QUICK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name, with_attempts

from beatport_match import (
    JournalError,
    MatchSettings,
    PlaylistMatch,
    PlaylistProblem,
    Progress,
    Track,
    amatch_playlist,
    match_playlist,
    read_playlist,
)
from beatport_match.engine import journal as journal_module
from beatport_match.engine.beatport_source import beatport_source
from beatport_match.engine.journal import Journal, journal_at
from beatport_match.testing import FakeBeatport, always, demo_collection

every_mode = pytest.mark.parametrize("name", MODES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


def run(
    name: Name, fake: FakeBeatport, path: Path | None, tracks: Any = QUICK, **kwargs: Any
) -> PlaylistMatch:
    kwargs = {"settings": UNPACED, **kwargs}
    return Mode(name).call(
        "match_playlist", tracks, transport=fake.transport(), journal=path, **kwargs
    )


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@every_mode
def test_each_finished_track_has_one_line(name: Name, path: Path) -> None:
    found = run(name, FakeBeatport(**EXACT_SEARCH), path)
    written = lines(path)
    assert sorted(line["match"]["track"]["title"] for line in written) == sorted(QUICK)
    assert {line["match"]["outcome"] for line in written} == {"matched"}
    assert len({line["key"] for line in written}) == len(QUICK)
    assert found.problems == ()


@pytest.fixture(scope="module")
def whole() -> PlaylistMatch:
    """The result of an uninterrupted run."""
    with demo_collection() as file:
        return run("sync", FakeBeatport(), None, list(read_playlist(file))[:40])


@pytest.mark.parametrize(
    ("first", "second"),
    [("sync", "asyncio"), ("asyncio", "sync"), ("trio", "bridge"), ("bridge", "trio")],
)
def test_a_resumed_run_gives_the_same_matches_as_an_uninterrupted_one(
    first: Name, second: Name, path: Path, whole: PlaylistMatch
) -> None:
    """This holds for each combination of modes that began and resumed the run."""
    tracks, done = [match.track for match in whole.matches], list[Progress]()
    run(
        first,
        FakeBeatport(),
        path,
        tracks,
        on_progress=done.append,
        stop=lambda: len(done) >= 12,
    )
    recorded = len(lines(path))
    fake, reports = FakeBeatport(), list[Progress]()
    found = run(second, fake, path, tracks, on_progress=reports.append)
    assert 8 <= recorded < len(whole.matches)
    assert found.matches == whole.matches
    assert [asdict(_comparable(match)) for match in found.matches] == [
        asdict(_comparable(match)) for match in whole.matches
    ]
    assert len(lines(path)) == len(whole.matches)
    assert sum(one.recorded for one in reports) == recorded
    assert reports[-1].requests == len(fake.requests) < sum(m.requests for m in whole.matches)


def _comparable(match: Any) -> Any:
    """Return the match without times and without the requests of each query.

    If two tracks have an equal query, either of them may have sent the request.
    """
    queries = tuple(replace(query, requests=0, elapsed_s=None) for query in match.queries)
    return replace(match, metrics=None, queries=queries)


@every_mode
def test_a_finished_journal_needs_no_request(name: Name, path: Path) -> None:
    """Nothing is written either, and the metrics count no time for the earlier run."""
    before = run("sync", FakeBeatport(**EXACT_SEARCH), path)
    content, fake = path.read_bytes(), FakeBeatport(**EXACT_SEARCH)
    after = run(name, fake, path)
    assert fake.requests == ()
    assert path.read_bytes() == content
    assert after.matches == before.matches
    answers = [
        [(one.track_id, one.outcome, one.beatport_id) for one in result.metrics.track_metrics]
        for result in (before, after)
    ]
    assert answers[0] == answers[1]
    assert (after.metrics.requests, after.metrics.queries) == (0, ())
    assert after.metrics.session_info.matched_tracks == before.metrics.session_info.matched_tracks


def test_metrics_contain_no_path(path: Path, tmp_path: Path) -> None:
    """Metrics hold the settings of the run, but not the folders of the user."""
    settings = UNPACED.with_(cache_path=tmp_path / "answers.cache")
    result = run("sync", FakeBeatport(**EXACT_SEARCH), path, settings=settings)
    assert str(tmp_path) not in result.metrics.model_dump_json()


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
def test_iter_matches_accepts_a_journal(name: Name, path: Path) -> None:
    """The second stream reads all matches from the journal."""
    fake = FakeBeatport(**EXACT_SEARCH)
    options = {"transport": fake.transport(), "journal": path}
    first = Mode(name).call("iter_matches", QUICK, **options)
    sent = len(fake.requests)
    second = Mode(name).call("iter_matches", QUICK, **options)
    assert len(fake.requests) == sent
    untimed = [sorted(str(replace(one, metrics=None)) for one in run) for run in (first, second)]
    assert untimed[0] == untimed[1]


@every_mode
def test_failed_tracks_are_not_recorded(name: Name, path: Path) -> None:
    broken = run(name, FakeBeatport(faults=always("unavailable")), path, settings=with_attempts())
    assert len(broken.failed) == len(QUICK)
    assert path.read_bytes() == b""
    assert len(run(name, FakeBeatport(**EXACT_SEARCH), path).matched) == len(QUICK)


@pytest.mark.parametrize(
    "changes",
    [
        {"stopped": "stopped"},
        {"stopped": "time_budget"},
        {"stopped": "failed", "outcome": "review"},
    ],
    ids=str,
)
def test_a_match_that_was_cut_short_is_not_recorded(path: Path, changes: Any) -> None:
    """Another query might have found a better candidate."""
    found = run("sync", FakeBeatport(**EXACT_SEARCH), None, QUICK[:1]).matches[0]
    source = beatport_source(UNPACED)
    with journal_at(path, UNPACED, source, lambda _: None) as journal:
        assert journal is not None
        journal.record(replace(found, **changes))
        assert path.read_bytes() == b""
        journal.record(found)
        assert path.read_bytes() != b""


def test_the_estimate_of_a_resumed_run_ignores_recorded_tracks(path: Path) -> None:
    """They took no time, so they give no estimate for the remaining tracks."""
    run("sync", FakeBeatport(**EXACT_SEARCH), path, QUICK[:3])
    reports = list[Progress]()
    run("sync", FakeBeatport(**EXACT_SEARCH), path, on_progress=reports.append)
    assert [one.eta_s for one in reports[:3]] == [None] * 3
    for one in reports[3:]:
        assert one.eta_s == pytest.approx(one.elapsed_s / (one.done - 3) * (6 - one.done))


def test_a_match_from_the_journal_holds_the_track_of_the_caller(path: Path) -> None:
    """Calling programs find their rows by the identity of the track."""
    tracks = [Track(title, ("Some", "One")) for title in QUICK]
    run("sync", FakeBeatport(**EXACT_SEARCH), path, tracks)
    found = run("sync", FakeBeatport(**EXACT_SEARCH), path, tracks)
    assert all(match.track is track for match, track in zip(found.matches, tracks, strict=True))


CHANGED: list[dict[str, Any]] = [
    {"accept_confidence": 0.95},
    {"review_confidence": 0.3},
    {"max_queries": 2},
    {"max_results": 50},
    {"enough_score": 80},
    {"wanted_fields": ("preview_url",)},
    {"max_candidates": 3},
    {"run_all_queries": True},
]


@pytest.mark.parametrize("changed", CHANGED)
def test_settings_that_change_answers_invalidate_the_lines(
    path: Path, changed: dict[str, Any]
) -> None:
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    fake = FakeBeatport(**EXACT_SEARCH)
    run("sync", fake, path, settings=UNPACED.with_(**changed))
    assert len(fake.requests) >= len(QUICK)


@every_mode
def test_tracks_that_the_journal_has_with_other_settings_are_reported(
    name: Name, path: Path
) -> None:
    """They are searched again, once; other tracks in the journal are not counted."""
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    other = UNPACED.with_(max_queries=2)
    found = run(name, FakeBeatport(**EXACT_SEARCH), path, QUICK[:2], settings=other)
    assert found.problems == (
        PlaylistProblem(
            str(path),
            "journal",
            "2 tracks are in the journal with other settings, sources or another version of "
            "beatport_match, and searched again; use the earlier settings to resume",
        ),
    )
    again = run(name, FakeBeatport(**EXACT_SEARCH), path, QUICK[:2], settings=other)
    assert again.problems == ()


def test_settings_that_change_no_answer_keep_the_lines(path: Path) -> None:
    """Rate limit, connections, user agent and cache change no answer."""
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = MatchSettings(
        requests_per_second=900, max_connections=3, user_agent="x", cache_path=path.parent / "c"
    )
    run("sync", fake, path, settings=settings)
    assert fake.requests == ()


@pytest.mark.parametrize("constant", ["__version__", "FITTED", "DATA"])
def test_another_version_or_other_weights_invalidate_the_lines(
    path: Path, monkeypatch: pytest.MonkeyPatch, constant: str
) -> None:
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    owner = journal_module if constant == "__version__" else journal_module.coefficients
    monkeypatch.setattr(owner, constant, "other")
    fake = FakeBeatport(**EXACT_SEARCH)
    run("sync", fake, path)
    assert len(fake.requests) >= len(QUICK)


def test_a_changed_track_invalidates_its_line(path: Path) -> None:
    """One changed field is enough."""
    run("sync", FakeBeatport(**EXACT_SEARCH), path, [Track(QUICK[0], bpm=124)])
    fake = FakeBeatport(**EXACT_SEARCH)
    run("sync", fake, path, [Track(QUICK[0], bpm=125)])
    assert fake.requests != ()


OLD_LINE = (
    '{"beatport_match":"0.1.0","key":"' + 64 * "0" + '","match":{"track":{"title":"Ember",'
    '"artists":"Ana Sol","album":null,"label":null,"year":null,"bpm":null,"key":null,'
    '"duration_s":null,"isrc":null,"beatport_id":null,"remixers":[],"file":null,"id":null},'
    '"outcome":"matched","best":null,"candidates":[{"candidate":{"id":7,"url":null,'
    '"name":"Ember"},"score":96.0,"confidence":0.97,"relation":"same_recording","evidence":'
    '[{"name":"title","local":"Ember","catalogue":"Ember","effect":46.0,"note":"same title",'
    '"code":"same"}],"rerelease":false,"doubts":[]}],"confidence":0.97,"queries":[{"text":'
    '"Ana Sol Ember","query_type":"artist_title","found":1,"requests":1,"unreadable":0,'
    '"failure":null,"where":"on Beatport","read_from":null}],"failures":[],"stopped":"enough",'
    '"candidates_weighed":1,"picked":false,"metrics":null}}\n'
)


def test_a_line_without_the_fields_of_later_versions_is_read() -> None:
    """Where its candidates come from is unknown."""
    match = journal_module._parse_line(OLD_LINE.encode())
    assert match is not None
    (candidate,) = match.candidates
    assert (candidate.query_index, candidate.place, candidate.reject_reason) == (None, None, None)
    assert (candidate.title_similarity, match.queries[0].elapsed_s) == (None, None)


@every_mode
def test_a_journal_of_0_1_0_is_kept_and_its_tracks_are_reported(name: Name, path: Path) -> None:
    path.write_text(OLD_LINE, "utf-8")
    found = run(name, FakeBeatport(**EXACT_SEARCH), path, [Track("Ember", "Ana Sol")])
    (problem,) = found.problems
    assert problem.detail.startswith("1 track is in the journal with other settings, sources or ")
    assert path.read_text("utf-8").startswith(OLD_LINE)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of the journal of a finished run."""
    path = tmp_path_factory.mktemp("journal") / "run.journal"
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    return path.read_bytes()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_journal_cut_anywhere_is_repaired(finished: bytes, path: Path, data: Any) -> None:
    """Complete lines stay, the track of the incomplete line is searched again, and the file is then
    as without the cut.
    """
    cut = data.draw(st.integers(0, len(finished)))
    path.write_bytes(finished[:cut])
    whole_lines = finished[:cut].count(b"\n")
    fake = FakeBeatport(**EXACT_SEARCH)
    found = run("sync", fake, path)
    assert found.problems == ()
    assert len(found.matched) == len(QUICK)
    assert (
        path.read_bytes()[: finished[:cut].rfind(b"\n") + 1]
        == finished[: finished[:cut].rfind(b"\n") + 1]
    )
    assert [line["match"]["track"]["title"] for line in lines(path)] == list(QUICK)
    assert {request.path.partition("?")[0] for request in fake.requests} <= {"/search/tracks"}
    assert len(fake.requests) >= len(QUICK) - whole_lines


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: b"\0" * 80 + b"\n",
        lambda line: line[:200] + b"\n",
        lambda line: line.replace(b'"matched"', b'"mat\xffched"'),
        lambda line: line.replace(b'"outcome":"matched"', b'"outcome":"wonderful"'),
        lambda line: b"junk\n",
    ],
)
def test_a_damaged_line_affects_only_its_track(
    finished: bytes, path: Path, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The line is reported as a problem, and its track is searched again."""
    before = finished.splitlines(keepends=True)
    path.write_bytes(b"".join([*before[:2], damage(before[2]), *before[3:]]))
    fake = FakeBeatport(**EXACT_SEARCH)
    with caplog.at_level(logging.WARNING, "beatport_match"):
        found = run("sync", fake, path)
    assert len(found.matched) == len(QUICK)
    assert len({request.path for request in fake.requests}) == 1
    assert found.problems == (
        PlaylistProblem(str(path), "line 3", "the line is damaged; its track is searched again"),
    )
    assert [record.getMessage() for record in caplog.records] == [
        f"line 3 of the journal {path.name} is damaged"
    ]
    assert path.read_bytes().splitlines(keepends=True)[:2] == before[:2]


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                b'{"beatport_match":"0",',
                b'"key":"' + b"a" * 64 + b'",',
                b'"match":{',
                b"}\n",
                b"[" * 99,
            ]
        )
        | st.binary(max_size=20),
        max_size=12,
    ).map(b"".join)
)
def test_any_bytes_are_a_journal_or_a_journal_error(path: Path, content: bytes) -> None:
    """A rejected file is not changed."""
    path.write_bytes(content)
    message = ""
    try:
        with journal_at(path, UNPACED, beatport_source(UNPACED), lambda _: None) as journal:
            assert journal.recorded(Track("Copper")) is None
    except JournalError as error:
        message = str(error)
    if message:
        assert message.startswith(f"{path}: ")
        assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content", [b"<DJ_PLAYLISTS></DJ_PLAYLISTS>", b"title,artist\na,b\n", b"\0" * 5000, b"{}\n"]
)
def test_a_file_that_is_not_a_journal_is_rejected_before_any_request(
    path: Path, content: bytes
) -> None:
    """A playlist that is passed by mistake must not be overwritten."""
    path.write_bytes(content)
    fake = FakeBeatport(**EXACT_SEARCH)
    with pytest.raises(
        JournalError, match=r"run\.journal: is not a journal of beatport_match; name"
    ):
        run("sync", fake, path)
    assert path.read_bytes() == content
    assert fake.requests == ()


@every_mode
@pytest.mark.parametrize("bad", ["folder", "missing/run.journal", "nul\0"])
def test_a_path_that_cannot_be_opened_is_rejected(tmp_path: Path, name: Name, bad: str) -> None:
    """The message is one sentence that names the path and says what to do."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(
        JournalError, match=r"the journal cannot be opened .*; name another file\.$"
    ):
        run(name, FakeBeatport(**EXACT_SEARCH), tmp_path / bad)


@every_mode
def test_two_runs_cannot_use_one_journal_at_a_time(name: Name, path: Path) -> None:
    """After the first run, the journal is free again."""
    fake = FakeBeatport(**EXACT_SEARCH)
    with (
        journal_at(path, UNPACED, beatport_source(UNPACED), print),
        pytest.raises(JournalError, match="another run is writing this journal"),
    ):
        run(name, fake, path)
    assert fake.requests == ()
    assert len(run(name, fake, path).matched) == len(QUICK)


def test_a_dropped_stream_unlocks_its_journal(path: Path) -> None:
    with httpx.Client(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
        from beatport_match import iter_matches

        matches = iter_matches(QUICK, settings=UNPACED, http_client=client, journal=path)
        next(matches)
        del matches
    assert len(lines(path)) == 1
    assert len(run("sync", FakeBeatport(**EXACT_SEARCH), path).matched) == len(QUICK)


@pytest.mark.anyio
async def test_a_cancelled_run_unlocks_its_journal(path: Path) -> None:
    """Every finished track has its line."""
    fake = FakeBeatport(**EXACT_SEARCH, latency_s=0.01)
    async with httpx.AsyncClient(transport=fake.transport()) as client:
        with anyio.CancelScope() as scope:
            await amatch_playlist(
                QUICK * 9,
                settings=UNPACED,
                http_client=client,
                journal=path,
                on_progress=lambda one: scope.cancel() if one.done == 3 else None,
            )
    assert scope.cancelled_caught
    assert len(lines(path)) >= 3
    assert len(run("sync", FakeBeatport(**EXACT_SEARCH), path).matched) == len(QUICK)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_the_owner_may_read_the_journal(path: Path) -> None:
    before = os.umask(0)
    try:
        run("sync", FakeBeatport(**EXACT_SEARCH), path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


class FullDisk:
    """A file that accepts so many bytes and then reports a full disk, until there is room again."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self.room = file, room

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        written = self._file.write(data[: self.room])
        self.room -= written
        return written

    def seek(self, offset: int, whence: int) -> int:
        return self._file.seek(offset, whence)

    def truncate(self, size: int) -> None:
        self._file.truncate(size)


def test_a_full_disk_loses_the_line_and_not_the_run(path: Path) -> None:
    """The problem is reported once, the incomplete line is removed, and later lines are written
    again."""
    found = matches_of(QUICK[:3])
    problems: list[PlaylistProblem] = []
    with path.open("ab", buffering=0) as file, path.open("rb") as reader:
        full = FullDisk(file, room=700)
        journal = Journal(path, full, reader, UNPACED, problems.append)  # type: ignore[arg-type]
        journal.record(found[0])
        assert path.read_bytes() == b""
        journal.record(found[2])
        full.room = 10**6
        journal.record(found[1])
    assert [(one.place, one.detail.partition(";")[0]) for one in problems] == [
        ("line 1", "cannot be written (No space left on device)")
    ]
    assert [line["match"]["track"]["title"] for line in lines(path)] == [QUICK[1]]


@every_mode
def test_undecodable_file_names_do_not_end_a_run(name: Name, path: Path) -> None:
    """Such a track is matched, but not recorded: the next run searches for it again."""
    undecodable = Track(f"{QUICK[0]}\udcff", file="/music/\udcfe.mp3")
    found = run(name, FakeBeatport(**EXACT_SEARCH), path, [undecodable, *QUICK[1:]])
    assert found.matches[0].track is undecodable
    assert found.matches[0].outcome != "failed"
    assert len(lines(path)) == len(QUICK) - 1
    again = run(name, FakeBeatport(**EXACT_SEARCH), path, [undecodable, *QUICK[1:]])
    assert again.matches == found.matches


def matches_of(tracks: Any) -> Any:
    with httpx.Client(transport=FakeBeatport(**EXACT_SEARCH).transport()) as client:
        return match_playlist(tracks, settings=UNPACED, http_client=client).matches
