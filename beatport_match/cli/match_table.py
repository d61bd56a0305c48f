"""Matches as text: the table of a playlist, its summary, and the result of one track.

In the table, your track and the found track are in the same column, one below the other, so that
both have as much width as possible. Without rich, the reason is in this column too. On a narrow
terminal, all texts of a match are below its outcome. Output to a file or a pipe is not cut.
"""

from __future__ import annotations

import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from beatport_match.cli.remedies import REMEDIES
from beatport_match.cli.terminal import Screen
from beatport_match.cli.text_cells import (
    ELLIPSIS,
    MAX_TEXT_LINES,
    Piece,
    TextLine,
    mark_direction,
    text_line,
    truncate_middle,
)
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import DEFAULT_WHERE
from beatport_match.model.evidence import MatchOutcome
from beatport_match.model.keys import KeyNotation, notation_of, parse_key
from beatport_match.model.tracks import Candidate, Track, as_minutes
from beatport_match.model.validation import is_web_url, terminal_safe
from beatport_match.results import PlaylistMatch

_OUTCOMES: dict[MatchOutcome, tuple[str, str]] = {
    "matched": ("matched", "green"),
    "review": ("review", "yellow"),
    "not_found": ("not found", "cyan"),
    "failed": ("failed", "bold red"),
}
HEADERS: tuple[str, ...] = ("outcome", "score", "conf", "your track", "→ found track", "reason")
NOTATIONS: dict[KeyNotation, str] = {
    "short": "short (Am)",
    "camelot": "camelot (8A)",
    "open_key": "open_key (1m)",
}
MatchRow: TypeAlias = tuple[Piece, Piece, Piece, Piece, Piece, Piece]
"""The cleaned texts of one match in the order of `HEADERS`, each with its style."""
MAX_SHOWN_PROBLEMS = 20
# If the place is longer, such as the path of a file, the problem is shown below it.
MAX_PLACE_WIDTH = 40
# On a narrower terminal, the texts of a match are below its outcome.
MIN_TABLE_WIDTH = 80
# The outcomes that each value of `--only` shows.
SHOWN_OUTCOMES: dict[str, frozenset[MatchOutcome]] = {
    "matched": frozenset({"matched"}),
    "review": frozenset({"review"}),
    "missing": frozenset({"not_found", "failed"}),
}
_CHANGED_PAGE = "Beatport's page has changed; see beatport-match probe"


def show_matches(matches: Iterable[Match], out: Screen, *, linked: bool = True) -> None:
    """Show a table of the matches in their order.

    Args:
        matches: The matches.
        out: The stream.
        linked: Whether a found track is a link to its page, on terminals that support links.
    """
    rows = (_match_row(match, linked=linked) for match in matches)
    if out.isatty() and out.width < MIN_TABLE_WIDTH:
        _show_stacked(rows, out)
        return
    if out.console is None or not out.isatty():
        _show_plain_table(rows, out)
        return
    from beatport_match.cli.rich_output import match_table

    out.show_table(match_table(rows, out.width))


def show_samples(matches: Sequence[Match], out: Screen) -> None:
    """Show what Beatport adds to some tracks: key, BPM, label and date, before and after."""
    for match in matches:
        if best := match.accepted:
            out.show(text_line(str(match.track), "bold"))
            for name, before, after in _compared_facts(match.track, best.candidate):
                style = "" if before == after else "green"
                out.show((("  " + f"{name:<9}", "dim"), (f"{before:<12} → ", ""), (after, style)))


def _compared_facts(track: Track, found: Candidate) -> Iterator[tuple[str, str, str]]:
    """Yield the name of a fact, and its value in the library and on Beatport."""
    key = parse_key(found.key)
    yield "key", track.key or "-", key.written(notation_of(track.key) or "camelot") if key else "-"
    yield "BPM", _bpm_text(track.bpm), _bpm_text(found.bpm)
    yield "label", track.label or "-", found.label or "-"
    yield "released", str(track.year or "-"), found.release_date or "-"


def _bpm_text(bpm: float | None) -> str:
    return f"{bpm:g}" if bpm else "-"


def show_result(result: PlaylistMatch, out: Screen) -> None:
    """Show the counts of a run, the causes of failures and the unreadable entries."""
    counts = Counter(match.outcome for match in result.matches)
    pieces: list[Piece] = [(plural(len(result.matches), "track") + ":", "bold")]
    for outcome, (name, style) in _OUTCOMES.items():
        count = counts[outcome]
        pieces.append((f"  {count:,} {name}", style if count else "dim"))
    out.show(tuple(pieces), *_effort(result), *_failures(result))
    if degraded := sum(match.degraded for match in result.matches):
        out.show(text_line(f"{_CHANGED_PAGE} ({plural(degraded, 'track')})", "yellow"))
    if problems := result.problems:
        out.show(text_line(f"{plural(len(problems), 'problem')} in the playlist:", "yellow"))
        places = [(problem.place, f"{problem.detail}.") for problem in problems]
        show_places(places, len(places), "results.json lists them all", out)


def show_places(places: Sequence[tuple[str, str]], count: int, hint: str, out: Screen) -> None:
    """Show the first problems of a file.

    Args:
        places: The place of each problem, such as `line 12`, and what is wrong there.
        count: The number of all problems.
        hint: Where the problems that are not shown can be found.
        out: The stream.
    """
    shown = [
        (terminal_safe(place), terminal_safe(detail))
        for place, detail in places[:MAX_SHOWN_PROBLEMS]
    ]
    width = max((len(place) for place, _ in shown), default=0)
    if width > MAX_PLACE_WIDTH:
        for place, detail in shown:
            out.show(f"  {place}", f"    {detail}")
    elif out.console is None:
        for place, detail in shown:
            out.show(f"  {place:>{width}}  {detail}")
    else:
        from beatport_match.cli.rich_output import place_table

        out.show_table(place_table(shown))
    if more := count - len(shown):
        out.show(f"  {ELLIPSIS} and {more:,} more; {hint}.")


def show_match(match: Match, out: Screen) -> None:
    """Show one match with the details of the found track: URL, key, BPM, label and so on."""
    name, style = _OUTCOMES[match.outcome]
    if match.best is None:
        where = f" {match.where}" if match.outcome == "not_found" else ""
        out.show(((name + where, style), (f"  {match.track}", "")), f"  {match.reason}")
        _show_changed_page(match, out)
        return
    found = match.best.candidate
    score = f"score {match.best.score:.1f}, confidence {_confidence_text(match)}"
    out.show(((name, style), ("  ", ""), (str(found), "bold")))
    out.show(text_line(f"  {score}: {match.reason}", "dim"))
    for label, value in _facts(found):
        if value:
            out.show(((f"  {label:<9} ", "dim"), (value, _link(value))))
    _show_changed_page(match, out)


def _show_changed_page(match: Match, out: Screen) -> None:
    if match.degraded:
        out.show(text_line(f"  {_CHANGED_PAGE}", "yellow"))


def duration(seconds: float) -> str:
    """Return a duration as text, such as `8 s`, `3 min 05 s` or `1 h 02 min`."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 100:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def command_text(*words: object) -> str:
    """Return a command of this program as a shell reads it; paths may contain spaces."""
    return shlex.join(("beatport-match", *map(str, words)))


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun, such as `1 track` or `2 tracks`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _effort(result: PlaylistMatch) -> Iterator[TextLine]:
    """Return the requests and the time; without Beatport, the catalogues instead of requests."""
    took = duration(result.metrics.session_info.total_time)
    places = dict.fromkeys(query.where for match in result.matches for query in match.queries)
    if places and DEFAULT_WHERE not in places:
        yield text_line(f"Searched {' and '.join(places)}, in {took}; nothing was sent", "dim")
        return
    # A match of an earlier run keeps its queries, but this run sent none of them.
    sent = result.metrics.requests or 0
    per_track = sent / max(1, len(result.matches))
    yield text_line(f"{plural(sent, 'request')}, {per_track:.2f} per track, in {took}", "dim")
    if len(places) > 1:
        matched = Counter(match.queries[-1].where for match in result.matched if match.queries)
        counts = ", ".join(f"{matched[place]:,} {place}" for place in places)
        yield text_line(f"Matched {counts}", "dim")


def _failures(result: PlaylistMatch) -> Iterator[TextLine]:
    """Return the causes of the failed tracks, the most frequent one first, and what helps."""
    kinds = Counter(match.failures[-1].kind for match in result.failed if match.failures)
    if kinds:
        yield text_line("Failed does not mean not found. What helps:", "red")
    for kind, count in kinds.most_common():
        yield text_line(f"  {kind} ({count:,}): {REMEDIES[kind]}.", "red")
    if incomplete := sum(map(_is_incomplete, result.review)):
        yield text_line(
            f"{plural(incomplete, 'answer')} to review "
            f"{'is' if incomplete == 1 else 'are'} incomplete: a query failed, or the search was "
            "stopped.",
            "yellow",
        )


def _is_incomplete(match: Match) -> bool:
    """Return whether a search was stopped, or has a query without an answer."""
    if match.stopped in ("stopped", "time_budget"):
        return True
    # The second round of a run repeats the queries that failed in the first one.
    answered = {(query.where, query.text) for query in match.queries if not query.failure}
    return any(
        query.failure and (query.where, query.text) not in answered for query in match.queries
    )


def _match_row(match: Match, *, linked: bool) -> MatchRow:
    outcome, style = _OUTCOMES[match.outcome]
    best = match.best
    found = (terminal_safe(f"→ {_missing(match)}"), "dim")
    if best:
        found = (terminal_safe(f"→ {best.candidate}"), _link(best.url) if linked else "")
    return (
        (outcome, style),
        (f"{best.score:.1f}" if best else "", ""),
        (_confidence_text(match) if best else "", style),
        (terminal_safe(str(match.track)), ""),
        found,
        (terminal_safe(match.reason), "dim"),
    )


def _missing(match: Match) -> str:
    if match.outcome == "failed":
        return "no answer"
    return f"not {match.where}" if match.where else "nothing found"


def _show_plain_table(rows: Iterable[MatchRow], out: Screen) -> None:
    """Write the table without rich: one text below the other, in the last column.

    On a terminal, texts that are too long are cut.
    """
    texts_of_rows = ([text for text, _ in row] for row in rows)
    for row in (HEADERS, *texts_of_rows):
        outcome, score, confidence, *names, reason = row
        start = f"{outcome:<9}  {score:>5}  {confidence:>4}  "
        lines = [*names, reason]
        if out.isatty():
            width = out.width - len(start)
            lines = [truncate_middle(name, width) for name in names]
            lines += textwrap.wrap(reason, width, max_lines=MAX_TEXT_LINES, placeholder=ELLIPSIS)
        for line in lines:
            out.write(f"{start}{mark_direction(line)}\n")
            start = " " * len(start)
        if row is HEADERS:
            out.write("─" * out.width + "\n")


def _show_stacked(rows: Iterable[MatchRow], out: Screen) -> None:
    """Write each match as a line with its outcome, and its texts below; nothing is cut."""
    for outcome, score, confidence, *texts in rows:
        figures = [(f"  {text}", style) for text, style in (score, confidence) if text]
        out.show((outcome, *figures))
        for text, style in texts:
            out.show((("  ", ""), (text, style)))


def _confidence_text(match: Match) -> str:
    # Rounded down: a confidence below 1 must not appear as 100%.
    return f"{int(match.confidence * 100)}%"


def _facts(found: Candidate) -> Iterator[tuple[str, str | None]]:
    yield "url", found.url
    camelot = f" ({found.camelot})" if found.camelot else ""
    yield "key", f"{found.key}{camelot}" if found.key else found.camelot
    yield "BPM", _bpm_text(found.bpm) if found.bpm else None
    yield "length", as_minutes(found.length_s) if found.length_s else None
    yield "genre", found.genre
    yield "label", found.label
    yield "released", found.release_date


def _link(url: str | None) -> str:
    """Return the style that makes a URL clickable; empty if it is not a plain web URL."""
    return f"link {url}" if url and is_web_url(url) else ""
