"""The command `tag`: the dry run, `--write`, `--undo`, and wrong use."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from audio_files import mp3, wav
from command_line import make_match, misuse_message

from beatport_match import Candidate, Match, PlaylistMatch, Track
from beatport_match.performance.run_stats import performance_stats

FOUND = Candidate(id=77, name="Tide", artists=("Ana",), label="Quay", key="Ab Minor", bpm=124.0)


@pytest.fixture
def music(tmp_path):
    """A folder with two matched files, and results that name a third one."""
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "a.mp3").write_bytes(mp3({"title": "Tide", "key": "8A"}))
    (folder / "b.wav").write_bytes(wav({"title": "Ebb"}))
    save(tmp_path, make_match(Track("Tide", file="music/a.mp3"), found=FOUND),
         make_match(Track("Ebb", file=str(folder / "b.wav")), found=replace(FOUND, id=78)),
         make_match(Track("Foam", file="music/c.mp3"), "review", FOUND))  # fmt: skip
    return folder


def save(folder, *matches: Match):
    started = datetime.now(UTC)
    metrics = performance_stats([], mode="sync", total_time=1.0, started_at=started, settings={})
    PlaylistMatch(matches, metrics).to_json(folder / "results.json")


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_dry_run_shows_the_changes_and_writes_nothing(command, music):
    before = contents(music)
    shown = command("tag", "music", "--results", "results.json")
    assert shown.code == 0
    assert shown.out.splitlines() == [
        f"{music / 'a.mp3'}",
        "  bpm          (blank) → 124",
        "  label        (blank) → Quay",
        "  beatport_id  (blank) → 77",
        f"{music / 'b.wav'}",
        "  key          (blank) → 1A",
        "  bpm          (blank) → 124",
        "  label        (blank) → Quay",
        "  beatport_id  (blank) → 78",
        "2 of 2 files would change: 2 bpm, 2 label, 2 beatport_id, 1 key.",
        "Keys are written as camelot (8A); choose another notation with --notation.",
        "Nothing was written. Write the changes with --write.",
    ]
    assert contents(music) == before


def test_changes_are_written_once_and_undone(command, music, tmp_path):
    before = contents(music)
    done = command("tag", music, "--results", "results.json", "--write")
    (backup,) = tmp_path.glob("tags-*.jsonl")
    assert (done.code, done.out.splitlines()) == (
        0,
        [
            "2 files written, 0 have all values already.",
            f"Old tags: {backup.name}",
            f"Undo with: beatport-match tag --undo {backup.name}",
        ],
    )
    assert contents(music) != before
    done = command("tag", music, "--results", "results.json", "--write")
    assert done.out == "0 files written, 2 have all values already.\n"
    done = command("tag", "--undo", backup)
    assert (done.code, done.out) == (0, "2 files restored.\n")
    assert contents(music) == before
    done = command("tag", "--undo", backup)
    assert done.out == "0 files restored, 2 already had their old tags.\n"


def test_options_choose_fields_and_notation(command, music):
    options = ("--fields", "key, label", "--overwrite", "key", "--notation", "open_key", "--json")
    document = json.loads(command("tag", music, "--results", "results.json", *options).out)
    assert document["notation"] == "open_key"
    assert [one["changes"] for one in document["files"]] == [
        [
            {"field": "key", "before": "8A", "after": "6m"},
            {"field": "label", "before": "", "after": "Quay"},
        ],
        [
            {"field": "key", "before": "", "after": "6m"},
            {"field": "label", "before": "", "after": "Quay"},
        ],
    ]
    backup = ("--backup", "old.jsonl", "--write", "--json")
    document = json.loads(command("tag", music, "--results", "results.json", *backup).out)
    assert (document["written"], document["backup"]) == (True, "old.jsonl")
    assert len(document["report"]["written"]) == 2
    undone = json.loads(command("tag", "--undo", "old.jsonl", "--json").out)
    assert len(undone["written"]) == 2


def test_files_outside_a_folder_of_music_are_left_out(command, music, tmp_path):
    """A library or a playlist elsewhere gives the folder of relative paths only."""
    (tmp_path / "other").mkdir()
    shown = command("tag", "other", "--results", "results.json")
    assert shown.out == "0 of 0 files would change.\n"
    assert "Note: 2 files of the results are not in other and are left out." in shown.err
    (music / "set.m3u").write_text("a.mp3\n")
    shown = command("tag", music / "set.m3u", "--results", "results.json")
    assert "2 of 2 files would change" in shown.out


def test_problems_are_listed_and_set_the_exit_code(command, music, tmp_path):
    """Control characters in a name are not printed."""
    bad = music / "bad\x1b[2J.mp3"
    bad.write_bytes(b"no music")
    save(tmp_path, *(make_match(Track("T", file=str(music / name)), found=FOUND)
                     for name in ("gone.mp3", bad.name, "a.mp3")))  # fmt: skip
    shown = command("tag", music, "--results", "results.json")
    assert shown.code == 1
    assert "1 of 1 file would change" in shown.out
    assert "2 problems:" in shown.out
    assert "cannot be found (No such file or directory); check the folder." in " ".join(
        shown.out.split()
    )
    assert "\x1b" not in shown.out
    assert command("tag", music, "--results", "results.json", "--write").code == 1


def test_interrupted_writing_names_the_backup(command, music, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("beatport_match.cli.tag.write_tags", interrupted)
    options = ("--results", "results.json", "--write", "--backup", "old.jsonl")
    done = command("tag", music, *options)
    assert done.code == 130
    assert "The old tags of the written files are in old.jsonl.\n" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "tag needs the folder or library that was matched, and --results"),
        (("music",), "tag needs the folder or library"),
        (("gone", "--results", "results.json"), "gone: there is no such file or folder"),
        (("music", "--results", "gone.json"), "gone.json: "),
        (("music", "--results", "results.json", "--fields", "title"), "'title' is no field"),
        (("music", "--results", "results.json", "--notation", "x"), "--notation"),
        (("music", "--undo", "old.jsonl"), "--undo restores the files of its backup"),
        (("--undo", "gone.jsonl"), "gone.jsonl: there is no such file"),
        (("music", "--results", "results.json", "--write", "--backup", "music"), "it is a folder"),
    ],
)
def test_wrong_use_is_one_sentence(command, music, arguments, message):
    before = contents(music)
    if arguments and "gone" not in arguments[0]:
        result = command("tag", *arguments)
        # The progress of reading comes first.
        result = result._replace(err=result.err.splitlines(keepends=True)[-1], out="")
    else:
        result = command("tag", *arguments)
    assert message in misuse_message(result)
    assert contents(music) == before
