"""The results: a filter, the table, and the details of the selected track next to it."""

from __future__ import annotations

from collections.abc import Sequence

from details import Details
from match_table import Filtered, MatchTable
from playlist_rows import COLUMNS, FOUND, OUTCOMES, counts_text
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from review import Choice

from beatport_match import Match, MatchSettings, PlaylistProblem, ScoredCandidate, Track

_WIDTHS = {
    "#": 46,
    "Artist": 150,
    "Title": 210,
    "Outcome": 128,
    "Mix": 118,
    "Key": 44,
    "BPM": 52,
    "Label": 112,
    "Date": 88,
    "Confidence": 88,
}


class ResultsView(QWidget):
    """Shows the match of each track, and takes the user's decisions about it."""

    said = Signal(str)
    """A sentence about what the user just did."""
    decided = Signal(object)
    """A list of `Choice`, after each decision and each undo."""

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
        self.counts = QLabel()
        self.counts.setAccessibleName("Tracks by outcome")
        self.view = self._made_view()
        self.details = Details()
        self.details.picked.connect(self._pick)
        self.details.rejected.connect(self.reject)
        self._arrange()

    def begin(self, tracks: Sequence[Track], problems: Sequence[PlaylistProblem]) -> None:
        """Show a playlist that has not been matched yet."""
        self.table.begin(tracks, problems)
        self._show_changes()

    def put(self, found: Sequence[tuple[int, Match]]) -> None:
        """Fill in matches; a match that the user picked stays."""
        places = self.table.put(found)
        self._show_counts()
        if self._row() in places:
            self._show_details()

    def accept(self) -> None:
        """Accept the candidate that the selected row proposes."""
        self._pick(None)

    def undo(self) -> None:
        """Undo the last decision and select its row."""
        undone = self.table.undo()
        if undone is None:
            self.said.emit("There is no decision to undo.")
            return
        place, choices = undone
        self.view.setCurrentIndex(self.shown.mapFromSource(self.table.index(place, 0)))
        self._decide(choices, f"The decision about {self.table.rows[place].track} is undone.")

    def reject(self) -> None:
        """Reject all candidates of the selected row."""
        place = self._row()
        choices = self.table.reject(place) if place >= 0 else []
        if not choices:
            self.said.emit("Select a track with candidates first.")
            return
        track = choices[0].track
        self._decide(choices, f"None of the candidates is {track}. Ctrl+Z undoes it.")

    def matches(self) -> tuple[Match, ...]:
        """Return the matches that are shown, in the order of the playlist."""
        return self.table.review.matches()

    def _made_view(self) -> QTableView:
        view = QTableView()
        view.setModel(self.shown)
        view.setSortingEnabled(True)
        view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setAlternatingRowColors(True)
        view.setShowGrid(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 8)
        view.horizontalHeader().setHighlightSections(False)
        view.setAccessibleName("Tracks and their matches")
        for name, width in _WIDTHS.items():
            view.setColumnWidth(COLUMNS.index(name), width)
        view.horizontalHeader().setSectionResizeMode(FOUND, QHeaderView.ResizeMode.Stretch)
        view.selectionModel().currentRowChanged.connect(self._show_details)
        return view

    def _arrange(self) -> None:
        words, outcome = QLabel("&Find"), QLabel("S&how")
        words.setBuddy(self.words)
        outcome.setBuddy(self.outcome)
        line = QHBoxLayout()
        for widget in (words, self.words, outcome, self.outcome, self.counts):
            line.addWidget(widget)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self.view)
        parts.addWidget(self.details)
        parts.setSizes([310, 230])
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

    def _show_counts(self) -> None:
        self.counts.setText(counts_text(self.table.review.counts()))

    def _show_changes(self) -> None:
        self._show_counts()
        self._show_details()

    def _pick(self, candidate: ScoredCandidate | None) -> None:
        place = self._row()
        picked = self.table.pick(place, candidate) if place >= 0 else None
        if picked is None:
            self.said.emit("Select a track that needs review first.")
            return
        self._decide([picked], f"Accepted: {picked.candidate}. Ctrl+Z undoes it.")

    def _decide(self, choices: list[Choice], sentence: str) -> None:
        self._show_changes()
        self.decided.emit(choices)
        self.said.emit(sentence)
