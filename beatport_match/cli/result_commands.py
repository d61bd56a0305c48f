"""The commands `wants` and `report`, which read a results file and send no request."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from beatport_match.cli.analyze import keep_input_files
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.reports.match_report import write_match_report
from beatport_match.reports.wants import write_wants
from beatport_match.results import PlaylistMatch


def wants(options: Namespace, out: Screen, err: Screen) -> ExitCode:  # noqa: ARG001
    """Write the lists of the tracks to buy and of the missing ones."""
    written = write_wants(PlaylistMatch.from_json(options.file), options.out)
    if options.json:
        show_json(asdict(written), out)
    else:
        out.show(f"Written to {written}")
    return ExitCode.DONE


def report(options: Namespace, out: Screen, err: Screen) -> ExitCode:  # noqa: ARG001
    """Write the match report."""
    result = PlaylistMatch.from_json(options.file)
    keep_input_files(options.html, options.file, kind="results file")
    write_match_report(result, options.html)
    out.show(f"Report written to {options.html}")
    return ExitCode.DONE
