"""What a user decides in the window: review, undo, pause, compare, open another file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from beatport_match.testing import FakeBeatport, always

Until = Callable[[Callable[[], Any]], None]
Choose = Callable[[str], Any]


def run(window: Any, until: Until) -> None:
    window.run_bar.begin.click()
    until(lambda: window.state in ("ready", "paused"))


def notes(window: Any) -> str:
    return window.notes.text.text()


def test_return_accepts_the_proposed_candidate_and_undo_takes_it_back(
    choose: Choose, until: Until
) -> None:
    """With the filter for reviews, Return accepts one track after the other."""
    window = choose("Not on sale")
    run(window, until)
    results = window.results
    assert results.counts.text() == "6 to review, 4 not found"
    results.outcome.setCurrentIndex(results.outcome.findData("review"))
    results.view.selectRow(0)
    results.view.setFocus()
    window.activateWindow()
    until(lambda: window.isActiveWindow())
    place = results.shown.mapToSource(results.view.currentIndex()).row()
    match = results.table.rows[place].match
    assert results.details.use.isEnabled()
    QTest.keyClick(results.view, Qt.Key.Key_Return)
    assert results.table.rows[place].match == match.pick(match.best)
    assert results.counts.text() == "1 matched, 5 to review, 4 not found"
    assert str(match.best.candidate) in window.statusBar().currentMessage()
    QTest.keyClick(results.view, Qt.Key.Key_Enter)
    assert results.counts.text() == "2 matched, 4 to review, 4 not found"
    for _ in range(2):
        QTest.keyClick(results.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert results.table.rows[place].match == match
    assert results.counts.text() == "6 to review, 4 not found"
    window.undo.trigger()
    assert "no decision to undo" in window.statusBar().currentMessage()


def test_the_tables_show_all_columns_at_the_default_size(choose: Choose, until: Until) -> None:
    """Texts are shortened in the middle; a failure's reason is wrapped."""
    window = choose("Archive/Old USB")
    run(window, until)
    results = window.results
    results.view.selectRow(0)
    until(lambda: results.details.candidates.topLevelItemCount() > 0)
    candidates = results.details.candidates
    for view, header in (
        (results.view, results.view.horizontalHeader()),
        (candidates, candidates.header()),
    ):
        assert view.textElideMode() == Qt.TextElideMode.ElideMiddle
        assert header.length() <= view.viewport().width()
        assert min(map(header.sectionSize, range(header.count()))) >= 20
    explanation = results.details.explanation
    assert explanation.lineWrapMode() == explanation.LineWrapMode.WidgetWidth
    scrolled = (window.performance, window.settings_view)
    assert all(view.widgetResizable() and view.widget() for view in scrolled)


def test_a_pause_is_no_failure(choose: Choose, until: Until) -> None:
    window = choose("Remixes")
    window.run_bar.begin.click()
    until(lambda: window.run_bar.progress.value() >= 3)
    window.run_bar.hold.click()
    until(lambda: window.state == "paused")
    assert "waiting" in window.results.counts.text()
    assert "failed" not in window.results.counts.text() + notes(window)
    assert "tracks wait, and Continue runs the rest" in window.statusBar().currentMessage()
    assert "it was stopped" in window.performance.comparison.text()
    run(window, until)
    assert "waiting" not in window.results.counts.text()
    assert "of its answers came from an earlier run" in window.performance.comparison.text()


def test_both_modes_are_compared_in_one_click(
    choose: Choose, until: Until, fake: FakeBeatport
) -> None:
    """The missing mode runs afresh, although a journal has all answers; picks stay."""
    window = choose("Archive/Old USB")
    view = window.performance
    run(window, until)
    window.results.view.selectRow(
        next(i for i, row in enumerate(window.results.table.rows) if row.outcome == "review")
    )
    window.results.accept()
    shown = window.results.matches()
    assert "Both modes must run" in view.comparison.text()
    sent = len(fake.requests)
    view.both.click()
    assert window.state == "comparing"
    assert not view.both.isEnabled()
    until(lambda: window.state == "ready")
    assert len(fake.requests) == 2 * sent
    assert "Both gave the same answers." in view.comparison.text()
    assert window.tabs.currentWidget() is view
    assert not window.settings.async_io.enabled
    assert all(new is old for new, old in zip(window.results.matches(), shown, strict=True))
    choose("Archive/Friday")
    view.both.click()
    until(lambda: window.state == "ready")
    assert window.last_runs.sync.session_info.total_tracks == 12
    assert "Both gave the same answers." in view.comparison.text()


def test_a_stopped_comparison_runs_no_other_mode(choose: Choose, until: Until) -> None:
    window = choose("Remixes")
    window.performance.both.click()
    window.run_bar.end.click()
    until(lambda: window.state == "ready")
    assert not window.bridge.running
    assert "it was stopped" in window.performance.comparison.text()


def test_settings_are_locked_during_a_run(choose: Choose, until: Until) -> None:
    window = choose("Archive/Old USB")
    view = window.settings_view
    window.tabs.setCurrentWidget(view)
    window.run_bar.begin.click()
    assert not view.threshold.isEnabled()
    assert not view.async_group.isEnabled()
    assert view.locked.isVisible()
    until(lambda: window.state == "ready")
    assert view.threshold.isEnabled()
    assert not view.locked.isVisible()


def test_a_start_with_async_says_so_once(choose: Choose, until: Until) -> None:
    window = choose("Archive/Old USB")
    window.settings_view.async_group.enabled.setChecked(True)
    run(window, until)
    assert "Async I/O is on: up to 5 tracks" in notes(window)
    window.notes.away.click()
    assert not window.notes.isVisible()
    run(window, until)
    assert notes(window) == ""


@pytest.mark.parametrize(
    ("faults", "cause"),
    [
        (always("challenge"), "Beatport blocks requests from here: lower the requests"),
        (None, "Beatport could not be reached: check the network connection"),
    ],
    ids=["blocked", "offline"],
)
def test_failures_are_explained_and_the_note_goes_with_the_file(
    make: Callable[..., Any], until: Until, collection: Path, faults: Any, cause: str
) -> None:
    engine = {"retry_attempts": 1}
    with FakeBeatport(faults=faults).serve() as base_url:
        url = base_url if faults else "http://127.0.0.1:9"  # the port "discard" is closed
        window = make(base_url=url, async_io=engine, retry_failed=0)
        window.open(collection)
        until(lambda: window.state == "ready")
        run(window, until)
    assert f"85 of 85 tracks failed, because {cause}" in notes(window)
    window.open(collection)
    until(lambda: window.state == "ready")
    assert notes(window) == ""


def test_an_empty_playlist_says_what_to_do(choose: Choose) -> None:
    window = choose("Archive/To Sort")
    assert "“Archive/To Sort” has no tracks: choose another playlist" in notes(window)
    assert not window.run_bar.begin.isEnabled()
    assert window.run_bar.playlists.isEnabled()
    assert choose("Archive/Old USB").run_bar.begin.isEnabled()
    assert notes(window) == ""


def test_a_file_that_cannot_be_read_leaves_no_other_file_in_the_window(
    opened: Any, until: Until, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_bytes(b"\x00\x01")
    opened.open(tmp_path / "notes.txt")
    until(lambda: opened.state == "empty")
    assert "notes.txt" in notes(opened)
    assert opened.results.table.rows == []
    assert not opened.run_bar.begin.isEnabled()


def test_a_folder_is_opened_with_its_own_dialog(
    make: Callable[..., Any], until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "Ana - Tide.mp3").write_bytes(b"")
    window = make()
    folder = str(tmp_path / "music")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    window.open_folder.trigger()
    until(lambda: window.state == "ready")
    assert window.windowTitle().startswith("music ")


def test_texts_of_others_are_shown_as_written(choose: Choose, until: Until) -> None:
    """No label reads a playlist's text as HTML."""
    window = choose("Archive/Old USB")
    window.notes.tell("<b>bold</b>")
    labels = [label for label in window.findChildren(QLabel) if "<b>" in label.text()]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
