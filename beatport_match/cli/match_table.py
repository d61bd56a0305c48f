"""Matches as lines for a person: the table of a playlist, its summary, and one track alone.

Two lines a track, so that what the DJ has and what was found stand one above the other at the
greatest width there is. Pure: it knows matches and columns, no stream.
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
from beatport_match.model.tracks import Candidate
from beatport_match.playlists import PlaylistProblem
from beatport_match.results import PlaylistMatch

_OUTCOMES: dict[MatchOutcome, tuple[str, str]] = {
    "matched": ("matched", "green"),
    "review": ("review", "yellow"),
    "not_found": ("not found", "cyan"),
    "failed": ("failed", "bold red"),
}
_OUTCOME, _SCORE, _CONFIDENCE = 9, 5, 4
_BLANKS: tuple[Piece, ...] = tuple(cell("", width) for width in (_OUTCOME, _SCORE, _CONFIDENCE))
_GAP: Piece = ("  ", "")
_ARROW = "→ "
MIN_REASON_WIDTH = 18
_SHARE_OF_REASON = 0.33
MAX_REASON_LINES = 4
MAX_SHOWN_PROBLEMS = 20


def table(matches: Iterable[Match], width: int, *, linked: bool = True) -> Iterator[TextLine]:
    """The matches in their order: outcome, score, confidence, what is had and found, and why.

    Where `linked`, what was found leads to its page, on terminals that can follow a link.
    """
    free = width - _OUTCOME - _SCORE - _CONFIDENCE - 4 * len(_GAP[0])
    why = max(MIN_REASON_WIDTH, round(free * _SHARE_OF_REASON))
    names = free - why
    yield _row(
        cell("outcome", _OUTCOME, "bold"),
        cell("score", _SCORE, "bold", right=True),
        cell("conf", _CONFIDENCE, "bold", right=True),
        cell("what you have", names, "bold"),
        cell("why", why, "bold"),
    )
    yield _second_row(cell("what was found", names - len(_ARROW), "bold"))
    yield text_line("─" * width, "dim")
    for match in matches:
        link = _link(match.best.url) if match.best and linked else ""
        yield from _match_rows(match, names, why, link)


def summary(result: PlaylistMatch) -> Iterator[TextLine]:
    """How many of each outcome, and what it took."""
    counts = Counter(match.outcome for match in result.matches)
    pieces: list[Piece] = [(plural(len(result.matches), "track") + ":", "bold")]
    for outcome, (name, style) in _OUTCOMES.items():
        some = counts[outcome]
        pieces.append((f"  {some:,} {name}", style if some else "dim"))
    yield tuple(pieces)
    yield from _effort(result)


def _effort(result: PlaylistMatch) -> Iterator[TextLine]:
    """What it took; of catalogues at hand, which they were instead of requests never sent."""
    took = duration(result.metrics.session_info.total_time)
    places = dict.fromkeys(query.where for match in result.matches for query in match.queries)
    if places and DEFAULT_WHERE not in places:
        yield text_line(
            clean(f"Looked up {' and '.join(places)}, in {took}; nothing was sent"), "dim"
        )
        return
    each = result.requests / max(1, len(result.matches))
    yield text_line(f"{plural(result.requests, 'request')}, {each:.2f} per track, in {took}", "dim")
    if len(places) > 1:
        matched = Counter(match.queries[-1].where for match in result.matched if match.queries)
        told = ", ".join(f"{matched[place]:,} {place}" for place in places)
        yield text_line(clean(f"Matched {told}"), "dim")


def failures(result: PlaylistMatch) -> Iterator[TextLine]:
    """What kept the failed ones from being known, the most frequent first."""
    kinds = Counter(match.failures[-1].kind for match in result.failed if match.failures)
    if kinds:
        told = ", ".join(f"{kind} ({count:,})" for kind, count in kinds.most_common())
        yield text_line(f"Failed is not the same as not found: {told}. Run it again later.", "red")


def problems(found: Sequence[PlaylistProblem]) -> Iterator[TextLine]:
    """The entries of a playlist that could not be read."""
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
    """One match alone, with what a DJ wants to know of the track that was found."""
    name, style = _OUTCOMES[match.outcome]
    if match.best is None:
        where = f" {match.where}" if match.outcome == "not_found" else ""
        yield ((clean(name + where), style), _GAP, (clean(str(match.track)), ""))
        yield text_line(clean(f"  {match.reason}"))
        return
    found = match.best.candidate
    yield ((name, style), _GAP, (clean(str(found)), "bold"))
    yield text_line(
        clean(f"  score {match.best.score:.1f}, {_confidence_piece(match)} sure: {match.reason}"),
        "dim",
    )
    for label, value in _facts(found):
        if value:
            yield ((f"  {label:<9} ", "dim"), (clean(value), _link(value)))


def duration(seconds: float) -> str:
    """Seconds as a person says them, such as `8 s`, `3 min 05 s` or `1 h 02 min`."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 100:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun, such as `1 track` or `2 tracks`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _match_rows(match: Match, names: int, why: int, link: str) -> Iterator[TextLine]:
    outcome, style = _OUTCOMES[match.outcome]
    best = match.best
    nothing = f"not {match.where}" if match.where else "nothing"
    nothing = "could not ask" if match.outcome == "failed" else nothing
    found = truncate_middle(clean(str(best.candidate) if best else nothing), names - len(_ARROW))
    reasons = wrap(clean(match.reason), why, MAX_REASON_LINES)
    reasons += [""] * (2 - len(reasons))
    yield _row(
        cell(outcome, _OUTCOME, style),
        cell(f"{best.score:.1f}" if best else "", _SCORE, right=True),
        cell(_confidence_piece(match) if best else "", _CONFIDENCE, style, right=True),
        cell(truncate_middle(clean(str(match.track)), names), names),
        cell(reasons[0], why, "dim"),
    )
    yield _second_row(
        cell(found, names - len(_ARROW), link if best else "dim"), cell(reasons[1], why, "dim")
    )
    for reason in reasons[2:]:
        yield _row(*_BLANKS, cell("", names), cell(reason, why, "dim"))


def _second_row(found: Piece, *more: Piece) -> TextLine:
    arrow, *rest = _row((_ARROW, "dim"), *more)
    return (*_row(*_BLANKS), _GAP, arrow, found, *rest)


def _row(*cells: Piece) -> TextLine:
    row: list[Piece] = []
    for one in cells:
        row += [_GAP, one] if row else [one]
    return tuple(row)


def _confidence_piece(match: Match) -> str:
    # Rounded down: what is not certain must not look it.
    return f"{int(match.confidence * 100)}%"


def _facts(found: Candidate) -> Iterator[tuple[str, str | None]]:
    yield "url", found.url
    camelot = f" ({found.camelot})" if found.camelot else ""
    yield "key", f"{found.key}{camelot}" if found.key else found.camelot
    yield "BPM", f"{found.bpm:g}" if found.bpm else None
    yield "length", _clock(found.length_s) if found.length_s else None
    yield "genre", found.genre
    yield "label", found.label
    yield "released", found.release_date


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _link(address: str | None) -> str:
    """The style that makes an address clickable, where it is one a style can hold."""
    if not address:
        return ""
    web = address.startswith(("https://", "http://"))
    return f"link {address}" if web and address.isprintable() and " " not in address else ""
