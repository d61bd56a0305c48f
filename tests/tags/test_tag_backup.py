"""The backup of old tags: rejected files, dropped lines, and backups of another person."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from tag_files import match_of, write_music

from beatport_match import OutputError, TagBackupError, plan_tags, undo_tags, write_tags
from beatport_match.files.locked_file import lock


@pytest.fixture
def written(tmp_path):
    """Return a tagged file and its backup."""
    (file,) = write_music(tmp_path / "music", "mp3")
    backup = tmp_path / "old.jsonl"
    write_tags(plan_tags([match_of(file)]), backup)
    return file, backup


def entry_of(backup):
    return json.loads(backup.read_text().splitlines()[1])


def with_entry(backup, **changes):
    first = backup.read_text().splitlines()[0]
    backup.write_text(f"{first}\n{json.dumps(entry_of(backup) | changes)}\n")


def test_backup_shows_old_and_new_values(written):
    file, backup = written
    entry = entry_of(backup)
    assert entry["file"] == str(file)
    assert (entry["before"]["label"], entry["after"]["label"]) == ("", "Quay")
    assert entry["new_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_incomplete_last_line_is_dropped_by_the_next_run(written):
    """A killed process leaves it; its file was not replaced."""
    file, backup = written
    whole = backup.read_bytes()
    backup.write_bytes(whole + b'{"file": "/mu')
    (problem,) = undo_tags(backup).problems
    assert str(problem) == f"{backup}: line 3 is damaged, so its file was not restored."
    write_tags(plan_tags([match_of(file)]), backup)
    assert undo_tags(backup).problems == ()
    assert backup.read_bytes().count(b"\n") == 3


@pytest.mark.parametrize("content", [b"", b"a" * 1000, b'{"beatport_match_tags": 2}\n', b"\n\n"])
def test_other_files_are_rejected(tmp_path, written, content):
    file, _ = written
    other = tmp_path / "other.jsonl"
    other.write_bytes(content)
    with pytest.raises(TagBackupError, match="is not a backup of tags; name the file of --backup"):
        undo_tags(other)
    undo_tags(written[1])
    if content:
        with pytest.raises(OutputError, match=r"cannot be written \(it is not a backup of tags\)"):
            write_tags(plan_tags([match_of(file)]), other)
        assert other.read_bytes() == content


def test_missing_and_impossible_paths_are_rejected(tmp_path, written):
    plan = plan_tags([match_of(written[0])])
    undo_tags(written[1])
    plan = plan_tags([match_of(written[0])])
    for path in (tmp_path / "no" / "folder.jsonl", tmp_path, "a\0b"):
        with pytest.raises(OutputError, match="the backup cannot be written"):
            write_tags(plan, path)
    with pytest.raises(TagBackupError, match="there is no such file"):
        undo_tags(tmp_path / "gone.jsonl")


def test_two_runs_cannot_write_one_backup(written):
    file, backup = written
    undo_tags(backup)
    with backup.open("rb+") as other:
        assert lock(other)
        with pytest.raises(OutputError, match="another run is writing it"):
            write_tags(plan_tags([match_of(file)]), backup)


@pytest.mark.parametrize(
    "changes",
    [
        {"restore": [[0, 10**15]]},
        {"restore": [[10**15, 1]]},
        {"restore": ["not base64!"]},
        {"restore": [[0, 5]]},
        {"restore": [[0, 500]] * 1000},
        {"old_size": 2**62},
        {"old_sha256": "0" * 64},
        {"file": "/dev/null"},
        {"file": "a\0/b"},
    ],
)
def test_entry_with_wrong_values_restores_nothing(written, changes):
    file, backup = written
    before = file.read_bytes()
    with_entry(backup, **changes)
    (problem,) = undo_tags(backup).problems
    assert "was not restored (" in problem.detail
    assert file.read_bytes() == before
    assert [*file.parent.iterdir()] == [file]


@pytest.mark.parametrize("changes", [{"old_size": -1}, {"restore": 7}, {"new_sha256": "x"}])
def test_entry_of_a_wrong_form_is_a_damaged_line(written, changes):
    _, backup = written
    with_entry(backup, **changes)
    (problem,) = undo_tags(backup).problems
    assert "line 2 is damaged" in problem.detail


@pytest.mark.parametrize("audio", [b"#!/bin/sh\n", None])
def test_foreign_backup_cannot_put_other_content_into_a_file(written, audio):
    """The audio must be equal, so only tags can change, and only in a music file."""
    file, backup = written
    present = file.read_bytes()
    content = audio or present[:-1] + b"x"
    with_entry(
        backup,
        old_size=len(content),
        old_sha256=hashlib.sha256(content).hexdigest(),
        restore=[base64.b64encode(content).decode()],
    )
    (problem,) = undo_tags(backup).problems
    assert "was not restored (" in problem.detail
    assert file.read_bytes() == present
