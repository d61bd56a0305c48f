"""The group "Async I/O settings (Advanced)": the switch, its numbers, and a recommendation."""

from __future__ import annotations

from typing import Any

import async_advice
from preferences import MAX_AT_ONCE
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from beatport_match import MatchSettings, PerformanceStats


class AsyncGroup(QGroupBox):
    """Edits the settings of the async engine; `edited` sends the changed ones by name."""

    edited = Signal(object)

    def __init__(self, settings: MatchSettings, parent: QWidget | None = None) -> None:
        super().__init__("Async I/O settings (Advanced)", parent)
        self._settings = settings
        self._run: PerformanceStats | None = None
        engine = settings.async_io
        self.enabled = QCheckBox(
            "&Match several tracks at once (async I/O)", checked=engine.enabled
        )
        self.enabled.setToolTip(async_advice.ENABLE)
        self.tracks = _spin_box(engine.max_concurrent_tracks, async_advice.TRACKS)
        self.requests = _spin_box(engine.max_concurrent_requests, async_advice.REQUESTS)
        self.searches = _spin_box(settings.queries_at_once, async_advice.SEARCHES)
        self.recommendation = QLabel(wordWrap=True)
        self.recommendation.setTextFormat(Qt.TextFormat.PlainText)
        self.recommendation.setAccessibleName("Recommendation")
        self.when = QPushButton("&When to use async I/O …")
        self.when.clicked.connect(self._explain)
        self.enabled.toggled.connect(self._edit)
        for field in (self.tracks, self.requests, self.searches):
            field.valueChanged.connect(self._edit)
        self._arrange()
        self._refresh()

    def show_settings(self, settings: MatchSettings) -> None:
        """Compute the recommendation for these settings."""
        self._settings = settings
        self._refresh()

    def show_figures(self, run: PerformanceStats | None) -> None:
        """Compute the recommendation from a run."""
        self._run = run
        self._refresh()

    def _arrange(self) -> None:
        numbers = QFormLayout()
        numbers.addRow("Trac&ks at once", self.tracks)
        numbers.addRow("Re&quests per track", self.requests)
        numbers.addRow("Searc&hes at once", self.searches)
        layout = QVBoxLayout(self)
        layout.addWidget(self.enabled)
        layout.addLayout(numbers)
        layout.addWidget(self.recommendation)
        layout.addWidget(self.when, alignment=Qt.AlignmentFlag.AlignLeft)

    def _edit(self) -> None:
        engine: dict[str, Any] = {
            **self._settings.async_io.model_dump(),
            "enabled": self.enabled.isChecked(),
            "max_concurrent_tracks": self.tracks.value(),
            "max_concurrent_requests": self.requests.value(),
        }
        self.edited.emit({"async_io": engine, "queries_at_once": self.searches.value()})

    def _refresh(self) -> None:
        for field in (self.tracks, self.requests, self.searches):
            field.setEnabled(self.enabled.isChecked())
        self.recommendation.setText(async_advice.recommendation(self._settings, self._run))

    def _explain(self) -> None:
        dialog = QMessageBox(
            QMessageBox.Icon.Information, "When to use async I/O", async_advice.WHEN, parent=self
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _spin_box(value: int, tooltip: str) -> QSpinBox:
    box = QSpinBox(minimum=1, maximum=MAX_AT_ONCE, value=value)
    box.setToolTip(tooltip)
    box.setMaximumWidth(100)
    return box
