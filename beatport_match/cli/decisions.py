"""The command `decisions`: show, merge and export a file of decisions."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

from beatport_match.cli.match_table import plural, show_places
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.errors import MisuseError
from beatport_match.review.decisions import Decisions


def decisions(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Add decisions to a file, export it, show its counts, and return the exit code."""
    for path in options.add or [options.file]:
        if not path.exists():
            # A mistyped name must not look like a file without decisions.
            raise MisuseError(f"{path}: there is no such file; check the path.")
    kept = Decisions(options.file)
    problems = list(kept.problems)
    before = len(kept)
    for path in options.add or ():
        if path.suffix.lower() == ".csv":
            problems += kept.add_csv(path)
        else:
            other = Decisions(path)
            problems += other.problems
            kept.merge(other)
    if options.to_csv:
        kept.to_csv(options.to_csv)
    counts = Counter(decision.verdict for decision in kept)
    if options.json:
        document: dict[str, object] = {"added": len(kept) - before}
        document |= dict(counts.items())
        document["problems"] = [str(problem) for problem in problems]
        show_json(document, out)
    else:
        shown = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items())
        out.show(f"{plural(len(kept), 'decision')} ({len(kept) - before:,} added): {shown or '-'}")
        if problems:
            places = [(f"{one.file}, {one.place}", f"{one.detail}.") for one in problems]
            show_places(places, len(places), "--json lists them all", err)
    return ExitCode.FAILURES if problems else ExitCode.DONE
