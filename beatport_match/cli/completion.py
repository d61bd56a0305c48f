"""The completion scripts of `--print-completion`, which the package shtab makes from the parser."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from beatport_match.cli.terminal import Screen
from beatport_match.errors import MissingDependencyError

SHELLS = ("bash", "zsh", "fish")
# The arguments whose choices are parsers: commands, and the actions of `catalogue`.
_COMMAND_CHOICES = ("command", "action")


class PrintCompletion(argparse.Action):
    """The option `--print-completion`. Like `--version`, it prints and ends the program."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        _namespace: object,
        shell: Any,
        _option: object = None,
    ) -> None:
        """Print the script of the shell and exit."""
        screen = Screen(sys.stdout, required=True)
        screen.write(completion_script(parser, shell) + "\n")
        screen.flush()
        parser.exit()


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script that completes commands, options, their choices, files and folders.

    Raises:
        MissingDependencyError: The extra `cli` is not installed.
    """
    try:
        import shtab
    except ImportError:
        raise MissingDependencyError(
            "--print-completion needs shtab; run: pip install 'beatport-match[cli]'.", name="shtab"
        ) from None
    for action in _actions(parser):
        if action.type is Path:
            kind = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
            action.complete = kind  # type: ignore[attr-defined]
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments and options of all commands, at any depth."""
    # argparse has no public way to list them; shtab lists them in this way too.
    actions: list[argparse.Action] = parser._actions  # noqa: SLF001
    for action in actions:
        yield action
        if action.dest in _COMMAND_CHOICES:
            commands = cast("Mapping[str, argparse.ArgumentParser]", action.choices)
            for command in commands.values():
                yield from _actions(command)
