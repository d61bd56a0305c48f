"""Read and write a settings file, and convert files of older versions.

A file whose name ends in `.toml` is TOML with a comment above each key; any other file is JSON.
This module does not know which settings exist. Invalid content raises a `ValueError` with one
clause about the file.
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

from beatport_match.files.atomic_write import atomic_write

VERSION = 1
# All settings at their longest take about 10 kB.
MAX_FILE_BYTES = 2**20
_COMMENT_WIDTH = 96
_ARGUMENT = re.compile(r" {4}(\w+): (.+)")
# Before version 1, the default user agent was saved as if the user had chosen it.
_DEFAULT_USER_AGENT = re.compile(r"beatport-match/[\w.+-]*")


def read(path: Path) -> dict[str, Any]:
    """Read the settings in a file and convert them to this version, without validating them.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not TOML or JSON, holds no object, or has a later version.
    """
    text = _read_text(path)
    try:
        values = tomllib.loads(text) if _is_toml(path) else json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise ValueError(f"is not {_format_name(path)}: {reason}") from None
    if not isinstance(values, dict):
        # The content is invalid; this is not a wrong argument.
        raise ValueError("does not hold an object with settings")  # noqa: TRY004
    return _migrate(cast("dict[str, Any]", values))


def write(path: Path, values: Mapping[str, Any], comments: Mapping[str, str]) -> None:
    """Write settings to a file, completely or not at all.

    `comments` holds a text for each dotted name; they are written only to TOML.

    Raises:
        OSError: The file cannot be written.
        ValueError: The path is invalid, or a text in the settings cannot be encoded.
    """
    values = {"version": VERSION, **values}
    if _is_toml(path):
        text = "\n".join(_toml_lines(values, comments))
    else:
        text = json.dumps(values, ensure_ascii=False, indent=2)
    with atomic_write(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


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


def _read_text(path: Path) -> str:
    try:
        # Reading a pipe could block, and reading a device might never end.
        if path.exists() and not path.is_file():
            raise OSError("not a regular file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise OSError(f"larger than {MAX_FILE_BYTES} bytes, the limit for a settings file")
        content = path.read_bytes()
    except ValueError as error:
        raise OSError(str(error)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"is not {_format_name(path)}: not UTF-8") from None


def _migrate(values: dict[str, Any]) -> dict[str, Any]:
    version = values.pop("version", 0)
    if type(version) is not int or not 0 <= version <= VERSION:
        raise ValueError(
            f"version cannot be {version!r}: this beatport_match reads settings up to version "
            f"{VERSION}; a later one needs a later beatport_match"
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


def _format_name(path: Path) -> str:
    return "TOML" if _is_toml(path) else "JSON"
