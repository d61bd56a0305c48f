"""The examples are files that run, offline, and print what they promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
PROMISED = {
    "one_track.py": "Matched: same title",
    "own_driver.py": "Matched: same title",
    "playlist_with_progress.py": "not asked, because we stopped",
    "scoring_only.py": "same_recording Corvane - Paper Satellites (Extended Mix)",
    "your_own_client.py": "200 /search/tracks",
    "test_with_the_fake.py": "2 passed",
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs(name: str) -> None:
    """README: examples are there to be copied, so each of them works as it stands."""
    run = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if name.startswith("test_") else []
    done = subprocess.run(
        [sys.executable, "-W", "error", *run, str(EXAMPLES / name)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert PROMISED[name] in done.stdout
