"""The result for one track: the outcome, the candidates, the evidence and the queries.

`Match` is a value that can explain itself as text. `search_flow` builds it, `scoring.confidence`
makes its scored candidates, and the engine adds its metrics.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from textwrap import indent
from typing import Any, Literal, TypeAlias

from pydantic_core import to_jsonable_python

from beatport_match.errors import Failure, MisuseError, require_several, wrong_argument
from beatport_match.matching.query_record import QueryRecord, query_line
from beatport_match.model.decisions import DecidedBy
from beatport_match.model.evidence import MatchOutcome, ScoredCandidate, candidate_of
from beatport_match.model.metrics import TrackMetrics
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.parsed_track import credited_names
from beatport_match.scoring.counterfactuals import Change, what_would_change
from beatport_match.scoring.rejection import NOT_PICKED, strongest_evidence
from beatport_match.settings.models import MatchSettings, settings_or_default

Stopped: TypeAlias = Literal[
    "enough", "exhausted", "budget", "stopped", "failed", "time_budget", "decided"
]
"""Why the search for a track ended; docs/confidence-and-outcomes.md explains the values."""

MAX_SHOWN_CANDIDATES = 3
_HEADLINES: dict[MatchOutcome, str] = {
    "matched": "Matched",
    "review": "Needs review",
    "not_found": "Not found",
    "failed": "Failed",
}


@dataclass(frozen=True, slots=True)
class Match:
    """The result for one track.

    Attributes:
        track: The track as it was given.
        outcome: One of four:

            * `matched`: accepted automatically;
            * `review`: a person should choose, because the best candidate is likely but not
              certain, or only another version is on sale;
            * `not_found`: every query was answered, but no result fits;
            * `failed`: a fault prevented an answer that might have contained the right track.
        best: For `matched` the accepted candidate, for `review` the most likely one, otherwise
            `None`.
        candidates: The most likely candidates, best first (at most `max_candidates`). Each says
            which query found it, and why it was not accepted.
        confidence: The confidence of the first candidate, 0-1; 0 if there are no candidates.
        queries: The queries that were sent, in their order.
        failures: The failures of those queries that were not answered, in the same order. One more
            follows if no track fits that could be read in a changed page, or if an unexpected
            exception was raised (`on_error="result"`).
        stopped: Why the search ended: `enough` (the best candidate is good enough), `exhausted` (no
            useful query was left), `budget` (`max_queries` were sent), `stopped` (by the calling
            program), `time_budget` (`max_track_time_s` ran out), `failed` (a query could not be
            answered, or an unexpected exception was raised) or `decided` (an earlier decision is
            the answer, and no query was sent).
        candidates_weighed: Number of all candidates that were scored, also those not kept.
        picked: Whether a person chose the answer with `pick`.
        decided_by: Who decided the answer, and when, if it comes from `decisions=`; otherwise
            `None`.
        rejected: The candidates that an earlier decision rejects. They are not proposed: `best` and
            `candidates` do not hold them. The last line of their evidence says who rejected them.
        metrics: Times and counts of this track, added by the matcher; `None` if no matcher ran the
            search. They are ignored when matches are compared, because times always differ.

    Example:
        ```python
        match = match_track("Olvarin - Undertow")
        match.outcome, match.best.name, round(match.confidence, 1)
        # ('matched', 'Undertow', 1.0)
        ```
    """

    track: Track
    outcome: MatchOutcome
    best: ScoredCandidate | None
    candidates: tuple[ScoredCandidate, ...]
    confidence: float
    queries: tuple[QueryRecord, ...]
    failures: tuple[Failure, ...]
    stopped: Stopped
    candidates_weighed: int = 0
    picked: bool = False
    decided_by: DecidedBy | None = None
    rejected: tuple[ScoredCandidate, ...] = ()
    metrics: TrackMetrics | None = field(default=None, compare=False)

    @property
    def matched(self) -> bool:
        """Return whether the best candidate was accepted (`outcome` is `matched`)."""
        return self.outcome == "matched"

    @property
    def accepted(self) -> ScoredCandidate | None:
        """The accepted candidate if `outcome` is `matched`, otherwise `None`.

        Example:
            ```python
            if best := match.accepted:
                print(best.url)
            ```
        """
        return self.best if self.matched else None

    @property
    def requests(self) -> int:
        """Number of HTTP requests that were sent for this track, retries included."""
        return sum(query.requests for query in self.queries)

    @property
    def degraded(self) -> bool:
        """Whether a page of Beatport has changed and was read with another method.

        `read_from` of each query names the method. A newer version of this library may read the
        page completely.
        """
        return any(query.read_from for query in self.queries)

    @property
    def where(self) -> str:
        """The sources that were queried, such as `in the catalogue pool or on Beatport`.

        Empty if no query was sent.
        """
        return " or ".join(dict.fromkeys(query.where for query in self.queries))

    @property
    def artists_from_title(self) -> str:
        """The artists that were read out of a title such as `Artist - Title`.

        The best candidate decides how the title is read. Empty if the track names its artists
        itself, or if the title names none.
        """
        if credited_names(self.track.artists):
            return ""
        if self.best:
            return next((one.local for one in self.best.evidence if one.name == "artists"), "")
        return interpret(self.track)[0].artists_shown

    @property
    def reason(self) -> str:
        """The reason for the outcome, in one short line."""
        if self.outcome == "failed":
            return str(self.failures[-1]) if self.failures else "no failure was recorded"
        if self.decided_by:
            return f"decided by {self.decided_by}"
        if self.picked:
            return "picked by hand"
        if self.best is None:
            return _closest_candidate(self.candidates, self.rejected)
        if self.outcome == "review" and (rival := self._rival()):
            return f"another track is nearly as likely: {rival.candidate}"
        if self.outcome != "review":
            return strongest_evidence(self.best, against=False)
        if self.best.relation == "same_recording" and self.best.doubts:
            return "; ".join(self.best.doubts[:2])
        if any(line.effect < 0 for line in self.best.evidence):
            return strongest_evidence(self.best, against=True)
        return _too_little(self.track)

    def __repr__(self) -> str:
        # All candidates with their evidence would fill several screens.
        return f"<Match {self._answer()}>"

    def __str__(self) -> str:
        return f"{self._answer()} ({self.reason})"

    def to_dict(self) -> dict[str, Any]:
        """Return the match as a dictionary of JSON values, as in a results file.

        Returns:
            The public fields without `metrics`. `best` holds the fields of the best candidate, and
            `best_id` its number on Beatport; both are `None` without one. `reason`, `degraded`
            and `artists_from_title` are added.

        Example:
            ```python
            import json
            print(json.dumps(match.to_dict()))
            ```
        """
        document: dict[str, Any] = to_jsonable_python(
            {
                "track": self.track,
                "outcome": self.outcome,
                "confidence": self.confidence,
                "reason": self.reason,
                "best": self.best and self.best.candidate,
                "best_id": self.best and self.best.id,
                "candidates": self.candidates,
                "queries": self.queries,
                "failures": self.failures,
                "stopped": self.stopped,
                "picked": self.picked,
                "decided_by": self.decided_by,
                "rejected": self.rejected,
                "degraded": self.degraded,
                "artists_from_title": self.artists_from_title,
            }
        )
        return document

    @property
    def rereleases(self) -> tuple[ScoredCandidate, ...]:
        """The candidates that are the first candidate's recording on other releases."""
        return tuple(one for one in self.candidates if one.rerelease)

    def pick(self, candidate: ScoredCandidate | Candidate) -> "Match":
        """Return this match with a candidate that a person chose.

        Args:
            candidate: One of `candidates`, or the `candidate` of one of them.

        Returns:
            A match with the outcome `matched`, regardless of the scoring. Evidence and confidence
            stay those of the candidate. An earlier decision is no longer its `decided_by`.

        Raises:
            MisuseError: The candidate is not one of this match's candidates.

        Example:
            ```python
            match.pick(match.candidates[0]).outcome
            # 'matched'
            ```
        """
        if not isinstance(candidate, ScoredCandidate | Candidate):  # pyright: ignore[reportUnnecessaryIsInstance]
            expected = "one of match.candidates, such as match.candidates[0]"
            raise wrong_argument("the picked candidate", candidate, expected)
        found = [one for one in self.candidates if candidate in (one, one.candidate)]
        if not found:
            other = candidate_of(candidate)
            raise MisuseError(
                f"{other} [{other.id}] is not a candidate of this match; pick one of "
                "match.candidates."
            )
        picked = replace(found[0], reject_reason=None)
        return replace(
            self,
            outcome="matched",
            best=picked,
            candidates=tuple(
                picked
                if one == picked
                else replace(one, reject_reason=one.reject_reason or NOT_PICKED)
                for one in self.candidates
            ),
            confidence=picked.confidence,
            picked=True,
            decided_by=None,
        )

    def changes(self, settings: MatchSettings | None = None) -> tuple[Change, ...]:
        """Return the single facts about the track that would change the answer.

        Each changed track is scored again against `candidates`.

        Args:
            settings: The settings of the run that made this match. Default: `MatchSettings()`.

        Returns:
            One `Change` for each such fact; empty if the outcome is `failed`, or if a person picked
            or decided the answer.

        Raises:
            SettingsError: `settings` is not a `MatchSettings`.

        Example:
            ```python
            for change in match.changes():
                print(change)
            ```
        """
        settings = settings_or_default(settings)
        if self.outcome == "failed" or self.picked or self.decided_by:
            return ()
        candidates = tuple(one.candidate for one in self.candidates)
        return what_would_change(self.track, candidates, settings)

    def explain(self, settings: MatchSettings | None = None) -> str:
        """Explain the outcome as a text of several lines.

        Args:
            settings: The settings of the run that made this match. Default: `MatchSettings()`.

        Returns:
            The reason, the score breakdown of the best candidate, its other releases, the next
            candidates, the facts that would change the answer, and the queries.

        Raises:
            SettingsError: `settings` is not a `MatchSettings`.

        Example:
            ```python
            print(match.explain())
            ```
        """
        lines = [str(self.track), f"  {self._headline()}: {self.reason}"]
        shown = self.best or (self.candidates[0] if self.candidates else None)
        if shown:
            lines += ["", indent(shown.explain(), "  ")]
        if self.rereleases:
            lines += ["", "  The same recording on other releases:"]
            lines += [f"    {_release_text(one)}" for one in self.rereleases[:MAX_SHOWN_CANDIDATES]]
        others = [one for one in self.candidates if one != shown and not one.rerelease]
        if others := others[:MAX_SHOWN_CANDIDATES]:
            lines += ["", "  Runners-up:"]
            lines += [f"    {one}: {strongest_evidence(one, against=True)}" for one in others]
        if self.rejected:
            lines += ["", "  Rejected earlier:"]
            lines += [f"    {one}: {one.evidence[-1].note}" for one in self.rejected]
        if changes := self.changes(settings):
            lines += ["", "  What would change it:"]
            lines += [f"    {change}" for change in changes]
        show_where = len({query.where for query in self.queries}) > 1
        queries = [f"    {query_line(query, show_where=show_where)}" for query in self.queries]
        lines += ["", f"  Queries (stopped: {self.stopped}):", *(queries or ["    none"])]
        return "\n".join(lines)

    def _answer(self) -> str:
        found = f" -> {self.best.candidate} [{self.best.id}]" if self.best else ""
        return f"{self.outcome}: {self.track}{found}"

    def _headline(self) -> str:
        """Return the outcome for people; for a track that was not found, name the sources."""
        if self.outcome == "not_found" and self.where:
            return f"Not {self.where}"
        return _HEADLINES[self.outcome]

    def _rival(self) -> ScoredCandidate | None:
        """Return the next candidate if it is nearly as likely as the best one."""
        other = next((one for one in self.candidates[1:] if not one.rerelease), None)
        if other is None or other.relation != "same_recording":
            return None
        return other if other.confidence > self.confidence / 2 else None


def as_matches(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return the matches that a caller gave.

    Raises:
        MisuseError: It is not several matches.
    """
    require_several("matches", matches, "matches", "such as result.matches")
    found = tuple(matches)
    for match in found:
        if not isinstance(match, Match):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise wrong_argument("matches", match, "several matches", "such as result.matches")
    return found


def _closest_candidate(
    candidates: tuple[ScoredCandidate, ...], rejected: tuple[ScoredCandidate, ...]
) -> str:
    """Name the closest candidate and the evidence against it."""
    if not candidates:
        return "every result was rejected earlier" if rejected else "no query returned a result"
    closest = candidates[0]
    why = strongest_evidence(closest, against=True)
    return f"the closest candidate is {closest.candidate}: {why}"


def _too_little(track: Track) -> str:
    """Name the missing facts if there is no contradiction but too little agrees."""
    facts = {"artist": track.artists, "length": track.duration_s, "tempo": track.bpm}
    missing = [name for name, value in facts.items() if not value]
    if not missing:
        return "too little evidence for it"
    return f"too little evidence for it: your track has no {' and no '.join(missing)}"


def _release_text(scored: ScoredCandidate) -> str:
    """Describe the release of a candidate in one line."""
    candidate = scored.candidate
    parts = candidate.release, candidate.label, candidate.release_date
    return f"[{candidate.id}] {', '.join(filter(None, parts)) or 'no release data'}"
