"""Compute the metrics of queries and tracks from transcripts; `run_stats` adds up those of a run.

All metrics are computed after the work is done, so no counter runs during matching. This module has
no clock: the caller gives the start time of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beatport_match.errors import Failure
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Answer, Recorded, Sent
from beatport_match.model.metrics import QueryMetrics, SentMetrics, TrackMetrics

Part = tuple[Answer, float]
"""An answer, and its share of the scoring time of its round, in seconds."""


def track_metrics(recorded: Recorded[Match], *, place: int, began: float) -> TrackMetrics:
    """Compute the metrics of one track.

    Args:
        recorded: The match of the track with its transcript.
        place: The position of the track in the playlist; used as its id if it has none.
        began: When the run began, in seconds of the clock of the transcript.
    """
    match, transcript = recorded.value, recorded.transcript
    queries = tuple(query_metrics(parts, began) for parts in _by_query(recorded))
    early_exit = match.stopped == "enough"
    return TrackMetrics(
        track_id=match.track.id or str(place),
        track_title=str(match.track),
        total_time=transcript.ended - transcript.started,
        total_queries=len(queries),
        total_candidates=sum(query.candidates_found for query in queries),
        candidates_evaluated=match.candidates_weighed,
        early_exit=early_exit,
        early_exit_query_index=len(queries) - 1 if early_exit and queries else None,
        queries=queries,
        started=transcript.started - began,
        **outcome_metrics(match),
    )


def outcome_metrics(match: Match) -> dict[str, Any]:
    """Return the fields of `TrackMetrics` that follow from the outcome alone."""
    return {
        "match_found": match.matched,
        "match_score": match.accepted.score if match.accepted else None,
        "outcome": match.outcome,
        "beatport_id": match.best.id if match.best else None,
    }


def query_metrics(parts: Sequence[Part], began: float) -> QueryMetrics:
    """Compute the metrics of one query from its own answer and those of the pages it caused.

    The first part is the answer of the query itself. `began` is as in `track_metrics`.
    """
    answers = [answer for answer, _ in parts]
    question, result = answers[0].question, answers[0].value
    tries = [(_last_try(answer.sent), answer.sent) for answer in answers]
    network = sum(_time_in_flight(last) for last, _ in tries)
    retried = sum(_time_in_flight(sent[: len(sent) - len(last)]) for last, sent in tries)
    scoring = sum(scoring_s for _, scoring_s in parts)
    parse = sum(answer.parse_s for answer in answers) + scoring
    wait = sum(answer.wait_s for answer in answers)
    whole = sum(answer.ended - answer.started for answer in answers) + scoring
    return QueryMetrics(
        query_text=question.text,
        # Because of rounding, the sum of the parts can be larger than the measured total.
        execution_time=max(whole, network + parse + wait + retried),
        network_time=network,
        parse_time=parse,
        candidates_found=0 if isinstance(result, Failure) else len(result.candidates),
        cache_hit=all(answer.cached for answer in answers),
        query_type=question.query_type,
        wait_time=wait,
        pace_time=sum(answer.slot_wait_s for answer in answers),
        retry_time=retried,
        requests=sum(len(answer.sent) for answer in answers),
        retries=sum(_retries(answer.sent) for answer in answers),
        failure=next((a.value.kind for a in answers if isinstance(a.value, Failure)), None),
        sent=tuple(
            SentMetrics(started=sent.started - began, ended=sent.ended - began, status=sent.status)
            for answer in answers
            for sent in answer.sent
        ),
    )


def _by_query(recorded: Recorded[Match]) -> list[list[Part]]:
    """Group the answers by query; a track page belongs to the query that caused it."""
    queries: list[list[Part]] = []
    for one_round in recorded.transcript.rounds:
        for answer in one_round.answers:
            part = answer, one_round.scoring_s / len(one_round.answers)
            if queries and answer.question.query_type == "track_page":
                queries[-1].append(part)
            else:
                queries.append([part])
    return queries


def _last_try(sent: Sequence[Sent]) -> Sequence[Sent]:
    """Return the last request with the redirects that led to it."""
    first = max(0, len(sent) - 1)
    while first > 0 and _is_redirect(sent[first - 1]):
        first -= 1
    return sent[first:]


def _retries(sent: Sequence[Sent]) -> int:
    return sum(not _is_redirect(one) for one in sent[:-1])


def _is_redirect(sent: Sent) -> bool:
    return sent.status is not None and 300 <= sent.status < 400


def _time_in_flight(sent: Sequence[Sent]) -> float:
    return sum(one.ended - one.started for one in sent)
