"""The command line `beatport-match`.

    parser          the parser with all subcommands
    options         the parser of one command, and what all options need
    match_options   the options of the commands that send requests
    file_options    the options of the commands that work on files
    match_commands  the commands `track` and `playlist`
    review          the command `review`
    review_view     the lines that a review shows
    key_input       one key of a terminal
    decisions       the command `decisions`
    analyze         the command `analyze`
    result_commands the commands `wants` and `report`
    enrich          the command `enrich`
    catalogue       the commands `catalogue build|update|remove|info`
    demo            the command `demo`
    tag             the command `tag`
    probe           the command `probe`
    doctor          the command `doctor`
    completion      the scripts of `--print-completion`
    remedies        what helps against each kind of failure
    match_table     matches as tables and lines of text
    progress        the progress display of a run
    terminal        output streams and JSON
    rich_output     tables, styles and the progress bar of the package rich
    text_cells      text that is cleaned and shortened for a terminal
    process         exit codes and Ctrl-C

A command's modules are imported only when the command runs, so that `--help` starts quickly. An
error that the user can correct is one sentence; any other exception is a bug and is not caught.

Exit codes: 0 done, 1 finished with failures, 2 usage error, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TypeAlias

from beatport_match.cli.parser import new_parser
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen
from beatport_match.errors import BeatportMatchError

Command: TypeAlias = Callable[[argparse.Namespace, Screen, Screen], ExitCode]
"""A command: it gets the options and both streams. Its function and its module have its name."""
# The commands that share a module with others.
_MODULES = {
    "track": "match_commands",
    "playlist": "match_commands",
    "wants": "result_commands",
    "report": "result_commands",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments without the program's name; default: those of the process.

    Returns:
        The exit code. `--help`, `--version` and `--print-completion` raise `SystemExit` instead.
    """
    out, err = Screen(sys.stdout, required=True), Screen(sys.stderr, required=False)
    try:
        try:
            return _run(new_parser().parse_args(arguments), out, err)
        finally:
            out.flush()
    except KeyboardInterrupt:
        err.show("beatport-match: interrupted.")
        return ExitCode.INTERRUPTED
    except BeatportMatchError as error:
        err.show(f"beatport-match: {error}")
        return ExitCode.MISUSE
    finally:
        err.flush()


def _run(options: argparse.Namespace, out: Screen, err: Screen) -> ExitCode:
    module = import_module(f"beatport_match.cli.{_MODULES.get(options.command, options.command)}")
    command: Command = getattr(module, getattr(options, "action", options.command))
    return command(options, out, err)
