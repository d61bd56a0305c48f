"""Generate parts of the docs from the code.

    python tests/docs/generated.py [--write]

The parts are the options of every command, the settings with their defaults, and the source of an
example. `--write` writes each part between its two marks.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from docs_pages import DOCS, FENCE, ROOT

from beatport_match import AsyncSettings, BeatportMatchError, MatchSettings
from beatport_match.cli.match_commands import unchecked_settings
from beatport_match.cli.parser import new_parser
from beatport_match.settings.environment import settings_variables
from beatport_match.settings.files import docstring_args
from beatport_match.settings.models import USER_AGENT

sys.path.insert(0, str(ROOT / "tests" / "evaluation"))
from docs_marks import between_marks, put_between_marks

# One of these is a valid value of each option that changes a setting.
SAMPLES = ("2", "https://example.com")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the parts into the docs")
    write = parser.parse_args().write
    for (page, mark), text_of in PARTS.items():
        if write:
            put_between_marks(DOCS / page, mark, text_of())
        else:
            print(text_of(), end="\n\n")


def in_the_docs(page: str, mark: str) -> str:
    return between_marks(DOCS / page, mark)


def every_command() -> str:
    """Format each command with its arguments and options, from its parser."""
    return "\n\n".join(_command(parser, about) for parser, about in parsers(new_parser()))


def every_setting() -> str:
    """Format each setting with its range, default, other names, and what it does."""
    lines = [
        "| setting, environment variable, option | range | default | what it does |",
        "|---|---|---|---|",
    ]
    options = options_of_settings()
    for prefix, kind in (("", MatchSettings), ("async_io.", AsyncSettings)):
        descriptions = docstring_args(kind.__doc__)
        schemas = kind.model_json_schema()["properties"]
        for name, field in kind.model_fields.items():
            if name == "async_io":
                continue
            setting = f"{prefix}{name}"
            variable = f"BEATPORT_MATCH_{setting.replace('.', '__').upper()}"
            assert settings_variables({variable: "1"}) == {variable: setting}
            names = (setting, variable, *options.get(setting, ()))
            names_cell = "<br>".join(f"`{one}`" for one in names)
            about = _one_line(descriptions[name])
            cells = (names_cell, _range(schemas[name]), _default(field.default), about)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


@cache
def options_of_settings() -> dict[str, list[str]]:
    """Return the options of `playlist` that change a setting, by its name.

    Each option is tried with several values, because this finds all of them.
    """
    parser, found = new_parser(), dict[str, list[str]]()
    plain = ["playlist", "a.xml"]
    before = _flat(unchecked_settings(parser.parse_args(plain)))
    (playlist,) = (one for one, _ in parsers(parser) if one.prog.endswith(" playlist"))
    for action in playlist._actions:
        if not action.option_strings or action.dest == "help":
            continue
        samples = [[]] if action.nargs == 0 else [[one] for one in action.choices or SAMPLES]
        for sample in samples:
            line = [*plain, action.option_strings[-1], *map(str, sample)]
            with suppress(SystemExit, BeatportMatchError):
                after = _flat(unchecked_settings(parser.parse_args(line)))
                if changed := [name for name in before if after[name] != before[name]]:
                    found.setdefault(*changed, []).append(_shown(action))
                    break
    return found


def own_driver() -> str:
    """Format the source of the example."""
    text = (ROOT / "examples" / "own_driver.py").read_text("utf-8")
    return f"{FENCE}python\n{text}{FENCE}"


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("command-line.md", "commands"): every_command,
    ("settings.md", "settings"): every_setting,
    ("conversation.md", "own driver"): own_driver,
}


def parsers(
    parser: argparse.ArgumentParser, about: str = ""
) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Yield the parsers of all commands, at any depth, each with its description."""
    inner = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not inner:
        yield parser, parser.description or f"{about[:1].upper()}{about[1:]}."
    for one in inner:
        helps = {choice.dest: choice.help or "" for choice in one._choices_actions}
        for name, command in one.choices.items():
            yield from parsers(command, helps[name])


def _command(parser: argparse.ArgumentParser, about: str) -> str:
    actions = [one for one in parser._actions if one.dest != "help"]
    positionals = [one for one in actions if not one.option_strings]
    options = [one for one in actions if one.option_strings]
    title = " ".join([parser.prog, *(_value_name(one) for one in positionals)])
    lines = [f"### `{title}`", "", about, "", "| | |", "|---|---|"]
    lines += [f"| `{_shown(one)}` | {_help(one, parser)} |" for one in (*positionals, *options)]
    if examples := parser.examples:
        lines += ["", f"{FENCE}bash", *examples, FENCE]
    return "\n".join(lines)


def _shown(action: argparse.Action) -> str:
    return " ".join(
        [*action.option_strings[-1:], *([_value_name(action)] if action.nargs != 0 else [])]
    )


def _value_name(action: argparse.Action) -> str:
    """Return the name of the value, with an ellipsis if there may be several."""
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    name = str(action.metavar or choices or action.dest.upper())
    return f"{name} …" if action.nargs in {"+", "*"} else name


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    text = str(action.help) % {**vars(action), "prog": parser.prog}
    excluded = [
        f"`{other.option_strings[-1]}`"
        for group in parser._mutually_exclusive_groups
        if action in group._group_actions
        for other in group._group_actions
        if other is not action
    ]
    text += f"; not with {', '.join(excluded)}" if excluded else ""
    return text.replace("|", "\\|")


def _flat(settings: MatchSettings) -> dict[str, Any]:
    values = settings.values()
    inner = values.pop("async_io")
    return values | {f"async_io.{name}": value for name, value in inner.items()}


def _range(schema: Mapping[str, Any]) -> str:
    """Format the values that a setting accepts, from its JSON schema."""
    match schema:
        case {"anyOf": [inner, {"type": "null"}]}:
            return f"{_range(inner)} or `None`"
        case {"exclusiveMinimum": low, "maximum": high}:
            return f"above {low:.10g}, up to {high:.10g}"
        case {"minimum": low, "maximum": high}:
            return f"{low:.10g}-{high:.10g}"
        case {"minLength": low, "maxLength": high}:
            return f"{low}-{high} characters"
        case {"enum": values}:
            return ", ".join(f"`{one}`" for one in values)
        case {"format": "path"}:
            return "a path"
        case _:
            kinds = {"boolean": "`False`, `True`", "string": "text", "array": "names"}
            return kinds[schema["type"]]


def _one_line(description: str) -> str:
    """Return the first sentence of a description without its range."""
    sentence, _, _ = description.partition(". ")
    return re.sub(r" \((above )?\d[^)]*\)", "", sentence).rstrip(".") + "."


def _default(value: Any) -> str:
    if value == USER_AGENT:
        return "names the version"
    if isinstance(value, float):
        return f"`{value:.10g}`"
    return f"`{value!r}`" if not isinstance(value, str) else f"`{value}`"


if __name__ == "__main__":
    main()
