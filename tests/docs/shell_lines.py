"""Run or check the lines of the pages' `bash` blocks.

`beatport-match …` runs in this process. Commands that install, build or measure would take minutes;
`.ci/run` runs them, or they are run by hand. For these, the file must exist and must have each
option of the line. An ellipsis in a file name matches any text, as `*` does.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docs_pages import ROOT

from beatport_match import cli
from beatport_match.cli.parser import new_parser

_SETTING = re.compile(r"([A-Z_]+)=(.*)")
_EXTRAS = re.compile(r"(?:\.|beatport-match)\[([\w,]+)\]")
# The modules that the pages run with `python -m`.
_MODULES = {"beatport_match.testing", "coverage", "jupyter", "pip", "pytest", "venv"}


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its environment variables, its program without a folder, and its arguments."""

    variables: dict[str, str]
    program: str
    arguments: tuple[str, ...]


def commands(text: str) -> Iterator[Command]:
    """Split a block into commands, at `&&` and at the ends of lines."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            yield _command(words[:end])
            words = words[end + 1 :]


def run(command: Command) -> None:
    """Run a command, or check that it could run.

    Raises:
        AssertionError: The command could not run, or its exit code is not 0.
    """
    if command.program == "beatport-match":
        _run_ours(command)
    elif command.program in {"python", "python3"}:
        _check_python(command.arguments)
    elif command.program == "pip":
        _check_pip(command.arguments)
    elif command.program == "mkdocs":
        assert (ROOT / _after("-f", command.arguments)).is_file()
    else:
        assert (ROOT / command.program).is_file(), f"unknown program: {command.program}"


def _command(words: list[str]) -> Command:
    variables: dict[str, str] = {}
    while setting := _SETTING.fullmatch(words[0]):
        variables[setting[1]] = setting[2]
        words = words[1:]
    program = words[0].removeprefix(".venv/bin/")
    return Command(variables, program, tuple(words[1:]))


def _run_ours(command: Command) -> None:
    arguments = [path for word in command.arguments for path in _expanded(word)]
    # The music files of the collection do not exist, so there are no old tags either.
    has_no_files = arguments[:2] == ["tag", "collection.xml"] or (
        arguments[:2] == ["tag", "--undo"] and not Path(arguments[2]).exists()
    )
    if arguments[0] in {"demo", "decisions"} or has_no_files:
        # The demo takes half a minute; `.ci/run` runs the command of the README. A person makes the
        # decisions.
        new_parser().parse_args(arguments)
        return
    before = dict(os.environ)
    os.environ.update(command.variables)
    try:
        code = cli.main(arguments)
    except SystemExit as error:
        code = error.code
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert code == 0, f"beatport-match {shlex.join(arguments)} ended with {code}"


def _expanded(word: str) -> list[str]:
    pattern = word.replace("…", "*")
    if "*" not in pattern:
        return [word]
    found = sorted(str(path.relative_to(Path.cwd())) for path in Path.cwd().glob(pattern))
    assert found, f"no file matches {word}"
    return found


def _check_python(arguments: tuple[str, ...]) -> None:
    first, *rest = arguments
    if first == "-m":
        assert rest[0] in _MODULES, f"unknown module: {rest[0]}"
        if rest[0] == "pip":
            _check_pip(tuple(rest[1:]))
    elif first == "-c":
        exec(compile(rest[0], "python -c", "exec"), {})
    else:
        _check_script(ROOT / first, rest)


def _check_script(path: Path, arguments: list[str]) -> None:
    assert path.exists(), f"{path} does not exist"
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    source = "\n".join(file.read_text("utf-8") for file in files)
    for option in [word for word in arguments if word.startswith("--")]:
        assert f'"{option}"' in source, f"{path.name} has no option {option}"


def _check_pip(arguments: tuple[str, ...]) -> None:
    assert arguments[0] == "install"
    with (ROOT / "pyproject.toml").open("rb") as file:
        known = tomllib.load(file)["project"]["optional-dependencies"]
    found = [extras for word in arguments for extras in _EXTRAS.findall(word)]
    named = set(",".join(found).split(",")) - {""}
    assert named <= known.keys(), f"no such extra: {named - known.keys()}"


def _after(option: str, arguments: tuple[str, ...]) -> str:
    return arguments[arguments.index(option) + 1]
