"""The dialog that writes Beatport's values into a copy of the library."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bridge import Bridge
from library_copy import OVERWRITABLE, copy_text, suggested_copy
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)
from work_dialog import OnProgress, WorkDialog

from beatport_match import Enrichment, Match, enrich_library

_ABOUT = """Key, BPM, label, year and remixer of the matched tracks are filled in where the library
has no value. The original does not change."""


class LibraryDialog(WorkDialog):
    """Asks for the options and the new file, and shows what the DJ program needs."""

    def __init__(self, bridge: Bridge, parent: QWidget) -> None:
        super().__init__("Write into a copy of the library", bridge, parent)
        self._file = Path()
        self._matches: Sequence[Match] = ()
        self.overwrite = {name: QCheckBox(text) for name, text in OVERWRITABLE.items()}
        self.begin_writing.setText("&Write …")
        self.begin_writing.clicked.connect(self._write)
        boxes = QHBoxLayout()
        for box in self.overwrite.values():
            boxes.addWidget(box)
        boxes.addStretch()
        rows = QFormLayout()
        rows.addRow("Replace present values of", boxes)
        rows.addRow("Write keys &as", self.notation)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(_ABOUT.replace("\n", " "), wordWrap=True))
        layout.addLayout(rows)
        self.add_below(layout)
        layout.setStretchFactor(self.status, 1)
        self.resize(640, 340)

    def begin(self, file: Path, matches: Sequence[Match]) -> None:
        """Open the dialog for a library and its matches."""
        self._file, self._matches = file, matches
        self.status.setText("")
        self.begin_writing.setEnabled(not self.busy)
        self.open()

    def _write(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Write the copy as",
            str(suggested_copy(self._file)),
            f"*{self._file.suffix}",
            # The library overwrites no file, so a confirmation would promise too much.
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if not name:
            return
        options: dict[str, Any] = {
            "overwrite": [field for field, box in self.overwrite.items() if box.isChecked()],
            "notation": self.notation.currentData() or None,
        }
        write = partial(enrich_library, self._file, self._matches, name, **options)

        def work(_: OnProgress) -> Enrichment:
            return write()

        self.work(work, self._written)

    def _show_busy(self, *, busy: bool) -> None:
        super()._show_busy(busy=busy)
        self.begin_writing.setEnabled(not busy)

    def _written(self, report: Enrichment) -> None:
        self.status.setText(copy_text(report))
        self.said.emit(str(report))
