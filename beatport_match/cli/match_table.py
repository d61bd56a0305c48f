"""Matches as lines of text: the table of a playlist, its summary, and the result of one track.

In the table a match takes two lines or more. Your track and the found track are in the same column,
one below the other, so that both have as much width as possible. These functions are pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from beatport_match.cli.text_cells import (
    Piece,
    TextLine,
    cell,
    clean,
    text_line,
    truncate_middle,
    wrap,
)
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import DEFAULT_WHERE
from beatport_match.model.evidence import MatchOutcome
from beatport_match.model.tracks import Candidate, as_minutes
from beatport_match.model.validation import is_web_url
from beatport_match.playlists import PlaylistProblem
from beatport_match.results import PlaylistMatch

_OUTCOMES: dict[MatchOutcome, tuple[str, str]] = {
    "matched": ("matched", "green"),
    "review": ("review", "yellow"),
    "not_found": ("not found", "cyan"),
    "failed": ("failed", "bold red"),
}
_OUTCOME, _SCORE, _CONFIDENCE = 9, 5, 4  # the widths of the columns
_BLANKS: tuple[Piece, ...] = tuple(cell("", width) for width in (_OUTCOME, _SCORE, _CONFIDENCE))
_GAP: Piece = ("  ", "")
_ARROW = "→ "
MIN_REASON_WIDTH = 18
_REASON_SHARE = 0.33  # of the width that is left for texts
MAX_REASON_LINES = 4
MAX_SHOWN_PROBLEMS = 20


def table(matches: Iterable[Match], width: int, *, linked: bool = True) -> Iterator[TextLine]:
    """Return a table of the matches in their order.

    Args:
        matches: The matches.
        width: The width of the table in cells.
        linked: Whether a found track is a link to its page, on terminals that support links.
    """
    free = width - _OUTCOME - _SCORE - _CONFIDENCE - 4 * len(_GAP[0])
    reasons = max(MIN_REASON_WIDTH, round(free * _REASON_SHARE))
    names = free - reasons
    yield _row(
        cell("outcome", _OUTCOME, "bold"),
        cell("score", _SCORE, "bold", right=True),
        cell("conf", _CONFIDENCE, "bold", right=True),
        cell("your track", names, "bold"),
        cell("reason", reasons, "bold"),
    )
    yield _second_row(cell("found track", names - len(_ARROW), "bold"))
    yield text_line("─" * width, "dim")
    for match in matches:
        link = _link(match.best.url) if match.best and linked else ""
        yield from _match_rows(match, names, reasons, link)


def summary(result: PlaylistMatch) -> Iterator[TextLine]:
    """Return the number of each outcome, and the requests and the time of the run."""
    counts = Counter(match.outcome for match in result.matches)
    pieces: list[Piece] = [(plural(len(result.matches), "track") + ":", "bold")]
    for outcome, (name, style) in _OUTCOMES.items():
        count = counts[outcome]
        pieces.append((f"  {count:,} {name}", style if count else "dim"))
    yield tuple(pieces)
    yield from _effort(result)


def _effort(result: PlaylistMatch) -> Iterator[TextLine]:
    """Return the requests and the time; without Beatport, the catalogues instead of requests."""
    took = duration(result.metrics.session_info.total_time)
    places = dict.fromkeys(query.where for match in result.matches for query in match.queries)
    if places and DEFAULT_WHERE not in places:
        yield text_line(
            clean(f"Searched {' and '.join(places)}, in {took}; nothing was sent"), "dim"
        )
        return
    per_track = result.requests / max(1, len(result.matches))
    requests = plural(result.requests, "request")
    yield text_line(f"{requests}, {per_track:.2f} per track, in {took}", "dim")
    if len(places) > 1:
        matched = Counter(match.queries[-1].where for match in result.matched if match.queries)
        counts = ", ".join(f"{matched[place]:,} {place}" for place in places)
        yield text_line(clean(f"Matched {counts}"), "dim")


def failures(result: PlaylistMatch) -> Iterator[TextLine]:
    """Return the causes of the failed tracks, the most frequent one first."""
    kinds = Counter(match.failures[-1].kind for match in result.failed if match.failures)
    if kinds:
        causes = ", ".join(f"{kind} ({count:,})" for kind, count in kinds.most_common())
        yield text_line(
            f"Failed is not the same as not found: {causes}. Run the command again later.", "red"
        )


def problems(found: Sequence[PlaylistProblem]) -> Iterator[TextLine]:
    """Return the entries of a playlist that could not be read."""
    if not found:
        return
    yield text_line(f"{plural(len(found), 'entry', 'entries')} could not be read:", "yellow")
    for problem in found[:MAX_SHOWN_PROBLEMS]:
        yield text_line(clean(f"  {problem.place}: {problem.detail}."))
    if len(found) > MAX_SHOWN_PROBLEMS:
        yield text_line(
            f"  … and {len(found) - MAX_SHOWN_PROBLEMS:,} more; results.json lists them all."
        )


def one_track(match: Match) -> Iterator[TextLine]:
    """Return one match with the details of the found track: URL, key, BPM, label and so on."""
    name, style = _OUTCOMES[match.outcome]
    if match.best is None:
        where = f" {match.where}" if match.outcome == "not_found" else ""
        yield ((clean(name + where), style), _GAP, (clean(str(match.track)), ""))
        yield text_line(clean(f"  {match.reason}"))
        return
    found = match.best.candidate
    yield ((name, style), _GAP, (clean(str(found)), "bold"))
    yield text_line(
        clean(
            f"  score {match.best.score:.1f}, confidence {_confidence_text(match)}: {match.reason}"
        ),
        "dim",
    )
    for label, value in _facts(found):
        if value:
            yield ((f"  {label:<9} ", "dim"), (clean(value), _link(value)))


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


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun, such as `1 track` or `2 tracks`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _match_rows(match: Match, names: int, width: int, link: str) -> Iterator[TextLine]:
    outcome, style = _OUTCOMES[match.outcome]
    best = match.best
    missing = f"not {match.where}" if match.where else "nothing found"
    missing = "no answer" if match.outcome == "failed" else missing
    found = truncate_middle(clean(str(best.candidate) if best else missing), names - len(_ARROW))
    reasons = wrap(clean(match.reason), width, MAX_REASON_LINES)
    reasons += [""] * (2 - len(reasons))
    yield _row(
        cell(outcome, _OUTCOME, style),
        cell(f"{best.score:.1f}" if best else "", _SCORE, right=True),
        cell(_confidence_text(match) if best else "", _CONFIDENCE, style, right=True),
        cell(truncate_middle(clean(str(match.track)), names), names),
        cell(reasons[0], width, "dim"),
    )
    yield _second_row(
        cell(found, names - len(_ARROW), link if best else "dim"), cell(reasons[1], width, "dim")
    )
    for reason in reasons[2:]:
        yield _row(*_BLANKS, cell("", names), cell(reason, width, "dim"))


def _second_row(found: Piece, *more: Piece) -> TextLine:
    arrow, *rest = _row((_ARROW, "dim"), *more)
    return (*_row(*_BLANKS), _GAP, arrow, found, *rest)


def _row(*cells: Piece) -> TextLine:
    row: list[Piece] = []
    for piece in cells:
        row += [_GAP, piece] if row else [piece]
    return tuple(row)


def _confidence_text(match: Match) -> str:
    # Rounded down: a confidence below 1 must not appear as 100%.
    return f"{int(match.confidence * 100)}%"


def _facts(found: Candidate) -> Iterator[tuple[str, str | None]]:
    yield "url", found.url
    camelot = f" ({found.camelot})" if found.camelot else ""
    yield "key", f"{found.key}{camelot}" if found.key else found.camelot
    yield "BPM", f"{found.bpm:g}" if found.bpm else None
    yield "length", as_minutes(found.length_s) if found.length_s else None
    yield "genre", found.genre
    yield "label", found.label
    yield "released", found.release_date


def _link(url: str | None) -> str:
    """Return the style that makes a URL clickable; empty if it is not a plain web URL."""
    return f"link {url}" if url and is_web_url(url) else ""
