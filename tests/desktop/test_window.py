"""What a user does in the window: open, run, stop, filter, pick, export and close."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playlist_rows import COLUMNS, OUTCOME
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QLineEdit

from beatport_match import Matcher, load_metrics_from_json, read_playlist
from beatport_match.testing import FakeBeatport

Until = Callable[[Callable[[], Any]], None]


def run(window: Any, until: Until) -> None:
    window.run_bar.begin.click()
    until(lambda: window.state == "ready")


def outcomes(window: Any) -> list[str]:
    return [row.outcome for row in window.results.table.rows]


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_run_gives_the_answers_of_the_library(
    opened: Any, until: Until, collection: Path, *, asynchronous: bool
) -> None:
    """Both modes give the answers of the library without the window."""
    opened.settings_view.async_group.enabled.setChecked(asynchronous)
    run(opened, until)
    settings = opened.results.settings.with_(async_io={"enabled": False})
    with Matcher(settings) as matcher:
        expected = matcher.match_playlist(collection)
    assert opened.results.matches() == expected.matches
    assert opened.run_bar.progress.value() == len(expected.matches)
    assert f"{len(expected.matched)} matched, " in opened.results.counts.text()
    assert "Finished in" in opened.statusBar().currentMessage()
    assert opened.last_runs.latest.mode == ("async" if asynchronous else "sync")


def test_a_dropped_file_is_opened(make: Callable[..., Any], collection: Path, until: Until) -> None:
    window = make()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(collection))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(), Qt.DropAction.CopyAction, data, buttons, keys))
    until(lambda: window.state == "ready")
    assert len(window.results.table.rows) == len(list(read_playlist(collection)))


def test_a_chosen_playlist_is_shown(opened: Any, until: Until, collection: Path) -> None:
    bar = opened.run_bar
    name = bar.playlists.itemText(1)
    bar.playlists.setCurrentIndex(1)
    bar.playlists.activated.emit(1)
    until(lambda: opened.state == "ready")
    assert len(opened.results.table.rows) == len(list(read_playlist(collection, name)))


def test_a_paused_run_resumes(opened: Any, until: Until, fake: FakeBeatport) -> None:
    """No request is sent again for a finished track."""
    opened.run_bar.begin.click()
    until(lambda: opened.run_bar.progress.value() >= 3)
    opened.run_bar.hold.click()
    until(lambda: opened.state == "paused")
    assert opened.run_bar.begin.text() == "&Continue"
    waiting = outcomes(opened).count("waiting")
    assert 0 < waiting < len(outcomes(opened))
    sent = len(fake.requests)
    run(opened, until)
    assert "waiting" not in outcomes(opened)
    assert len(fake.requests) - sent < sent + 3 * waiting


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_closing_during_a_run_keeps_the_finished_tracks(
    make: Callable[..., Any], opened: Any, until: Until, collection: Path, *, asynchronous: bool
) -> None:
    """A new window resumes the run with the journal."""
    opened.settings_view.async_group.enabled.setChecked(asynchronous)
    opened.run_bar.begin.click()
    until(lambda: opened.run_bar.progress.value() >= 3)
    opened.close()
    until(lambda: not opened.bridge.running)
    assert not opened.isVisible()
    finished = [row.match for row in opened.results.table.rows if row.outcome != "waiting"]
    again = make()
    again.open(collection)
    until(lambda: again.state == "ready")
    recorded = list[bool]()
    again.bridge.progressed.connect(lambda progress: recorded.append(progress.recorded))
    run(again, until)
    assert sum(recorded) >= len(finished)
    assert "waiting" not in outcomes(again)


def test_the_table_is_sorted_and_filtered(opened: Any, until: Until) -> None:
    """Outcomes have colours; rows can be sorted by a column and filtered by outcome and words."""
    run(opened, until)
    results = opened.results
    results.view.sortByColumn(COLUMNS.index("BPM"), Qt.SortOrder.DescendingOrder)
    role = Qt.ItemDataRole.UserRole
    shown = results.shown
    speeds = [shown.index(row, COLUMNS.index("BPM")).data(role) for row in range(shown.rowCount())]
    assert speeds == sorted(speeds, reverse=True)
    results.outcome.setCurrentIndex(results.outcome.findData("review"))
    assert shown.rowCount() == outcomes(opened).count("review") > 0
    cell = shown.index(0, OUTCOME)
    assert cell.data() == "Needs review"
    assert cell.data(Qt.ItemDataRole.BackgroundRole).alpha() > 0
    for words in ("no such words at all", "none"):
        results.words.setText(words)
        assert shown.rowCount() == 0


def test_another_candidate_is_picked_and_exported(
    opened: Any, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The details show `explain()` and the candidates; the exports contain the picked one."""
    run(opened, until)
    results, details = opened.results, opened.results.details
    place = next(i for i, row in enumerate(results.table.rows) if len(row.match.candidates) > 1)
    results.view.selectRow(place)
    match = results.table.rows[place].match
    assert details.explanation.toPlainText() == match.explain(opened.results.settings)
    assert details.candidates.topLevelItemCount() == len(match.candidates)
    details.candidates.setCurrentItem(details.candidates.topLevelItem(1))
    details.use.click()
    assert results.table.rows[place].match == match.pick(match.candidates[1])
    file = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "tables"))
    opened.export_json.trigger()
    assert str(file) in opened.statusBar().currentMessage()
    written = json.loads(file.read_text("utf-8"))["matches"][place]
    assert (written["best_id"], written["picked"]) == (match.candidates[1].id, True)
    opened.export_csv.trigger()
    assert "picked by hand" in (tmp_path / "tables" / "matches.csv").read_text("utf-8")


def test_figures_are_shown_compared_and_exported(
    opened: Any, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The performance view compares both modes; an export shows its path in the status bar."""
    view = opened.performance
    assert not view.to_json.isEnabled()
    run(opened, until)
    assert view.figures["Run"].text().startswith("sync")
    assert view.types.topLevelItemCount() > 0
    assert "times as fast" not in view.comparison.text()
    opened.start_over.trigger()
    until(lambda: opened.state == "ready")
    opened.settings_view.async_group.enabled.setChecked(True)
    run(opened, until)
    assert "Both gave the same answers." in view.comparison.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "figures"))
    view.to_json.click()
    (file,) = (tmp_path / "figures").iterdir()
    assert str(file) in opened.statusBar().currentMessage()
    assert load_metrics_from_json(file).mode == "async"


def test_a_damaged_playlist_is_matched_up_to_the_damage(
    make: Callable[..., Any], until: Until, tmp_path: Path, collection: Path
) -> None:
    """The window shows the error and matches the tracks before it."""
    whole = collection.read_bytes()
    file = tmp_path / "cut.xml"
    file.write_bytes(whole[: whole.index(b"</COLLECTION>") // 2])
    window = make()
    window.open(file)
    until(lambda: window.state == "ready")
    assert "cut.xml" in window.notes.text.text()
    run(window, until)
    assert "cut.xml" in window.notes.text.text()
    assert outcomes(window)
    assert "waiting" not in outcomes(window)


def test_controls_have_names_for_screen_readers_and_shortcuts(opened: Any) -> None:
    without_name = [
        widget
        for kind in (QAbstractButton, QLineEdit)
        for widget in opened.run_bar.findChildren(kind) + opened.notes.findChildren(kind)
        if not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert without_name == []
    buddies = {label.buddy() for label in opened.findChildren(QLabel) if label.buddy()}
    results, group = opened.results, opened.settings_view.async_group
    assert {results.words, results.outcome, group.tracks, group.requests} <= buddies
    assert opened.run_bar.playlists in buddies
