"""The performance view: the times of the last run, and a comparison of both modes."""

from __future__ import annotations

from match_table import RIGHT
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from run_figures import FIGURES, TYPES, advice, by_type, figures

from beatport_match import PerformanceStats, RunComparison, generate_comparison_report


class PerformanceView(QScrollArea):
    """Shows figures; `export` and `compare` are sent when the user presses the buttons."""

    export = Signal()
    compare = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = {name: _selectable() for name in FIGURES}
        self.types = QTreeWidget(rootIsDecorated=False, uniformRowHeights=True)
        self.types.setHeaderLabels(TYPES)
        self.types.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(TYPES)):
            self.types.headerItem().setTextAlignment(column, RIGHT)
        self.types.setMinimumHeight(120)
        self.advice = _selectable()
        self.advice.setWordWrap(True)
        self.comparison = _selectable()
        self.comparison.setWordWrap(True)
        self.comparison.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.to_json = QPushButton("E&xport to JSON …")
        self.to_json.setToolTip("Write these figures as a file that `beatport-match analyze` reads")
        self.to_json.clicked.connect(self.export)
        self.both = QPushButton("&Compare with the other mode", enabled=False)
        self.both.setToolTip(
            "Run the playlist again in the other mode, without the answers of earlier runs. If "
            "the figures of both modes are missing, run it in both."
        )
        self.both.clicked.connect(self.compare)
        self._arrange()
        self.show_figures(None, None, "")

    def show_figures(
        self,
        stats: PerformanceStats | None,
        basis: PerformanceStats | None,
        comparison: RunComparison | str,
    ) -> None:
        """Show the last run, the advice from the run `basis`, and the comparison of both modes.

        A text in place of the comparison says why there is none.
        """
        self.to_json.setEnabled(stats is not None)
        self.types.clear()
        texts = dict.fromkeys(FIGURES, "–") if stats is None else figures(stats)
        for name, text in texts.items():
            self.figures[name].setText(text)
        self.advice.setText(
            "Run a playlist to see its figures." if basis is None else advice(basis)
        )
        for cells in by_type(stats) if stats else ():
            item = QTreeWidgetItem(cells)
            for column in range(1, len(TYPES)):
                item.setTextAlignment(column, RIGHT)
            self.types.addTopLevelItem(item)
        if not isinstance(comparison, str):
            comparison = generate_comparison_report(comparison).rstrip()
        self.comparison.setText(comparison)

    def _arrange(self) -> None:
        rows = QFormLayout()
        for name, label in self.figures.items():
            label.setAccessibleName(name)
            rows.addRow(name, label)
        page = QWidget()
        layout = QGridLayout(page)
        layout.addWidget(_box("Last run", rows), 0, 0)
        layout.addWidget(_box("Sync and async compared", self.comparison), 0, 1)
        layout.addWidget(_box("Is async worth it here?", self.advice), 1, 0, 1, 2)
        layout.addWidget(_box("Network time by query type", self.types), 2, 0, 1, 2)
        layout.setColumnStretch(1, 1)
        layout.setRowStretch(2, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.both)
        buttons.addWidget(self.to_json)
        buttons.addStretch()
        layout.addLayout(buttons, 3, 0, 1, 2)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)


def _box(title: str, content: QFormLayout | QWidget) -> QGroupBox:
    box = QGroupBox(title)
    if isinstance(content, QFormLayout):
        box.setLayout(content)
    else:
        content.setAccessibleName(title)
        QVBoxLayout(box).addWidget(content)
    return box


def _selectable() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
