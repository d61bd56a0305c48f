"""What would make another answer: the same judgement, with a fact more, less, or another.

For people who want to know what an answer hangs on, and which tag to mend. Nothing is guessed: each
supposed track is judged anew among the same candidates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from beatport_match.model.evidence import MatchOutcome, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.titles import parse_title
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.settings.models import MatchSettings

# The track's facts, likeliest to matter first: what each is called, and a candidate's field.
_FACTS = (
    ("artists", "artists", "artists"),
    ("duration_s", "length", "length_s"),
    ("bpm", "tempo", "bpm"),
    ("key", "key", "key"),
    ("isrc", "ISRC", "isrc"),
    ("remixers", "remixers", "remixers"),
    ("label", "label", "label"),
    ("album", "album", "release"),
)
# Further than releases of one recording lie apart.
OTHER_LENGTH_GAP_S = 60.0


@dataclass(frozen=True, slots=True)
class Change:
    """A supposition about the track, and what it would make of the answer.

    `fact` is a field of `Track`, or `version`; `supposed` says what of it: `with` (the best
    candidate's), `without`, or `another`. `value` is the supposed one, as text. `outcome` and
    `confidence` (0-1) are what it would come to, `found` is the number of the candidate that would
    be best.
    """

    fact: str
    supposed: str
    value: str
    outcome: MatchOutcome
    confidence: float
    found: int

    def __str__(self) -> str:
        called = next((called for name, called, _ in _FACTS if name == self.fact), self.fact)
        what = f"{self.supposed} {called}" + (f" {self.value}" if self.value else "")
        return f"{what}: {self.outcome}, confidence {self.confidence:.2f} [{self.found}]"


def what_would_change(
    track: Track, candidates: tuple[Candidate, ...], settings: MatchSettings
) -> tuple[Change, ...]:
    """The single facts that would make another outcome, or another candidate the best.

    An answer that is not `matched` is asked what it lacks; one that is, what it hangs on.
    """
    ranked = rank(track, candidates)
    if not ranked:
        return ()
    outcome, best = outcome_of(ranked, settings), ranked[0]
    suppositions = _less(track, best) if outcome == "matched" else _more(track, best.candidate)
    changes: list[Change] = []
    for fact, supposed, value, other in suppositions:
        again = rank(other, candidates)
        found = again[0]
        told = outcome_of(again, settings)
        if (told, found.id) != (outcome, best.id):
            changes.append(Change(fact, supposed, value, told, found.confidence, found.id))
    return tuple(changes)


_Supposed = tuple[str, str, str, Track]


def _more(track: Track, best: Candidate) -> Iterator[_Supposed]:
    """The track with one fact as the best candidate has it."""
    title = parse_title(track.title)
    if best.mix_name and title.version.text != best.mix_name:
        named = replace(track, title=f"{title.base} ({best.mix_name})")
        yield "version", "with", best.mix_name, named
    for name, _, theirs in _FACTS:
        value = getattr(best, theirs)
        known = value and (isinstance(value, str | tuple) or math.isfinite(value))
        if known and value != getattr(track, name):
            yield name, "with", _text(name, value), _with(track, name, value)


def _less(track: Track, best: ScoredCandidate) -> Iterator[_Supposed]:
    """The track with one fact less, and of another length."""
    empty = Track(track.title)
    for name, _, _ in _FACTS:
        if getattr(track, name):
            yield name, "without", "", _with(track, name, getattr(empty, name))
    if best.candidate.length_s and math.isfinite(best.candidate.length_s):
        seconds = best.candidate.length_s + OTHER_LENGTH_GAP_S
        yield (
            "duration_s",
            "another",
            _text("duration_s", seconds),
            _with(track, "duration_s", seconds),
        )


def _with(track: Track, name: str, value: Any) -> Track:
    return replace(track, **{name: value})


def _text(name: str, value: Any) -> str:
    if name == "duration_s":
        return f"{round(value) // 60}:{round(value) % 60:02d}"
    if name == "bpm":
        return f"{value:g}"
    return value if isinstance(value, str) else ", ".join(value)
