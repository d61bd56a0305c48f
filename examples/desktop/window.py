"""The window: opens files, runs them through the bridge, and shows the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import preferences
from async_advice import note_at_start
from bridge import Bridge
from decision_file import DecisionFile
from exports import Exports
from last_runs import LastRuns, Mode
from note_bar import NoteBar
from performance_view import PerformanceView
from playlist_files import FILE_FILTER, Opened, Tracks, journal_for, names_in, tracks_in
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMainWindow, QTabWidget, QVBoxLayout, QWidget
from results_view import ResultsView
from review import Choice
from run_bar import WHOLE, RunBar, State
from run_sentences import empty_playlist, end_of_run, incomplete, lines_left_out, trouble_of_run
from settings_view import SettingsView

from beatport_match import (
    DecisionsError,
    JournalError,
    MatchSettings,
    PlaylistMatch,
    Progress,
    Track,
)

# Matches are shown in batches, so that a thousand at once need only a few repaints.
_REPAINT_MS = 50


class Window(QMainWindow):
    """The main window, which embeds the library as a DJ tool would.

    Args:
        folder: The folder for settings, journals, decisions, backups and figures.
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
        self._recorded = 0
        self._comparing: list[Mode] = []
        self._pausing = self._closing = self._async_noted = False
        self.decisions = DecisionFile(folder)
        # What the run keeps for later; the part that cannot be used is left out.
        self._kept: dict[str, Any] = {}
        self._unusable: JournalError | DecisionsError | None = None
        self.repaint_timer = QTimer(self, singleShot=True, interval=_REPAINT_MS)
        self.repaint_timer.timeout.connect(self._show_arrived)
        self._build()
        self._show_figures()
        self.notes.tell(trouble)

    def open(self, file: Path) -> None:
        """Read the list of playlists in a file, in a library's folder or in a folder of music."""
        if not self._can_open():
            return
        self._file = file
        self.notes.forget("file", "run")
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
        self.exports.close()
        self.hide()
        self.bridge.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Override of Qt."""
        if self._can_open() and _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Override of Qt."""
        if file := _dropped(event):
            event.acceptProposedAction()
            self.open(file)

    def _build(self) -> None:
        self.setWindowTitle("Match on Beatport")
        self.resize(1280, 760)
        self.setAcceptDrops(True)
        self.notes, self.run_bar, self.results = NoteBar(), RunBar(), ResultsView()
        self.performance = PerformanceView()
        self.performance.export.connect(self._export_figures)
        self.performance.compare.connect(self._compare)
        self.settings_view = SettingsView(
            self.settings, self._folder, self.decisions.path, self._fixed
        )
        self.settings_view.decisions_switched.connect(self._switch_decisions)
        self.settings_view.changed.connect(self._settings_changed)
        self.settings_view.refused.connect(self.notes.tell)
        self.results.said.connect(self._say)
        self.results.decided.connect(self._keep)
        self.exports = Exports(self.bridge, self._folder, self)
        self.exports.said.connect(self._say)
        self.exports.refused.connect(self.notes.tell)
        self.run_bar.chosen.connect(self._choose)
        self.run_bar.start.connect(self._start)
        self.run_bar.pause.connect(self._pause)
        self.run_bar.stop.connect(self._stop)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.results, "&Results")
        self.tabs.addTab(self.performance, "Per&formance")
        self.tabs.addTab(self.settings_view, "S&ettings")
        middle = QWidget()
        layout = QVBoxLayout(middle)
        for widget in (self.notes, self.run_bar, self.tabs):
            layout.addWidget(widget)
        self.setCentralWidget(middle)
        self._build_menu()
        self._show_state("empty")
        self._say("Open a playlist, a library or a folder of music, or drop one on this window.")

    def _build_menu(self) -> None:
        menu = self.menuBar().addMenu("F&ile")

        def action(text: str, does: Callable[[], object], keys: Any = "") -> QAction:
            made = menu.addAction(text)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(does)
            return made

        self.open_file = action("&Open …", self._ask_for_file, QKeySequence.StandardKey.Open)
        self.open_folder = action("Open a fol&der …", self._ask_for_folder, "Ctrl+Shift+O")
        self.start_over = action("Start &over", self._start_over)
        menu.addSeparator()
        exports = self.exports
        self.export_csv = action("Export as &CSV …", lambda: self._export(exports.csv), "Ctrl+E")
        self.export_json = action(
            "Export as &JSON …", lambda: self._export(exports.json), "Ctrl+Shift+E"
        )
        self.write_library = action("Write into a copy of the &library …", self._write_library)
        self.write_tags = action("Write &tags …", self._write_tags)
        menu.addSeparator()
        action("&Find", self._find, QKeySequence.StandardKey.Find)
        action("&Quit", self.close, QKeySequence.StandardKey.Quit)
        menu = self.menuBar().addMenu("E&dit")
        self.undo = action(
            "&Undo the last decision", self.results.undo, QKeySequence.StandardKey.Undo
        )
        self.accept = action("&Accept the proposed candidate", self.results.accept)
        self.accept.setShortcuts([QKeySequence(Qt.Key.Key_Return), QKeySequence(Qt.Key.Key_Enter)])
        self.reject = action("&None of the candidates", self.results.reject, "Del")
        for decision in (self.accept, self.reject):
            # Only in the table: elsewhere these keys have another meaning. A key that is held down
            # must not decide all tracks.
            decision.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            decision.setAutoRepeat(False)
            self.results.view.addAction(decision)

    def _show_state(self, state: State) -> None:
        self.state = state
        self.run_bar.show_state(state)
        if not self._tracks:
            self.run_bar.begin.setEnabled(False)
        idle = state in ("ready", "paused")
        self.settings_view.lock(state in ("running", "comparing", "ending"))
        self.performance.both.setEnabled(idle and bool(self._tracks))
        self.start_over.setEnabled(idle)
        for action in (self.open_file, self.open_folder):
            action.setEnabled(self._can_open())
        for action in (self.export_csv, self.export_json):
            action.setEnabled(idle and self._result is not None)
        self.write_library.setEnabled(idle)
        self.write_tags.setEnabled(self._can_open())

    def _show_figures(self) -> None:
        runs = self.last_runs
        self.performance.show_figures(runs.latest, runs.basis, runs.comparison())
        self.settings_view.async_group.show_figures(runs.basis)

    # Opening a file

    def _can_open(self) -> bool:
        return self.state in ("empty", "ready", "paused")

    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a playlist", filter=FILE_FILTER)
        if name:
            self.open(Path(name))

    def _ask_for_folder(self) -> None:
        title = "Open a folder of music, _Serato_ or Engine Library"
        if name := QFileDialog.getExistingDirectory(self, title):
            self.open(Path(name))

    def _opened(self, names: Opened) -> None:
        if isinstance(names, Exception):
            self.notes.tell(str(names), "file")
            self._show_nothing()
            return
        self.run_bar.show_playlists(names)
        assert self._file
        self.setWindowTitle(f"{self._file.name} – Match on Beatport")
        self._choose("")

    def _choose(self, playlist: str) -> None:
        self.notes.forget("file", "run")
        self._show_state("reading")
        self.bridge.call(self._read, tracks_in, self._file, playlist)

    def _read(self, loaded: Tracks | Exception) -> None:
        if isinstance(loaded, Exception):
            self.notes.tell(str(loaded), "file")
            self._show_nothing()
            return
        self._tracks, self._result = loaded.tracks, None
        self.results.begin(loaded.tracks, loaded.problems)
        self.run_bar.show_progress(0, len(loaded.tracks))
        self.notes.tell(loaded.trouble, "file")
        if not loaded.tracks and not loaded.trouble:
            self.notes.tell(empty_playlist(self._name(), len(loaded.problems)), "file")
        # Another playlist of the file can still be chosen.
        self._show_state("ready")
        self._say(f"{len(loaded.tracks)} tracks")

    def _show_nothing(self) -> None:
        self._tracks, self._result = (), None
        self.results.begin((), ())
        self.run_bar.show_playlists(())
        self._show_state("empty")

    # The run

    def _start(self) -> None:
        self.notes.forget("run")
        if not self._async_noted and (note := note_at_start(self._run_settings().async_io)):
            self._async_noted = True
            self.notes.tell(note)
        journal = self._journal()
        try:
            journal.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.notes.tell(f"This run is not kept for later: {error}")
            self._kept = {}
        else:
            self._kept = {"journal": journal}
        if self.settings_view.decisions.isChecked():
            self._kept["decisions"] = self.decisions.read
        self._run()

    def _run(self) -> None:
        self._recorded = 0
        self.results.settings = self._run_settings()
        self._show_state("running")
        self.bridge.start(self._tracks, self.results.settings, **self._kept)

    def _run_settings(self, **changes: Any) -> MatchSettings:
        return self.settings.with_(**{**self._fixed, **changes})

    def _compare(self) -> None:
        """Run the whole playlist again in the modes whose figures are missing."""
        mode: Mode = "async" if self.settings.async_io.enabled else "sync"
        self._comparing = self.last_runs.modes_to_run(self._tracks, mode)
        self._run_to_compare()

    def _run_to_compare(self) -> None:
        """Run in the next mode, without the answers of earlier runs; the table stays as it is."""
        engine = self.settings.async_io.model_dump() | {"enabled": self._comparing[0] == "async"}
        self.run_bar.show_progress(0, len(self._tracks))
        self._show_state("comparing")
        self._recorded = 0
        settings = self._run_settings(cache_path=None, async_io=engine)
        self.bridge.start(self._tracks, settings)

    def _pause(self) -> None:
        self._pausing = True
        self._stop()

    def _stop(self) -> None:
        if self.state == "paused":
            self._show_state("ready")
            return
        self._comparing = self._comparing[:1]
        self._show_state("ending")
        self.bridge.stop()

    def _start_over(self) -> None:
        self._journal().unlink(missing_ok=True)
        self._choose(self.run_bar.playlists.currentData())

    def _journal(self) -> Path:
        assert self._file
        return journal_for(self._folder, self._file, self.run_bar.playlists.currentData())

    def _name(self) -> str:
        """Return the name of the shown playlist, for a sentence."""
        assert self._file
        name = self.run_bar.playlists.currentText()
        return self._file.name if name in ("", WHOLE) else f"“{name}”"

    def _progressed(self, progress: Progress) -> None:
        self._recorded += progress.recorded
        self._arrived.append(progress)
        if not self.repaint_timer.isActive():
            self.repaint_timer.start()

    def _show_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        if arrived:
            if not self._comparing:
                self.results.put([(one.place, one.match) for one in arrived])
            self.run_bar.show_progress(arrived[-1].done, len(self._tracks))
            self.run_bar.show_time(arrived[-1])

    def _finished(self, result: PlaylistMatch) -> None:
        self._show_arrived()
        metrics = result.metrics
        waiting = sum(match.stopped == "stopped" for match in result.matches)
        cached = sum(query.cache_hit for query in metrics.queries)
        # Without a file, the cache holds only answers of the same run.
        cached = cached if self.results.settings.cache_path and not self._comparing else 0
        if self.last_runs.take(metrics, incomplete(self._recorded, waiting, cached)):
            self.bridge.call(self._tell, self.last_runs.write, metrics)
        self._show_figures()
        if not self._comparing:
            self._result = result
            self.notes.tell(trouble_of_run(result.matches), "run")
            self.notes.tell(lines_left_out(result.problems), "run")
        took = metrics.session_info.total_time
        self._say(end_of_run(waiting, took, paused=self._pausing))

    def _failed(self, error: Exception) -> None:
        self._comparing = self._comparing[:1]
        if isinstance(error, JournalError | DecisionsError):
            self._unusable = error
        else:
            self.notes.tell(f"The run ended early: {error}", "run")

    def _ended(self) -> None:
        self._show_arrived()
        pausing, self._pausing = self._pausing, False
        compared, self._comparing = bool(self._comparing), self._comparing[1:]
        unusable, self._unusable = self._unusable, None
        self._show_state("paused" if pausing else "ready")
        if self._closing:
            self.close()
        elif self._comparing:
            self._run_to_compare()
        elif compared:
            self.tabs.setCurrentWidget(self.performance)
        elif unusable:
            self._run_without(unusable)

    def _run_without(self, unusable: JournalError | DecisionsError) -> None:
        if isinstance(unusable, JournalError):
            del self._kept["journal"]
            self.notes.tell(f"This run is not kept for later: {unusable}")
        else:
            del self._kept["decisions"]
            self.notes.tell(f"Earlier decisions are not used: {unusable}")
        self._run()

    # Decisions, settings, exports and writing

    def _tell(self, note: object) -> None:
        self.notes.tell(str(note))

    def _say(self, message: str) -> None:
        self.statusBar().showMessage(message)

    def _keep(self, choices: Sequence[Choice]) -> None:
        if self.settings_view.decisions.isChecked():
            self.bridge.call(self._tell, self.decisions.keep, choices)

    def _switch_decisions(self, keep: bool) -> None:  # noqa: FBT001 - Qt's own signal
        self.notes.tell(preferences.save_keeps_decisions(self._folder, keep=keep))

    def _write_library(self) -> None:
        self.exports.library_copy(self._file, self.results.matches())

    def _write_tags(self) -> None:
        self.exports.tags.begin(self._file, self.results.matches())

    def _settings_changed(self, settings: MatchSettings) -> None:
        self.settings = settings
        self.notes.tell(preferences.save(settings, self._folder))

    def _export(self, write: Callable[[PlaylistMatch], None]) -> None:
        """Export the last run, with the user's decisions."""
        assert self._result
        write(self._result.with_matches(self.results.matches()))

    def _export_figures(self) -> None:
        if stats := self.last_runs.latest:
            self.exports.figures(stats, self._file.stem if self._file else "run")

    def _find(self) -> None:
        self.tabs.setCurrentWidget(self.results)
        self.results.words.setFocus()


def _dropped(event: QDropEvent) -> Path | None:
    """Return the dropped file; `None` unless it is exactly one local file."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
