"""The lines of a review on a terminal: the track, its candidates and the keys. Pure functions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from beatport_match.cli.text_cells import (
    ELLIPSIS,
    TextLine,
    mark_direction,
    text_line,
    truncate_middle,
)
from beatport_match.matching.match import Match
from beatport_match.model.evidence import ScoredCandidate
from beatport_match.model.tracks import as_minutes
from beatport_match.model.validation import terminal_safe
from beatport_match.parsing.field_values import stem
from beatport_match.review.session import MAX_CHOICES, ReviewState
from beatport_match.scoring.rejection import strongest_evidence

KEYS = (
    f"y accept  1-{MAX_CHOICES} accept that one  n none  s skip  u undo  "
    "o open page  j/k move mark  q quit"
)
# The width of a mark such as `> 1  `.
_INDENT = 5


def review_lines(
    state: ReviewState, width: int, cell_len: Callable[[str], int] = len
) -> Iterator[TextLine]:
    """Yield the lines of a state; none is wider than `width` cells."""
    if state.message:
        yield text_line(_cut(state.message, width, cell_len), "cyan")
    if state.is_complete:
        yield text_line("No track is left. u undoes the last step, any other key quits.")
        return
    match = state.match
    place = f"{state.position + 1}/{len(state.matches)}  "
    title = _cut(str(match.track), width - len(place), cell_len)
    yield text_line("")
    yield (place, "dim"), (title, "bold")
    yield from _wrapped(_track_facts(match), width, cell_len)
    yield from _wrapped(f"{match.outcome}: {match.reason}", width, cell_len)
    for index, scored in enumerate(match.candidates[:MAX_CHOICES]):
        mark = f"{'>' if index == state.marked else ' '} {index + 1}  "
        yield from _candidate_lines(mark, scored, match, width, cell_len)
    yield from map(text_line, textwrap.wrap(KEYS, width))


def _candidate_lines(
    mark: str, scored: ScoredCandidate, match: Match, width: int, cell_len: Callable[[str], int]
) -> Iterator[TextLine]:
    name = _cut(str(scored.candidate), width - _INDENT, cell_len)
    yield (mark, "yellow"), (name, "bold" if mark.strip().startswith(">") else "")
    yield from _wrapped(_candidate_facts(scored, match), width, cell_len)
    yield from _wrapped(_against(scored), width, cell_len)


def _against(scored: ScoredCandidate) -> str:
    """Return the reasons against the candidate, or that limit its confidence; empty if none."""
    # The doubts about another track name only the differences besides its title or artist.
    if scored.doubts and scored.relation != "different":
        return "; ".join(scored.doubts)
    is_contradicted = any(line.effect < 0 and line.note for line in scored.evidence)
    return strongest_evidence(scored, against=True) if is_contradicted else ""


def _track_facts(match: Match) -> str:
    track = match.track
    tempo = f"{track.bpm:g} BPM" if track.bpm else ""
    length = as_minutes(track.duration_s) if track.duration_s else ""
    return _joined(length, tempo, track.key, track.label, track.album, stem(track.file))


def _candidate_facts(scored: ScoredCandidate, match: Match) -> str:
    found, local_s = scored.candidate, match.track.duration_s
    length = as_minutes(found.length_s) if found.length_s else ""
    if length and local_s and found.length_s and (gap := round(found.length_s - local_s)):
        length += f" ({gap:+} s)"
    tempo = f"{found.bpm:g} BPM" if found.bpm else ""
    confidence = f"{int(scored.confidence * 100)}%"
    key = found.camelot or found.key
    return _joined(length, tempo, key, confidence, found.release_date, found.label)


def _joined(*values: str | None) -> str:
    return ", ".join(filter(None, values))


def _cut(text: str, width: int, cell_len: Callable[[str], int]) -> str:
    return mark_direction(truncate_middle(terminal_safe(text), width, cell_len))


def _wrapped(text: str, width: int, cell_len: Callable[[str], int]) -> Iterator[TextLine]:
    """Yield a text as one or two indented lines; none if it is empty."""
    width -= _INDENT
    for line in textwrap.wrap(terminal_safe(text), width, max_lines=2, placeholder=ELLIPSIS):
        # `textwrap` counts characters, but some characters fill two cells.
        yield text_line(" " * _INDENT + _cut(line, width, cell_len), "dim")
