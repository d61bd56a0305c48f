"""The settings file: TOML with a comment above each key, or JSON; older files brought up to date.

Knows how settings are written down, not which there are. A name that ends in `.toml` is TOML,
any other JSON. What is wrong with a file's content is a `ValueError`: one clause about the file.
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
# Every setting at its longest comes to some 10 kB.
MAX_FILE_BYTES = 2**20
_WIDTH = 96
_ARGUMENT = re.compile(r" {4}(\w+): (.+)")
# Until version 1 the name of the version that wrote a file was kept in it as if it had been chosen.
_OWN_NAME = re.compile(r"beatport-match/[\w.+-]*")


def read(path: Path) -> dict[str, Any]:
    """The settings in a file, brought up to date and not yet looked at.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not TOML or JSON, holds no settings, or is of a later version.
    """
    text = _text(path)
    try:
        found = tomllib.loads(text) if _is_toml(path) else json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else error
        raise ValueError(f"is not {_language(path)}: {why}") from None
    if not isinstance(found, dict):
        raise ValueError("holds no object with settings")  # noqa: TRY004 - content, not our types
    return _up_to_date(cast("dict[str, Any]", found))


def write(path: Path, values: Mapping[str, Any], comments: Mapping[str, str]) -> None:
    """Write settings down, whole or not at all; `comments` go by the dotted name, into TOML alone.

    Raises:
        OSError: The file cannot be written.
        ValueError: The path, or a text in the settings, is none.
    """
    values = {"version": VERSION, **values}
    if _is_toml(path):
        text = "\n".join(_toml(values, comments))
    else:
        text = json.dumps(values, ensure_ascii=False, indent=2)
    with atomic_write(path) as draft:
        draft.write_text(text + "\n", encoding="utf-8")


def docstring_args(docstring: str | None) -> dict[str, str]:
    """What the `Args:` of a docstring say about each name."""
    found: dict[str, str] = {}
    _, _, arguments = cleandoc(docstring or "").partition("\nArgs:\n")
    for line in arguments.splitlines():
        if argument := _ARGUMENT.fullmatch(line):
            found[argument[1]] = argument[2]
        elif line.startswith(" " * 8):
            found[list(found)[-1]] += " " + line.strip()
        else:
            break
    return found


def _text(path: Path) -> str:
    try:
        # A pipe or a device would be waited for, or never end.
        if path.exists() and not path.is_file():
            raise OSError("not a file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise OSError(f"larger than any settings file, which is at most {MAX_FILE_BYTES} bytes")
        written = path.read_bytes()
    except ValueError as error:
        raise OSError(str(error)) from None
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"is not {_language(path)}: not UTF-8") from None


def _up_to_date(values: dict[str, Any]) -> dict[str, Any]:
    version = values.pop("version", 0)
    if type(version) is not int or not 0 <= version <= VERSION:
        raise ValueError(
            f"version cannot be {version!r}: settings up to version {VERSION} can be read; "
            "a later one needs a later beatport_match"
        )
    if version < 1:
        agent = values.get("user_agent")
        if isinstance(agent, str) and _OWN_NAME.fullmatch(agent):
            del values["user_agent"]
    return values


def _toml(values: Mapping[str, Any], comments: Mapping[str, str], table: str = "") -> Iterator[str]:
    """The lines of a table; the tables within it come last, as TOML has it."""
    for name, value in sorted(values.items(), key=lambda item: isinstance(item[1], dict)):
        dotted = f"{table}.{name}" if table else name
        yield from textwrap.wrap(
            comments.get(dotted, ""), _WIDTH, initial_indent="# ", subsequent_indent="# "
        )
        if isinstance(value, dict):
            yield f"[{dotted}]\n"
            yield from _toml(cast("dict[str, Any]", value), comments, dotted)
        else:
            yield f"{name} = {_toml_value(value)}\n"


def _toml_value(value: object) -> str:
    """A value in TOML, which has no null: `false` stands for it."""
    # JSON's numbers, texts and lists are TOML's too, but for one control character.
    text = json.dumps(False if value is None else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def _is_toml(path: Path) -> bool:
    return path.suffix.lower() == ".toml"


def _language(path: Path) -> str:
    return "TOML" if _is_toml(path) else "JSON"
