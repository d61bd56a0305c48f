"""Which tracks a run tries again at its end, and how the matches of both rounds are joined."""

from __future__ import annotations

from dataclasses import replace

from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded, Transcript
from beatport_match.model.evidence import ScoredCandidate

# Faults that often have passed by the end of a run. A blocked request is not one: another request
# would only put load on the server.
PASSING_KINDS = frozenset({"timeout", "network", "status", "rate_limited"})
# A fault that made so many tracks in a row fail has not passed. With 30 % of error statuses and
# three attempts, one track in 37 fails, so ten in a row practically never do.
MAX_FAILED_IN_A_ROW = 10


def is_worth_another_round(match: Match) -> bool:
    """Return whether a track failed by a fault that may have passed at the end of the run."""
    return (
        match.outcome == "failed"
        and bool(match.failures)
        and match.failures[-1].kind in PASSING_KINDS
    )


def failed_in_a_row(before: int, match: Match) -> int:
    """Return how many tracks of the run failed in a row by such a fault, after one more track.

    Args:
        before: The number before this track.
        match: The match of the track. An answer ends the row; a failure by another fault does not
            change the number.
    """
    return before + is_worth_another_round(match) if match.outcome == "failed" else 0


def joined(first: Recorded[Match], second: Recorded[Match]) -> Recorded[Match]:
    """Return the match of the second round, with the queries and the times of both rounds.

    The time between the rounds belongs to other tracks, so it does not count.
    """
    found, shift = second.value, len(first.value.queries)
    match = replace(
        found,
        best=found.best and _shifted(found.best, shift),
        candidates=tuple([_shifted(one, shift) for one in found.candidates]),
        queries=first.value.queries + second.value.queries,
        failures=first.value.failures + second.value.failures,
    )
    earlier, later = first.transcript, second.transcript
    transcript = Transcript(
        started=later.started - (earlier.ended - earlier.started),
        ended=later.ended,
        rounds=earlier.rounds + later.rounds,
    )
    return Recorded(match, transcript)


def _shifted(scored: ScoredCandidate, shift: int) -> ScoredCandidate:
    """Return the candidate of the second round with its index among the queries of both rounds."""
    return replace(scored, query_index=shift + (scored.query_index or 0))
