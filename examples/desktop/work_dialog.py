"""A dialog that works outside the window's thread: progress, a result as text, and buttons."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from bridge import Bridge
from library_copy import NOTATIONS
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

OnProgress = Callable[[int, int], None]


class StoppedError(Exception):
    """Ends work whose dialog was closed; the library passes on what `on_progress` raises."""


class WorkDialog(QDialog):
    """A dialog of the window that does one piece of work at a time.

    Closing it ends the work after the current file.
    """

    said = Signal(str)
    """A sentence for the window, which remains after the dialog is closed."""
    _advanced = Signal(int, int)

    def __init__(self, title: str, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._bridge = bridge
        self._stopping = threading.Event()
        self.notation = QComboBox()
        for notation, name in NOTATIONS.items():
            self.notation.addItem(name, notation)
        self.status = QLabel(wordWrap=True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.status.setAccessibleName("Result")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress")
        self.progress.hide()
        self._advanced.connect(self._show_progress)
        self.begin_writing = QPushButton("&Write", enabled=False)
        self.away = QPushButton("&Close")
        self.away.clicked.connect(self.reject)
        # Return must not change files.
        self.begin_writing.setAutoDefault(False)
        self.busy = False

    def reject(self) -> None:
        """Override of Qt: also called by Esc and by the button in the title bar."""
        self._stopping.set()
        super().reject()

    def work(
        self,
        function: Callable[[OnProgress], Any],
        then: Callable[[Any], None],
        if_stopped: str = "",
    ) -> None:
        """Work outside the window's thread; earlier work is stopped.

        Args:
            function: The work. It gets a function to call with the number of finished files and of
                all files.
            then: Gets the result; an exception is shown as a sentence instead.
            if_stopped: What the window says if the work is stopped before its end.
        """
        self._stopping.set()
        self._stopping = stopping = threading.Event()

        def on_progress(done: int, total: int) -> None:
            if stopping.is_set():
                raise StoppedError
            self._advanced.emit(done, total)

        def end(result: Any) -> None:
            if isinstance(result, StoppedError) and if_stopped:
                self.said.emit(if_stopped)
            if stopping is not self._stopping:
                return  # other work has begun
            self._show_busy(busy=False)
            if not isinstance(result, Exception):
                then(result)
            elif not isinstance(result, StoppedError):
                self.status.setText(str(result))

        self.status.setText("")
        self._show_busy(busy=True)
        self._bridge.call(end, function, on_progress)

    def add_below(self, layout: QVBoxLayout, *buttons: QPushButton) -> None:
        """Add progress, result and buttons."""
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        row = QHBoxLayout()
        for button in buttons:
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.begin_writing)
        row.addWidget(self.away)
        layout.addLayout(row)

    def _show_busy(self, *, busy: bool) -> None:
        self.busy = busy
        # Without a known number of files the bar only moves.
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        if busy:
            self.begin_writing.setEnabled(False)

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setFormat("%v of %m files")
        self.progress.setValue(done)
