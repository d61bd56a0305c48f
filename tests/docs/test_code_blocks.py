"""Every code block in README and docs runs.

The blocks of a page run in order, in one namespace and one new folder, against a fake Beatport on
the loopback interface, without a rate limit. The folder contains `collection.xml` (the first tracks
of the demo's library), `pool.jsonl` and `pool.catalogue` (the tracks of the fake, as rows and as an
offline catalogue), `new.jsonl` (a few of those rows), `beatport-tokens.json` (which the fake's API
accepts), the sample library of `python -m beatport_match.testing sample/`, and the blocks of the
page that are marked as files. A block that cannot run has a comment above it with the reason; these
blocks are counted.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from docs_pages import ROOT, Block, blocks, pages
from shell_lines import Command, commands, run

from beatport_match import MatchSettings

PAGES = [page for page in pages() if blocks(page)]
LANGUAGES = {"python", "bash", "console", "toml", "json", "csv", "m3u", "text"}
# The pages with blocks that are not run, and their number. Add one only for a good reason.
NOT_RUN = {"docs/scaling.md": 1, "docs/your-own-client.md": 1}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run(
    page: Path,
    folder: Path,
    base_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The blocks raise no error, and print what the `text` blocks below them show.

    The pages show the address of Beatport in place of the fake's. A `text` block that is a file is
    no output. In a review, the reader accepts the first candidate and then ends the input.
    """
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    names: dict[str, Any] = {"__name__": "a_page"}
    found = [block for block in blocks(page) if not block.not_run]
    for block in found:
        if block.file:
            (folder / block.file).write_text(block.text, "utf-8")
    capsys.readouterr()
    for block in found:
        if block.language == "text" and not block.file:
            printed = capsys.readouterr().out.replace(base_url, "https://www.beatport.com")
            # A last line with `…` replaces the rest of the output.
            assert block.text.removesuffix("    …\n") in printed, f"{block} was not printed"
        elif block.language == "python":
            run_python(block, names)
        elif block.language in {"bash", "console"}:
            for command in commands(commands_of(block)):
                run(command)
        else:
            check_data(block, folder)


def test_every_block_names_its_language() -> None:
    """A block without a language, or in a new one, would not be checked."""
    strange = [str(one) for page in PAGES for one in blocks(page) if one.language not in LANGUAGES]
    assert strange == []


def test_few_blocks_are_not_run() -> None:
    """A block that cannot run has a comment with the reason; their number does not grow."""
    not_run = [
        str(one.page.relative_to(ROOT)) for page in PAGES for one in blocks(page) if one.not_run
    ]
    assert {page: not_run.count(page) for page in not_run} == NOT_RUN


def test_blocks_are_found() -> None:
    """A check that finds no block would always pass."""
    found = [one.language for page in PAGES for one in blocks(page)]
    assert found.count("python") > 25
    assert found.count("bash") > 10
    assert any(one.file for page in PAGES for one in blocks(page))


def test_a_wrong_block_fails(folder: Path) -> None:
    """An error in a Python block has the page and the line in its traceback."""
    page = ROOT / "docs" / "tutorial.md"
    with pytest.raises(ZeroDivisionError) as python:
        run_python(Block(page, 41, "python", "import anyio\nawait anyio.sleep(1 / 0)\n"), {})
    assert (python.traceback[-1].path, python.traceback[-1].lineno) == (page, 41)
    for wrong in (
        "beatport-match playlist no-such-file.xml",
        "beatport-match playlist collection.xml --no-such-option",
        "python tests/benchmarks/run.py --no-such-option",
        "python tests/no_such_file.py",
        'pip install ".[no_such_extra]"',
        "no-such-program",
        commands_of(Block(page, 1, "console", "$ python examples/no_such_file.py\nits output\n")),
    ):
        with pytest.raises(AssertionError):
            run(*commands(wrong))


def test_bash_lines_are_split_into_commands() -> None:
    """Variables, comments, joined commands and the folder of a virtual environment."""
    found = list(commands('A=1 .venv/bin/pip install "x y" && .ci/run # all\n# nothing\n'))
    assert found == [
        Command({"A": "1"}, "pip", ("install", "x y")),
        Command({}, ".ci/run", ()),
    ]


def run_python(block: Block, names: dict[str, Any]) -> None:
    """Run a block, `await` outside of functions included; lines are counted as in the page."""
    text = "\n" * (block.line - 1) + block.text
    code = compile(text, str(block.page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, names))
    else:
        exec(code, names)


def commands_of(block: Block) -> str:
    """Return the lines that are commands. `tests/examples` compares the output of a console."""
    lines = block.text.splitlines()
    if block.language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return "\n".join(lines)


def check_data(block: Block, folder: Path) -> None:
    """Parse a block of data; TOML are settings."""
    if block.language == "toml":
        assert tomllib.loads(block.text)
        settings = folder / "block.toml"
        settings.write_text(block.text, "utf-8")
        MatchSettings.load(settings)
    elif block.language == "json":
        json.loads(block.text)
    else:
        assert block.file, (
            f"{block} is not used: give it a file name, and read the file on the page"
        )
