"""The files that the window writes: exports, a copy of the library, and tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bridge import Bridge
from library_copy import refusal
from library_dialog import LibraryDialog
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from tags_dialog import TagsDialog

from beatport_match import (
    Match,
    MisuseError,
    PerformanceStats,
    PlaylistMatch,
    export_performance_metrics_json,
)


class Exports(QObject):
    """Asks for a path, and writes the file.

    Args:
        bridge: The bridge of the window.
        folder: The folder of the program, for the backups of tags.
        window: The window.
    """

    said = Signal(str)
    """A sentence that says what was written."""
    refused = Signal(str)
    """A sentence that says why nothing was written."""

    def __init__(self, bridge: Bridge, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.library = LibraryDialog(bridge, window)
        self.tags = TagsDialog(bridge, folder, window)
        self.library.said.connect(self.said)
        self.tags.said.connect(self.said)

    def close(self) -> None:
        """Close the dialogs, which ends their work."""
        self.library.reject()
        self.tags.reject()

    def library_copy(self, file: Path | None, matches: Sequence[Match]) -> None:
        """Open the dialog that writes a copy of the library, if the file is one."""
        if reason := refusal(file):
            self.refused.emit(reason)
        elif file:
            self.library.begin(file, matches)

    def json(self, result: PlaylistMatch) -> None:
        """Export the results as one JSON file."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export as JSON", "results.json", "*.json"
        )
        if name:
            self._write(name, result.to_json, name)

    def csv(self, result: PlaylistMatch) -> None:
        """Export the results as CSV files in a folder."""
        if folder := QFileDialog.getExistingDirectory(self._window, "Export as CSV into"):
            self._write(folder, result.to_csv, folder)

    def figures(self, stats: PerformanceStats, name: str) -> None:
        """Export the figures of a run into a folder."""
        title = "Export the figures into"
        if folder := QFileDialog.getExistingDirectory(self._window, title):
            self._write("", export_performance_metrics_json, stats, name, folder)

    def _write(self, where: str, write: Callable[..., object], *args: object) -> None:
        try:
            path = write(*args)
        except (OSError, MisuseError) as error:
            self.refused.emit(f"Cannot be written: {error}")
            return
        self.said.emit(f"Written to {where or path}")
