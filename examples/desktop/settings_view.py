"""The settings: pace, threshold, cache, account, and the group for async."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any

import preferences
from async_group import AsyncGroup
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from beatport_match import MatchSettings, SettingsError

_SOURCES = {"web": "Beatport's web pages", "api": "Beatport's API, with an account"}
_PACE = """<p>How many requests are sent in one second at most, by all tracks together. A lower
number is slower, and Beatport blocks it less. Recommended: 5 or fewer.</p>"""
_THRESHOLD = """<p>The lowest confidence with which a track counts as matched without a review. A
higher number means more tracks to review and fewer wrong ones.</p>"""
_CACHE = """<p>Answers are kept in a file of this program: searches for a week, pages of tracks for
thirty days. Later runs do not send these requests again.</p>"""
_DECISIONS = """<p>Accepted and rejected candidates are kept in this file. In later runs an accepted
track needs no request, and a rejected candidate is not proposed again.</p>"""
_TOKENS = """<p>A JSON file with the access token of the account; only the API needs it. The
documentation of the setting <i>token_file</i> describes it.</p>"""
_MAX_PACE = 20.0
# Longer lines of text are hard to read.
_MAX_WIDTH = 800


class SettingsView(QScrollArea):
    """Edits the settings; `changed` sends the new ones, `refused` a sentence about a wrong value.

    Args:
        settings: The settings at the start.
        folder: The folder of the program, for the cache.
        decisions_path: The file of the user's decisions.
        fixed: The names of settings that cannot be changed in this run of the program.
    """

    changed = Signal(object)
    refused = Signal(str)
    decisions_switched = Signal(bool)

    def __init__(
        self, settings: MatchSettings, folder: Path, decisions_path: Path, fixed: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self._settings, self._folder = settings, folder
        pace = fixed.get("requests_per_second", settings.requests_per_second)
        self.pace = QDoubleSpinBox(decimals=1, keyboardTracking=False)
        # Only a settings file can turn the limit off: it protects Beatport and the user.
        self.pace.setRange(0.0 if pace is None else 0.1, max(_MAX_PACE, pace or 0))
        self.pace.setSpecialValueText("" if pace else "no limit")
        self.pace.setValue(pace or 0.0)
        self.pace.setToolTip(_PACE)
        self.pace.valueChanged.connect(self._edit_pace)
        self.threshold = QDoubleSpinBox(decimals=1, suffix=" %", keyboardTracking=False)
        self.threshold.setRange(ceil(1000 * settings.review_confidence) / 10, 100)
        self.threshold.setValue(100 * settings.accept_confidence)
        self.threshold.setToolTip(_THRESHOLD)
        self.threshold.valueChanged.connect(self._edit_threshold)
        self.cache = QCheckBox("Keep &Beatport's answers for later runs")
        self.cache.setChecked(settings.cache_path is not None)
        self.cache.setToolTip(_CACHE)
        self.cache.toggled.connect(self._edit_cache)
        self.decisions = QCheckBox("Keep my &decisions for later runs")
        self.decisions.setChecked(preferences.keeps_decisions(folder))
        self.decisions.setToolTip(_DECISIONS)
        self.decisions.toggled.connect(self.decisions_switched)
        self.decisions_path = QLineEdit(str(decisions_path), readOnly=True)
        self.decisions_path.setAccessibleName("The file of decisions")
        self.source = QComboBox()
        for source, name in _SOURCES.items():
            self.source.addItem(name, source)
        self.source.setCurrentIndex(self.source.findData(settings.source))
        self.source.currentIndexChanged.connect(self._edit_source)
        self.tokens = QLineEdit(str(settings.token_file or ""), clearButtonEnabled=True)
        self.tokens.setToolTip(_TOKENS)
        self.tokens.editingFinished.connect(self._edit_tokens)
        self.choose = QPushButton("&Choose …")
        self.choose.clicked.connect(self._choose_tokens)
        self.async_group = AsyncGroup(settings)
        self.async_group.edited.connect(self._edit)
        self.locked = QLabel("A run uses these settings: they can be changed when it has ended.")
        self.locked.hide()
        self.pace.setMaximumWidth(100)
        self.threshold.setMaximumWidth(100)
        self._arrange()
        for name, field in (("requests_per_second", self.pace), ("base_url", self.source)):
            if name in fixed:
                field.setDisabled(True)
                field.setToolTip("Fixed by the options with which this program was started")

    def lock(self, locked: bool) -> None:  # noqa: FBT001 - as Qt's `setEnabled`
        """Lock the settings during a run."""
        self.locked.setVisible(locked)
        self._groups.setDisabled(locked)

    def _arrange(self) -> None:
        rows = QFormLayout()
        rows.addRow("Requests per seco&nd", self.pace)
        rows.addRow("&Accept from a confidence of", self.threshold)
        rows.addRow("", self.cache)
        rows.addRow("", self.decisions)
        rows.addRow("", self.decisions_path)
        rows.addRow("So&urce", self.source)
        account = QHBoxLayout()
        account.addWidget(self.tokens)
        account.addWidget(self.choose)
        rows.addRow("T&oken file", account)
        label = rows.labelForField(account)
        assert isinstance(label, QLabel)
        label.setBuddy(self.tokens)
        matching = QGroupBox("Matching")
        matching.setLayout(rows)
        self._groups = QWidget()
        groups = QVBoxLayout(self._groups)
        groups.setContentsMargins(0, 0, 0, 0)
        groups.addWidget(matching)
        groups.addWidget(self.async_group)
        content = QWidget()
        column = QVBoxLayout(content)
        column.addWidget(self.locked)
        column.addWidget(self._groups)
        column.addStretch()
        content.setMaximumWidth(_MAX_WIDTH)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _edit(self, changes: Mapping[str, Any]) -> None:
        try:
            self._settings = self._settings.with_(**changes)
        except SettingsError as error:
            self.tokens.setText(str(self._settings.token_file or ""))
            self.refused.emit(str(error))
            return
        self.async_group.show_settings(self._settings)
        self.changed.emit(self._settings)

    def _edit_pace(self, value: float) -> None:
        self._edit({"requests_per_second": value or None})

    def _edit_threshold(self, value: float) -> None:
        self._edit({"accept_confidence": value / 100})

    def _edit_cache(self, kept: bool) -> None:  # noqa: FBT001 - Qt's own signal
        self._edit({"cache_path": preferences.cache_file(self._folder) if kept else None})

    def _edit_source(self) -> None:
        self._edit({"source": self.source.currentData()})

    def _edit_tokens(self) -> None:
        self._edit({"token_file": self.tokens.text().strip() or None})

    def _choose_tokens(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "The file with the tokens", filter="*.json")
        if name:
            self.tokens.setText(name)
            self._edit_tokens()
