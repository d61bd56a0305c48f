"""The table of results: it shows the rows of a playlist, sorted and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from playlist_rows import COLUMNS, NUMBERS, OUTCOME, Row, cell_text
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor
from review import Choice, Review

from beatport_match import Match, PlaylistProblem, ScoredCandidate, Track

Index = QModelIndex | QPersistentModelIndex
# Half transparent, so that one set fits light and dark themes; the cell's text says the same.
_TINTS = {
    "matched": QColor(46, 160, 67, 90),
    "review": QColor(219, 154, 4, 90),
    "not_found": QColor(130, 130, 130, 90),
    "failed": QColor(218, 54, 51, 90),
    "unreadable": QColor(218, 54, 51, 90),
}
_SORT = Qt.ItemDataRole.UserRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MatchTable(QAbstractTableModel):
    """The rows of a playlist."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.review = Review()

    @property
    def rows(self) -> list[Row]:
        """The rows in the order of the playlist."""
        return self.review.rows

    def begin(self, tracks: Sequence[Track], problems: Sequence[PlaylistProblem]) -> None:
        """Show a playlist that has not been matched yet."""
        self.beginResetModel()
        self.review.begin(tracks, problems)
        self.endResetModel()

    def put(self, found: Iterable[tuple[int, Match]]) -> list[int]:
        """Fill in matches, each with the position of its track; return the changed positions."""
        return self._changed(self.review.put(found))

    def pick(self, place: int, candidate: ScoredCandidate | None) -> Choice | None:
        """Make a candidate the match of a row, as `Review.pick` does."""
        picked = self.review.pick(place, candidate)
        self._changed([place] if picked else [])
        return picked

    def reject(self, place: int) -> list[Choice]:
        """Reject all candidates of a row, as `Review.reject` does."""
        rejected = self.review.reject(place)
        self._changed([place] if rejected else [])
        return rejected

    def undo(self) -> tuple[int, list[Choice]] | None:
        """Undo the last step, as `Review.undo` does."""
        undone = self.review.undo()
        self._changed([undone[0]] if undone else [])
        return undone

    def _changed(self, places: list[int]) -> list[int]:
        if places:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), last))
        return places

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Override of Qt."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the same
        """Override of Qt."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Override of Qt."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in NUMBERS else _LEFT
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        """Override of Qt."""
        row, column = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, _SORT):
            cell = row.cells(index.row() + 1)[column]
            if role == Qt.ItemDataRole.DisplayRole:
                return cell_text(cell, COLUMNS[column])
            # Unknown values sort first; they need the type of the column.
            return cell if cell is not None else (-1.0 if column in NUMBERS else "")
        if role == Qt.ItemDataRole.BackgroundRole and column == OUTCOME:
            return _TINTS.get(row.outcome)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip(column)
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
        cells = list(zip(row.cells(0), COLUMNS, strict=True))[1:]
        text = " ".join(cell_text(cell, column) for cell, column in cells).casefold()
        return all(word in text for word in self._words)
