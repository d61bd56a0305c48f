"""The performance view: the times of the last run, and a comparison of both modes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from beatport_match import (
    PerformanceStats,
    RunComparison,
    analyze,
    generate_comparison_report,
)

_TYPES = ("Query type", "Queries", "Network", "Mean", "Share of network")
_FIGURES = ("Run", "Tracks", "Time", "Requests", "Network share", "From the cache")
_UNKNOWN = "unknown"


class PerformanceView(QWidget):
    """Shows figures; `export` is sent when the user wants them in a file."""

    export = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = {name: _selectable() for name in _FIGURES}
        self.types = QTreeWidget(rootIsDecorated=False, uniformRowHeights=True)
        self.types.setHeaderLabels(_TYPES)
        self.types.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.types.setAccessibleName("Network time by query type")
        self.advice = _selectable()
        self.advice.setWordWrap(True)
        self.comparison = _selectable()
        self.comparison.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.to_json = QPushButton("&Export to JSON …")
        self.to_json.setToolTip("Write these figures as a file that `beatport-match analyze` reads")
        self.to_json.clicked.connect(self.export)
        self._arrange()
        self.show_figures(None, None)

    def show_figures(
        self, stats: PerformanceStats | None, comparison: RunComparison | None
    ) -> None:
        """Show the last run, and the comparison if both modes ran."""
        self.to_json.setEnabled(stats is not None)
        self.types.clear()
        texts = dict.fromkeys(_FIGURES, "–") if stats is None else _figures(stats)
        for name, text in texts.items():
            self.figures[name].setText(text)
        self.advice.setText(
            "Run a playlist to see its figures." if stats is None else _advice(stats)
        )
        for cells in _by_type(stats) if stats else ():
            item = QTreeWidgetItem(cells)
            for column in range(1, len(_TYPES)):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            self.types.addTopLevelItem(item)
        self.comparison.setText(
            generate_comparison_report(comparison).rstrip()
            if comparison
            else "Run the same playlist with async on and with async off to compare them."
        )

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        rows = QFormLayout()
        for name, label in self.figures.items():
            label.setAccessibleName(name)
            rows.addRow(name, label)
        for title, content in (
            ("Last run", rows),
            ("Network time by query type", self.types),
            ("Is async worth it here?", self.advice),
            ("Sync and async compared", self.comparison),
        ):
            layout.addWidget(_box(title, content), stretch=content is self.types)
        layout.addWidget(self.to_json, alignment=Qt.AlignmentFlag.AlignLeft)


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


def _figures(stats: PerformanceStats) -> dict[str, str]:
    session, analysis = stats.session_info, analyze(stats)
    start = session.start_time
    at = start.astimezone().strftime(", %Y-%m-%d %H:%M") if start else ""
    texts = (
        f"{stats.mode or _UNKNOWN}{at}",
        f"{session.total_tracks}: {session.matched_tracks} matched, {session.unmatched_tracks} not",
        f"{session.total_time:.1f} s",
        f"{_count(stats.requests)}, {_count(stats.retries)} of them retries",
        _percent(analysis.percentage),
        _percent(analysis.cache_hit_rate),
    )
    return dict(zip(_FIGURES, texts, strict=True))


def _advice(stats: PerformanceStats) -> str:
    analysis = analyze(stats)
    lines = [f"{analysis.recommendation.upper()}: {analysis.reason}"]
    return "\n".join([*lines, *(f"• {caveat}" for caveat in analysis.caveats)])


def _by_type(stats: PerformanceStats) -> list[list[str]]:
    block = stats.network_analysis
    types = block.network_time_by_query_type if block else {}
    whole = block.total_network_time if block else 0.0
    return [
        [
            name,
            str(one.count),
            f"{one.total_network_time:.2f} s",
            f"{one.average_network_time:.3f} s",
            _percent(100 * one.total_network_time / whole if whole else None),
        ]
        for name, one in sorted(types.items(), key=lambda item: -item[1].total_network_time)
    ]


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{share:.1f} %"


def _count(count: int | None) -> str:
    return _UNKNOWN if count is None else str(count)
