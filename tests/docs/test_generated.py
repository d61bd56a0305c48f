"""The generated parts of the docs are up to date."""

from __future__ import annotations

import argparse
import re

import pytest
from docs_pages import DOCS
from generated import PARTS, every_command, in_the_docs, options_of_settings, parsers

from beatport_match.cli.match_commands import OPTION_SETTINGS
from beatport_match.cli.parser import new_parser
from beatport_match.cli.process import ExitCode


@pytest.mark.parametrize(("page", "mark"), PARTS)
def test_a_generated_part_is_up_to_date(page: str, mark: str) -> None:
    """After a change of options, settings or the example, run `tests/docs/generated.py --write`."""
    assert in_the_docs(page, mark) == PARTS[page, mark]()


def test_every_command_and_option_is_documented() -> None:
    """The page of the command line has every command and option of `--help`."""
    text = every_command()
    found = list(parsers(new_parser()))
    assert len(found) >= 4
    for parser, _ in found:
        text_of_help = parser.format_help()
        for option in set(re.findall(r"--[a-z][a-z-]*", text_of_help)) - {"--help"}:
            assert option in text, f"{parser.prog} {option}"
        assert f"### `{parser.prog}" in text


def test_the_table_of_settings_names_their_options() -> None:
    """Each option that overrides a setting of its name, and the others, are found."""
    found = options_of_settings()
    others = {"requests_per_second": ["--pace R", "--unpaced"], "async_io.enabled": ["--async"]}
    assert found.keys() == {*OPTION_SETTINGS, *others}
    assert found | others == found


def test_nested_commands_are_found() -> None:
    """Only the innermost commands are listed."""
    outer = argparse.ArgumentParser(prog="outer")
    middle = outer.add_subparsers().add_parser("middle", help="do things")
    inner = middle.add_subparsers()
    inner.add_parser("one", help="do one thing")
    inner.add_parser("two", help="do two", description="Do two things.")
    assert [(parser.prog, about) for parser, about in parsers(outer)] == [
        ("outer middle one", "Do one thing."),
        ("outer middle two", "Do two things."),
    ]


def test_the_exit_codes_are_those_of_the_code() -> None:
    """The table of exit codes on the command-line page is complete."""
    page = (DOCS / "command-line.md").read_text("utf-8")
    documented = [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert documented == list(ExitCode)
