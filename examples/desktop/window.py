"""The window: opens files, runs them through the bridge, and shows the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import preferences
from async_group import AsyncGroup
from bridge import Bridge
from last_runs import LastRuns
from note_bar import NoteBar
from performance_view import PerformanceView
from playlist_files import Opened, Tracks, journal_for, names_in, tracks_in
from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMainWindow, QTabWidget, QVBoxLayout, QWidget
from results_view import ResultsView
from run_bar import RunBar, State, clock

from beatport_match import (
    AsyncSettings,
    JournalError,
    Match,
    MisuseError,
    PlaylistMatch,
    Progress,
    Track,
    export_performance_metrics_json,
)

# Matches are shown in batches, so that a thousand at once need only a few repaints.
_REPAINT_MS = 50
_PLAYLISTS = (
    "Playlists and libraries (*.xml *.nml *.m3u *.m3u8 *.csv *.tsv *.txt *.crate *.db *.xspf *.pls "
    "*.cue database*);;All files (*)"
)


class Window(QMainWindow):
    """The main window, which embeds the library as a DJ tool would.

    Args:
        folder: The folder for settings, journals and figures.
        fixed: Settings that override the settings file; they are not saved.
    """

    def __init__(self, folder: Path, fixed: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._folder, self._fixed = folder, fixed or {}
        self.settings, trouble = preferences.load(folder)
        self.last_runs = LastRuns(folder / "figures")
        self.bridge = Bridge(self)
        self.bridge.progressed.connect(self._progressed)
        self.bridge.finished.connect(self._finished)
        self.bridge.failed.connect(self._failed)
        self.bridge.ended.connect(self._ended)
        self.state: State = "empty"
        self._file: Path | None = None
        self._tracks: tuple[Track, ...] = ()
        self._result: PlaylistMatch | None = None
        self._arrived: list[Progress] = []
        self._pausing = self._closing = False
        self._journal_error: JournalError | None = None
        self.repaint_timer = QTimer(self, singleShot=True, interval=_REPAINT_MS)
        self.repaint_timer.timeout.connect(self._show_arrived)
        self._build()
        self._show_figures()
        self.notes.tell(trouble)
        if (engine := self.settings.async_io).enabled:
            count = engine.max_concurrent_tracks
            self.notes.tell(f"Async I/O is on: up to {count} tracks at once (see Settings).")

    def open(self, file: Path) -> None:
        """Read the list of playlists in a file."""
        if self.state not in ("empty", "ready", "paused"):
            return
        self._file = file
        self._show_state("reading")
        self.bridge.call(self._opened, names_in, file)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Override of Qt: cancel the run first; its finished tracks are in the journal."""
        if self.bridge.running:
            self._closing = True
            self.bridge.cancel()
            self.hide()
            event.ignore()
            return
        self.bridge.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Override of Qt."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Override of Qt."""
        if file := _dropped(event):
            event.acceptProposedAction()
            self.open(file)

    def _build(self) -> None:
        self.setWindowTitle("Match on Beatport")
        self.resize(1240, 760)
        self.setAcceptDrops(True)
        self.notes, self.run_bar, self.results = NoteBar(), RunBar(), ResultsView()
        self.performance = PerformanceView()
        self.performance.export.connect(self._export_figures)
        self.async_group = AsyncGroup(self.settings.async_io)
        self.async_group.changed.connect(self._engine_changed)
        self.run_bar.chosen.connect(self._choose)
        self.run_bar.start.connect(self._start)
        self.run_bar.pause.connect(self._pause)
        self.run_bar.stop.connect(self._stop)
        advanced = QWidget()
        column = QVBoxLayout(advanced)
        column.addWidget(self.async_group)
        column.addStretch()
        self.tabs = QTabWidget()
        self.tabs.addTab(self.results, "&Results")
        self.tabs.addTab(self.performance, "Per&formance")
        self.tabs.addTab(advanced, "S&ettings")
        middle = QWidget()
        layout = QVBoxLayout(middle)
        for widget in (self.notes, self.run_bar, self.tabs):
            layout.addWidget(widget)
        self.setCentralWidget(middle)
        self._build_menu()
        self._show_state("empty")
        self.statusBar().showMessage("Open a playlist or a library, or drop one on this window.")

    def _build_menu(self) -> None:
        menu = self.menuBar().addMenu("F&ile")

        def action(text: str, does: Callable[[], object], keys: QKeySequence | str = "") -> Any:
            made = menu.addAction(text)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(does)
            return made

        action("&Open …", self._ask_for_file, QKeySequence.StandardKey.Open)
        self.start_over = action("Start &over", self._start_over)
        menu.addSeparator()
        self.export_csv = action("Export as &CSV …", self._export_csv, "Ctrl+E")
        self.export_json = action("Export as &JSON …", self._export_json, "Ctrl+Shift+E")
        menu.addSeparator()
        action("&Find", self._find, QKeySequence.StandardKey.Find)
        action("&Quit", self.close, QKeySequence.StandardKey.Quit)

    def _show_state(self, state: State) -> None:
        self.state = state
        self.run_bar.show_state(state)
        idle = state in ("ready", "paused")
        self.start_over.setEnabled(idle)
        for action in (self.export_csv, self.export_json):
            action.setEnabled(idle and self._result is not None)

    def _show_figures(self) -> None:
        runs = self.last_runs
        self.performance.show_figures(runs.latest, runs.comparison())
        self.async_group.show_figures(runs.latest, runs.sync)

    # Opening a file

    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a playlist", filter=_PLAYLISTS)
        if name:
            self.open(Path(name))

    def _opened(self, names: Opened) -> None:
        if isinstance(names, Exception):
            self.notes.tell(str(names))
            self._show_state("empty")
            return
        self.run_bar.show_playlists(names)
        assert self._file
        self.setWindowTitle(f"{self._file.name} – Match on Beatport")
        self._choose("")

    def _choose(self, playlist: str) -> None:
        self._show_state("reading")
        self.bridge.call(self._read, tracks_in, self._file, playlist)

    def _read(self, loaded: Tracks | Exception) -> None:
        if isinstance(loaded, Exception):
            self.notes.tell(str(loaded))
            self._show_state("empty")
            return
        self._tracks, self._result = loaded.tracks, None
        self.results.begin(loaded.tracks, loaded.problems)
        self.run_bar.show_progress(0, len(loaded.tracks))
        self.notes.tell(loaded.trouble)
        self._show_state("ready" if loaded.tracks else "empty")
        self.statusBar().showMessage(f"{len(loaded.tracks)} tracks")

    # The run

    def _start(self) -> None:
        journal = self._journal()
        try:
            journal.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._run(None, error)
        else:
            self._run(journal)

    def _run(self, journal: Path | None, trouble: Exception | None = None) -> None:
        if trouble is not None:
            self.notes.tell(f"This run is not kept for later: {trouble}")
        self.results.settings = self.settings.model_copy(update=dict(self._fixed))
        self._show_state("running")
        self.bridge.start(self._tracks, self.results.settings, journal)

    def _pause(self) -> None:
        self._pausing = True
        self._stop()

    def _stop(self) -> None:
        if self.state == "paused":
            self._show_state("ready")
            return
        self._show_state("ending")
        self.bridge.stop()

    def _start_over(self) -> None:
        self._journal().unlink(missing_ok=True)
        self._choose(self.run_bar.playlists.currentData())

    def _journal(self) -> Path:
        assert self._file
        return journal_for(self._folder, self._file, self.run_bar.playlists.currentData())

    def _progressed(self, progress: Progress) -> None:
        self._arrived.append(progress)
        if not self.repaint_timer.isActive():
            self.repaint_timer.start()

    def _show_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        if arrived:
            self.results.put([(one.place, one.match) for one in arrived])
            self.run_bar.show_progress(arrived[-1].done, len(self._tracks))
            self.run_bar.show_time(arrived[-1])

    def _finished(self, result: PlaylistMatch) -> None:
        self._show_arrived()
        self._result = result
        if self.last_runs.take(result.metrics):
            self.bridge.call(self._tell, self.last_runs.write, result.metrics)
        self._show_figures()
        took = clock(result.metrics.session_info.total_time)
        self.statusBar().showMessage(f"{_summary(result)} · {took}")

    def _failed(self, error: Exception) -> None:
        if isinstance(error, JournalError):
            self._journal_error = error
        else:
            self.notes.tell(f"The run ended early: {error}")

    def _ended(self) -> None:
        self._show_arrived()
        pausing, self._pausing = self._pausing, False
        self._show_state("paused" if pausing else "ready")
        journal_error, self._journal_error = self._journal_error, None
        if self._closing:
            self.close()
        elif journal_error:
            self._run(None, journal_error)

    # Settings and exports

    def _tell(self, note: object) -> None:
        self.notes.tell(str(note))

    def _engine_changed(self, engine: AsyncSettings) -> None:
        self.settings = preferences.with_engine(self.settings, engine)
        self.notes.tell(preferences.save(self.settings, self._folder))

    def _shown(self) -> PlaylistMatch:
        """Return the last run, with the candidates that the user picked."""
        assert self._result
        return replace(self._result, matches=self.results.matches())

    def _export_json(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export as JSON", "results.json", "*.json")
        if name:
            self._written(name, self._shown().to_json, name)

    def _export_csv(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Export as CSV into"):
            self._written(folder, self._shown().to_csv, folder)

    def _export_figures(self) -> None:
        stats = self.last_runs.latest
        folder = QFileDialog.getExistingDirectory(self, "Export the figures into")
        if folder and stats:
            name = self._file.stem if self._file else "run"
            self._written("", export_performance_metrics_json, stats, name, folder)

    def _written(self, where: str, write: Callable[..., object], *args: object) -> None:
        try:
            path = write(*args)
        except (OSError, MisuseError) as error:
            self.notes.tell(f"Cannot be written: {error}")
            return
        self.statusBar().showMessage(f"Written to {where or path}")

    def _find(self) -> None:
        self.tabs.setCurrentWidget(self.results)
        self.results.words.setFocus()


def _dropped(event: QDropEvent) -> Path | None:
    """Return the dropped file; `None` unless it is exactly one local file."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _summary(result: PlaylistMatch) -> str:
    parts: dict[str, tuple[Match, ...]] = {
        "matched": result.matched,
        "for review": result.review,
        "not found": result.not_found,
        "failed": result.failed,
    }
    counts = ", ".join(f"{len(found)} {name}" for name, found in parts.items())
    return f"{len(result.matches)} tracks: {counts}"
