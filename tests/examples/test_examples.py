"""The examples run offline and print what they should."""

from __future__ import annotations

import ast
import gc
import importlib.util
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from beatport_match import read_playlist
from beatport_match.testing import FakeBeatport, demo_collection

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECTED_OUTPUT = {
    "cuepoint_adapter.py": "Borrowed Umbrella (Radio Mix) | It is another version: ",
    "api_source.py": "74 of 85 matched in the end",
    "offline_catalogue.py": "not in the catalogue pool.catalogue: no query returned a result",
    "one_track.py": "Matched: same title",
    "own_driver.py": "Matched: same title",
    "playlist_with_progress.py": "not processed, because the run was stopped",
    "scoring_only.py": "same_recording Corvane - Paper Satellites (Extended Mix)",
    "enrich_library.py": "now 12A, Gravel & Lace, 2017",
    "your_own_client.py": "200 /search/tracks",
    "replay_transcript.py": "the same matches: True",
    "test_with_the_fake.py": "2 passed",
    "stream_matches": "requests for 85 tracks: the client left",
    "table_demo.py": "matched   1.00 Paper Satellites (Extended Mix)",
    "polars_match.py": "failed    0.00 unaskable: Track.title must be text",
    "spark_match.py": "failed    0.00 unaskable: Track.title must be text",
    "table_rows.py": "Olvarin - Undertow",
    # The three programs above import it and send it to workers; it prints nothing.
    "table_match.py": "",
}
NEEDS = {
    "stream_matches": {"starlette", "uvicorn"},
    "table_demo.py": {"tantivy"},
    "polars_match.py": {"tantivy", "polars"},
    "spark_match.py": {"tantivy", "pyspark", "pandas", "pyarrow"},
}
# It maps two models with fifty fields, one a line.
MAX_LINES = {"cuepoint_adapter.py": 100}
# Each of these needs a process: a server, a test runner, or workers. `one_track.py` stands for the
# others: they run in this process, where their waits are skipped.
IN_A_PROCESS = {
    *("one_track.py", "polars_match.py", "spark_match.py", "stream_matches"),
    "test_with_the_fake.py",
}
# `tests/desktop` runs this one, because it needs a toolkit for windows.
TESTED_ELSEWHERE = {"desktop"}


def programs() -> list[str]:
    """Return the names of the examples: files, and folders that run as one program."""
    folders = [path.parent for path in EXAMPLES.glob("*/__main__.py")]
    return sorted(path.name for path in [*EXAMPLES.glob("*.py"), *folders])


def sources() -> list[Path]:
    """Return every Python file of the examples except those of the desktop tool."""
    return [
        path for path in EXAMPLES.rglob("*.py") if not TESTED_ELSEWHERE.intersection(path.parts)
    ]


def run_here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.syspath_prepend(path.parent)
    runpy.run_path(str(path), run_name="__main__")
    gc.collect()  # what the example left open is reported here, and not in a later test


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.usefixtures("skipped_waits")
@pytest.mark.parametrize("name", [name for name in programs() if name not in TESTED_ELSEWHERE])
def test_an_example_runs(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each example works without changes."""
    absent = sorted(one for one in NEEDS.get(name, ()) if not importlib.util.find_spec(one))
    if absent:
        pytest.skip(f"the example needs {', '.join(absent)}: examples/README.md names the extra")
    if name == "spark_match.py" and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java 17 or later")
    if name not in IN_A_PROCESS:
        run_here(EXAMPLES / name, monkeypatch)
        assert EXPECTED_OUTPUT[name] in capsys.readouterr().out
        return
    # More processes of pytest would only cost time.
    pytest_run = ["-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
    output = run(*(pytest_run if name.startswith("test_") else []), str(EXAMPLES / name))
    assert EXPECTED_OUTPUT[name] in output


def test_enrich_library_accepts_an_export_of_the_user(tmp_path: Path) -> None:
    """The arguments `EXPORT.xml NEW.xml` replace the bundled collection."""
    new = tmp_path / "new.xml"
    with FakeBeatport().serve() as base_url, demo_collection() as export:
        given = {"BEATPORT_MATCH_BASE_URL": base_url}
        given["BEATPORT_MATCH_REQUESTS_PER_SECOND"] = "1000"
        output = run(str(EXAMPLES / "enrich_library.py"), str(export), str(new), **given)
        before, after = list(read_playlist(export)), list(read_playlist(new))
    assert "71 of 85 tracks enriched" in output
    assert [one.id for one in after] == [one.id for one in before]
    assert sum(one.label is None for one in after) < sum(one.label is None for one in before)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_an_example_is_short_and_says_how_to_run_it(path: Path) -> None:
    """It has under 60 lines, if `MAX_LINES` does not name it; its docstring has one sentence about
    it, and the command."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < MAX_LINES.get(path.name, 60)
    opening = ast.get_docstring(ast.parse(text)) or ""
    assert opening.partition("\n")[0].endswith((".", ":"))
    folder = path.relative_to(EXAMPLES).parts[0]
    assert f"examples/{folder}" in opening


def test_the_index_lists_every_example() -> None:
    """examples/README.md has one line for each example, and no other line."""
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[([\w.]+)/?\]\(([\w./]+)\) \| \S.* \|$", index, re.MULTILINE)
    assert sorted(name for name, _ in rows) == programs()
    assert [target for _, target in rows if not (EXAMPLES / target).is_file()] == []
