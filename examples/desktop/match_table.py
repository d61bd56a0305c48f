"""The table of results: one row per track, filled as matches arrive, sorted and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor

from beatport_match import Match, PlaylistProblem, Track

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("#", "Artist", "Title", "Outcome", "On Beatport", "Score", "Key", "BPM", "Label", "Date")
OUTCOME = COLUMNS.index("Outcome")
OUTCOMES = {
    "": "All tracks",
    "matched": "Matched",
    "review": "Needs review",
    "not_found": "Not found",
    "failed": "Failed",
    "unreadable": "Unreadable",
    "waiting": "Waiting",
}
# Half transparent, so that one set fits light and dark themes; the cell's text says the same.
_TINTS = {
    "matched": QColor(46, 160, 67, 90),
    "review": QColor(219, 154, 4, 90),
    "not_found": QColor(130, 130, 130, 90),
    "failed": QColor(218, 54, 51, 90),
    "unreadable": QColor(218, 54, 51, 90),
}
_SORT = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NUMBERS = [COLUMNS.index(name) for name in ("#", "Score", "BPM")]


@dataclass
class Row:
    """A track and its match, or a playlist entry that could not be read."""

    track: Track | None
    match: Match | None = None
    trouble: str = ""

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`; a track that was not processed because of a stop is `waiting`."""
        if self.trouble:
            return "unreadable"
        if self.match is None or self.match.stopped == "stopped":
            return "waiting"
        return self.match.outcome

    def cells(self, number: int) -> tuple[str | float | None, ...]:
        """Return the cell of each column."""
        if self.track is None:
            return (number, "", self.trouble, OUTCOMES["unreadable"], *[None] * 6)
        best = self.match.best if self.match else None
        found = best.candidate if best else None
        ours = (number, self.track.artist_text, self.track.title, OUTCOMES[self.outcome])
        if best is None or found is None:
            return (*ours, *[None] * 6)
        score = round(best.score, 1)
        return (*ours, str(found), score, found.camelot, found.bpm, found.label, found.release_date)


class MatchTable(QAbstractTableModel):
    """The rows of a playlist."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def begin(self, tracks: Sequence[Track], problems: Sequence[PlaylistProblem]) -> None:
        """Show a playlist that has not been matched yet."""
        self.beginResetModel()
        self.rows = [Row(track) for track in tracks]
        self.rows += [Row(None, trouble=str(problem)) for problem in problems]
        self.endResetModel()

    def put(self, found: Iterable[tuple[int, Match]]) -> None:
        """Fill in matches, each with the position of its track."""
        places: list[int] = []
        for place, match in found:
            self.rows[place].match = match
            places.append(place)
        if places:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), last))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Override of Qt."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the same
        """Override of Qt."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Override of Qt."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        """Override of Qt."""
        row, column = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, _SORT):
            cell = row.cells(index.row() + 1)[column]
            if role == _SORT:
                # Unknown values sort first; they need the type of the column.
                return cell if cell is not None else (-1.0 if column in _NUMBERS else "")
            return f"{cell:g}" if isinstance(cell, float) else cell
        if role == Qt.ItemDataRole.BackgroundRole and column == OUTCOME:
            return _TINTS.get(row.outcome)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.trouble or (row.match.reason if row.match else None)
        return None


class Filtered(QSortFilterProxyModel):
    """The rows that contain some words and have some outcome."""

    def __init__(self, table: MatchTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table, self._words, self._outcome = table, list[str](), ""
        self.setSourceModel(table)
        self.setSortRole(_SORT)
        self.setSortLocaleAware(True)

    def show_only(self, text: str, outcome: str) -> None:
        """Filter by words, in any order and case, and by outcome; empty means no filter."""
        self.beginFilterChange()
        self._words, self._outcome = text.casefold().split(), outcome
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: ARG002
        """Override of Qt."""
        row = self._table.rows[source_row]
        if self._outcome and row.outcome != self._outcome:
            return False
        text = " ".join(str(cell) for cell in row.cells(0)[1:]).casefold()
        return all(word in text for word in self._words)
