"""The parser of one command, and the options that several commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from beatport_match.errors import MisuseError


class CommandParser(argparse.ArgumentParser):
    """A parser of one command. Its options are written as in the help, such as `--cache FILE`.

    `examples` are arguments of the command; the help ends with them.
    """

    def __init__(self, *, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.examples = tuple(f"{self.prog} {arguments}".rstrip() for arguments in examples)

    def format_help(self) -> str:
        """Return the help text. argparse itself would join the examples into one paragraph."""
        lines = ["", "examples:", *(f"  {example}" for example in self.examples), ""]
        return super().format_help() + ("\n".join(lines) if self.examples else "")

    def error(self, message: str) -> NoReturn:
        """Raise `MisuseError` where argparse would print its usage and exit."""
        raise MisuseError(f"{message}; see `{self.prog} --help`.")

    def value(self, usage: str, help_text: str, **options: Any) -> None:
        """Add an option or an argument with a value."""
        name, metavar = usage.split()
        self.add_argument(name, metavar=metavar, help=help_text, **options)

    def path(self, usage: str, help_text: str, **options: Any) -> None:
        """Add an option or an argument that names a file or a folder."""
        self.value(usage, help_text, type=Path, **options)

    def flag(self, name: str, help_text: str, **options: Any) -> None:
        """Add an option without a value."""
        self.add_argument(name, action="store_true", help=help_text, **options)


AddParser: TypeAlias = Callable[..., CommandParser]


def add_json(parser: CommandParser) -> None:
    """Add the option `--json`."""
    parser.flag("--json", "write one JSON document to standard output instead of text")


def whole_number(text: str) -> int:
    """Return the number of an option that counts, from 1."""
    with suppress(ValueError):
        if (number := int(text)) >= 1:
            return number
    raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, not {text!r}")
