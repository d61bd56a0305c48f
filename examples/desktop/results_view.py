"""The results: a filter, the table, and the details of the selected track next to it."""

from __future__ import annotations

from collections.abc import Sequence

from details import Details
from match_table import COLUMNS, OUTCOMES, Filtered, MatchTable
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from beatport_match import Match, MatchSettings, PlaylistProblem, ScoredCandidate, Track

_WIDTHS = {"#": 44, "Artist": 150, "Title": 230, "Outcome": 90, "On Beatport": 280, "Score": 56}


class ResultsView(QWidget):
    """Shows the match of each track."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = MatchSettings()
        self.table = MatchTable(self)
        self.shown = Filtered(self.table, self)
        self.words = QLineEdit(clearButtonEnabled=True)
        self.words.setPlaceholderText("artist, title, label …")
        self.words.textChanged.connect(self._filter)
        self.outcome = QComboBox()
        for outcome, name in OUTCOMES.items():
            self.outcome.addItem(name, outcome)
        self.outcome.currentIndexChanged.connect(self._filter)
        self.view = self._made_view()
        self.details = Details()
        self.details.picked.connect(self._pick)
        self._arrange()

    def begin(self, tracks: Sequence[Track], problems: Sequence[PlaylistProblem]) -> None:
        """Show a playlist that has not been matched yet."""
        self.table.begin(tracks, problems)
        self._show_details()

    def put(self, found: Sequence[tuple[int, Match]]) -> None:
        """Fill in matches; a match that the user picked stays."""
        rows = self.table.rows
        kept = [(p, m) for p, m in found if not ((old := rows[p].match) and old.picked)]
        self.table.put(kept)
        if self._row() in {place for place, _ in kept}:
            self._show_details()

    def matches(self) -> tuple[Match, ...]:
        """Return the matches that are shown, in the order of the playlist."""
        return tuple(row.match for row in self.table.rows if row.match)

    def _made_view(self) -> QTableView:
        view = QTableView()
        view.setModel(self.shown)
        view.setSortingEnabled(True)
        view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.setAlternatingRowColors(True)
        view.setShowGrid(False)
        view.verticalHeader().hide()
        view.setAccessibleName("Tracks and their matches")
        for name, width in _WIDTHS.items():
            view.setColumnWidth(COLUMNS.index(name), width)
        view.horizontalHeader().setStretchLastSection(True)
        view.selectionModel().currentRowChanged.connect(self._show_details)
        return view

    def _arrange(self) -> None:
        words, outcome = QLabel("&Find"), QLabel("S&how")
        words.setBuddy(self.words)
        outcome.setBuddy(self.outcome)
        line = QHBoxLayout()
        for widget in (words, self.words, outcome, self.outcome):
            line.addWidget(widget)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self.view)
        parts.addWidget(self.details)
        parts.setSizes([660, 540])
        layout = QVBoxLayout(self)
        layout.addLayout(line)
        layout.addWidget(parts)

    def _filter(self) -> None:
        self.shown.show_only(self.words.text(), self.outcome.currentData())

    def _row(self) -> int:
        """Return the position of the selected track; -1 if none is selected."""
        return self.shown.mapToSource(self.view.currentIndex()).row()

    def _show_details(self, *_: QModelIndex) -> None:
        if (place := self._row()) < 0:
            self.details.show_match(None, self.settings)
            return
        row = self.table.rows[place]
        self.details.show_match(row.match, self.settings, row.trouble or "Not matched yet.")

    def _pick(self, candidate: ScoredCandidate) -> None:
        place = self._row()
        match = self.table.rows[place].match
        assert match is not None
        self.table.put([(place, match.pick(candidate))])
        self._show_details()
