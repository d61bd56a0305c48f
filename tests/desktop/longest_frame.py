"""How long the window stands still at most while 200 tracks run; by hand.

    python tests/desktop/longest_frame.py

The fake Beatport is a process of its own, as the real one would be: in ours it would take turns
with the window. A frame is the time between two looks of a timer without interval, each of which
lets everything else that waits happen first.
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
    """The longest frame and the whole run, in seconds."""
    with tempfile.TemporaryDirectory() as folder, demo_collection() as path:
        window = Window(Path(folder), {"base_url": base_url, "requests_per_second": None})
        window.async_group.enabled.setChecked(asynchronous)
        window.show()
        window.open(path)
        while window.state != "ready":
            app.processEvents()
        window._tracks = tuple(islice(cycle(read_playlist(path)), TRACKS))
        window.results.begin(window._tracks, ())
        window.results.view.selectRow(0)
        looks = [time.perf_counter()]
        timer = QTimer(interval=0)
        timer.timeout.connect(lambda: looks.append(time.perf_counter()))
        timer.start()
        window.bridge.ended.connect(app.quit)
        window.run_bar.begin.click()
        app.exec()
        timer.stop()
        window.close()
    return max(b - a for a, b in pairwise(looks)), looks[-1] - looks[0]


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
