"""Async I/O settings (Advanced): the switch, its numbers, and what the last run says about them."""

from __future__ import annotations

from preferences import MOST_AT_ONCE
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

from beatport_match import (
    AsyncSettings,
    PerformanceStats,
    analyze,
    most_speed_up,
    recommend_mode,
)

_ENABLE = """<p><b>What it gives:</b> several tracks are asked about at once, so that a run
waits for the network once instead of for each track.</p>
<p><b>When to use it:</b> for ten tracks or more, where most of the time is the network's.</p>
<p><b>What to consider:</b> the answers are the same, and the pace (requests in a second) holds for
both modes: where it is the pace that takes the time, nothing is gained.</p>"""
_TRACKS = "How many tracks are worked on at once (1–20). More than some twenty gain nothing."
_REQUESTS = "How many requests one track may have under way at once (1–20)."
WHEN = """<p>Each run is measured, and the rule looks at two shares:</p>
<ul><li><b>Use it</b> where the network takes <b>more than 40 %</b> of the queries' time and
<b>less than 50 %</b> of the queries are answered from the cache.</li>
<li><b>Leave it off</b> where the network takes <b>less than 20 %</b>, or <b>more than 80 %</b> come
from the cache.</li>
<li>In between, run both ways: the performance view compares them.</li></ul>
<p>It gains little with fewer than <b>10 tracks</b>, with a warm cache, and where the pace, not the
network, is what a run waits for. It is recommended only where the last run could have been at least
<b>1.5 times</b> as fast. The answers are the same in both modes.</p>"""


class AsyncGroup(QGroupBox):
    """Edits the async engine's settings; `changed` has them anew."""

    changed = Signal(object)

    def __init__(self, engine: AsyncSettings, parent: QWidget | None = None) -> None:
        super().__init__("Async I/O settings (Advanced)", parent)
        self._engine = engine
        self._latest: PerformanceStats | None = None
        self._sync: PerformanceStats | None = None
        self.enabled = QCheckBox(
            "&Match several tracks at once (async I/O)", checked=engine.enabled
        )
        self.enabled.setToolTip(_ENABLE)
        self.tracks = _spin_box(engine.max_concurrent_tracks, _TRACKS)
        self.requests = _spin_box(engine.max_concurrent_requests, _REQUESTS)
        self.recommendation = QLabel(wordWrap=True)
        self.recommendation.setTextFormat(Qt.TextFormat.PlainText)
        self.recommendation.setAccessibleName("Recommendation")
        self.when = QPushButton("&When to use async I/O …")
        self.when.clicked.connect(self._explain)
        self.enabled.toggled.connect(self._change)
        self.tracks.valueChanged.connect(self._change)
        self.requests.valueChanged.connect(self._change)
        self._arrange()
        self._refresh()

    def show_figures(self, latest: PerformanceStats | None, sync: PerformanceStats | None) -> None:
        """Recommend by the last run, and forecast by the last one that was not async."""
        self._latest, self._sync = latest, sync
        self._refresh()

    def _arrange(self) -> None:
        numbers = QFormLayout()
        numbers.addRow("T&racks at once", self.tracks)
        numbers.addRow("Re&quests per track", self.requests)
        layout = QVBoxLayout(self)
        layout.addWidget(self.enabled)
        layout.addLayout(numbers)
        layout.addWidget(self.recommendation)
        layout.addWidget(self.when, alignment=Qt.AlignmentFlag.AlignLeft)

    def _change(self) -> None:
        self._engine = self._engine.model_copy(
            update={
                "enabled": self.enabled.isChecked(),
                "max_concurrent_tracks": self.tracks.value(),
                "max_concurrent_requests": self.requests.value(),
            }
        )
        self._refresh()
        self.changed.emit(self._engine)

    def _refresh(self) -> None:
        for field in (self.tracks, self.requests):
            field.setEnabled(self.enabled.isChecked())
        self.recommendation.setText(recommendation(self._engine, self._latest, self._sync))

    def _explain(self) -> None:
        dialog = QMessageBox(
            QMessageBox.Icon.Information, "When to use async I/O", WHEN, parent=self
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def recommendation(
    engine: AsyncSettings, latest: PerformanceStats | None, sync: PerformanceStats | None
) -> str:
    """What the last runs say of these settings: figures, never a promise."""
    if latest is None:
        return "No run has been measured yet: run a playlist, and its figures stand here."
    analysis = analyze(latest)
    advised = recommend_mode(latest) == "async"
    lines = [
        f"{'Recommended' if advised else 'Not recommended'} by the last run. {analysis.reason}"
    ]
    at_once = engine.max_concurrent_tracks
    bound = most_speed_up(sync, at_once) if sync else None
    if bound is None:
        lines.append("A run with async off would tell how much can be gained.")
    else:
        tracks = f"{at_once} tracks" if at_once > 1 else "one track"
        lines.append(
            f"With {tracks} at once, at most {bound:.1f} times as fast as the last sync run."
        )
    if advised != engine.enabled:
        lines.append("It is on." if engine.enabled else "It is off.")
    return " ".join(lines)


def _spin_box(value: int, tooltip: str) -> QSpinBox:
    box = QSpinBox(minimum=1, maximum=MOST_AT_ONCE, value=value)
    box.setToolTip(tooltip)
    box.setMaximumWidth(100)
    return box
