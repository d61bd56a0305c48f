"""The details of one track: the explanation of its match, and the candidates to pick from."""

from __future__ import annotations

from match_table import RIGHT
from playlist_rows import (
    CANDIDATE_COLUMNS,
    CANDIDATE_NUMBERS,
    candidate_cells,
    candidate_tooltip,
)
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from beatport_match import Match, MatchSettings, ScoredCandidate

_WIDTHS = {"Mix": 120, "Label": 100}


class Details(QWidget):
    """Shows the explanation of a match and its candidates."""

    picked = Signal(object)
    """The `ScoredCandidate` that the user picked."""
    rejected = Signal()
    """None of the candidates is the track."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match: Match | None = None
        self.explanation = QPlainTextEdit(readOnly=True)
        self.explanation.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.explanation.setPlaceholderText("Select a track to see the explanation of its match.")
        self.explanation.setAccessibleName("Explanation of the match")
        self.explanation.setTabChangesFocus(True)
        self.candidates = _candidate_list()
        self.candidates.currentItemChanged.connect(self._chosen)
        self.candidates.itemActivated.connect(self._pick)
        self.use = QPushButton("&Use this candidate", enabled=False)
        self.use.setToolTip("Use this candidate as the match, regardless of its score (Return)")
        self.use.clicked.connect(self._pick)
        self.none = QPushButton("N&one of these", enabled=False)
        self.none.setToolTip("Reject all these candidates, so that none is proposed again (Del)")
        self.none.clicked.connect(self.rejected)
        self._arrange()

    def show_match(self, match: Match | None, settings: MatchSettings, otherwise: str = "") -> None:
        """Show a match, or only the sentence `otherwise`."""
        self._match = match
        self.explanation.setPlainText(match.explain(settings) if match else otherwise)
        self.candidates.clear()
        self.none.setEnabled(bool(match and match.candidates))
        for scored in match.candidates if match else ():
            item = QTreeWidgetItem(candidate_cells(scored))
            item.setData(0, Qt.ItemDataRole.UserRole, scored)
            for column in range(len(CANDIDATE_COLUMNS)):
                item.setToolTip(column, candidate_tooltip(scored))
                if column in CANDIDATE_NUMBERS:
                    item.setTextAlignment(column, RIGHT)
            if match and scored == match.best:
                font = item.font(0)
                font.setBold(True)
                item.setFont(0, font)
            self.candidates.addTopLevelItem(item)
            if match and scored == match.best:
                self.candidates.setCurrentItem(item)

    def _arrange(self) -> None:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        label = QLabel("&Candidates")
        label.setBuddy(self.candidates)
        column.addWidget(label)
        column.addWidget(self.candidates)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.none)
        buttons.addWidget(self.use)
        column.addLayout(buttons)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self.explanation)
        parts.addWidget(below)
        parts.setSizes([430, 810])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(parts)

    def _chosen(self) -> None:
        item = self.candidates.currentItem()
        match = self._match
        accepted = match.accepted if match else None
        self.use.setEnabled(item is not None and _scored(item) != accepted)

    def _pick(self) -> None:
        item = self.candidates.currentItem()
        if item is not None and self.use.isEnabled():
            self.picked.emit(_scored(item))


def _scored(item: QTreeWidgetItem) -> ScoredCandidate:
    scored = item.data(0, Qt.ItemDataRole.UserRole)
    assert isinstance(scored, ScoredCandidate)
    return scored


def _candidate_list() -> QTreeWidget:
    made = QTreeWidget(rootIsDecorated=False, uniformRowHeights=True)
    made.setHeaderLabels(CANDIDATE_COLUMNS)
    made.setAccessibleName("Candidates, best first")
    made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    header = made.header()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for name, width in _WIDTHS.items():
        column = CANDIDATE_COLUMNS.index(name)
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(column, width)
    for column in CANDIDATE_NUMBERS:
        made.headerItem().setTextAlignment(column, RIGHT)
    return made
