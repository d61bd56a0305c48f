"""Kept decisions, copies of libraries and tags of music files, in the window."""

from __future__ import annotations

import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from beatport_match import Decisions, PlaylistMatch, read_playlist
from beatport_match.testing import FakeBeatport

Until = Callable[[Callable[[], Any]], None]
Choose = Callable[[str], Any]
NAMES = (
    "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)",
    "Kestrel Dobbs - Borrowed Umbrella (Original Mix)",
)


def run(window: Any, until: Until) -> None:
    window.run_bar.begin.click()
    until(lambda: window.state == "ready")


def select(window: Any, outcome: str) -> int:
    """Select the first row with an outcome, and return its place."""
    rows = window.results.table.rows
    place = next(place for place, row in enumerate(rows) if row.outcome == outcome)
    window.results.view.setCurrentIndex(
        window.results.shown.mapFromSource(window.results.table.index(place, 0))
    )
    return place


def kept(window: Any) -> list[str]:
    """Return the verdicts of the person in the file."""
    path = window.decisions.path
    if not path.exists():
        return []
    return [one.verdict for one in Decisions(path) if one.by == "person"]


def answer(monkeypatch: pytest.MonkeyPatch, name: str, path: Path) -> list[str]:
    """Answer a dialog for files with a path; return the paths that it proposed."""
    proposed: list[str] = []

    def dialog(_parent: Any, _title: str, place: str = "", *_: Any, **__: Any) -> tuple[str, str]:
        proposed.append(place)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, name, dialog)
    return proposed


def test_decided_tracks_are_not_asked_for_again(
    choose: Choose, until: Until, fake: FakeBeatport
) -> None:
    """The second run shows who decided, and proposes no rejected candidate."""
    window = choose("Not on sale")
    run(window, until)
    accepted = select(window, "review")
    window.accept.trigger()
    rejected = select(window, "review")
    ids = {one.id for one in window.results.table.rows[rejected].match.candidates}
    window.results.view.setFocus()
    QTest.keyClick(window.results.view, Qt.Key.Key_Delete)
    assert window.results.counts.text() == "1 matched, 4 to review, 5 not found"
    until(lambda: set(kept(window)) == {"accepted", "rejected"})
    window.start_over.trigger()
    until(lambda: window.state == "ready")
    sent = len(fake.requests)
    run(window, until)
    match = window.results.table.rows[accepted].match
    assert (match.outcome, match.decided_by.by, match.requests) == ("matched", "person", 0)
    assert match.reason in window.results.table.rows[accepted].tooltip(3)
    again = window.results.table.rows[rejected].match
    assert ids.isdisjoint(one.id for one in again.candidates)
    requests = sum(one.requests for one in window.results.matches())
    assert len(fake.requests) - sent == requests > 0


def test_an_undo_withdraws_the_kept_decision(choose: Choose, until: Until) -> None:
    window = choose("Not on sale")
    run(window, until)
    select(window, "review")
    window.accept.trigger()
    until(lambda: kept(window) == ["accepted"])
    window.undo.trigger()
    until(lambda: kept(window) == ["accepted", "withdrawn"])


def test_no_decision_is_kept_if_the_setting_is_off(
    choose: Choose, until: Until, make: Callable[..., Any]
) -> None:
    """It is on by default, its path is shown, and the next window remembers it."""
    window = choose("Not on sale")
    view = window.settings_view
    assert view.decisions.isChecked()
    assert view.decisions_path.text() == str(window.decisions.path)
    view.decisions.setChecked(False)
    assert not make().settings_view.decisions.isChecked()
    run(window, until)
    select(window, "review")
    window.accept.trigger()
    view.decisions.setChecked(True)
    window.close()
    assert not window.decisions.path.exists()
    assert make().settings_view.decisions.isChecked()


def test_a_run_continues_without_decisions_that_cannot_be_read(
    choose: Choose, until: Until
) -> None:
    window = choose("Archive/Old USB")
    window.decisions.path.parent.mkdir(exist_ok=True)
    window.decisions.path.write_text("a playlist\n", "utf-8")
    run(window, until)
    assert "Earlier decisions are not used: " in window.notes.text.text()
    assert "waiting" not in window.results.counts.text()
    assert window.decisions.path.read_text("utf-8") == "a playlist\n"


def test_lines_that_cannot_be_read_are_named_after_the_run(choose: Choose, until: Until) -> None:
    window = choose("Not on sale")
    run(window, until)
    select(window, "review")
    window.accept.trigger()
    until(lambda: kept(window))
    with window.decisions.path.open("a", encoding="utf-8") as file:
        file.write("damaged\nalso damaged\n")
    run(window, until)
    assert "decisions.jsonl, line " in window.notes.text.text()
    assert "More lines that cannot be read: 1." in window.notes.text.text()


def test_the_values_are_written_into_a_copy_of_the_library(
    choose: Choose, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, collection: Path
) -> None:
    """The dialog shows the steps that Rekordbox needs; an existing file is not overwritten."""
    before = collection.read_bytes()
    window = choose("Remixes")
    run(window, until)
    copy = tmp_path / "new.xml"
    proposed = answer(monkeypatch, "getSaveFileName", copy)
    window.write_library.trigger()
    dialog = window.exports.library
    dialog.notation.setCurrentIndex(dialog.notation.findData("open_key"))
    dialog.overwrite["label"].setChecked(True)
    dialog.begin_writing.click()
    until(lambda: not dialog.busy)
    text = dialog.status.text()
    assert "tracks enriched" in text
    assert "Keys are written as 1m (Open Key)." in text
    assert "“Import To Collection”" in text
    assert proposed == [str(collection.with_name("collection Beatport.xml"))]
    assert collection.read_bytes() == before
    labels = {track.id: track.label for track in read_playlist(copy)}
    match = next(one for one in window.results.matches() if one.accepted)
    assert labels[match.track.id] == match.best.label
    dialog.begin_writing.click()
    until(lambda: not dialog.busy)
    assert "already exists" in dialog.status.text()


def test_only_libraries_have_a_copy(opened: Any, until: Until, tmp_path: Path) -> None:
    (tmp_path / "list.m3u").write_text("#EXTM3U\n#EXTINF:1,Ana - Tide\na.mp3\n", "utf-8")
    opened.open(tmp_path / "list.m3u")
    until(lambda: opened.state == "ready")
    opened.write_library.trigger()
    assert "Only an exported library of Rekordbox" in opened.notes.text.text()
    assert not opened.exports.library.isVisible()


@pytest.fixture
def music(make: Callable[..., Any], tmp_path: Path, until: Until) -> Any:
    """A window with a matched folder of two silent files."""
    folder = tmp_path / "music"
    folder.mkdir()
    for name, seconds in zip(NAMES, (385, 343), strict=True):
        with wave.open(str(folder / f"{name}.wav"), "wb") as silence:
            silence.setparams((1, 1, 100, 0, "NONE", ""))
            silence.writeframes(bytes(100 * seconds))
    window = make()
    window.open(folder)
    until(lambda: window.state == "ready")
    run(window, until)
    assert window.results.counts.text() == "2 matched"
    return window


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def planned(window: Any, until: Until) -> Any:
    window.write_tags.trigger()
    until(lambda: not window.exports.tags.busy)
    return window.exports.tags


def test_tags_are_shown_written_and_restored(
    music: Any, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first step writes nothing, and the last one restores every byte."""
    before = contents(tmp_path / "music")
    dialog = planned(music, until)
    assert "2 of 2 files would change" in dialog.status.text()
    assert contents(tmp_path / "music") == before
    assert {row.field for row in dialog.table.rows} >= {"Key", "BPM", "Label", "Beatport number"}
    dialog.begin_writing.click()
    until(lambda: not dialog.busy)
    assert "2 files written. The old tags are in " in dialog.status.text()
    after = contents(tmp_path / "music")
    assert all(after[name] != before[name] for name in before)
    assert not dialog.begin_writing.isEnabled()
    dialog.reject()
    assert "0 of 2 files would change." in planned(music, until).status.text()
    (backup,) = (tmp_path / "program" / "tags").iterdir()
    proposed = answer(monkeypatch, "getOpenFileName", backup)
    dialog.restore.click()
    until(lambda: not dialog.busy)
    assert proposed == [str(backup)]
    assert "2 files restored, byte for byte." in dialog.status.text()
    assert contents(tmp_path / "music") == before


def test_a_trouble_with_the_backup_is_explained_and_the_plan_stays(
    music: Any, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dialog = planned(music, until)
    (tmp_path / "program" / "tags").touch()
    dialog.begin_writing.click()
    assert "Nothing was written, because there can be no backup: " in dialog.status.text()
    (tmp_path / "program" / "tags").unlink()

    def full(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("tags_dialog.write_tags", full)
    dialog.begin_writing.click()
    assert not dialog.begin_writing.isEnabled()
    until(lambda: not dialog.busy)
    assert dialog.status.text() == "the disk is full"
    assert dialog.begin_writing.isEnabled()


def test_the_plan_has_the_chosen_fields_and_notation(music: Any, until: Until) -> None:
    """A changed option plans again, and nothing can be written until then."""
    dialog = planned(music, until)
    for name, box in dialog.fields.items():
        box.setChecked(name == "key")
    dialog.notation.setCurrentIndex(dialog.notation.findData("open_key"))
    assert not dialog.begin_writing.isEnabled()
    assert not dialog.overwrite["label"].isEnabled()
    until(lambda: dialog.begin_writing.isEnabled())
    assert {row.field for row in dialog.table.rows} == {"Key"}
    assert all(row.after[-1] in "md" for row in dialog.table.rows)
    dialog.fields["key"].setChecked(False)
    until(lambda: not dialog.timer.isActive() and not dialog.busy)
    assert dialog.status.text().startswith("0 of 2 files would change.")


def test_closing_the_window_ends_the_writing_after_the_current_file(
    music: Any, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dialog = planned(music, until)
    before = contents(tmp_path / "music")
    import tags_dialog

    def write(plan: Any, backup: Path, *, on_progress: Any) -> Any:
        def report(done: int, total: int) -> None:
            dialog._stopping.wait()
            on_progress(done, total)

        return tags_dialog_write(plan, backup, on_progress=report)

    tags_dialog_write = tags_dialog.write_tags
    monkeypatch.setattr(tags_dialog, "write_tags", write)
    dialog.begin_writing.click()
    music.close()
    after = contents(tmp_path / "music")
    assert sum(after[name] != before[name] for name in before) == 1
    assert len(after) == 2


def test_without_the_extra_a_sentence_says_what_to_install(
    music: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mutagen", None)
    monkeypatch.setattr("beatport_match.tags.tag_file.find_spec", lambda _: None)
    dialog = planned(music, until)
    assert "pip install 'beatport-match[tags]'" in dialog.status.text()
    assert not dialog.begin_writing.isEnabled()


def test_without_matches_there_is_nothing_to_write(make: Callable[..., Any], until: Until) -> None:
    """Old tags can still be restored."""
    dialog = planned(make(), until)
    assert "No matched track names a file" in dialog.status.text()
    assert not dialog.begin_writing.isEnabled()
    assert dialog.restore.isEnabled()


def test_the_decisions_are_in_the_export(
    choose: Choose, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = choose("Not on sale")
    run(window, until)
    place = select(window, "review")
    window.reject.trigger()
    answer(monkeypatch, "getSaveFileName", tmp_path / "out.json")
    window.export_json.trigger()
    match = PlaylistMatch.from_json(tmp_path / "out.json").matches[place]
    assert (match.outcome, match.candidates) == ("not_found", ())
    assert match.rejected
