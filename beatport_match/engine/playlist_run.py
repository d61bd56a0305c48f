"""The part of a playlist run that both matchers share: its tracks, clock, progress and result."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Generator, Sized
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from beatport_match._logging import logger
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
from beatport_match.engine.match_metrics import (
    peak_memory_bytes,
    public_settings,
    with_metrics,
    with_outcome_metrics,
    without_cost,
)
from beatport_match.engine.track_outcome import STOPPED, decided_about, failure_of, unmatched
from beatport_match.errors import (
    DecisionsError,
    MisuseError,
    OutputError,
)
from beatport_match.matching.decided import Decided
from beatport_match.matching.decided_match import accepted_match, agrees_with
from beatport_match.matching.earlier_answers import EarlierAnswers
from beatport_match.matching.match import Match
from beatport_match.matching.progress import Progress
from beatport_match.matching.protocol import Recorded
from beatport_match.matching.release_evidence import with_release_evidence
from beatport_match.matching.second_round import (
    MAX_FAILED_IN_A_ROW,
    failed_in_a_row,
    is_worth_another_round,
    joined,
)
from beatport_match.matching.sources import Sources
from beatport_match.model.evidence import OUTCOMES, MatchOutcome
from beatport_match.model.metrics import Mode
from beatport_match.model.problems import PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.rate_limiter import LocalRateLimiter

if TYPE_CHECKING:
    # Imported where they are used: matching one track needs none of them.
    from beatport_match.engine.journal import Journal
    from beatport_match.results import PlaylistMatch
    from beatport_match.review.decisions import Decisions

# A run with bounded memory must not keep all tracks of a day without a network.
MAX_WAITING_TRACKS = 1000


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
        on_error: How to handle an unexpected exception.
        keeps_matches: Whether the run has a result; without one it uses bounded memory.
        decisions: Earlier decisions about tracks; the run adds the tracks that it does not find.
        earlier: The answers of an earlier run, if only missing tracks are searched; `IN_JOURNAL`
            if the journal has them, and `None` if every track is searched.

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
        return place, track, without_cost(known, place, self.start)

    def _next_waiting(self) -> tuple[int, Track, Match | None]:
        place, rounds, recorded = self._waiting.popleft()
        if self._gives_up:
            return place, recorded.value.track, with_metrics(recorded, place, self.start)
        self._earlier[place] = rounds, recorded
        return place, recorded.value.track, None

    def decided(self, track: Track) -> Decided:
        """Return the decisions that apply to a track."""
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
        # A track that is searched before it is due keeps its schedule.
        if self._decisions.about(match.track).is_due(now):
            try:
                self._decisions.record_miss(match.track, at=now)
            except (DecisionsError, MisuseError, OutputError) as error:
                # The disk is full, or a text of the track is too long: the run continues.
                detail = f"a miss was not recorded ({str(error).rstrip('.')})"
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
        unreached = {place: unmatched(track, STOPPED, "stopped") for place, track in self._tracks}
        waiting = {
            place: with_metrics(recorded, place, self.start) for place, _, recorded in self._waiting
        }
        result = self._result(unreached | waiting)
        # Without this check, an engine that loses a track would return an incomplete result.
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
