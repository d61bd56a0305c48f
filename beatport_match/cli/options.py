"""The parser of one command, and the options that several commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from beatport_match.errors import MisuseError, short_repr

# Above these ratios of `difflib`, the error for a mistyped name proposes a similar one.
_SIMILAR, _VERY_SIMILAR = 0.6, 0.75


class CommandParser(argparse.ArgumentParser):
    """A parser of one command. Its options are written as in the help, such as `--cache FILE`.

    `examples` are arguments of the command; the help ends with them.
    """

    def __init__(self, *, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.examples: tuple[str, ...] = tuple(
            f"{self.prog} {arguments}".rstrip() for arguments in examples
        )

    def format_help(self) -> str:
        """Return the help text. argparse itself would join the examples into one paragraph."""
        lines = ["", "examples:", *(f"  {example}" for example in self.examples), ""]
        return super().format_help() + ("\n".join(lines) if self.examples else "")

    def error(self, message: str) -> NoReturn:
        """Raise `MisuseError` where argparse would print its usage and exit."""
        raise MisuseError(f"{message}; see `{self.prog} --help`.")

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] - has overloads
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Reject unknown arguments; argparse's own error would not name the help of the command."""
        found, unknown = super().parse_known_args(args, namespace)
        names = [one.partition("=")[0] for one in unknown if one.startswith("-") and one != "--"]
        if known := [name for name in names if name in self._option_string_actions]:
            # After `--`, an option is an argument.
            self.error(f"put options such as {known[0]} before --")
        if names:
            # The arguments between them are their values.
            options = ", ".join(
                name + _similar(name, self._option_string_actions) for name in names
            )
            self.error(f"unknown option{'s' * (len(names) > 1)} {options}")
        if unknown:
            self.error(f"unexpected argument {short_repr(unknown[0])}")
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # The text of argparse differs between versions of Python.
        if action.choices is not None and value not in action.choices:
            choices = ", ".join(map(repr, action.choices))
            hint = _similar(value, action.choices) or f" (choose from {choices})"
            raise argparse.ArgumentError(action, f"unknown value {short_repr(value)}{hint}")

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


def _similar(name: str, names: Iterable[str]) -> str:
    """Return a question with the name that is most similar; empty if none is.

    Names with another first letter must be more similar: it is rarely mistyped.
    """
    import difflib  # needed only for a mistake

    text = name.lstrip("-")
    texts = {other.lstrip("-"): other for other in names}
    like = [other for other in texts if other[:1] == text[:1]]
    close = difflib.get_close_matches(text, like, 1, _SIMILAR) or difflib.get_close_matches(
        text, texts, 1, _VERY_SIMILAR
    )
    return "".join(f" (did you mean {texts[one]}?)" for one in close)


AddParser: TypeAlias = Callable[..., CommandParser]


def add_json(parser: CommandParser) -> None:
    """Add the option `--json`."""
    parser.flag("--json", "write one JSON document to standard output instead of text")


def whole_number(text: str) -> int:
    """Return the whole number, 1 or more, of an option."""
    with suppress(ValueError):
        if (number := int(text)) >= 1:
            return number
    raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, not {text!r}")
