"""Every public class and function has an example in its docstring, and all examples run.

The example of a class runs first, then those of its members, in one namespace and one folder (see
conftest.py), which also has `friday.m3u8`, a music file, and the files of a run. The namespace has
all public names, and those that docs/reference/matching.md introduces: `match`, `result`,
`settings` and `track`. A comment line below an expression is what the expression prints or returns.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import shutil
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from audio_files import mp3
from public_names import public_members, public_names

from beatport_match import (
    BeatportMatchError,
    Match,
    MatchSettings,
    PlaylistMatch,
    export_performance_metrics_json,
    match_playlist,
    match_track,
)

EXAMPLE = re.compile(r"^Example:\n    ```python\n(.*?)^    ```$", re.MULTILINE | re.DOTALL)
MAX_LINES = 8
PUBLIC = public_names() | public_members()
NAMES = {name.rpartition(".")[2]: value for name, value in public_names().items()}
# The extra that it misses is installed where the tests run.
NOT_RAISED = {"MissingDependencyError"}
FRIDAY = """#EXTM3U
#EXTINF:-1,Olvarin - Undertow
night.mp3
#EXTINF:-1,Corvane - Paper Satellites (Extended Mix)
paper.mp3
#EXTINF:-1,Ann Oak - Not On Sale
lost.mp3
"""


def docstring(name: str) -> str:
    """Return the docstring of a public name, without its indentation."""
    thing = PUBLIC[name]
    return inspect.getdoc(thing.fget if isinstance(thing, property) else thing) or ""


def examples() -> dict[str, str]:
    """Return the examples by name."""
    found = ((name, EXAMPLE.search(docstring(name))) for name in PUBLIC)
    return {name: textwrap.dedent(match[1]).strip() for name, match in found if match}


def owner(name: str) -> str:
    """Return the class of a member, or the name itself."""
    return name if name in public_names() else name.rpartition(".")[0]


EXAMPLES = examples()


@pytest.fixture(scope="module")
def friday(
    base_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[PlaylistMatch, Match, Path]:
    """A run over the playlist, a track with candidates to review, and the folder of their files."""
    made = tmp_path_factory.mktemp("friday")
    (made / "friday.m3u8").write_text(FRIDAY, "utf-8")
    (made / "night.mp3").write_bytes(mp3({"TIT2": "Undertow"}))
    settings = MatchSettings(base_url=base_url, requests_per_second=None)
    match = match_track("Olvarin - Undertow (Dub)", settings=settings)
    result = match_playlist(made / "friday.m3u8", settings=settings)
    result.to_json(made / "friday.json")
    stats = export_performance_metrics_json(result.metrics, "friday", made)
    Path(stats).rename(made / "friday_metrics.json")
    return result, match, made


@pytest.mark.usefixtures("skipped_waits")
@pytest.mark.parametrize("of", sorted({owner(name) for name in EXAMPLES}))
def test_examples_run(
    of: str,
    folder: Path,
    friday: tuple[PlaylistMatch, Match, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The examples raise no error, and print what their comments say."""
    monkeypatch.setattr(sys, "displayhook", lambda value: value is None or print(repr(value)))
    result, match, made = friday
    shutil.copytree(made, folder, dirs_exist_ok=True)
    prepared = {"result": result, "match": match, "track": match.track, "settings": MatchSettings()}
    names = NAMES | prepared
    for name, text in EXAMPLES.items():
        if owner(name) != of:
            continue
        run(f"<example of {name}>", text, names)
        printed = capsys.readouterr().out
        for line in outputs(text):
            assert f"{line}\n" in printed, name
        kind = PUBLIC[name]
        if inspect.isclass(kind) and issubclass(kind, BeatportMatchError) and of not in NOT_RAISED:
            assert printed, f"the example of {name} raises nothing"


def test_every_class_and_function_has_an_example() -> None:
    """Only constants and type aliases have none; a member may share the example of its class."""
    without = [
        name
        for name, thing in public_names().items()
        if inspect.isclass(thing) or inspect.isfunction(inspect.unwrap(thing))
        if name not in EXAMPLES
    ]
    assert without == []


def test_every_example_runs_and_is_short() -> None:
    """A section `Example` is one fenced block of Python, and no block stands for two names."""
    sections = [name for name in PUBLIC if "Example" in docstring(name)]
    assert [name for name in sections if name not in EXAMPLES] == []
    long = [name for name, text in EXAMPLES.items() if text.count("\n") >= MAX_LINES]
    assert long == []
    # Both classes of settings inherit the same methods.
    texts = {id(PUBLIC[name]): text for name, text in EXAMPLES.items()}.values()
    assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_a_wrong_output_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """A comment is an output only below an expression."""
    text = "x = 1\n# a remark\nx + 1\n# 3\n\nprint('a')\n# a"
    run("<test>", text, {})
    assert outputs(text) == ["3", "a"]
    assert "3\n" not in capsys.readouterr().out


def outputs(text: str) -> list[str]:
    """Return the comment lines that stand directly below an expression."""
    ends = {node.end_lineno for node in ast.parse(text).body if isinstance(node, ast.Expr)}
    lines = text.splitlines()
    return [lines[end][2:] for end in ends if lines[end : end + 1] and lines[end][:2] == "# "]


def run(file: str, text: str, names: dict[str, Any]) -> None:
    """Run an example as the interactive interpreter does, `await` outside of functions included."""
    tree = ast.Interactive(ast.parse(text).body)
    code = compile(tree, file, "single", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, names))
    else:
        exec(code, names)
