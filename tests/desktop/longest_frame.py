"""Measure how long the window freezes at most while it matches 200 tracks. Run it by hand:

    python tests/desktop/longest_frame.py

The fake Beatport runs in a separate process, because in the same process it would share the GIL
with the window. A frame is the time between two calls of a timer with interval 0, which Qt calls
after all other waiting events.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice, pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "desktop"))

from bridge import share_python
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from window import Window

from beatport_match import read_playlist
from beatport_match.testing import demo_collection

TRACKS = 200
SERVE = """
from beatport_match.testing import FakeBeatport
with FakeBeatport(latency_s=0.05).serve() as base_url:
    print(base_url, flush=True)
    input()
"""


def longest_frame(app: QApplication, base_url: str, *, asynchronous: bool) -> tuple[float, float]:
    """Return the longest frame and the duration of the whole run, in seconds."""
    with tempfile.TemporaryDirectory() as folder, demo_collection() as path:
        window = Window(Path(folder), {"base_url": base_url, "requests_per_second": None})
        window.settings_view.async_group.enabled.setChecked(asynchronous)
        window.show()
        window.open(path)
        while window.state != "ready":
            app.processEvents()
        window._tracks = tuple(islice(cycle(read_playlist(path)), TRACKS))
        window.results.begin(window._tracks, ())
        window.results.view.selectRow(0)
        ticks = [time.perf_counter()]
        timer = QTimer(interval=0)
        timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
        timer.start()
        window.bridge.ended.connect(app.quit)
        window.run_bar.begin.click()
        app.exec()
        timer.stop()
        window.close()
    return max(b - a for a, b in pairwise(ticks)), ticks[-1] - ticks[0]


def main() -> None:
    share_python()
    app = QApplication([])
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as fake:
        assert fake.stdout
        base_url = fake.stdout.readline().strip()
        for asynchronous in (False, True):
            frame, whole = longest_frame(app, base_url, asynchronous=asynchronous)
            mode = "async" if asynchronous else "sync"
            print(f"{mode:<6} longest frame {1000 * frame:5.1f} ms in {whole:5.1f} s")
        fake.communicate("\n")


if __name__ == "__main__":
    main()
