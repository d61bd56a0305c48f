"""The command line `beatport-match`.

    parser          the parser with all subcommands
    options         the parser of one command, and the options that several commands have
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
from typing import TypeAlias

from beatport_match.cli.parser import new_parser
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen
from beatport_match.errors import BeatportMatchError

Command: TypeAlias = Callable[[argparse.Namespace, Screen, Screen], ExitCode]


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
            options = new_parser().parse_args(arguments)
            return _command(options)(options, out, err)
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


def _command(options: argparse.Namespace) -> Command:
    match options.command:
        case "demo":
            from beatport_match.cli.demo import demo as command
        case "track":
            from beatport_match.cli.match_commands import track as command
        case "review":
            from beatport_match.cli.review import review as command
        case "decisions":
            from beatport_match.cli.decisions import decisions as command
        case "enrich":
            from beatport_match.cli.enrich import enrich as command
        case "tag":
            from beatport_match.cli.tag import tag as command
        case "catalogue":
            from beatport_match.cli.catalogue import ACTIONS

            return ACTIONS[options.action]
        case "wants":
            from beatport_match.cli.result_commands import wants as command
        case "report":
            from beatport_match.cli.result_commands import report as command
        case "analyze":
            from beatport_match.cli.analyze import analyze_file as command
        case "probe":
            from beatport_match.cli.probe import probe as command
        case "doctor":
            from beatport_match.cli.doctor import doctor as command
        case _:
            from beatport_match.cli.match_commands import playlist as command
    return command
