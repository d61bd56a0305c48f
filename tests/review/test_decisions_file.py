"""The file of decisions: written, shared, merged, exported, and read as untrusted input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import each_row

from beatport_match import Candidate, MisuseError, Track, rank
from beatport_match.errors import DecisionsError, OutputError
from beatport_match.files.locked_file import lock
from beatport_match.model.decisions import Decision
from beatport_match.review import decisions as decisions_module
from beatport_match.review.decision_lines import MAX_DECISION_BYTES, checked, parse_line, to_line
from beatport_match.review.decisions import Decisions

TRACK = Track(
    "Lantern Meridian", "Ana Solberg", duration_s=372.5, year=2019, file="/a/'b\udc80.mp3"
)
CANDIDATE = Candidate(
    id=71,
    url="https://www.beatport.com/track/lantern-meridian/71",
    name="=Lantern Meridian",
    mix_name="Extended Mix",
    artists=("Ana Solberg", "Quilt, Thimble"),
    bpm=124.0,
    length_s=372.0,
)
AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
DECISION = Decision(verdict="accepted", track=TRACK, candidate=CANDIDATE, by="person", at=AT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


def line_of(**changes: Any) -> bytes:
    return json.dumps(json.loads(to_line(DECISION)) | changes).encode() + b"\n"


def test_decisions_are_read_again_by_another_instance(path: Path) -> None:
    decisions = Decisions(path)
    accepted = decisions.accept(TRACK, CANDIDATE, at=AT)
    rejected = decisions.reject(TRACK, replace(CANDIDATE, id=72), by="my rule")
    missed = decisions.record_miss(Track("Driftwood", "Marwick"))
    assert accepted == DECISION
    assert (rejected.by, missed.by) == ("my rule", "run")
    assert list(Decisions(path)) == list(decisions) == [accepted, rejected, missed]
    decided = Decisions(path).about(replace(TRACK, key="8A"))
    assert decided.accepted == accepted
    assert list(decided.rejected.values()) == [rejected]
    decisions.withdraw(TRACK, CANDIDATE)
    assert Decisions(path).about(TRACK).accepted is None


def test_a_file_that_does_not_exist_is_created_by_the_first_decision(path: Path) -> None:
    assert len(Decisions(path)) == 0
    assert not path.exists()
    Decisions(path).record_miss(TRACK)
    assert len(Decisions(path)) == 1


def test_a_scored_candidate_stands_for_its_candidate(path: Path) -> None:
    """`Match.pick` takes both too."""
    decisions = Decisions(path)
    (scored,) = rank(TRACK, [CANDIDATE])
    for decide in (decisions.accept, decisions.reject, decisions.withdraw):
        assert decide(TRACK, scored).candidate == CANDIDATE
    with pytest.raises(MisuseError, match=r"the candidate must be a Candidate, not 7; such as"):
        decisions.accept(TRACK, 7)  # type: ignore[arg-type]
    assert repr(decisions) == f"<Decisions: 3 decisions in {str(path)!r}>"


def test_an_equal_decision_is_written_once(path: Path) -> None:
    for _ in range(2):
        Decisions(path).accept(TRACK, CANDIDATE, at=AT)
    assert path.read_bytes() == to_line(DECISION)


def test_two_instances_see_each_others_decisions(path: Path) -> None:
    one, other = Decisions(path), Decisions(path)
    one.accept(TRACK, CANDIDATE)
    assert len(other) == 0
    other.record_miss(TRACK)
    assert len(other) == 2
    one.refresh()
    assert set(one) == set(other)


def test_a_file_that_was_replaced_is_read_anew(path: Path) -> None:
    decisions = Decisions(path)
    decisions.accept(TRACK, CANDIDATE)
    decisions.record_miss(TRACK)
    path.write_bytes(to_line(DECISION))
    decisions.refresh()
    assert list(decisions) == [DECISION]


def test_files_of_two_machines_are_merged_by_either_way(path: Path, tmp_path: Path) -> None:
    laptop = Decisions(tmp_path / "laptop.jsonl")
    laptop.accept(TRACK, CANDIDATE, at=AT)
    laptop.record_miss(TRACK)
    desktop = Decisions(path)
    desktop.accept(TRACK, CANDIDATE, at=AT)
    desktop.reject(TRACK, replace(CANDIDATE, id=72))
    joined = tmp_path / "joined.jsonl"
    joined.write_bytes(path.read_bytes() + laptop.path.read_bytes())
    assert desktop.merge(laptop.path) == 1
    assert desktop.merge(laptop) == 0
    assert set(Decisions(joined)) == set(Decisions(path))
    assert len(desktop) == 3


def test_a_csv_file_holds_every_decision_exactly(path: Path, tmp_path: Path) -> None:
    decisions = Decisions(path)
    quoted = Track("'Til Tundra", ("-Marwick", "A; B"), isrc="QZES71900001", id="7", beatport_id=3)
    decisions.accept(replace(TRACK, file="a.mp3"), CANDIDATE)
    decisions.reject(quoted, replace(CANDIDATE, artists=(), url=None, read_from="html"))
    decisions.record_miss(quoted)
    decisions.to_csv(tmp_path / "export.csv")
    table = (tmp_path / "export.csv").read_text("utf-8-sig")
    assert "'=Lantern Meridian" in table
    other = Decisions(tmp_path / "other.jsonl")
    assert other.add_csv(tmp_path / "export.csv") == ()
    assert list(other) == list(decisions)


def test_bad_rows_of_a_csv_file_are_problems_and_the_others_are_added(
    path: Path, tmp_path: Path
) -> None:
    table = tmp_path / "edited.csv"
    table.write_text(
        "verdict;at;by;title;year\n"
        "missed;2026-02-03T12:00:00+00:00;run;Driftwood;2019\n"
        ";;;;\n"
        "perhaps;2026-02-03T12:00:00+00:00;run;Driftwood;\n"
        "missed;yesterday;run;Driftwood;\n"
        "missed;2026-02-03T12:00:00+00:00;run;Driftwood;old\n"
        'missed;2026-02-03T12:00:00+00:00;"run;Driftwood;\n'
    )
    decisions = Decisions(path)
    problems = decisions.add_csv(table)
    assert [one.track for one in decisions] == [Track("Driftwood", year=2019)]
    assert [one.place for one in problems] == ["line 4", "line 5", "line 6", "line 7"]
    assert "verdict must be one of accepted, rejected" in problems[0].detail
    assert "the column year must be a number, not 'old'" in problems[2].detail


@pytest.mark.parametrize("text", ["", "title,artists\nDriftwood,Marwick\n", '"verdict\n'])
def test_a_csv_file_without_verdicts_is_rejected(path: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(DecisionsError, match=r"does not name the column `verdict`"):
        Decisions(path).add_csv(tmp_path / "list.csv")
    with pytest.raises(DecisionsError, match=r"cannot be read"):
        Decisions(path).add_csv(tmp_path / "missing.csv")


def test_a_line_that_a_killed_program_began_stays_and_the_next_one_is_readable(path: Path) -> None:
    begun = to_line(DECISION)[:40]
    path.write_bytes(to_line(DECISION) + begun)
    decisions = Decisions(path)
    assert decisions.problems == []  # another program may still be writing it
    decisions.record_miss(TRACK)
    assert path.read_bytes().split(b"\n")[1] == begun
    assert [one.verdict for one in Decisions(path)] == ["accepted", "missed"]
    assert [one.place for one in Decisions(path).problems] == ["line 2"]


def test_an_editor_may_leave_out_the_last_line_feed(path: Path) -> None:
    path.write_bytes(to_line(DECISION).rstrip())
    decisions = Decisions(path)
    decisions.record_miss(TRACK)
    decisions.record_miss(TRACK)
    assert [one.verdict for one in Decisions(path)] == ["accepted", "missed", "missed"]
    assert decisions.problems == Decisions(path).problems == []


def test_lines_that_cannot_be_read_are_problems_and_stay_in_the_file(path: Path) -> None:
    bad = [
        b"\xff\xfe\n",
        b"[1]\n",
        line_of(decision=2),
        b'{"decision":1,"by":"' + b"x" * MAX_DECISION_BYTES + b'"}\n',
        b"\n",
    ]
    path.write_bytes(to_line(DECISION) + b"".join(bad))
    decisions = Decisions(path)
    assert [one.place for one in decisions.problems] == ["line 2", "line 3", "line 4", "line 5"]
    assert "newer beatport_match: update it" in str(decisions.problems[2])
    decisions.record_miss(TRACK)
    assert path.read_bytes().startswith(to_line(DECISION) + b"".join(bad))


def test_the_number_of_problems_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions_module, "MAX_PROBLEMS", 2)
    path.write_bytes(to_line(DECISION) + b"x\n" * 5)
    assert len(Decisions(path).problems) == 2


@pytest.mark.parametrize(
    "content", [b"#EXTM3U\nfile.mp3\n", b"#EXTM3U", b'{"matches": []}\n', b"x"]
)
def test_another_kind_of_file_is_rejected_and_not_changed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DecisionsError, match=r"is not a file of decisions \(.*\); name another"):
        Decisions(path)
    assert path.read_bytes() == content


def test_a_file_that_is_too_large_or_cannot_be_opened_is_rejected(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DecisionsError, match=r"it is a folder"):
        Decisions(tmp_path)
    path.write_bytes(to_line(DECISION))
    monkeypatch.setattr(decisions_module, "MAX_DECISIONS_BYTES", 10)
    with pytest.raises(DecisionsError, match=r"is larger than 10 bytes"):
        Decisions(path)


def test_a_folder_that_is_missing_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written"):
        Decisions(tmp_path / "missing" / "decisions.jsonl").record_miss(TRACK)


def test_a_full_disk_leaves_no_part_of_a_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decisions = Decisions(path)
    decisions.accept(TRACK, CANDIDATE, at=AT)

    class FullFile:
        def __init__(self, file: Any) -> None:
            self.file, self.seek, self.truncate = file, file.seek, file.truncate

        def write(self, data: bytes) -> int:
            if len(data) > 20:
                return self.file.write(data[:20])
            raise OSError(28, "No space left on device")

    write = decisions_module.append
    monkeypatch.setattr(
        decisions_module, "append", lambda file, data, *rest: write(FullFile(file), data[:30])
    )
    with pytest.raises(OutputError, match=r"No space left"):
        decisions.record_miss(TRACK)
    assert path.read_bytes() == to_line(DECISION)


def test_a_file_that_another_program_keeps_locked_is_an_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions_module, "MAX_DECISIONS_LOCK_WAIT_S", 0.0)
    with path.open("ab") as file:
        assert lock(file)
        with pytest.raises(DecisionsError, match=r"another program has locked this file"):
            Decisions(path).record_miss(TRACK)


def test_programs_that_write_at_the_same_time_lose_nothing(path: Path) -> None:
    code = (
        "import sys; from beatport_match import Track;"
        "from beatport_match.review.decisions import Decisions;"
        "d = Decisions(sys.argv[1]);"
        "[d.record_miss(Track(f'Quarry {sys.argv[2]} {n}')) for n in range(25)]"
    )
    # Two programs, because a lock of one process proves nothing: most of the time is their start.
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    decisions = Decisions(path)
    assert len(decisions) == 50
    assert decisions.problems == []


WRONG: list[Callable[[dict[str, Any]], Any]] = [
    lambda line: line.update(verdict="maybe"),
    lambda line: line.update(verdict=["accepted"]),
    lambda line: line.update(by=""),
    lambda line: line.update(by="x" * 101),
    lambda line: line.update(by=7),
    lambda line: line.update(at="2026-02-03T12:00:00"),
    lambda line: line.update(at="9999-12-31T23:59:59+00:00"),
    lambda line: line.update(at="soon"),
    lambda line: line.update(at=7),
    lambda line: line.pop("track"),
    lambda line: line["track"].pop("title"),
    lambda line: line["track"].update(title=" "),
    lambda line: line["track"].update(artists=[1]),
    lambda line: line["track"].update(duration_s="long"),
    lambda line: line["track"].update(duration_s=float("nan")),
    lambda line: line.pop("candidate"),
    lambda line: line["candidate"].pop("id"),
    lambda line: line["candidate"].update(id=True),
    lambda line: line["candidate"].update(id=2**63),
    lambda line: line["candidate"].update(id=-1),
    lambda line: line["candidate"].pop("name"),
    lambda line: line["candidate"].update(name=""),
    lambda line: line["candidate"].update(mix_name=7),
    lambda line: line["candidate"].update(artists="Ana"),
    lambda line: line["candidate"].update(artists=[["Ana"]]),
    lambda line: line["candidate"].update(bpm=float("inf")),
    lambda line: line["candidate"].update(bpm="124"),
    lambda line: line["candidate"].update(length_s=-5),
    lambda line: line["candidate"].update(url="javascript:alert(1)"),
    lambda line: line["candidate"].update(preview_url="file:///etc/passwd"),
    lambda line: line["candidate"].update(read_from="elsewhere"),
]


@each_row("change", WRONG)
def test_a_line_with_a_wrong_value_is_rejected(change: Callable[[dict[str, Any]], Any]) -> None:
    values = json.loads(to_line(DECISION))
    change(values)
    with pytest.raises(ValueError, match=r"must |is not|missing"):
        parse_line(json.dumps(values).encode())


def test_fields_of_a_later_library_are_ignored() -> None:
    values = json.loads(to_line(DECISION))
    values["mood"] = values["track"]["mood"] = values["candidate"]["mood"] = "calm"
    assert parse_line(json.dumps(values).encode()) == DECISION


TEXTS = st.text(min_size=1).filter(str.strip)
TRACKS = st.builds(
    Track,
    TEXTS,
    st.one_of(TEXTS, st.lists(st.text(), min_size=1).map(tuple)),
    duration_s=st.floats(allow_nan=False, allow_infinity=False) | st.none(),
    file=TEXTS | st.none(),
)
CANDIDATES = st.builds(
    Candidate, id=st.integers(1, 2**63 - 1), name=TEXTS, artists=st.lists(TEXTS).map(tuple)
)


@settings(max_examples=15)
@given(TRACKS, CANDIDATES)
def test_any_decision_can_be_read_again(track: Track, candidate: Candidate) -> None:
    decision = replace(DECISION, track=track, candidate=candidate)
    assert checked(decision) == decision
    assert to_line(decision).count(b"\n") == 1


@settings(max_examples=15)
@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(["decision", "verdict", "at", "by", "track", "candidate", "title"]),
            inner,
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_a_decision_or_a_value_error(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(parse_line(data), Decision)


@pytest.mark.parametrize(
    "changes",
    [
        {"by": ""},
        {"by": 7},
        {"at": "today"},
        {"at": datetime(2026, 2, 3)},  # noqa: DTZ001 - a time without a zone is the mistake
        {"track": "Ana Solberg - Lantern Meridian"},
        {"candidate": 71},
        {"candidate": None},
        {"track": Track("x" * MAX_DECISION_BYTES)},
    ],
    ids=str,
)
def test_a_wrong_argument_is_one_sentence_and_writes_nothing(
    path: Path, changes: dict[str, Any]
) -> None:
    values = {"track": TRACK, "candidate": CANDIDATE, "by": "person", "at": AT, **changes}
    with pytest.raises(MisuseError, match=r"must be|longer than"):
        Decisions(path).accept(**values)
    assert not path.exists()


def test_a_path_of_a_wrong_type_is_a_misuse() -> None:
    with pytest.raises(MisuseError, match=r"decisions must be the path of a file"):
        Decisions(7)  # type: ignore[arg-type]


def test_every_field_of_a_track_and_a_candidate_is_kept() -> None:
    """A field that is added to a model is kept too."""
    numbers = {"id": 5, "year": 2020, "beatport_id": 6, "bpm": 120.0, "duration_s": 5.0}
    numbers |= {"length_s": 5.0}
    names = {"artists": ("A", "B"), "remixers": ("C",)}
    others = {"read_from": "html"}

    def filled(kind: type) -> Any:
        values = {
            f.name: (numbers | names | others).get(f.name, f"https://x.example/{f.name}")
            for f in fields(kind)
        }
        return kind(**values | ({"id": "7"} if kind is Track else {}))

    decision = replace(DECISION, track=filled(Track), candidate=filled(Candidate))
    assert parse_line(to_line(decision)) == decision
    assert timedelta(0) == decision.at.utcoffset()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_the_file_follows_the_umask(path: Path) -> None:
    before = os.umask(0o027)
    try:
        Decisions(path).record_miss(TRACK)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
