"""Find the single facts that would change an answer.

They show DJs on which facts an answer depends, and which tag to correct. Each changed track is
scored again against the same candidates.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from beatport_match.model.evidence import MatchOutcome
from beatport_match.model.tracks import Candidate, Track, as_minutes
from beatport_match.parsing.titles import parse_title
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.settings.models import MatchSettings

# The facts of a track, the most important one first: the field of `Track`, its name in
# texts, and the field of `Candidate`.
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
# More than the lengths of two releases of one recording differ.
OTHER_LENGTH_GAP_S = 60.0

# The fields `fact`, `supposed` and `value` of a `Change`, and the changed track.
_Supposition = tuple[str, str, str, Track]


@dataclass(frozen=True, slots=True)
class Change:
    """One changed fact about the track, and the answer that it would give.

    `str(change)` is one line, such as `with length 6:37: matched, confidence 0.99 [1234567]`.

    Attributes:
        fact: The field of `Track` that is changed, or `version`.
        supposed: How it is changed: `with` (the best candidate's value), `without`, or `another`
            (a length that differs by 60 seconds).
        value: The changed value as text; empty for `without`.
        outcome: The outcome that the changed track would have.
        confidence: The confidence that its best candidate would have, 0-1.
        found: The `id` of that candidate.

    Example:
        ```python
        for change in match.changes():
            print(change.fact, change.outcome, change.confidence)
        ```
    """

    fact: str
    supposed: str
    value: str
    outcome: MatchOutcome
    confidence: float
    found: int

    def __str__(self) -> str:
        fact = next((shown for name, shown, _ in _FACTS if name == self.fact), self.fact)
        what = f"{self.supposed} {fact}" + (f" {self.value}" if self.value else "")
        return f"{what}: {self.outcome}, confidence {self.confidence:.2f} [{self.found}]"


def what_would_change(
    track: Track, candidates: tuple[Candidate, ...], settings: MatchSettings
) -> tuple[Change, ...]:
    """Return the single facts that would give another outcome or another best candidate.

    For an answer that is not `matched`, these are facts that the best candidate has and the track
    lacks. For a match, these are the facts that it depends on.
    """
    ranked = rank(track, candidates)
    if not ranked:
        return ()
    outcome, best = outcome_of(ranked, settings), ranked[0]
    facts = _removed_facts if outcome == "matched" else _added_facts
    changes: list[Change] = []
    for fact, supposed, value, changed_track in facts(track, best.candidate):
        changed = rank(changed_track, candidates)
        found = changed[0]
        new_outcome = outcome_of(changed, settings)
        if (new_outcome, found.id) != (outcome, best.id):
            changes.append(Change(fact, supposed, value, new_outcome, found.confidence, found.id))
    return tuple(changes)


def _added_facts(track: Track, best: Candidate) -> Iterator[_Supposition]:
    """Yield the track with one fact of the best candidate at a time."""
    title = parse_title(track.title)
    if best.mix_name and title.version.text != best.mix_name:
        named = replace(track, title=f"{title.base} ({best.mix_name})")
        yield "version", "with", best.mix_name, named
    for name, _, candidate_field in _FACTS:
        value = getattr(best, candidate_field)
        is_known = value and (isinstance(value, str | tuple) or math.isfinite(value))
        if is_known and value != getattr(track, name):
            yield name, "with", _text(name, value), replace(track, **{name: value})


def _removed_facts(track: Track, best: Candidate) -> Iterator[_Supposition]:
    """Yield the track without one fact at a time, and with another length."""
    empty = Track(track.title)
    for name, _, _ in _FACTS:
        if getattr(track, name):
            yield name, "without", "", replace(track, **{name: getattr(empty, name)})
    if best.length_s and math.isfinite(best.length_s):
        seconds = best.length_s + OTHER_LENGTH_GAP_S
        yield "duration_s", "another", as_minutes(seconds), replace(track, duration_s=seconds)


def _text(name: str, value: Any) -> str:
    """Format the value of a field."""
    if name == "duration_s":
        return as_minutes(value)
    if name == "bpm":
        return f"{value:g}"
    return value if isinstance(value, str) else ", ".join(value)
