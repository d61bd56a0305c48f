"""From the ledger to a verdict: how probable, in which order, and what to do with it.

`confidence` is the probability that a candidate is the recording the DJ has. It grows with the
score, is bounded by the relation, and is shared between rivals that cannot be told apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from beatport_match.matches import Outcome, Relation, ScoredCandidate
from beatport_match.scoring import RELATIONS, Weighed, length_gap, weigh
from beatport_match.settings import MatchSettings
from beatport_match.tracks import Candidate, Track

# First estimate by hand, on the scale of the ledger: even odds at 84 points, and each 3.6 points
# multiply the odds by e. 96 points (all text agrees) come to 0.966, 100 to 0.988.
_EVEN_ODDS_AT = 84.0
_POINTS_PER_E = 3.6
_CEILING: dict[Relation, float] = {
    "same_recording": 0.995,
    "other_version": 0.10,
    "different": 0.02,
}
# Releases of one recording differ by a rounding or a fade.
_SAME_LENGTH_S = 3.0


def rank(track: Track, candidates: Iterable[Candidate]) -> tuple[ScoredCandidate, ...]:
    """Judge candidates and put the best first; the order they come in does not matter.

    Pure and picklable: no network, no global state. A candidate given twice is judged once. Of
    several releases of one recording, the one filed under the track's own album stands first,
    else the earliest.
    """
    unique = {candidate.id: candidate for candidate in sorted(candidates, key=_settled)}
    weighed = sorted((weigh(track, one) for one in unique.values()), key=_best_first)
    share = _share_of_best(weighed)
    return tuple(
        ScoredCandidate(
            candidate=one.candidate,
            score=one.score,
            confidence=round(_probability(one) * share, 4),
            relation=one.relation,
            evidence=one.evidence,
        )
        for one in weighed
    )


def verdict(ranked: tuple[ScoredCandidate, ...], settings: MatchSettings) -> Outcome:
    """What to do with the ranking, if nothing kept us from asking."""
    if not ranked or ranked[0].relation == "different":
        return "not_found"
    best = ranked[0]
    if best.relation == "same_recording":
        if best.confidence >= settings.accept_confidence:
            return "matched"
        return "review" if best.confidence >= settings.review_confidence else "not_found"
    # Another version is on sale: for those who only want genre and label.
    return "review"


def same_recording(one: Weighed, other: Weighed) -> bool:
    """Whether two candidates are releases of one recording, as far as Beatport's words tell.

    Their lengths may differ by a fade; by more only where nothing else could tell them apart.
    """
    mine, theirs = one.reading, other.reading
    if mine.isrc and mine.isrc == theirs.isrc:
        return True
    if mine.base != theirs.base or mine.version.key != theirs.version.key:
        return False
    if mine.artist_words == theirs.artist_words:
        return True
    gap = length_gap(one.candidate.length_s, other.candidate.length_s)
    nested = mine.artist_words <= theirs.artist_words or theirs.artist_words <= mine.artist_words
    return nested and (gap is None or gap <= _SAME_LENGTH_S)


def _share_of_best(weighed: list[Weighed]) -> float:
    """What is left for the best when other recordings fit as well: its part of all their odds."""
    if not weighed or weighed[0].relation != "same_recording":
        return 1.0
    best = weighed[0]
    rivals = [
        one
        for one in weighed[1:]
        if one.relation == "same_recording" and not same_recording(best, one)
    ]
    mine = _odds(best)
    return mine / (mine + sum(_odds(one) for one in rivals))


def _odds(one: Weighed) -> float:
    return math.exp((one.raw - _EVEN_ODDS_AT) / _POINTS_PER_E)


def _probability(one: Weighed) -> float:
    return min(_CEILING[one.relation], 1 / (1 + 1 / _odds(one)))


def _best_first(one: Weighed) -> tuple[int, float, str, int]:
    candidate = one.candidate
    return (RELATIONS.index(one.relation), -one.raw, candidate.release_date or "9999", candidate.id)


def _settled(candidate: Candidate) -> tuple[int, str]:
    # Two rows with one id must not be told apart by which came first.
    return candidate.id, repr(candidate)
