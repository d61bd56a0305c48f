"""The option `--print-completion`: the scripts complete commands, options, choices and files."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandResult, misuse_message

from beatport_match.cli.completion import SHELLS
from beatport_match.cli.parser import new_parser

Command = Callable[..., CommandResult]
bash = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")


@pytest.fixture
def complete(command: Command, tmp_path: Path) -> Callable[..., list[str]]:
    """Return what bash would offer for the last word of a line."""
    script = tmp_path / "completion.bash"
    script.write_text(command("--print-completion", "bash").out, "utf-8")

    def completed(*words: str) -> list[str]:
        line = shlex.join(("beatport-match", *words))
        program = (
            f"source {shlex.quote(str(script))}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; "
            '_shtab_beatport_match; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        ran = subprocess.run(
            ["bash", "--norc", "-c", program],
            capture_output=True,
            check=True,
            text=True,
            cwd=tmp_path,
        )
        return ran.stdout.split()

    return completed


@bash
def test_bash_completes_commands_options_and_choices(complete: Callable[..., list[str]]) -> None:
    assert set(complete("")) >= {"demo", "track", "playlist", "doctor"}
    assert complete("pl") == ["playlist"]
    assert complete("catalogue", "b") == ["build"]
    assert complete("doctor", "--on") == ["--online"]
    assert complete("playlist", "list.csv", "--only", "m") == ["matched", "missing"]


@bash
def test_bash_completes_files_and_folders(
    complete: Callable[..., list[str]], tmp_path: Path
) -> None:
    (tmp_path / "friday.xml").touch()
    (tmp_path / "friday").mkdir()
    assert set(complete("playlist", "fri")) == {"friday", "friday.xml"}
    assert complete("playlist", "friday.xml", "--out", "fri") == ["friday"]
    assert complete("track", "fri") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_valid_and_has_every_command(
    command: Command, tmp_path: Path, shell: str
) -> None:
    result = command("--print-completion", shell)
    assert (result.code, result.err) == (0, "")
    for name in ("playlist", "catalogue", "doctor"):
        assert name in result.out
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed, so the syntax of its script is not checked")
    path = tmp_path / "script"
    path.write_text(result.out, "utf-8")
    subprocess.run([shell, "-n", path], check=True)


def test_unknown_shell_is_one_sentence(command: Command) -> None:
    assert "'bash', 'zsh', 'fish'" in misuse_message(command("--print-completion", "cmd"))


def test_missing_extra_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    sentence = misuse_message(command("--print-completion", "bash"))
    assert "pip install 'beatport-match[cli]'" in sentence


def test_help_ends_with_examples_that_can_be_run(command: Command) -> None:
    """The docs tests run the examples of all commands."""
    result = command("playlist", "--help")
    assert result.code == 0
    examples = result.out.partition("\nexamples:\n")[2].splitlines()
    assert len(examples) == 3
    for example in examples:
        assert example.startswith("  beatport-match playlist ")
        new_parser().parse_args(shlex.split(example)[1:])
