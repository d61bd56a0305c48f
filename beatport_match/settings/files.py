"""Read and write a settings file, and convert files of older versions.

A file whose name ends in `.toml` is TOML with a comment above each key; any other file is JSON.
This module does not know which settings exist. Each problem with a file is a `SettingsError` with
one sentence that names the file.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel

from beatport_match.errors import SettingsError, short_repr
from beatport_match.files.atomic_write import atomic_write
from beatport_match.files.guarded_read import as_path, read_text, reason

VERSION = 1
# All settings at their longest take about 10 kB.
MAX_SETTINGS_BYTES = 2**20
_COMMENT_WIDTH = 96
_ARGUMENT = re.compile(r" {4}(\w+): (.+)")
# Before version 1, the default user agent was saved as if the user had chosen it.
_DEFAULT_USER_AGENT = re.compile(r"beatport-match/[\w.+-]*")


def read(path: str | Path) -> dict[str, Any]:
    """Read the settings in a file and convert them to this version, without validating them.

    Raises:
        SettingsError: The file cannot be read, is not TOML or JSON, holds no object, or has a later
            version.
    """
    path = as_path("path", path)
    try:
        text = read_text(path, MAX_SETTINGS_BYTES)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({reason(error)}); check the path: a settings file is UTF-8 "
            "text of at most 1 MiB."
        ) from None
    try:
        values = tomllib.loads(text) if _is_toml(path) else json.loads(text)
    except (ValueError, RecursionError) as error:
        name = "TOML" if _is_toml(path) else "JSON"
        raise SettingsError(
            f"{path}: is not {name}: {reason(error)}; correct it, or rename it: a file is TOML if "
            "its name ends in .toml, and JSON otherwise."
        ) from None
    if not isinstance(values, dict):
        raise SettingsError(
            f"{path}: does not hold an object with settings, such as "
            '{"max_queries": 3}; write one, or give another file.'
        )
    return _migrate(path, cast("dict[str, Any]", values))


def write(
    path: str | Path, settings: BaseModel, left_out: set[str], comments: Mapping[str, str]
) -> None:
    """Write settings to a file, completely or not at all.

    `left_out` names the settings that are not written. `comments` holds a text for each dotted
    name; they are written only to TOML.

    Raises:
        SettingsError: The file cannot be written, or a text in the settings cannot be encoded.
    """
    path = as_path("path", path)
    try:
        values = {"version": VERSION, **settings.model_dump(mode="json", exclude=left_out)}
        if _is_toml(path):
            text = "\n".join(_toml_lines(values, comments))
        else:
            text = json.dumps(values, ensure_ascii=False, indent=2)
        with atomic_write(path, secret=True) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be written ({reason(error)}).") from None


def docstring_args(docstring: str | None) -> dict[str, str]:
    """Return the text of each name in the `Args` of a docstring."""
    texts: dict[str, str] = {}
    _, _, arguments = cleandoc(docstring or "").partition("\nArgs:\n")
    for line in arguments.splitlines():
        if argument := _ARGUMENT.fullmatch(line):
            texts[argument[1]] = argument[2]
        elif line.startswith(" " * 8):
            texts[list(texts)[-1]] += " " + line.strip()
        else:
            break
    return texts


def _migrate(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    version = values.pop("version", 0)
    if type(version) is not int or not 0 <= version <= VERSION:
        raise SettingsError(
            f"{path}: version cannot be {short_repr(version)}, only a whole number up to "
            f"{VERSION}; a file of a newer beatport_match needs a newer beatport_match: update it."
        )
    if version < 1:
        user_agent = values.get("user_agent")
        if isinstance(user_agent, str) and _DEFAULT_USER_AGENT.fullmatch(user_agent):
            del values["user_agent"]
    return values


def _toml_lines(
    values: Mapping[str, Any], comments: Mapping[str, str], table: str = ""
) -> Iterator[str]:
    """Yield the lines of a table; inner tables come last, as TOML requires."""
    for name, value in sorted(values.items(), key=lambda item: isinstance(item[1], dict)):
        dotted = f"{table}.{name}" if table else name
        yield from textwrap.wrap(
            comments.get(dotted, ""), _COMMENT_WIDTH, initial_indent="# ", subsequent_indent="# "
        )
        if isinstance(value, dict):
            yield f"[{dotted}]\n"
            yield from _toml_lines(cast("dict[str, Any]", value), comments, dotted)
        else:
            yield f"{name} = {_toml_value(value)}\n"


def _toml_value(value: object) -> str:
    """Return a value as TOML, which has no null: `None` is written as `false`."""
    # JSON's numbers, texts and lists are valid TOML, except for one control character.
    text = json.dumps(False if value is None else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def _is_toml(path: Path) -> bool:
    return path.suffix.lower() == ".toml"
