"""The examples are files that run, offline, and print what they promise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
PROMISED = {
    "one_track.py": "Matched: same title",
    "playlist_with_progress.py": "not asked, because we stopped",
    "scoring_only.py": "same_recording Corvane - Paper Satellites (Extended Mix)",
    "your_own_client.py": "200 /search/tracks",
    "test_with_the_fake.py": "2 passed",
    "table_demo.py": "matched   1.00 Paper Satellites (Extended Mix)",
    "polars_match.py": "failed    0.00 unaskable: Track.title must be text",
    "spark_match.py": "failed    0.00 unaskable: Track.title must be text",
    "table_rows.py": "Olvarin - Undertow",
    # Imported by those, and sent to workers; there is nothing to see.
    "table_match.py": "",
}
NEEDED = {
    "table_demo.py": ("tantivy",),
    "polars_match.py": ("tantivy", "polars"),
    "spark_match.py": ("tantivy", "pyspark", "pandas", "pyarrow"),
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs(name: str) -> None:
    """README: examples are there to be copied, so each of them works as it stands."""
    for package in NEEDED.get(name, ()):
        pytest.importorskip(package, reason=f"examples/{name} needs {package}: docs/scaling.md")
    if name == "spark_match.py" and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java 17 or later")
    run = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if name.startswith("test_") else []
    done = subprocess.run(
        [sys.executable, "-W", "error", *run, str(EXAMPLES / name)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert PROMISED[name] in done.stdout
