"""The texts and paths of copies and of tags, without a window."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_copy import copy_text, refusal, suggested_copy
from tag_steps import (
    FIELDS,
    folder_of_files,
    new_backup,
    newest_backup,
    plan_rows,
    plan_text,
    restored_text,
    written_text,
)

from beatport_match import (
    Enrichment,
    PlannedFile,
    TagChange,
    TagPlan,
    TagProblem,
    TagReport,
    plan_tags,
)

CHANGES = (TagChange("key", "", "8A"), TagChange("label", "Old", "Quay"))
PLAN = TagPlan(
    (
        PlannedFile("/m/a.mp3", "mp3", 77, CHANGES, 9, 9),
        PlannedFile("/m/b.mp3", "mp3", 78, (), 9, 9),
    ),
    "camelot",
    (TagProblem("/m/c.mp3", "cannot be tagged (damaged)"),),
)


def test_each_change_is_a_row_and_files_with_a_problem_come_first() -> None:
    assert plan_rows(PLAN) == [
        ("/m/c.mp3", "Problem", "", "cannot be tagged (damaged)."),
        ("/m/a.mp3", "Key", "", "8A"),
        ("/m/a.mp3", "Label", "Old", "Quay"),
    ]
    assert plan_text(PLAN) == (
        "1 of 2 files would change: 1 × Key, 1 × Label. Keys are written as 8A (Camelot). "
        "1 file cannot be changed (see the first rows). Nothing has been written yet."
    )
    assert plan_text(TagPlan((), "camelot")).startswith("No matched track names a file: ")


def test_the_window_offers_the_default_fields_of_the_library() -> None:
    """`plan_tags` refuses an unknown field."""
    plan_tags([], fields=list(FIELDS))  # type: ignore[arg-type]
    assert plan_tags.__kwdefaults__["fields"] == tuple(FIELDS)


def test_reports_name_files_and_the_first_problems(tmp_path: Path) -> None:
    problems = tuple(TagProblem(f"{number}.mp3", "was not changed") for number in range(7))
    report = TagReport(("a.mp3",), (), problems)
    lines = written_text(report, tmp_path / "old.jsonl").splitlines()
    assert lines[0].startswith(f"1 file written. The old tags are in {tmp_path / 'old.jsonl'}.")
    assert lines[1:] == [*map(str, problems[:5]), "2 more problems."]
    assert written_text(TagReport((), (), ()), tmp_path) == "0 files written."
    done = TagReport(("a.mp3", "b.mp3"), ("c.mp3",), ())
    assert restored_text(done) == (
        "2 files restored, byte for byte. 1 file had the old tags already."
    )


def test_the_newest_backup_is_proposed(tmp_path: Path) -> None:
    assert newest_backup(tmp_path) == tmp_path / "tags"
    backup = new_backup(tmp_path)
    backup.touch()
    (tmp_path / "tags" / "tags-20200101-000000.jsonl").touch()
    assert newest_backup(tmp_path) == backup


@pytest.mark.parametrize(
    ("opened", "folder"),
    [
        ("music", "music"),
        ("music/list.m3u", "music"),
        ("_Serato_", ""),
        ("_Serato_/Subcrates/a.crate", ""),
        ("Engine Library/Database2/m.db", "Engine Library"),
    ],
)
def test_relative_paths_belong_to_a_folder(tmp_path: Path, opened: str, folder: str) -> None:
    (tmp_path / "music").mkdir()
    assert folder_of_files(tmp_path / opened) == tmp_path / folder
    assert folder_of_files(None) is None


def test_a_copy_gets_a_free_name_beside_the_library(tmp_path: Path) -> None:
    library = tmp_path / "collection.NML"
    assert refusal(library) == ""
    assert "choose File > Write tags" in refusal(tmp_path)
    assert suggested_copy(library) == tmp_path / "collection Beatport.NML"
    (tmp_path / "collection Beatport.NML").touch()
    assert suggested_copy(library) == tmp_path / "collection Beatport 2.NML"


def test_the_steps_of_the_dj_program_are_shown() -> None:
    """There is none if nothing was written into the copy."""
    traktor = Enrichment("new.nml", 9, 3, 1, None, "open_key")
    counts, notation, blank, step = copy_text(traktor).splitlines()
    assert counts == (
        "new.nml: 3 of 9 tracks enriched; 1 matched track is not in it or no longer the same."
    )
    assert (notation, blank) == ("Keys are written as 1m (Open Key).", "")
    assert "close Traktor, keep a copy of its collection.nml, and put the new file in its" in step
    assert "Traktor" not in copy_text(Enrichment("new.nml", 9, 0, 0, None, "open_key"))
    rekordbox = Enrichment("new.xml", 9, 3, 0, "Beatport 2", "short")
    assert "playlist “Beatport 2”" in copy_text(rekordbox)
    assert "Keys" not in copy_text(Enrichment("new.xml", 9, 0, 0, None, "short"))
