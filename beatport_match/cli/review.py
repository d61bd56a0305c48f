"""The command `review`: a person decides about the doubtful tracks of a results file.

`review.session` has the rules, `review_view` the text. With `--html` a page for the browser is
written instead (`reports.review_page`). Each decision is written at once. The
results are written at the end, also after Ctrl-C, and the next review resumes.
"""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from beatport_match.cli.key_input import keys_from
from beatport_match.cli.match_commands import DECISIONS_NAME, WRITE_STEPS
from beatport_match.cli.match_table import command_text, plural
from beatport_match.cli.process import ExitCode, interrupts_ignored
from beatport_match.cli.review_view import review_lines
from beatport_match.cli.terminal import Screen
from beatport_match.errors import MisuseError, short_repr
from beatport_match.matching.decided import Decided
from beatport_match.matching.decided_match import undecided_match, with_decisions
from beatport_match.model.decisions import Decision
from beatport_match.parsing.normalize import fold
from beatport_match.reports.review_page import write_review_page
from beatport_match.results import PlaylistMatch
from beatport_match.review.decisions import Decisions
from beatport_match.review.session import Decide, Effect, ReviewState, start, step
from beatport_match.settings.models import MatchSettings

MAX_SHOWN_NAMES = 3


def review(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Review the results, write the decisions and the results, and return the exit code."""
    file: Path = options.file
    result = PlaylistMatch.from_json(file)
    decisions = Decisions(options.decisions or file.with_name(DECISIONS_NAME))
    err.show(*(f"Note: {problem}" for problem in decisions.problems))
    if options.html and options.html.suffix.lower() in {".html", ".htm"}:
        raise MisuseError(
            f"--html {options.html}: must be a folder, in which review.html is written; omit the "
            "file name."
        )
    if options.html:
        page = write_review_page(_decided(result, decisions), options.html)
        out.show(f"Page written to {page}")
        # Not quoted, so that the shell replaces `~` with the home folder.
        add = command_text("decisions", decisions.path, "--add") + " ~/Downloads/decisions.jsonl"
        out.show(
            f"Add the decisions that it downloads: {add}",
            f"Then write them into the results: {_same_review(options)}",
        )
        return ExitCode.DONE
    if options.withdraw is not None:
        with interrupts_ignored():
            name, result = _withdrawn(options.withdraw, _decided(result, decisions), decisions)
            _write(result, file)
        out.show(f"Withdrawn: {name}", f"Decide about it again: {_same_review(options)}")
        return ExitCode.DONE
    state = start(_decided(result, decisions).review)
    code = ExitCode.DONE
    try:
        if state.matches:
            _run(state, decisions, out)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    with interrupts_ignored():
        result = _decided(result, decisions)
        _write(result, file)
    left = plural(len(result.review), "track")
    out.show(f"{left} left to review. Results written to {file}.")
    if len(decisions):
        shown = shlex.quote(str(decisions.path))
        out.show(f"To use these decisions in the next run, add --decisions {shown}")
    if result.matched and not result.review:
        out.show(WRITE_STEPS)
    return code


def _same_review(options: Namespace) -> str:
    named = ("--decisions", options.decisions) if options.decisions else ()
    return command_text("review", options.file, *named)


def _decided(result: PlaylistMatch, decisions: Decisions) -> PlaylistMatch:
    settings = MatchSettings()
    return result.with_matches(
        with_decisions(match, decisions.about(match.track), settings) for match in result.matches
    )


def _write(result: PlaylistMatch, file: Path) -> None:
    result.to_json(file)
    if (file.parent / "review.csv").exists():
        # The CSV files of the run would show the old outcomes.
        result.to_csv(file.parent)


def _withdrawn(text: str, result: PlaylistMatch, decisions: Decisions) -> tuple[str, PlaylistMatch]:
    """Withdraw all decisions about the track with a text; return its name and the new result.

    Raises:
        MisuseError: No decided track has the text, or several have it.
    """
    decided = {
        str(match.track) for match in result.matches if _counting(decisions.about(match.track))
    }
    # A whole name may also be part of another one.
    part = fold(text)
    names = sorted({text} & decided or {one for one in decided if part and part in fold(one)})
    if len(names) != 1:
        found = "no decided track of the results has this text; check its spelling."
        if names:
            shown = "; ".join(names[:MAX_SHOWN_NAMES])
            found = (
                f"{len(names)} decided tracks have this text, such as {shown}; write more of "
                "the name."
            )
        raise MisuseError(f"--withdraw {short_repr(text)}: {found}")
    matches = list(result.matches)
    for index, match in enumerate(matches):
        if str(match.track) == names[0]:
            # Without the newest accepted candidate, an earlier accepted one would apply.
            while counting := _counting(decisions.about(match.track)):
                for one in counting:
                    assert one.candidate is not None
                    at = max(one.at, datetime.now(UTC))  # a clock may have been ahead
                    decisions.withdraw(one.track, one.candidate, at=at)
            matches[index] = undecided_match(match, MatchSettings())
    return names[0], result.with_matches(matches)


def _counting(decided: Decided) -> list[Decision]:
    """Return the decisions about candidates that apply to a track."""
    return [*filter(None, [decided.accepted]), *decided.rejected.values()]


def _run(state: ReviewState, decisions: Decisions, out: Screen) -> None:
    cell_len = _cell_len(out)
    with keys_from(sys.stdin) as keys:
        while not state.is_over:
            out.show(*review_lines(state, out.width, cell_len))
            out.flush()
            key = next(keys, "q")
            state, effects = step(state, key)
            for effect in effects:
                _carry_out(effect, decisions)


def _carry_out(effect: Effect, decisions: Decisions) -> None:
    if not isinstance(effect, Decide):
        import webbrowser  # slow to import

        webbrowser.open(effect.url)
        return
    keep = {
        "accepted": decisions.accept,
        "rejected": decisions.reject,
        "withdrawn": decisions.withdraw,
    }[effect.verdict]
    for candidate in effect.candidates:
        keep(effect.track, candidate)


def _cell_len(out: Screen) -> Callable[[str], int]:
    """Return the function that measures a text in cells; without rich a character is one cell."""
    if out.console is None:
        return len
    from rich.cells import cell_len

    return cell_len
