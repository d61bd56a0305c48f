"""Docs: "every code block in README and docs runs in the tests".

The blocks of a page are run in their order, in one namespace and one new folder, against a fake
Beatport on the loopback, unpaced. In the folder lie `collection.xml` (the library of the demo),
`pool.jsonl` and `pool.catalogue` (what the fake sells, as rows and as an offline catalogue),
`new.jsonl` (a few of those rows), `beatport-tokens.json` (which the fake's API knows), and what the
page itself calls a file. A block that cannot run says why in a comment above it; those are counted.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from docs_pages import ROOT, Block, blocks, pages
from shell_lines import Command, commands, run

from beatport_match import Catalogue, MatchSettings
from beatport_match.testing import (
    CatalogueTrack,
    FakeBeatport,
    FakeTokens,
    bundled_catalogue,
    demo_collection,
)

PAGES = [page for page in pages() if blocks(page)]
LANGUAGES = {"python", "bash", "toml", "json", "csv", "m3u", "text"}
# Of those that a note excuses, with how many: a new one is a decision.
EXCUSED = {"docs/your-own-client.md": 1}
TOKENS = FakeTokens(access="good", refresh="again", client_id="my-tool")


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with FakeBeatport(api=TOKENS).serve() as url:
        yield url


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies in the folder of every page."""
    folder = tmp_path_factory.mktemp("things")
    with demo_collection() as collection:
        shutil.copy(collection, folder / "collection.xml")
    names = [one.name for one in fields(CatalogueTrack)]
    rows = [{name: getattr(one, name) for name in names} for one in bundled_catalogue()]
    for name, kept in (("pool.jsonl", rows), ("new.jsonl", rows[:3])):
        (folder / name).write_text("\n".join(json.dumps(row) for row in kept), "utf-8")
    Catalogue.build(folder / "pool.jsonl", folder / "pool.catalogue")
    tokens = {"access_token": "good", "refresh_token": "again", "client_id": "my-tool"}
    (folder / "beatport-tokens.json").write_text(json.dumps(tokens), "utf-8")
    return folder


@pytest.fixture
def folder(things: Path, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page's folder, in which Beatport is the fake one for whoever names no other."""
    shutil.copytree(things, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    plain = MatchSettings.__init__
    here = {"base_url": base_url, "api_url": f"{base_url}/v4", "requests_per_second": None}

    def against_the_fake(self: MatchSettings, /, **values: Any) -> None:
        plain(self, **(here | values))

    monkeypatch.setattr(MatchSettings, "__init__", against_the_fake)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run(
    page: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever copies the blocks of a page one after the other gets no error, and sees what a block
    of text below them shows."""
    names: dict[str, Any] = {"__name__": "a_page"}
    found = [block for block in blocks(page) if not block.not_run]
    for block in found:
        if block.file:
            (folder / block.file).write_text(block.text, "utf-8")
    capsys.readouterr()
    for block in found:
        if block.language == "text":
            assert block.text in capsys.readouterr().out, f"{block} was not printed"
        elif block.language == "python":
            run_python(block, names)
        elif block.language == "bash":
            for command in commands(block.text):
                run(command)
        else:
            look_at_data(block, folder)


def test_every_block_says_its_language() -> None:
    """A block without one, or in a new one, would pass unseen."""
    strange = [str(one) for page in PAGES for one in blocks(page) if one.language not in LANGUAGES]
    assert strange == []


def test_few_blocks_are_excused() -> None:
    """ "A block that cannot run is marked in the text with a reason", and they stay few."""
    excused = [
        str(one.page.relative_to(ROOT)) for page in PAGES for one in blocks(page) if one.not_run
    ]
    assert {page: excused.count(page) for page in excused} == EXCUSED


def test_blocks_are_found() -> None:
    """A collector that finds nothing would pass for ever."""
    found = [one.language for page in PAGES for one in blocks(page)]
    assert found.count("python") > 25
    assert found.count("bash") > 10
    assert any(one.file for page in PAGES for one in blocks(page))


def test_a_wrong_block_is_found_out(folder: Path) -> None:
    """The same of a runner that runs nothing: an error names the page and the line."""
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
    ):
        with pytest.raises(AssertionError):
            run(*commands(wrong))


def test_lines_are_taken_apart() -> None:
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


def look_at_data(block: Block, folder: Path) -> None:
    """Parse a block of data; TOML are settings."""
    if block.language == "toml":
        assert tomllib.loads(block.text)
        settings = folder / "block.toml"
        settings.write_text(block.text, "utf-8")
        MatchSettings.load(settings)
    elif block.language == "json":
        json.loads(block.text)
    else:
        assert block.file, f"{block} is read by nobody: give it a name, and read it on the page"
