"""What both matchers need for a run over a playlist: its tracks, clock, progress and result."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Generator, Mapping, Sized
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import JsonValue

from beatport_match._logging import logger
from beatport_match.beatport import ApiSource, WebSource
from beatport_match.engine.arguments import (
    IN_JOURNAL,
    AsyncOnProgress,
    FileTracks,
    IsStopped,
    JournalPath,
    OnError,
    Stop,
    as_track,
    check_run_arguments,
    check_tracks,
)
from beatport_match.engine.process_usage import peak_memory_bytes
from beatport_match.errors import (
    BeatportMatchError,
    DecisionsError,
    Failure,
    MisuseError,
    OutputError,
    short_repr,
)
from beatport_match.matching.decided import UNDECIDED, Decided
from beatport_match.matching.decided_match import accepted_match, agrees_with
from beatport_match.matching.earlier_answers import EarlierAnswers
from beatport_match.matching.match import Match, Progress, Stopped
from beatport_match.matching.protocol import Recorded, ResultKind, Transcript
from beatport_match.matching.release_evidence import with_release_evidence
from beatport_match.matching.second_round import (
    MAX_FAILED_IN_A_ROW,
    failed_in_a_row,
    is_worth_another_round,
    joined,
)
from beatport_match.matching.sources import Source, Sources
from beatport_match.model.evidence import OUTCOMES, MatchOutcome
from beatport_match.model.metrics import Mode
from beatport_match.model.problems import PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.performance.lookups import LookupMetrics
from beatport_match.performance.measure import outcome_metrics, track_metrics
from beatport_match.settings.models import MatchSettings, settings_or_default
from beatport_match.transport.rate_limiter import LocalRateLimiter

if TYPE_CHECKING:
    # Imported where they are used: matching one track needs none of them.
    from beatport_match.engine.journal import Journal
    from beatport_match.results import PlaylistMatch
    from beatport_match.review.decisions import Decisions

# A run with bounded memory must not keep all tracks of a day without a network.
MAX_WAITING_TRACKS = 1000
MAX_ERROR_LENGTH = 300

STOPPED = Failure("stopped", "the run was stopped before this query was sent")


def beatport_source(settings: MatchSettings) -> Source:
    """Make the Beatport source that the settings name: its web pages or its API.

    Use it for `source=`, where Beatport comes after catalogues of your own.

    Args:
        settings: Its `source`, `base_url`, `api_url`, `max_results` and `user_agent` count.

    Returns:
        The source; it sends nothing by itself.

    Raises:
        SettingsError: `settings` is not a `MatchSettings`.

    Example:
        ```python
        source = [Catalogue.open("pool.catalogue"), beatport_source(MatchSettings())]
        match_playlist("friday.m3u8", source=source)
        ```
    """
    settings = settings_or_default(settings)
    if settings.source == "api":
        return ApiSource(
            api_url=settings.api_url,
            base_url=settings.base_url,
            max_results=settings.max_results,
            user_agent=settings.user_agent,
        )
    return WebSource(
        base_url=settings.base_url,
        max_results=settings.max_results,
        user_agent=settings.user_agent,
    )


def with_max_results(sources: tuple[Source, ...], max_results: int | None) -> tuple[Source, ...]:
    """Return the sources; those of Beatport request another number of rows from one search."""
    if max_results is None:
        return sources
    return tuple(
        replace(one, max_results=max_results) if isinstance(one, WebSource | ApiSource) else one
        for one in sources
    )


def max_ages_s(settings: MatchSettings) -> Mapping[ResultKind, float]:
    """Return the age in seconds up to which a cached result of each kind is used."""
    return {"search": settings.cache_ttl_s, "page": settings.cache_page_ttl_s}


def public_settings(settings: MatchSettings) -> dict[str, JsonValue]:
    """Return the settings that a metrics file shows."""
    # Metrics files are passed on; a user's files and network are private.
    private = {"cache_path", "rate_limit_file", "token_file", "proxy"}
    return settings.model_dump(mode="json", exclude=private)


def new_lookups(mode: Mode, settings: MatchSettings) -> LookupMetrics:
    """Return the metrics of a new matcher, which has not searched or fetched yet."""
    now, today = time.monotonic(), datetime.now().astimezone()
    return LookupMetrics(mode, public_settings(settings), began=now, started_at=today)


class PlaylistRun:
    """A run over a playlist: its arguments, its tracks, its clock and its finished tracks.

    `start` is when it began, on the monotonic clock. `problems` collects the entries of the
    playlist and the lines of the journal that cannot be read.

    Args:
        mode: The engine that runs it; an async run can await `on_progress`.
        settings: The settings of the run.
        sources: The sources to query.
        rate_limiter: The rate limiter that its progress reports.
        given: The tracks, or the path of a file, which is read while they are taken.
        on_progress: Called after each track.
        stop: The function or event that ends the run.
        journal: The path of the journal; `None` for none.
        on_error: What an unexpected exception does.
        keeps_matches: Whether the run has a result; without one it uses bounded memory.
        decisions: Earlier decisions about tracks; the run adds the tracks that it does not find.
        earlier: The answers of an earlier run, if only missing tracks are asked for; `IN_JOURNAL`
            if the journal has them, and `None` if every track is asked for.

    Raises:
        MisuseError: An argument has a wrong type.
        PlaylistError: The file cannot be read.
    """

    def __init__(
        self,
        mode: Mode,
        settings: MatchSettings,
        sources: Sources,
        rate_limiter: LocalRateLimiter,
        given: FileTracks,
        on_progress: AsyncOnProgress | None,
        stop: Stop | None,
        journal: JournalPath | None,
        on_error: OnError,
        *,
        keeps_matches: bool,
        decisions: Decisions | None = None,
        earlier: EarlierAnswers | None = None,
    ) -> None:
        self.start: float = time.monotonic()
        self._started_at = datetime.now().astimezone()
        self._cpu_start = time.process_time()
        self.is_stopped: IsStopped = check_run_arguments(
            on_progress, stop, journal, on_error, awaited=mode == "async"
        )
        check_tracks(given)
        self.mode: Mode = mode
        self.settings: MatchSettings = settings
        self.sources: Sources = sources
        self.on_progress: AsyncOnProgress | None = on_progress
        self.on_error: OnError = on_error
        self.problems: list[PlaylistProblem] = []
        self._rate_limiter = rate_limiter
        if earlier is IN_JOURNAL and journal is None:
            raise MisuseError(
                "missing_only=True needs journal=, or give the results of the earlier run: "
                'missing_only="results.json".'
            )
        self._decisions = decisions
        self._earlier_run = earlier
        self._journal_path = journal
        self._journal: Journal | None = None
        self._total: int | None = None
        tracks, playlist, encoding, tags = given
        if isinstance(tracks, str | os.PathLike):
            from beatport_match.playlists import read_playlist

            if keeps_matches or on_progress is not None:
                # The tags change no number, and reading them takes long.
                self._total = sum(1 for _ in read_playlist(tracks, playlist, encoding=encoding))
            tracks = read_playlist(
                tracks, playlist, encoding=encoding, tags=tags, on_problem=self.problems.append
            )
        elif isinstance(tracks, Sized):
            self._total = len(tracks)
        self._tracks = enumerate(map(as_track, tracks))
        # Failed tracks for another round, with the number of the round and the rounds before.
        self._waiting = deque[tuple[int, int, Recorded[Match]]]()
        self._earlier: dict[int, tuple[int, Recorded[Match]]] = {}
        self._failed_in_a_row = 0
        self._gives_up = False
        self._known_places = set[int]()
        self._matches: dict[int, Match] | None = {} if keeps_matches else None
        self._outcomes = Counter[MatchOutcome]()
        self._taken = 0
        self._recorded = 0
        self._requests = 0

    @contextmanager
    def opened(self) -> Generator[None, None, None]:
        """Open the journal for the block, and log one line about the whole run after it.

        Raises:
            JournalError: The journal cannot be used.
            DecisionsError: The file of decisions cannot be used.
        """
        if self._decisions is not None:
            self.problems += self._decisions.problems
        with ExitStack() as files:
            if self._journal_path is not None:
                from beatport_match.engine.journal import journal_at

                journal = journal_at(
                    self._journal_path, self.settings, self.sources, self.problems.append
                )
                self._journal = files.enter_context(journal)
            yield
        self._log_end()

    def next_track(self) -> tuple[int, Track, Match | None] | None:
        """Return the next track: its place from 0, and its match if it needs no request.

        After the last track, return those that `settle` kept for another round; if the fault has
        not passed, with the match that they have. Return `None` at the end, or if the run is to
        stop.
        """
        if self.is_stopped():
            return None
        if (entry := next(self._tracks, None)) is None:
            return self._next_waiting() if self._waiting else None
        place, track = entry
        self._taken = place + 1
        known = self._known(track)
        if known is None:
            return place, track, None
        self._known_places.add(place)
        return place, track, _without_cost(known, place, self.start)

    def _next_waiting(self) -> tuple[int, Track, Match | None]:
        place, rounds, recorded = self._waiting.popleft()
        if self._gives_up:
            return place, recorded.value.track, with_metrics(recorded, place, self.start)
        self._earlier[place] = rounds, recorded
        return place, recorded.value.track, None

    def decided(self, track: Track) -> Decided:
        """Return the decisions that count for a track."""
        return decided_about(track, self._decisions)

    def _known(self, track: Track) -> Match | None:
        """Return the match of a track that needs no request: of a decision, or of the journal."""
        decided = self.decided(track)
        if decided.accepted:
            return accepted_match(track, decided.accepted)
        known = self._journal.recorded(track) if self._journal else None
        if known is None and self._earlier_run is not None:
            known = self._earlier_run.about(track)
        # The earlier answer may propose a candidate that was rejected since.
        if known is None or not agrees_with(known, decided):
            return None
        is_missing = self._earlier_run is not None and known.outcome == "not_found"
        return None if is_missing and decided.is_due(datetime.now(UTC)) else known

    def settle(self, recorded: Recorded[Match], place: int) -> Match | None:
        """Return the match of a track with its metrics; `None` if it is tried again later."""
        self._failed_in_a_row = failed_in_a_row(self._failed_in_a_row, recorded.value)
        rounds, earlier = self._earlier.pop(place, (0, None))
        if earlier is not None:
            # The first track of another round is always tried, as a probe.
            self._gives_up = self._failed_in_a_row >= MAX_FAILED_IN_A_ROW
            recorded = joined(earlier, recorded)
        if (
            rounds < self.settings.retry_failed
            and len(self._waiting) < MAX_WAITING_TRACKS
            and is_worth_another_round(recorded.value)
        ):
            self._waiting.append((place, rounds + 1, recorded))
            return None
        return with_metrics(recorded, place, self.start)

    def finish(self, match: Match, place: int) -> Progress:
        """Count and record a finished track."""
        recorded = place in self._known_places
        self._known_places.discard(place)
        if not recorded:
            self._keep(match)
        if self._matches is not None:
            self._matches[place] = match
        self._outcomes[match.outcome] += 1
        self._recorded += recorded
        self._requests += 0 if recorded else match.requests
        elapsed = self._elapsed()
        return Progress(
            done=self._outcomes.total(),
            total=self._total,
            track=match.track,
            match=match,
            elapsed_s=elapsed,
            eta_s=self._eta(elapsed),
            requests=self._requests,
            pace=self._rate_limiter.per_second,
            blocked=self._rate_limiter.circuit_open,
            recorded=recorded,
            place=place,
        )

    def _keep(self, match: Match) -> None:
        """Write a match to the journal, and a miss to the decisions."""
        if self._journal:
            self._journal.record(match)
        if self._decisions is None or match.outcome != "not_found":
            return
        now = datetime.now(UTC)
        # A track that is asked for before it is due does not wait longer for it.
        if self._decisions.about(match.track).is_due(now):
            try:
                self._decisions.record_miss(match.track, at=now)
            except (DecisionsError, MisuseError, OutputError) as error:
                # The disk is full, or a text of the track is too long: the run continues.
                detail = f"a miss is not noted ({str(error).rstrip('.')})"
                self.problems.append(PlaylistProblem(str(self._decisions.path), "the end", detail))

    def fail(self, match: Match, place: int, error: Exception) -> Match:
        """Return the `failed` match of a finished track whose `on_progress` raised an exception.

        Raises:
            Exception: `on_error` is "raise", or the exception is one of this library.
        """
        failure = failure_of(error, self.on_error, "by on_progress")
        failures = (*match.failures, failure)
        failed = with_outcome_metrics(
            replace(match, outcome="failed", best=None, failures=failures, stopped="failed")
        )
        if self._matches is not None:
            self._matches[place] = failed
        self._outcomes[match.outcome] -= 1
        self._outcomes["failed"] += 1
        return failed

    def _log_end(self) -> None:
        counts = ", ".join(f"{self._outcomes[one]} {one}" for one in OUTCOMES)
        logger.info(
            "%s run: %d tracks (%d from the journal) in %.1f s with %d requests: %s",
            self.mode,
            self._outcomes.total(),
            self._recorded,
            self._elapsed(),
            self._requests,
            counts,
        )

    def result(self) -> PlaylistMatch:
        """Return the result in the order of the playlist, also of the tracks not reached."""
        unreached = {place: _unmatched(track, STOPPED, "stopped") for place, track in self._tracks}
        waiting = {
            place: with_metrics(recorded, place, self.start) for place, _, recorded in self._waiting
        }
        result = self._result(unreached | waiting)
        # An engine that lost a track would otherwise return without a word about it.
        assert len(result.matches) == self._taken + len(unreached), "a track has no match"
        return result

    @contextmanager
    def partial_on_error(self) -> Generator[None, None, None]:
        """Set the attribute `partial` of an exception of the block: the result so far.

        Ctrl-C and a cancelled task are such exceptions.
        """
        try:
            yield
        except BaseException as error:
            partial = self._result({})
            with suppress(AttributeError):  # the class may allow no attributes
                error.partial = partial  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]
            raise

    def _result(self, unreached: dict[int, Match]) -> PlaylistMatch:
        from beatport_match.performance.run_stats import performance_stats
        from beatport_match.results import PlaylistMatch

        assert self._matches is not None
        matches = self._matches | unreached
        single = [matches[place] for place in sorted(matches)]
        ordered = tuple(
            match if match is before else with_outcome_metrics(match)
            for match, before in zip(
                with_release_evidence(single, self.settings), single, strict=True
            )
        )
        metrics = performance_stats(
            [match.metrics for match in ordered if match.metrics],
            mode=self.mode,
            total_time=self._elapsed(),
            started_at=self._started_at,
            settings=public_settings(self.settings),
            cpu_time=time.process_time() - self._cpu_start,
            peak_memory_bytes=peak_memory_bytes(),
        )
        return PlaylistMatch(matches=ordered, metrics=metrics, problems=tuple(self.problems))

    def _elapsed(self) -> float:
        return time.monotonic() - self.start

    def _eta(self, elapsed: float) -> float | None:
        done = self._outcomes.total()
        if self._total is None or done == self._recorded:
            return None
        return elapsed / (done - self._recorded) * (self._total - done)


def decided_about(track: Track, decisions: Decisions | None) -> Decided:
    """Return the decisions that count for a track, also those that a program has just added."""
    if decisions is None:
        return UNDECIDED
    decisions.refresh()
    return decisions.about(track)


def with_metrics(recorded: Recorded[Match], place: int = 0, start: float | None = None) -> Match:
    """Return the match with its metrics; `start` is when its run started, if it is part of one."""
    start = recorded.transcript.started if start is None else start
    return replace(recorded.value, metrics=track_metrics(recorded, place=place, began=start))


def failure_of(error: Exception, on_error: OnError, where: str) -> Failure:
    """Return the failure of a track during which an unexpected exception was raised.

    Args:
        error: The exception.
        on_error: What it does.
        where: What raised it, for the text of the failure.

    Raises:
        Exception: `on_error` is "raise", or the exception is one of this library: it says that a
            call or a file is wrong, which concerns all tracks.
    """
    if on_error == "raise" or isinstance(error, BeatportMatchError):
        raise error
    logger.warning("%s was raised; its track ends as failed", type(error).__name__)
    return Failure("exception", f"{short_repr(error, MAX_ERROR_LENGTH)} was raised {where}")


def failed_match(
    error: Exception, on_error: OnError, track: Track, started: float, ended: float
) -> Recorded[Match]:
    """Return the match of a track whose search ended with an exception; `failure_of` may raise."""
    failure = failure_of(error, on_error, "while the track was matched")
    match = _unmatched(track, failure, "failed")
    return Recorded(match, Transcript(started=started, ended=ended, rounds=()))


def with_outcome_metrics(match: Match) -> Match:
    """Return a match whose outcome has changed since it was measured, with new metrics of it."""
    if match.metrics is None:
        return match
    return replace(match, metrics=match.metrics.model_copy(update=outcome_metrics(match)))


def _without_cost(match: Match, place: int, start: float) -> Match:
    """Return a match of an earlier run; its metrics say that it cost this run nothing."""
    nothing = Transcript(started=start, ended=start, rounds=())
    return with_metrics(Recorded(match, nothing), place, start)


def _unmatched(track: Track, failure: Failure, stopped: Stopped) -> Match:
    """Return the match of a track without a query."""
    return Match(
        track=track,
        outcome="failed",
        best=None,
        candidates=(),
        confidence=0.0,
        queries=(),
        failures=(failure,),
        stopped=stopped,
    )
