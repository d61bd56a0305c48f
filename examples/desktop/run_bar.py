"""The run bar: playlist, start, pause, stop, progress and remaining time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from playlist_rows import clock
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from beatport_match import Progress

State = Literal["empty", "reading", "ready", "running", "comparing", "ending", "paused"]
WHOLE = "The whole collection"
_STARTS = {"paused": "&Continue"}
_TEXTS = {
    "reading": "reading …",
    "comparing": "comparing both modes …",
    "ending": "ending …",
    "paused": "paused",
}


class RunBar(QWidget):
    """Sends the user's commands for the run; `show_state` enables the possible ones."""

    chosen = Signal(str)
    """The full name of a playlist; an empty text means the whole file."""
    start = Signal()
    pause = Signal()
    stop = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.playlists = QComboBox()
        self.playlists.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.playlists.activated.connect(self._chosen)
        self.begin = QPushButton("&Start")
        self.begin.setShortcut("F5")
        self.begin.setToolTip("Search each track on Beatport; resumes where an earlier run stopped")
        self.begin.clicked.connect(self.start)
        self.hold = QPushButton("&Pause")
        self.hold.setToolTip("Stop for now: finished tracks are kept, and Continue runs the rest")
        self.hold.clicked.connect(self.pause)
        self.end = QPushButton("S&top")
        self.end.setToolTip("End the run: finished tracks are kept and can be exported")
        self.end.clicked.connect(self.stop)
        self.progress = QProgressBar()
        self.progress.setFormat("%v of %m tracks")
        self.progress.setAccessibleName("Progress")
        self.left = QLabel()
        self.left.setAccessibleName("Time left")
        self._arrange()
        self.show_state("empty")

    def show_playlists(self, names: Sequence[str]) -> None:
        """Offer the playlists of a file."""
        self.playlists.clear()
        self.playlists.addItem(WHOLE, "")
        for name in names:
            self.playlists.addItem(name, name)

    def show_state(self, state: State) -> None:
        """Enable the controls that are possible in this state."""
        idle = state in ("ready", "paused")
        self.playlists.setEnabled(idle)
        self.begin.setEnabled(idle)
        self.begin.setText(_STARTS.get(state, "&Start"))
        self.begin.setShortcut("F5")
        self.hold.setEnabled(state == "running")
        self.end.setEnabled(state in ("running", "comparing", "paused"))
        if state != "running":
            self.left.setText(_TEXTS.get(state, ""))

    def show_progress(self, done: int, total: int) -> None:
        """Show how many tracks are finished."""
        self.progress.setRange(0, max(1, total))
        self.progress.setValue(done)

    def show_time(self, progress: Progress) -> None:
        """Show the remaining time, or that Beatport blocks requests."""
        text = "" if progress.eta_s is None else f"{clock(progress.eta_s)} left"
        if progress.blocked:
            text = "Beatport blocks requests for now"
        self.left.setText(text)

    def _arrange(self) -> None:
        label = QLabel("P&laylist")
        label.setBuddy(self.playlists)
        above, below = QHBoxLayout(), QHBoxLayout()
        for widget in (label, self.playlists, self.begin, self.hold, self.end):
            above.addWidget(widget)
        below.addWidget(self.progress, stretch=1)
        below.addWidget(self.left)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addLayout(below)

    def _chosen(self) -> None:
        self.chosen.emit(self.playlists.currentData())
