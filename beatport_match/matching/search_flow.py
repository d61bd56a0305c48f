"""Which queries are sent for a track, and when the search ends.

The search flows are pure generators (see `protocol`): they yield an `Ask`, receive the `Answer`s in
the order of its questions, and return their result. They use no clock, socket or thread.
`request_flow` decides whether one request is retried. The rules for one track:

* A Beatport track number comes first, then an ISRC, then the queries of `query_plan`, at most
  `max_queries` of them. A caller's own queries are sent instead of all these.
* The search ends when the best candidate is `matched` with at least `enough_score` points, when
  one more query did not find the wanted version of the right names, or when no query is left. With
  `run_all_queries` nothing ends it early: all queries to all sources are one batch.
* A failure ends the search in this source: if the retries of one request did not succeed, further
  queries will not succeed either. The exception is a track page that may not be shown.
* The sources are queried in order until one gives the outcome `matched`. After a `review`, the next
  source is queried too.
* A candidate that was accepted earlier is the answer without a query, and one that was
  rejected is not scored (see `decided`).
* A fault is never reported as `not_found`. Faults are also a changed page that was read only in
  part, and a row that cannot be read and could be the track.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from itertools import chain, islice
from typing import TypeVar

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.decided import UNDECIDED, CandidateKey, Decided, candidate_key
from beatport_match.matching.decided_match import accepted_match, rejected_candidate
from beatport_match.matching.match import Match, Stopped
from beatport_match.matching.protocol import Answer, Ask, ParsedResult, Question, SearchFlow
from beatport_match.matching.query_plan import Query, plan_queries
from beatport_match.matching.query_record import QueryRecord
from beatport_match.matching.sources import Source, Sources, resolve_sources
from beatport_match.model.evidence import MatchOutcome, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.model.validation import clean_isrc
from beatport_match.parsing.normalize import words_of_text
from beatport_match.parsing.parsed_track import beatport_id_of, words_of_names
from beatport_match.scoring.confidence import outcome_of, rank, rank_scored, sort_best_first
from beatport_match.scoring.rejection import with_reject_reasons
from beatport_match.scoring.scorer import ScoreDetail, score_candidates
from beatport_match.settings.models import MatchSettings

T = TypeVar("T")

# A search sometimes misses a row. If a search finds artist and title but not the wanted version,
# one more search looks for that version; further searches find almost nothing
# (docs/evaluation.md).
MAX_NAME_HITS = 2

# The search was ended from outside: the run was stopped, or the time for the track ran out.
_CUT_OFF: frozenset[Stopped] = frozenset({"stopped", "time_budget"})
_INCOMPLETE = _CUT_OFF | {"failed"}

# Tracks from any place of a changed page may not be results of the search.
UNSURE_READINGS = frozenset({"rows", "html"})
_UNREADABLE = Failure(
    "catalogue_changed",
    "Rows of the result cannot be read, and one of them could be the track; update beatport_match.",
)
_UNSURE = Failure(
    "catalogue_changed",
    "Beatport's page has changed, and no track that could be read in it fits; update "
    "beatport_match.",
)


def match_flow(
    track: Track,
    settings: MatchSettings,
    sources: Sources,
    queries: tuple[Query, ...] | None = None,
    decided: Decided = UNDECIDED,
) -> SearchFlow[Match]:
    """Find a track.

    Queries that are sent at the same time change only the duration and the number of requests,
    never the answer.

    Args:
        track: The track to find.
        settings: How many queries are sent, how many of them at a time, and which confidence is
            enough.
        sources: One source, or several in order.
        queries: The caller's own queries (see `query_plan.own_queries`); `None` plans them.
        decided: The earlier decisions about the track. An accepted candidate is the match without a
            query; rejected ones are not proposed.

    Returns:
        The match, without metrics.

    Example:
        `ask = next(match_flow(track, MatchSettings(), source))` yields the first `Ask`.
    """
    if decided.accepted:
        return accepted_match(track, decided.accepted)
    search = _SearchState(track, settings, queries, decided)
    ask = _ask_all if settings.run_all_queries else _ask_in_order
    yield from ask(search, resolve_sources(sources))
    best = search.best() if search.stopped not in _INCOMPLETE else None
    if best and _lacks_wanted_field(best.candidate, settings):
        page = search.source_of(best).track(best.id, "track_page")
        search.complete(best, (yield Ask(questions=(page,))))
    return search.conclude()


def _ask_in_order(search: _SearchState, sources: tuple[Source, ...]) -> SearchFlow[None]:
    """Query one source after the other, and end the search as soon as its answer is known."""
    for source in sources:
        search.start_source(source)
        questions = search.questions(source)
        at_once = search.settings.queries_at_once
        while not search.is_done and (batch := tuple(islice(questions, at_once))):
            for answer in (yield Ask(questions=batch)):
                search.take(answer)
        search.end_source()
        if search.is_answered:
            break


def _ask_all(search: _SearchState, sources: tuple[Source, ...]) -> SearchFlow[None]:
    """Send all queries to all sources as one batch; the order of the sources decides ties."""
    batches = [tuple(search.questions(source)) for source in sources]
    questions = tuple(chain.from_iterable(batches))
    answers = iter((yield Ask(questions=questions)) if questions else ())
    for source, batch in zip(sources, batches, strict=True):
        search.start_source(source)
        for answer in islice(answers, len(batch)):
            search.take(answer)
        search.end_source()


def _question(build: Callable[[T, str], Question], value: T, query_type: str) -> Iterator[Question]:
    """Yield the question, or nothing if the source cannot search for this value."""
    with suppress(MisuseError):
        yield build(value, query_type)


class _SearchState:
    """The state of the search for one track."""

    def __init__(
        self,
        track: Track,
        settings: MatchSettings,
        own_queries: tuple[Query, ...] | None,
        decided: Decided,
    ) -> None:
        self.track = track
        self.settings = settings
        self.own_queries = own_queries
        self.decided = decided
        # The candidates that an earlier decision rejects, and the others.
        self.rejected: dict[CandidateKey, Candidate] = {}
        self.scored: dict[CandidateKey, ScoreDetail] = {}
        self.sources: dict[CandidateKey, Source] = {}
        # The index of the first query that found a candidate, and the place in its result.
        self.origins: dict[CandidateKey, tuple[int, int]] = {}
        self.ranked: tuple[ScoredCandidate, ...] = ()
        self.queries: list[QueryRecord] = []
        # The readable fields of rows without ID or name.
        self.partial: list[Candidate] = []
        self.stopped: Stopped = "exhausted"
        self.source: Source
        # Answers after which the best candidate has the right names, though not the wanted version.
        self.name_hits = 0
        # A fault may have hidden the right candidate: a source failed, or the track that a tag
        # names may not be shown, or a page answered another search.
        self.inconclusive = False

    @property
    def is_done(self) -> bool:
        """Return whether this source needs no further query."""
        return self.stopped != "exhausted" or self.name_hits >= MAX_NAME_HITS

    def take(self, answer: Answer) -> None:
        """Score the candidates of an answer, and decide whether the search ends."""
        was_done = self.is_done
        self.queries.append(_query_record(answer))
        if was_done and not self.settings.run_all_queries:
            # This query was sent together with the one that ended the search. Without batches, it
            # would not have been sent.
            return
        if isinstance(answer.value, Failure):
            if answer.value.kind == "restricted" and answer.question.kind == "page":
                # One track that may not be shown does not predict the result of a search.
                self.inconclusive = True
                return
            kind = answer.value.kind
            self.stopped = kind if kind == "stopped" or kind == "time_budget" else "failed"
            return
        self.inconclusive |= answer.value.doubt is not None
        self.partial += answer.value.partial
        fresh = list[Candidate]()
        for place, candidate in enumerate(answer.value.candidates, start=1):
            key = candidate_key(candidate)
            self.origins.setdefault(key, (len(self.queries) - 1, place))
            if key in self.decided.rejected:
                self.rejected.setdefault(key, candidate)
            elif key not in self.scored:
                fresh.append(candidate)
        if fresh:
            for one in score_candidates(self.track, fresh):
                self.scored.setdefault(candidate_key(one.candidate), one)
                self.sources.setdefault(candidate_key(one.candidate), self.source)
            best_first = sort_best_first(self.scored.values())
            self.ranked = rank_scored(best_first, self.settings.max_candidates)
        if self.settings.run_all_queries:
            return
        self.name_hits += bool(self.ranked) and self.ranked[0].relation != "different"
        if self._is_good_enough():
            self.stopped = "enough"

    @property
    def is_answered(self) -> bool:
        """Return whether no other source has to be queried."""
        return self.stopped in _CUT_OFF or self._outcome() == "matched"

    def questions(self, source: Source) -> Iterator[Question]:
        """Yield the questions to a source, the cheapest and most certain one first."""
        if self.own_queries is not None:
            yield from (source.search(one.text, one.query_type) for one in self.own_queries)
            return
        if number := beatport_id_of(self.track):
            yield from _question(source.track, number, "beatport_id")
        if isrc := clean_isrc(self.track.isrc):
            yield from _question(source.isrc, isrc, "isrc")
        for query in plan_queries(self.track)[: self.settings.max_queries]:
            yield from _question(source.search, query.text, query.query_type)

    def start_source(self, source: Source) -> None:
        """Begin with a source; a failure of the source before still counts at the end."""
        self.inconclusive |= self.stopped in _INCOMPLETE
        if self.stopped not in _CUT_OFF:
            self.stopped = "exhausted"
        self.source, self.name_hits = source, 0

    def end_source(self) -> None:
        """Record whether more queries were planned for the source than may be sent."""
        if self.is_done or self.own_queries is not None:
            return
        if len(plan_queries(self.track)) > self.settings.max_queries:
            self.stopped = "budget"

    def source_of(self, best: ScoredCandidate) -> Source:
        """Return the source that a candidate came from."""
        return self.sources[candidate_key(best.candidate)]

    def best(self) -> ScoredCandidate | None:
        """Return the first candidate, if the outcome is `matched` or `review`."""
        if self._outcome() in {"matched", "review"}:
            return self.ranked[0]
        return None

    def complete(self, best: ScoredCandidate, answers: tuple[Answer, ...]) -> None:
        """Fill missing fields of the best candidate from its page; its score stays the same."""
        for answer in answers:
            self.queries.append(_query_record(answer))
            if isinstance(answer.value, ParsedResult) and answer.value.candidates:
                filled = _with_missing_fields(best.candidate, answer.value.candidates[0])
                self.ranked = (replace(best, candidate=filled), *self.ranked[1:])

    def conclude(self) -> Match:
        """Build the match."""
        outcome = self._outcome()
        failures = tuple(query.failure for query in self.queries if query.failure)
        if not self.queries:
            failures = (Failure("unaskable", "the track has no word to search for"),)
        likely = outcome != "not_found" and self.ranked[0].relation == "same_recording"
        is_incomplete = self.inconclusive or not self.queries or self.stopped in _INCOMPLETE
        if is_incomplete and not likely:
            # A query that was not answered might have found the right candidate.
            outcome = "failed"
        if outcome == "not_found" and any(one.read_from in UNSURE_READINGS for one in self.queries):
            outcome, failures = "failed", (*failures, _UNSURE)
        elif outcome == "not_found" and self._may_be_unreadable():
            outcome, failures = "failed", (*failures, _UNREADABLE)
        with_origins = tuple(map(self._with_origin, self.ranked))
        candidates = with_reject_reasons(with_origins, outcome, self.settings)
        return Match(
            track=self.track,
            outcome=outcome,
            best=candidates[0] if outcome in {"matched", "review"} else None,
            candidates=candidates,
            confidence=candidates[0].confidence if candidates else 0.0,
            queries=tuple(self.queries),
            failures=failures,
            stopped=self.stopped,
            candidates_weighed=len(self.scored),
            rejected=tuple(self._rejected()),
        )

    def _rejected(self) -> Iterator[ScoredCandidate]:
        for key, candidate in self.rejected.items():
            scored = self._with_origin(rank(self.track, [candidate])[0])
            yield rejected_candidate(scored, self.decided.rejected[key])

    def _with_origin(self, scored: ScoredCandidate) -> ScoredCandidate:
        """Return a candidate with the query that found it first."""
        index, place = self.origins[candidate_key(scored.candidate)]
        query = self.queries[index]
        return replace(
            scored,
            query_index=index,
            query_text=query.text,
            query_type=query.query_type,
            place=place,
        )

    def _may_be_unreadable(self) -> bool:
        """Return whether most rows of an answer, or one that could be the track, are unreadable."""
        return any(query.unreadable > query.found for query in self.queries) or any(
            map(self._could_be, self.partial)
        )

    def _could_be(self, row: Candidate) -> bool:
        """Return whether a row may be the track, by its readable texts."""
        if row.name:
            ranked = rank_scored(score_candidates(self.track, [row]))
            return outcome_of(ranked, self.settings) != "not_found"
        mine = words_of_text(f"{self.track.artist_text} {self.track.title}")
        names = words_of_names(row.artists)
        return not names or not names.isdisjoint(mine)

    def _outcome(self) -> MatchOutcome:
        return outcome_of(self.ranked, self.settings)

    def _is_good_enough(self) -> bool:
        return self._outcome() == "matched" and self.ranked[0].score >= self.settings.enough_score


def _query_record(answer: Answer) -> QueryRecord:
    """Make the public record of a question and its answer."""
    value, question = answer.value, answer.question
    failure = value if isinstance(value, Failure) else value.doubt
    result = value if isinstance(value, ParsedResult) else ParsedResult(candidates=())
    return QueryRecord(
        text=question.text,
        query_type=question.query_type,
        found=len(result.candidates),
        requests=len(answer.sent),
        unreadable=result.unreadable,
        read_from=result.read_from,
        failure=failure,
        where=question.where,
        elapsed_s=answer.ended - answer.started,
    )


def _lacks_wanted_field(candidate: Candidate, settings: MatchSettings) -> bool:
    """Return whether a candidate lacks one of the wanted fields."""
    return any(getattr(candidate, name) is None for name in settings.wanted_fields)


def _with_missing_fields(candidate: Candidate, page: Candidate) -> Candidate:
    """Return the candidate with its unknown fields filled from its page."""
    values = {
        field.name: getattr(page, field.name)
        for field in fields(Candidate)
        if getattr(candidate, field.name) is None and field.name != "read_from"
    }
    return replace(candidate, **values)
