"""The parser of the command line with all subcommands.

The options of a command are not in its own module, because that imports what the command needs:
`--help` and the shell's completion would wait for it. `tests/docs/generated.py --write` copies the
help texts to docs/command-line.md.
"""

from __future__ import annotations

from beatport_match._version import __version__
from beatport_match.cli.completion import SHELLS, PrintCompletion
from beatport_match.cli.file_options import FILE_COMMANDS
from beatport_match.cli.match_options import DIAGNOSTIC_COMMANDS, MATCH_COMMANDS
from beatport_match.cli.options import CommandParser


def new_parser() -> CommandParser:
    """Return the parser of the command line with all subcommands."""
    parser = CommandParser(
        prog="beatport-match",
        description="Find local tracks on Beatport: the right version, a confidence for each "
        "answer, few requests.",
        epilog="Exit codes: 0 done, 1 finished with failures, 2 usage error, 130 interrupted.",
        examples=(
            "demo",
            "playlist collection.xml --playlist Sets/Friday --out results/",
            "playlist --help",
        ),
    )
    parser.add_argument("--version", action="version", version=f"beatport-match {__version__}")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        help="print the completion script of this shell (needs the extra cli), and exit",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add_command in (*MATCH_COMMANDS, *FILE_COMMANDS, *DIAGNOSTIC_COMMANDS):
        add_command(commands.add_parser)
    return parser
