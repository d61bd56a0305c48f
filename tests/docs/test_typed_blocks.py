"""The Python blocks of README and docs and the examples pass mypy strict and pyright strict.

Each tool runs once, over all of them, so a user who copies a block gets no type error. A block may
use the names of earlier blocks of its page; a page with `await` outside of functions is checked as
one async function. `.ci/gates/lint` runs this file, because the tools come with the extra `dev`.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from docs_pages import ROOT, Block, blocks, pages
from example_pages import code_cells

for tool in ("mypy", "pyright"):
    pytest.importorskip(tool, reason=f'this needs {tool}: pip install -e ".[dev]"')

# These examples use packages that are large (PySpark) or have no types (pyarrow). The packages are
# not installed for this check; what comes from them has the type `Any`.
UNTYPED = ("polars", "pyarrow", "pyspark")
RELAXED = {
    f"examples/{name}" for name in ("explore_run.ipynb", "polars_match.py", "spark_match.py")
}
# `tests/desktop` covers it, and its toolkit is another extra.
LEFT_OUT = "examples/desktop"
MYPY_CONFIG = f"""\
[mypy]
strict = true
[mypy-{",".join(f"{name}.*" for name in UNTYPED)}]
follow_imports = skip
ignore_missing_imports = true
# With these packages left out, comments of the library about their types seem to be unused.
[mypy-beatport_match.*]
warn_unused_ignores = false
"""
PLANTED = {
    "planted.md": [
        "from beatport_match import match_track\nmatch = match_track('Artist - Title')\n",
        "print(match.best.url)\n",
    ],
    "planted-await.md": [
        "from beatport_match import amatch_track\nmatch = await amatch_track('Artist - Title')\n",
        "if match.accepted:\n    print(match.accepted.url)\nmatch.no_such_name\n",
    ],
}


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The errors of both tools as `name:line: tool: message`, planted ones included."""
    texts = {_name(page): as_module(page_blocks(page)) for page in pages()}
    for path in (ROOT / "examples").rglob("*.py"):
        if not (name := _name(path)).startswith(LEFT_OUT):
            texts[name] = path.read_text("utf-8")
    for path in (ROOT / "examples").glob("*.ipynb"):
        texts[_name(path)] = "\n".join(code_cells(path))
    for name, planted in PLANTED.items():
        found = [Block(ROOT / name, 10 * at, "python", text) for at, text in enumerate(planted, 1)]
        texts[name] = as_module(found)
    return check(texts, tmp_path_factory.mktemp("typed"))


def test_blocks_and_examples_have_no_type_error(errors: list[str]) -> None:
    """What a user copies passes both tools."""
    found = [one for one in errors if not one.startswith("planted")]
    assert not found, "\n".join(found)


def test_a_planted_type_error_is_reported(errors: list[str]) -> None:
    """Both tools report the page and the line, in later blocks and with `await` too."""
    planted = {found[0] for one in errors if (found := re.match(r"planted.*?:\d+: \w+", one))}
    assert planted == {
        f"{place}: {tool}"
        for place in ("planted.md:20", "planted-await.md:22")
        for tool in ("mypy", "pyright")
    }


def page_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language == "python"]


def as_module(found: list[Block]) -> str:
    """Join the blocks of a page to one module, in which each line has its number in the page."""
    uses_await = any(_awaits(block.text) for block in found)
    # A page begins with a heading and an empty line. Blocks have unused results, and repeat imports
    # so that each works alone.
    lines = ["# pyright: reportUnusedVariable=false, reportDuplicateImport=false"]
    lines += ["async def page() -> None:"] if uses_await else []
    for block in found:
        lines += [""] * (block.line - 1 - len(lines))
        lines += [f"{'    ' * uses_await}{line}" for line in block.text.splitlines()]
    return "\n".join([*lines, ""])


def check(texts: Mapping[str, str], folder: Path) -> list[str]:
    """Run both tools over texts; the key of a text is its name in the errors."""
    names: dict[str, str] = {}
    for name, text in texts.items():
        file = folder / (name if name.endswith(".py") else re.sub(r"\W", "_", name) + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        relaxed = "\n# pyright: basic, reportMissingImports=false\n" if name in RELAXED else ""
        file.write_text(text + relaxed, "utf-8")
        names[str(file.relative_to(folder))] = name
    (folder / "mypy.ini").write_text(MYPY_CONFIG, "utf-8")
    config = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    found = [*_mypy(folder, sorted(names)), *_pyright(folder)]
    return [f"{names.get(file, file)}:{line}: {text}" for file, line, text in found]


def _mypy(folder: Path, files: list[str]) -> Iterator[tuple[str, int, str]]:
    for line in _output(folder, "mypy", "--output=json", *files).splitlines():
        error = json.loads(line)
        if error["severity"] == "error":
            yield error["file"], error["line"], f"mypy: {error['message']} [{error['code']}]"


def _pyright(folder: Path) -> Iterator[tuple[str, int, str]]:
    output = _output(folder, "pyright", "--outputjson", "--pythonpath", sys.executable)
    for error in json.loads(output)["generalDiagnostics"]:
        file = str(Path(error["file"]).relative_to(folder))
        line = error["range"]["start"]["line"] + 1
        yield file, line, f"pyright: {error['message']} [{error.get('rule')}]"


def _output(folder: Path, tool: str, *arguments: str) -> str:
    """Run a tool and return its output; it ends with 1 if it found errors."""
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


def _awaits(text: str) -> bool:
    code: Any = compile(text, "a block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return bool(code.co_flags & inspect.CO_COROUTINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))
