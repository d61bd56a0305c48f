"""docs/offline-catalogue.md: "`python tests/benchmarks/offline.py`", run here on a sample to see
that it runs; what the figures are is no business of a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tantivy", reason="an offline catalogue needs the extra `offline`")

COMMAND = Path(__file__).parents[1] / "benchmarks" / "offline.py"


def test_what_is_measured_is_put_into_the_page(tmp_path: Path) -> None:
    """`--markdown`: "the table between the page's two marks for so many rows", and no other."""
    page = tmp_path / "page.md"
    page.write_text("<!-- 2000 rows: begin -->\nold\n<!-- 2000 rows: end -->\nrest\n", "utf-8")
    given = ["--rows", "2000", "--tracks", "20", "--data", tmp_path, "--markdown", page]
    ran = subprocess.run(
        [sys.executable, COMMAND, *given], capture_output=True, check=True, text=True
    )
    written = page.read_text("utf-8")
    assert ran.stdout.strip() in written
    assert "old" not in written
    assert written.endswith("rest\n")
    names = {line.split(" | ")[0].removeprefix("| ") for line in written.splitlines()}
    assert {"building", "on disk", "opening", "a search"} <= names
    assert "invented: right row among 20 (all queries 100.00 %) | ≥ 99.5 % |" in written
