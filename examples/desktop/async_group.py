"""The group "Async I/O settings (Advanced)": the switch, its numbers, and a recommendation."""

from __future__ import annotations

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

from beatport_match import (
    AsyncSettings,
    PerformanceStats,
    analyze,
    most_speed_up,
    recommend_mode,
)

_ENABLE = """<p><b>What it does:</b> several tracks are matched at the same time, so their network
waits overlap.</p>
<p><b>When to use it:</b> for ten tracks or more, if most of the time is network time.</p>
<p><b>What to consider:</b> the answers are the same. The rate limit (requests per second) holds for
both modes: a run that waits for the rate limit does not become faster.</p>"""
_TRACKS = "How many tracks are matched at the same time (1–20). More than about 20 bring no gain."
_REQUESTS = "How many requests one track may have in flight at the same time (1–20)."
WHEN = """<p>Each run is measured. The recommendation depends on two shares:</p>
<ul><li><b>Turn it on</b> if the network takes <b>more than 40 %</b> of the query time and
<b>less than 50 %</b> of the queries are answered from the cache.</li>
<li><b>Leave it off</b> if the network takes <b>less than 20 %</b> of the query time, or
<b>more than 80 %</b> of the queries are answered from the cache.</li>
<li>Otherwise, run both modes: the performance view compares them.</li></ul>
<p>The gain is small with fewer than <b>10 tracks</b>, with a warm cache, and if a run waits for the
rate limit and not for the network. Async is recommended only if the last run could have been at
least <b>1.5 times</b> as fast. The answers are the same in both modes.</p>"""


class AsyncGroup(QGroupBox):
    """Edits the settings of the async engine; `changed` sends the new ones."""

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
        """Compute the recommendation from the last run, and the forecast from the last sync run."""
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
    """Describe, from the figures of the last runs, whether async would help with these settings."""
    if latest is None:
        return "No run has been measured yet. Run a playlist to see its figures here."
    analysis = analyze(latest)
    advised = recommend_mode(latest) == "async"
    lines = [
        f"{'Recommended' if advised else 'Not recommended'} after the last run. {analysis.reason}"
    ]
    at_once = engine.max_concurrent_tracks
    bound = most_speed_up(sync, at_once) if sync else None
    if bound is None:
        lines.append("Run once with async off to see how much async can gain.")
    else:
        tracks = f"{at_once} tracks" if at_once > 1 else "one track"
        lines.append(
            f"With {tracks} at once, at most {bound:.1f} times as fast as the last sync run."
        )
    if advised != engine.enabled:
        lines.append("Async is on." if engine.enabled else "Async is off.")
    return " ".join(lines)


def _spin_box(value: int, tooltip: str) -> QSpinBox:
    box = QSpinBox(minimum=1, maximum=MAX_AT_ONCE, value=value)
    box.setToolTip(tooltip)
    box.setMaximumWidth(100)
    return box
