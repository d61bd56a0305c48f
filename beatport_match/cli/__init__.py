"""The command line `beatport-match`.

    parser          options, subcommands and their help
    match_commands  `track` and `playlist`
    analyze         `analyze`
    catalogue       `catalogue build|update|remove|info`
    demo            `demo`
    terminal        output streams and JSON
    match_table     results as tables
    progress        the progress line of a run

Each command imports its own modules when it is chosen, so that `--help` starts quickly. An
unexpected exception is a bug and is not caught.

Exit codes: 0 done, 1 finished with failures, 2 misuse, 130 interrupted (finished tracks are kept).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from beatport_match.cli.parser import new_parser
from beatport_match.cli.terminal import Screen
from beatport_match.cli.text_cells import clean, text_line
from beatport_match.errors import BeatportMatchError

_MISUSE, _INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; `--help` and `--version` exit themselves."""
    out, err = Screen(sys.stdout, vital=True), Screen(sys.stderr, vital=False)
    try:
        try:
            return _run(new_parser().parse_args(arguments), out, err)
        finally:
            out.flush()
    except KeyboardInterrupt:
        err.show(text_line("beatport-match: interrupted."))
        return _INTERRUPTED
    except BeatportMatchError as error:
        err.show(text_line(clean(f"beatport-match: {error}")))
        return _MISUSE
    finally:
        err.flush()


def _run(options: argparse.Namespace, out: Screen, err: Screen) -> int:
    if options.command == "demo":
        from beatport_match.cli import demo

        return demo.demo(options, out, err)
    if options.command == "analyze":
        from beatport_match.cli import analyze

        return analyze.analyze_file(options, out, err)
    if options.command == "catalogue":
        from beatport_match.cli import catalogue

        return catalogue.ACTIONS[options.action](options, out, err)
    from beatport_match.cli import match_commands

    command = {"track": match_commands.track, "playlist": match_commands.playlist}[options.command]
    return command(options, out, err)
