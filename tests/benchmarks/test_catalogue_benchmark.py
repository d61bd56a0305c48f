"""The benchmark of offline catalogues runs on a small sample; the figures are not checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tantivy", reason="an offline catalogue needs the extra `offline`")

COMMAND = Path(__file__).parents[1] / "benchmarks" / "offline.py"


def test_the_table_is_written_into_the_page(tmp_path: Path) -> None:
    """It replaces the text between the two marks for this number of rows, and nothing else."""
    page = tmp_path / "page.md"
    page.write_text("<!-- 2000 rows: begin -->\nold\n<!-- 2000 rows: end -->\nrest\n", "utf-8")
    arguments = ["--rows", "2000", "--tracks", "20", "--data", tmp_path, "--markdown", page]
    ran = subprocess.run(
        [sys.executable, COMMAND, *arguments], capture_output=True, check=True, text=True
    )
    written = page.read_text("utf-8")
    assert ran.stdout.strip() in written
    assert "old" not in written
    assert written.endswith("rest\n")
    names = {line.split(" | ")[0].removeprefix("| ") for line in written.splitlines()}
    assert {"build time", "size on disk", "opening time", "CPU time per search"} <= names
    assert "invented: right row among 20 (all queries 100.00 %) | ≥ 99.5 % |" in written
