"""A desktop tool that embeds beatport_match.

python examples/desktop [FILE]      # queries Beatport
python examples/desktop --demo      # queries a fake Beatport on this machine
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bridge import share_python
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication
from window import Window

from beatport_match.testing import FakeBeatport, demo_collection


def main() -> int:
    parser = argparse.ArgumentParser(description="Match playlists on Beatport, in a window.")
    parser.add_argument(
        "file", nargs="?", type=Path, help="a playlist, or a library of a DJ program"
    )
    parser.add_argument("--demo", action="store_true", help="query a fake Beatport on this machine")
    parser.add_argument("--folder", type=Path, help="the folder for settings and journals")
    options = parser.parse_args()
    share_python()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("beatport-match-desktop")
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    with demo_or_file(options.demo, options.file) as (fixed, file):
        window = Window(options.folder or Path(place), fixed)
        if file:
            window.open(file)
        window.show()
        return app.exec()


@contextmanager
def demo_or_file(
    demo: bool,  # noqa: FBT001
    file: Path | None,
) -> Generator[tuple[dict[str, Any], Path | None]]:
    """Yield the fixed settings and the file to open; with `demo`, serve the fake Beatport."""
    if not demo:
        yield {}, file
        return
    with FakeBeatport(latency_s=0.2).serve() as base_url, demo_collection() as collection:
        yield {"base_url": base_url, "requests_per_second": None}, file or collection


if __name__ == "__main__":
    sys.exit(main())
