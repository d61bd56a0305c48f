"""Draw every view of the desktop example as a PNG, in light and dark. Run it by hand:

    python tests/desktop/screenshots.py FOLDER

The window is drawn offscreen at 1280 x 760 with the demo collection. Two of the pictures are in
docs/pictures.
"""

from __future__ import annotations

import os
import sys
import tempfile
import wave
from collections import Counter
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "desktop"))

from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from window import Window

from beatport_match.testing import FakeBeatport, always, bundled_catalogue, demo_collection

SIZE = 1280, 760


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    app.setStyle("Fusion")
    for scheme, palette in (("light", app.palette()), ("dark", dark_palette())):
        app.setPalette(palette)
        Pictures(app, folder, scheme).draw()


def dark_palette() -> QPalette:
    """Return dark colours, because the offscreen platform has no colour schemes."""
    roles = QPalette.ColorRole
    palette = QPalette(QColor(50, 50, 50))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(140, 140, 140))
    palette.setColor(roles.Base, QColor(36, 36, 36))
    palette.setColor(roles.AlternateBase, QColor(44, 44, 44))
    palette.setColor(roles.Highlight, QColor(38, 110, 160))
    palette.setColor(roles.ToolTipBase, QColor(36, 36, 36))
    palette.setColor(roles.ToolTipText, QColor(230, 230, 230))
    return palette


class Pictures:
    """Draws the views in one colour scheme, in the order in which a user sees them."""

    def __init__(self, app: QApplication, folder: Path, scheme: str) -> None:
        self._app, self._folder, self._scheme = app, folder, scheme

    def draw(self) -> None:
        with (
            tempfile.TemporaryDirectory() as program,
            demo_collection() as collection,
            FakeBeatport(latency_s=0.05).serve() as base_url,
        ):
            self._window(Path(program), base_url, collection)
        with (
            tempfile.TemporaryDirectory() as program,
            demo_collection() as collection,
            FakeBeatport(faults=always("challenge")).serve() as base_url,
        ):
            self._failures(Path(program), base_url, collection)
        with (
            tempfile.TemporaryDirectory() as program,
            FakeBeatport().serve() as base_url,
        ):
            self._tags(Path(program), base_url)

    def _window(self, program: Path, base_url: str, collection: Path) -> None:
        window = Window(program, {"base_url": base_url, "requests_per_second": None})
        window.resize(*SIZE)
        window.show()
        self._grab("1-empty", window)
        window.open(collection)
        self._until(lambda: window.state == "ready")
        window.run_bar.begin.click()
        self._until(lambda: window.run_bar.progress.value() > 30)
        self._grab("2-running", window)
        window.tabs.setCurrentWidget(window.settings_view)
        self._grab("3-settings-locked", window)
        self._until(lambda: window.state == "ready")
        self._grab("4-settings-off", window)
        group = window.settings_view.async_group
        group.enabled.setChecked(True)
        self._grab("5-settings-on", window)
        group.when.click()
        dialog = window.findChild(QMessageBox)
        assert dialog
        self._grab("6-when", dialog)
        dialog.close()
        window.tabs.setCurrentWidget(window.results)
        rows = window.results.table.rows
        window.results.view.selectRow(
            max(range(len(rows)), key=lambda i: (rows[i].outcome == "review", -i))
        )
        self._grab("7-results", window)
        window.accept.trigger()
        self._library_copy(window, program / "new.xml")
        window.tabs.setCurrentWidget(window.performance)
        self._grab("8-performance-one-mode", window)
        window.performance.both.click()
        self._until(lambda: window.state == "ready")
        self._grab("9-performance", window)
        window.close()

    def _failures(self, program: Path, base_url: str, collection: Path) -> None:
        window = Window(program, {"base_url": base_url, "requests_per_second": None})
        window.resize(*SIZE)
        window.show()
        window.open(collection)
        self._until(lambda: window.state == "ready")
        window.run_bar.begin.click()
        self._until(lambda: window.state == "ready")
        window.results.view.selectRow(0)
        self._grab("10-failures", window)
        window.close()

    def _library_copy(self, window: Window, copy: Path) -> None:
        window.write_library.trigger()
        dialog = window.exports.library
        QFileDialog.getSaveFileName = lambda *_, **__: (str(copy), "")
        dialog.begin_writing.click()
        self._until(lambda: not dialog.busy)
        self._grab("11-library", dialog)
        dialog.reject()
        self._grab("12-decided", window)

    def _tags(self, program: Path, base_url: str) -> None:
        """Match a folder of silent files, and show their tags before and after the writing."""
        music = program / "Music"
        music.mkdir()
        for track in bundled_catalogue()[:8]:
            name = f"{track.artists[0]} - {track.name} ({track.mix_name}).wav"
            with wave.open(str(music / name), "wb") as silence:
                silence.setparams((1, 2, 50, 0, "NONE", ""))
                silence.writeframes(bytes(track.length_ms // 10 // 2 * 2))
        window = Window(program / "program", {"base_url": base_url, "requests_per_second": None})
        window.resize(*SIZE)
        window.show()
        window.open(music)
        self._until(lambda: window.state == "ready")
        window.run_bar.begin.click()
        self._until(lambda: window.state == "ready")
        window.write_tags.trigger()
        dialog = window.exports.tags
        self._until(lambda: not dialog.busy)
        self._grab("13-tags-plan", dialog)
        dialog.begin_writing.click()
        self._until(lambda: not dialog.busy)
        self._grab("14-tags-written", dialog)
        window.close()

    def _grab(self, name: str, widget: QWidget) -> None:
        for _ in range(5):
            self._app.processEvents()
        image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        # 256 colours are enough, and make a much smaller file.
        colours = Counter(memoryview(image.constBits()).cast("I")).most_common(256)
        table = [colour for colour, _ in colours]
        image = image.convertToFormat(QImage.Format.Format_Indexed8, table)
        assert image.save(str(self._folder / f"{name}-{self._scheme}.png"), quality=0)

    def _until(self, is_true: Callable[[], object]) -> None:
        while not is_true():
            self._app.processEvents()


if __name__ == "__main__":
    main()
