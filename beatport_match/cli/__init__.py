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
from collections.abc import Sequence

from beatport_match.cli.parser import new_parser
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen
from beatport_match.errors import BeatportMatchError


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
    if options.command == "demo":
        from beatport_match.cli import demo

        return demo.demo(options, out, err)
    if options.command == "probe":
        from beatport_match.cli import probe

        return probe.probe(options, out, err)
    if options.command == "doctor":
        from beatport_match.cli import doctor

        return doctor.doctor(options, out, err)
    if options.command == "analyze":
        from beatport_match.cli import analyze

        return analyze.analyze_file(options, out, err)
    if options.command in ("wants", "report"):
        from beatport_match.cli import result_commands

        return result_commands.COMMANDS[options.command](options, out, err)
    if options.command == "decisions":
        from beatport_match.cli import decisions

        return decisions.decisions(options, out, err)
    if options.command == "review":
        from beatport_match.cli import review

        return review.review(options, out, err)
    if options.command == "enrich":
        from beatport_match.cli import enrich

        return enrich.enrich(options, out, err)
    if options.command == "catalogue":
        from beatport_match.cli import catalogue

        return catalogue.ACTIONS[options.action](options, out, err)
    if options.command == "tag":
        from beatport_match.cli import tag

        return tag.tag(options, out, err)
    from beatport_match.cli import match_commands

    if options.command == "track":
        return match_commands.track(options, out, err)
    return match_commands.playlist(options, out, err)
