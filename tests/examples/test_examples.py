"""The examples run offline and print what they should, and what docs/examples.md shows."""

from __future__ import annotations

import ast
import contextlib
import gc
import json
import os
import re
import runpy
import sys
from pathlib import Path
from unittest import mock

import pytest
from tables import each_row

from beatport_match import read_playlist
from beatport_match.testing import FakeBeatport, demo_collection

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
from example_pages import (
    code_cells,
    comparable,
    missing_packages,
    outputs_on_page,
    run,
    run_notebook,
    shown,
)

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
    "ask_misses_again.py": " 1 found, 1 still missing, 0 failed",
    "explore_run.ipynb": "│ not_found ┆ 4     │",
    "fastapi_match.py": '503 {"detail":"blocked: ',
    "mcp_client.py": "explain: Explain the answer",
    # The program above starts it.
    "mcp_server.py": "",
}
# It maps two models with fifty fields, one a line.
MAX_LINES = {"cuepoint_adapter.py": 100}
# Each of these needs a process: a server, a test runner, or workers. `one_track.py` represents the
# others: they run in this process, where their waits are skipped.
IN_A_PROCESS = {
    *("mcp_client.py", "mcp_server.py", "one_track.py", "polars_match.py", "spark_match.py"),
    *("stream_matches", "test_with_the_fake.py"),
}
# `tests/desktop` runs this one, because it needs a toolkit for windows.
TESTED_ELSEWHERE = {"desktop"}


def programs() -> list[str]:
    """Return the names of the examples: files, and folders that run as one program."""
    folders = [path.parent for path in EXAMPLES.glob("*/__main__.py")]
    files = [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")]
    return sorted(path.name for path in [*files, *folders])


def sources() -> list[Path]:
    """Return every Python file of the examples except those of the desktop tool."""
    return [
        path for path in EXAMPLES.rglob("*.py") if not TESTED_ELSEWHERE.intersection(path.parts)
    ]


def run_here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.syspath_prepend(path.parent)
    with mock.patch.dict(os.environ):  # an example may set variables for a server
        if path.suffix == ".ipynb":
            run_notebook(path)
        else:
            runpy.run_path(str(path), run_name="__main__")
    gc.collect()  # a resource that the example left open is reported here, and not in a later test


@pytest.mark.usefixtures("skipped_waits")
@pytest.mark.parametrize("name", [name for name in programs() if name not in TESTED_ELSEWHERE])
def test_an_example_runs(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each example works without changes; `example_pages.py --write` updates what docs show."""
    if absent := missing_packages(name):
        pytest.skip(f"the example needs {', '.join(absent)}: examples/README.md names the extra")
    if name in IN_A_PROCESS:
        output = run(name)
    else:
        run_here(EXAMPLES / name, monkeypatch)
        output = capsys.readouterr().out
    assert EXPECTED_OUTPUT[name] in output
    assert comparable(name, shown(name, output)) == comparable(name, outputs_on_page()[name])


def test_enrich_library_accepts_an_export_of_the_user(tmp_path: Path) -> None:
    """The arguments `EXPORT.xml NEW.xml` replace the bundled collection."""
    new = tmp_path / "new.xml"
    with FakeBeatport().serve() as base_url, demo_collection() as export:
        given = {"BEATPORT_MATCH_BASE_URL": base_url}
        given["BEATPORT_MATCH_REQUESTS_PER_SECOND"] = "1000"
        output = run("enrich_library.py", str(export), str(new), **given)
        before, after = list(read_playlist(export)), list(read_playlist(new))
    assert "71 of 85 tracks enriched" in output
    assert [one.id for one in after] == [one.id for one in before]
    assert sum(one.label is None for one in after) < sum(one.label is None for one in before)


@each_row("path", sources())
def test_an_example_is_short_and_says_how_to_run_it(path: Path) -> None:
    """It has under 60 lines, if `MAX_LINES` does not name it; its docstring has one sentence about
    it, and the command."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < MAX_LINES.get(path.name, 60)
    opening = ast.get_docstring(ast.parse(text)) or ""
    assert opening.partition("\n")[0].endswith((".", ":"))
    folder = path.relative_to(EXAMPLES).parts[0]
    assert f"examples/{folder}" in opening


@pytest.mark.parametrize("path", list(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_is_short_and_saved_without_outputs(path: Path) -> None:
    """Outputs would hold paths of one machine; the first cell says how to open the notebook."""
    document = json.loads(path.read_text("utf-8"))
    assert sum(len(source.splitlines()) for source in code_cells(path)) < 60
    assert f"examples/{path.name}" in "".join(document["cells"][0]["source"])
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    assert [(one["outputs"], one["execution_count"]) for one in code] == [([], None)] * len(code)
    with contextlib.suppress(ImportError):
        import nbformat

        nbformat.validate(nbformat.from_dict(document))


def test_the_index_lists_every_example() -> None:
    """examples/README.md has one line for each example, and no other line."""
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[([\w.]+)/?\]\(([\w./]+)\) \| \S.* \|$", index, re.MULTILINE)
    assert sorted(name for name, _ in rows) == programs()
    assert [target for _, target in rows if not (EXAMPLES / target).is_file()] == []
