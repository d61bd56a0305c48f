"""Which earlier decisions apply to a track: pure comparisons, without a file or a clock.

A decision applies to a recording, also after its tags have changed. It holds the track at the time
of the decision. Each fact of the present track agrees with it, contradicts it, or is unknown:

* The title and the version must be equal in one of their interpretations, which leave out the same
  text. The wording of an accepted candidate counts too, because the tags may come from it.
* Artists contradict if neither side's names contain the other side's.
* Lengths contradict above `MAX_LENGTH_GAP_S`. Two ISRCs contradict if they differ; that of the
  accepted candidate agrees.
* A track number of Beatport that is new in the tags contradicts, unless it is the accepted one.
* Key, tempo, label, album and year do not identify a recording, so they are not compared.

After one contradiction the decision does not apply, and the track is searched for again. An equal
title alone is not enough, because many tracks are called "Intro": the artist, the length, the ISRC
or the name of the file must agree as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from beatport_match.model.decisions import Decision
from beatport_match.model.tracks import Candidate, Track
from beatport_match.model.validation import clean_isrc
from beatport_match.parsing.damaged_text import cut, readable, repair
from beatport_match.parsing.field_values import stem
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.normalize import fold, words_of_text
from beatport_match.parsing.parsed_track import ParsedTrack, beatport_id_of, parse_candidate
from beatport_match.scoring.scorer import length_gap

# Programs round lengths, and some count the padding of an MP3. Other edits differ by more.
MAX_LENGTH_GAP_S = 3.0
# The wait after a miss is 1, 2, 4, 8, 16 and then always 32 days.
MAX_DOUBLINGS = 5

CandidateKey: TypeAlias = tuple[int, str]
"""The number and the name of a candidate."""


def candidate_key(candidate: Candidate) -> CandidateKey:
    """Return the number and the name: other catalogues use the same numbers for other tracks."""
    return candidate.id, candidate.name


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions that apply to one track.

    Attributes:
        accepted: The newest decision that accepts a candidate; `None` if there is none.
        rejected: The decisions that reject a candidate, by the candidate's number and name.
        misses: When runs did not find the track, the earliest first.
    """

    accepted: Decision | None = None
    rejected: Mapping[CandidateKey, Decision] = field(default_factory=dict[CandidateKey, Decision])
    misses: tuple[datetime, ...] = ()

    @property
    def next_attempt(self) -> datetime | None:
        """When a track that was not found is due again; `None` if it was never missed.

        The wait doubles with each miss, from 1 day up to 32 days. Without a miss it begins when the
        last candidate was rejected, because then the track was not found either.
        """
        if not (missed := self.misses or tuple(one.at for one in self.rejected.values())):
            return None
        doublings = min(max(len(self.misses) - 1, 0), MAX_DOUBLINGS)
        return max(missed) + timedelta(days=2**doublings)

    def is_due(self, now: datetime) -> bool:
        """Return whether a track that was not found is due for another search."""
        return self.next_attempt is None or self.next_attempt <= now


UNDECIDED = Decided()


class DecisionIndex:
    """Decisions in memory, with an index to find those that may apply to a track."""

    def __init__(self) -> None:
        # Titles that are equal in one interpretation share every word of it, so a decision can be
        # found under each of its words. To interpret a title takes 1 ms, which waits until then.
        self._by_word: dict[str, list[Decision]] = {}

    def add(self, decision: Decision) -> None:
        """Add a decision."""
        titles = [repair(cut(decision.track.title))]
        if decision.candidate:
            titles.append(decision.candidate.name)
        for word in {word for title in titles for word in words_of_text(title)}:
            self._by_word.setdefault(word, []).append(decision)

    def about(self, track: Track) -> Decided:
        """Return the decisions that apply to a track.

        The latest decision about a candidate applies. The order in which decisions were added does
        not matter.
        """
        newest: dict[CandidateKey, Decision] = {}
        misses: set[datetime] = set()
        found = [one for one in self._with_title_of(track) if is_about(one, track)]
        for decision in sorted(found, key=lambda one: (one.at, one.verdict)):
            if decision.candidate is None:
                misses.add(decision.at)
            else:
                # The later one moves to the end.
                newest.pop(key := candidate_key(decision.candidate), None)
                newest[key] = decision
        accepted = [one for one in newest.values() if one.verdict == "accepted"]
        # The tags were not written from a rejected candidate: a title with its wording is another.
        rejected = {
            key: one
            for key, one in newest.items()
            if one.verdict == "rejected" and is_about(one, track, by_candidate=False)
        }
        return Decided(accepted[-1] if accepted else None, rejected, tuple(sorted(misses)))

    def _with_title_of(self, track: Track) -> Iterable[Decision]:
        """Return all decisions that may have an equal title, each once."""
        found: dict[int, Decision] = {}
        for title in {parsed.base for parsed in interpret(readable(track))}:
            # An empty title has no word. The rarest word leaves the fewest decisions to compare.
            lists = [self._by_word.get(word, []) for word in title.split() or [""]]
            found |= {id(one): one for one in min(lists, key=len)}
        return found.values()


def is_about(decision: Decision, track: Track, *, by_candidate: bool = True) -> bool:
    """Return whether a decision applies to a track: no fact contradicts, and enough facts agree.

    Args:
        decision: The decision.
        track: The track as it is now.
        by_candidate: Whether the track may also have the wording and the identifiers of the
            candidate, as it has after its tags were written from it.
    """
    then = decision.track
    candidate = decision.candidate if by_candidate else None
    if _is_contradicted(then, candidate, track):
        return False
    forms = interpret(readable(then))
    if candidate:
        forms = (*forms, parse_candidate(candidate))
    present = interpret(readable(track))
    if candidate and track.remixers in (candidate.remixers, ", ".join(candidate.remixers)):
        # The remixers were written from the candidate, which may be another version than the title.
        present = (*present, *interpret(readable(replace(track, remixers=then.remixers))))
    pairs = [(one, other) for one in forms for other in present if _is_same_title(one, other)]
    return bool(pairs) and (
        any(one.artists and other.artists for one, other in pairs)
        or length_gap(then.duration_s, track.duration_s) is not None
        or _is_known_and_equal(clean_isrc(then.isrc), clean_isrc(track.isrc))
        or _is_known_and_equal(fold(stem(then.file)), fold(stem(track.file)))
        # No other fact is known, now and at the time of the decision.
        or replace(then, id=None) == replace(track, id=None)
    )


def _is_contradicted(then: Track, candidate: Candidate | None, track: Track) -> bool:
    """Return whether a length or an identifier says that it is another recording."""
    gap_s = length_gap(then.duration_s, track.duration_s)
    if gap_s is not None and gap_s > MAX_LENGTH_GAP_S:
        return True
    was, isrc = clean_isrc(then.isrc), clean_isrc(track.isrc)
    if was and isrc and isrc not in {was, clean_isrc(candidate.isrc) if candidate else ""}:
        return True
    number = beatport_id_of(track)
    known = {beatport_id_of(then), candidate.id if candidate else None}
    return number is not None and number not in known


def _is_same_title(one: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether two interpretations have the same title, version and artists.

    Text that both leave out must be equal too: it may be the only difference of two tracks, as in
    "Sequence [2]" and "Sequence [3]".
    """
    mine, theirs = frozenset(one.artists), frozenset(other.artists)
    return (
        one.base == other.base
        and one.version.key == other.version.key
        # "Original Mix" added to a title without a version is a new fact.
        and (one.version.is_original or not other.version.is_original)
        and _left_out(one) == _left_out(other)
        and (
            not (mine and theirs)
            or mine <= theirs
            or theirs <= mine
            or one.artist_letters == other.artist_letters
        )
    )


def _left_out(parsed: ParsedTrack) -> tuple[object, ...]:
    phrases = frozenset((*parsed.unexplained, *parsed.label, *parsed.noise))
    return phrases, parsed.truncated_bracket, parsed.assumption


def _is_known_and_equal(one: str, other: str) -> bool:
    return bool(one) and one == other
