"""What to ask next about a track, and when to stop asking.

Pure generators: they yield an `Ask`, are sent the `Answer`s in the order asked, and return their
conclusion. Early exit is `return`. Whether one question is asked again is `exchange`'s to decide;
time, sockets and threads are not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from itertools import islice
from typing import TypeVar

from beatport_match.errors import BeatportUnavailable, Failure, MisuseError
from beatport_match.matching.match import Match, QueryRecord, Stopped
from beatport_match.matching.protocol import Answer, Ask, ParsedResult, Question, SearchFlow
from beatport_match.matching.query_plan import plan_queries
from beatport_match.matching.sources import Source, Sources, resolve_sources
from beatport_match.model.evidence import MatchOutcome, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.parsed_track import beatport_id_of, clean_isrc
from beatport_match.scoring.confidence import in_order, judge, outcome_of
from beatport_match.scoring.scorer import ScoreDetail, score_candidates
from beatport_match.settings.models import MatchSettings

T = TypeVar("T")

# A search misses a row now and then. Where artist and title turn up, though not in the wanted
# version, one more search has to look for it; more find next to nothing (docs/evaluation.md).
MAX_NAME_HITS = 2


def match_flow(track: Track, settings: MatchSettings, sources: Sources) -> SearchFlow[Match]:
    """Find a track: ask while the best answer is not good enough and something is left to ask.

    Asking several at once changes how soon the answer is there and what it costs, never the answer.
    Of several sources, the next is asked where those before had no match.
    """
    heard = _SearchState(track, settings)
    for source in resolve_sources(sources):
        heard.start_source(source)
        questions = _questions(track, settings, source)
        while not heard.is_done and (batch := tuple(islice(questions, settings.queries_at_once))):
            for answer in (yield Ask(questions=batch)):
                heard.take(answer)
        if not heard.is_done and len(plan_queries(track)) > settings.max_queries:
            heard.stopped = "budget"
        if heard.is_answered:
            break
    best = heard.best() if heard.stopped not in {"stopped", "failed"} else None
    if best and _missing_fields(best.candidate, settings):
        page = heard.source_of(best).track(best.id, "track_page")
        heard.complete(best, (yield Ask(questions=(page,))))
    return heard.conclude()


def query_flow(query: str, sources: Sources) -> SearchFlow[tuple[Candidate, ...]]:
    """Ask one search in the caller's words, of the first source that finds something.

    Raises:
        BeatportUnavailable: A fault kept it from being answered.
    """
    found: tuple[Candidate, ...] = ()
    for source in resolve_sources(sources):
        (answer,) = yield Ask(questions=(source.search(query, "search"),))
        if found := _parsed(answer).candidates:
            break
    return found


def fetch_flow(
    urls_or_ids: Iterable[str | int], sources: Sources
) -> SearchFlow[tuple[Candidate | None, ...]]:
    """Fetch track pages; `None` where no source has such a track.

    Raises:
        MisuseError: One of them is neither a number nor the address of a track.
        BeatportUnavailable: A fault kept one of them from being answered.
    """
    if isinstance(urls_or_ids, str):
        raise MisuseError("fetch_tracks takes several addresses; use fetch_track for one.")
    wanted = tuple(urls_or_ids)
    found: dict[int, Candidate] = {}
    several = resolve_sources(sources)
    for source in several:
        # An address that one does not know may be another's; the last one's word counts.
        passed_over = () if source is several[-1] else (MisuseError,)
        asked: dict[int, Question] = {}
        for place in [place for place in range(len(wanted)) if place not in found]:
            with suppress(*passed_over):
                asked[place] = source.track(wanted[place], "track_page")
        answers = (yield Ask(questions=tuple(asked.values()))) if asked else ()
        for place, answer in zip(asked, answers, strict=True):
            if candidates := _parsed(answer).candidates:
                found[place] = candidates[0]
    return tuple(found.get(place) for place in range(len(wanted)))


def _questions(track: Track, settings: MatchSettings, source: Source) -> Iterator[Question]:
    if number := beatport_id_of(track):
        yield from _question(source.track, number, "beatport_id")
    if isrc := clean_isrc(track.isrc):
        yield from _question(source.isrc, isrc, "isrc")
    for query in plan_queries(track)[: settings.max_queries]:
        yield from _question(source.search, query.text, query.query_type)


def _question(build: Callable[[T, str], Question], what: T, query_type: str) -> Iterator[Question]:
    """The question, unless the source sees nothing in it to ask for."""
    with suppress(MisuseError):
        yield build(what, query_type)


class _SearchState:
    """What has been heard about one track so far."""

    def __init__(self, track: Track, settings: MatchSettings) -> None:
        self.track = track
        self.settings = settings
        # By number and name: the numbers of another catalogue name other tracks.
        self.scored: dict[tuple[int, str], ScoreDetail] = {}
        self.sources: dict[tuple[int, str], Source] = {}
        self.ranked: tuple[ScoredCandidate, ...] = ()
        self.queries: list[QueryRecord] = []
        self.stopped: Stopped = "exhausted"
        self.source: Source
        # Searches that found the names, if not in the wanted version.
        self.name_hits = 0
        # The track that the tags name may be the right one, and may not be shown.
        self.inconclusive = False

    @property
    def is_done(self) -> bool:
        """Whether nothing more has to be asked."""
        return self.stopped != "exhausted" or self.name_hits >= MAX_NAME_HITS

    def take(self, answer: Answer) -> None:
        """Weigh what came, and see whether that ends the asking."""
        settled = self.is_done
        self.queries.append(_query_record(answer))
        if settled:
            # Asked along with what settled it: one by one, it would not have been asked.
            return
        if isinstance(answer.value, Failure):
            if answer.value.kind == "restricted" and answer.question.kind == "page":
                # One track that may not be shown says nothing of what a search would find.
                self.inconclusive = True
                return
            self.stopped = "stopped" if answer.value.kind == "stopped" else "failed"
            return
        fresh = [one for one in answer.value.candidates if _request_key(one) not in self.scored]
        if fresh:
            for one in score_candidates(self.track, fresh):
                self.scored.setdefault(_request_key(one.candidate), one)
                self.sources.setdefault(_request_key(one.candidate), self.source)
            self.ranked = judge(in_order(self.scored.values()), self.settings.max_candidates)
        self.name_hits += bool(self.ranked) and self.ranked[0].relation != "different"
        if self._good_enough():
            self.stopped = "enough"

    @property
    def is_answered(self) -> bool:
        """Whether no other source has to be asked."""
        return self.stopped == "stopped" or self._outcome() == "matched"

    def start_source(self, source: Source) -> None:
        """Turn to a source; what kept another from answering still counts at the end."""
        self.inconclusive |= self.stopped == "failed"
        self.source, self.stopped, self.name_hits = source, "exhausted", 0

    def source_of(self, best: ScoredCandidate) -> Source:
        """Where a candidate came from."""
        return self.sources[_request_key(best.candidate)]

    def best(self) -> ScoredCandidate | None:
        """The candidate that a match or a review would name."""
        if self._outcome() in {"matched", "review"}:
            return self.ranked[0]
        return None

    def complete(self, best: ScoredCandidate, answers: tuple[Answer, ...]) -> None:
        """Fill in from its page what the search left out; the judgement stands."""
        for answer in answers:
            self.queries.append(_query_record(answer))
            if isinstance(answer.value, ParsedResult) and answer.value.candidates:
                filled = _with_missing_fields(best.candidate, answer.value.candidates[0])
                self.ranked = (replace(best, candidate=filled), *self.ranked[1:])

    def conclude(self) -> Match:
        """The answer, with everything that led to it."""
        outcome = self._outcome()
        failures = tuple(query.failure for query in self.queries if query.failure)
        if not self.queries:
            failures = (Failure("unaskable", "the track has no word to search for"),)
        likely = outcome != "not_found" and self.ranked[0].relation == "same_recording"
        kept_from = self.inconclusive or not self.queries or self.stopped in {"stopped", "failed"}
        if kept_from and not likely:
            # What we did not hear might have been the right one.
            outcome = "failed"
        best = self.ranked[0] if outcome in {"matched", "review"} else None
        return Match(
            track=self.track,
            outcome=outcome,
            best=best,
            candidates=self.ranked,
            confidence=self.ranked[0].confidence if self.ranked else 0.0,
            queries=tuple(self.queries),
            failures=failures,
            stopped=self.stopped,
            candidates_weighed=len(self.scored),
        )

    def _outcome(self) -> MatchOutcome:
        return outcome_of(self.ranked, self.settings)

    def _good_enough(self) -> bool:
        return self._outcome() == "matched" and self.ranked[0].score >= self.settings.enough_score


def _request_key(candidate: Candidate) -> tuple[int, str]:
    return candidate.id, candidate.name


def _query_record(answer: Answer) -> QueryRecord:
    heard, asked = answer.value, answer.question
    failure = heard if isinstance(heard, Failure) else None
    understood = heard if isinstance(heard, ParsedResult) else ParsedResult(candidates=())
    return QueryRecord(
        text=asked.text,
        query_type=asked.query_type,
        found=len(understood.candidates),
        requests=len(answer.sent),
        unreadable=understood.unreadable,
        failure=failure,
        where=asked.where,
    )


def _parsed(answer: Answer) -> ParsedResult:
    if isinstance(answer.value, Failure):
        raise BeatportUnavailable(answer.value)
    return answer.value


def _missing_fields(candidate: Candidate, settings: MatchSettings) -> bool:
    return any(getattr(candidate, name) is None for name in settings.wanted_fields)


def _with_missing_fields(candidate: Candidate, page: Candidate) -> Candidate:
    gaps = {
        field.name: getattr(page, field.name)
        for field in fields(Candidate)
        if getattr(candidate, field.name) is None
    }
    return replace(candidate, **gaps)
