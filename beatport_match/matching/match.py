"""The answer about one track: what was found, how sure we are, and why.

A shape, and what it can say about itself to a person. Who fills it: `confidence` the scored
candidates, `conversation` the match, the hands its metrics.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import DEFAULT_WHERE
from beatport_match.model.evidence import MatchOutcome, ScoredCandidate
from beatport_match.model.metrics import TrackMetrics
from beatport_match.model.tracks import Track
from beatport_match.scoring.counterfactuals import Change, what_would_change
from beatport_match.settings.models import MatchSettings

Stopped: TypeAlias = Literal["enough", "exhausted", "budget", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """One question that was asked.

    `text` is the query as a person would type it, `query_type` what the planner did (the types
    stand in `docs/metrics.md`), `failure` why it was not answered, if it was not. `found` counts
    the candidates it brought, `unreadable` the records that had to be dropped, `requests` what went
    over the wire for it, retries included: none where an equal question had been answered, so it
    does not count when records are compared. `where` says whom was asked.
    """

    text: str
    query_type: str
    found: int
    requests: int = field(compare=False)
    unreadable: int = 0
    failure: Failure | None = None
    where: str = DEFAULT_WHERE


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one track: `track` as it was given, and the answer about it.

    `outcome` is one of four:

    * `matched`: safe to apply unasked;
    * `review`: a likely answer, or several: a person should look;
    * `not_found`: Beatport was asked and has none;
    * `failed`: a fault kept us from knowing.

    `best` is the accepted candidate; for `review` the most likely one; otherwise `None`.
    `candidates` are ranked, best first, the most likely ones only; `candidates_weighed` counts all.
    `confidence` is the best one's (0-1; 0 without one).
    `queries` are the questions, in the order asked, `failures` those of them that went unanswered.
    `stopped` says why the asking ended, `picked` that the answer is a person's. `metrics` are
    measured by the matcher, `None` where no matcher ran the conversation; they do not count when
    matches are compared, being times.
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
    metrics: TrackMetrics | None = field(default=None, compare=False)

    @property
    def matched(self) -> bool:
        """Whether the best candidate is safe to apply unasked."""
        return self.outcome == "matched"

    @property
    def requests(self) -> int:
        """HTTP requests sent for this track, retries included."""
        return sum(query.requests for query in self.queries)

    @property
    def where(self) -> str:
        """Where it was looked for, such as `in the catalogue pool or on Beatport`.

        Empty where nothing could be asked.
        """
        return " or ".join(dict.fromkeys(query.where for query in self.queries))

    @property
    def reason(self) -> str:
        """Why the outcome is what it is, in one short line."""
        if self.picked:
            return "picked by hand"
        if self.outcome == "failed":
            return str(self.failures[-1]) if self.failures else "could not ask"
        if self.best is None:
            return _nearest_miss(self.candidates)
        if self.outcome == "review" and (rival := self._rival()):
            return f"two answers too close to call: also {rival.candidate}"
        return _strongest_evidence(self.best, against=self.outcome == "review")

    @property
    def rereleases(self) -> tuple[ScoredCandidate, ...]:
        """The first candidate's recording on other releases, as far as they were found."""
        return tuple(one for one in self.candidates if one.rerelease)

    def pick(self, candidate: ScoredCandidate) -> "Match":
        """The match with one of its candidates as the answer, because a person says so.

        It is `matched`, whatever judgement thought of it; the ledger and the confidence stay those
        of the candidate.

        Raises:
            MisuseError: The candidate is none of this match's.
        """
        if candidate not in self.candidates:
            raise MisuseError(
                f"{candidate.candidate} [{candidate.id}] is no candidate of this match."
            )
        return replace(
            self,
            outcome="matched",
            best=candidate,
            confidence=candidate.confidence,
            picked=True,
        )

    def changes(self, settings: MatchSettings | None = None) -> tuple[Change, ...]:
        """What would make another answer of this one: a fact more, less, or another.

        `settings` are those it was matched with; the defaults if not given. Judged anew among the
        candidates that were kept; empty for `failed` and for what a person picked.
        """
        if self.outcome == "failed" or self.picked:
            return ()
        kept = tuple(one.candidate for one in self.candidates)
        return what_would_change(self.track, kept, settings or MatchSettings())

    def explain(self, settings: MatchSettings | None = None) -> str:
        """Say why: the best one's ledger, the runners-up, what would change it, what was asked.

        `settings` are those it was matched with; the defaults if not given.
        """
        lines = [str(self.track), f"  {self._headline()}: {self.reason}"]
        shown = self.best or (self.candidates[0] if self.candidates else None)
        if shown:
            lines += ["", *_evidence_lines(shown)]
        if self.rereleases:
            lines += ["", "  The same recording on other releases:"]
            lines += [f"    {_release_text(one)}" for one in self.rereleases[:MAX_SHOWN_CANDIDATES]]
        others = [one for one in self.candidates if one != shown and not one.rerelease]
        if others := others[:MAX_SHOWN_CANDIDATES]:
            lines += ["", "  Runners-up:"]
            lines += [
                f"    {_summary(one)}: {_strongest_evidence(one, against=True)}" for one in others
            ]
        if changes := self.changes(settings):
            lines += ["", "  What would change it:"]
            lines += [f"    {change}" for change in changes]
        told = len({query.where for query in self.queries}) > 1
        asked = [f"    {_query_line(query, told=told)}" for query in self.queries]
        lines += ["", f"  Asked ({self.stopped}):", *(asked or ["    nothing"])]
        return "\n".join(lines)

    def _headline(self) -> str:
        """The outcome; where it is that a track was not found is part of it."""
        if self.outcome == "not_found" and self.where:
            return f"Not {self.where}"
        return _HEADLINES[self.outcome]

    def _rival(self) -> ScoredCandidate | None:
        """A runner-up nearly as likely as the best one, where there is one."""
        for other in [one for one in self.candidates[1:] if not one.rerelease][:1]:
            if other.relation == "same_recording" and other.confidence > self.confidence / 2:
                return other
        return None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, told after each track.

    `track` is the one that was finished and `match` its answer; `done` counts them, and `elapsed_s`
    is the time since the run began. `total` is `None` where it is not known; `eta_s` is `None`
    until it can be told. `requests` counts all so far in this run. `pace` is the requests in a
    second that are let through now, `None` where unpaced: it is less than was asked for while
    Beatport wants a slower one. `blocked` says that it refused so often that nothing is asked for a
    while. `recorded` says that this match comes from the journal of an earlier run, `place` where
    its track stands in the playlist (from 0).
    """

    done: int
    total: int | None
    track: Track
    match: Match
    elapsed_s: float
    eta_s: float | None
    requests: int
    pace: float | None = None
    blocked: bool = False
    recorded: bool = False
    place: int = 0


MAX_SHOWN_CANDIDATES = 3
_HEADLINES: dict[MatchOutcome, str] = {
    "matched": "Matched",
    "review": "A person should look",
    "not_found": "Not found",
    "failed": "Could not ask",
}


def _nearest_miss(candidates: tuple[ScoredCandidate, ...]) -> str:
    if not candidates:
        return "nothing came back for any query"
    nearest = candidates[0]
    return f"nearest was {nearest.candidate}: {_strongest_evidence(nearest, against=True)}"


def _strongest_evidence(scored: ScoredCandidate, *, against: bool) -> str:
    """The notes of the one or two lines that say most, for or against."""
    sign = -1 if against else 1
    telling = [line for line in scored.evidence if line.note and sign * line.effect > 0]
    if not telling:
        return "nothing speaks against it" if against else "no evidence"
    telling.sort(key=lambda line: -abs(line.effect))
    return "; ".join(line.note for line in telling[:2])


def _summary(scored: ScoredCandidate) -> str:
    return (
        f"{scored.candidate} [{scored.candidate.id}] "
        f"score {scored.score:.1f}, confidence {scored.confidence:.2f}, {scored.relation}"
    )


def _release_text(scored: ScoredCandidate) -> str:
    found = scored.candidate
    where = ", ".join(filter(None, (found.release, found.label, found.release_date)))
    return f"[{found.id}] {where or 'nothing is known of it'}"


def _evidence_lines(scored: ScoredCandidate) -> list[str]:
    lines = [f"  {_summary(scored)}"]
    if scored.candidate.url:
        lines.append(f"  {scored.candidate.url}")
    for line in scored.evidence:
        pair = f"{line.local or '-'} | {line.catalogue or '-'}"
        lines.append(f"    {line.effect:+7.1f}  {line.name:<12} {pair}  ({line.note})")
    lines.append(f"    {scored.score:7.1f}  score")
    return lines


def _query_line(query: QueryRecord, *, told: bool) -> str:
    came = str(query.failure) if query.failure else f"{query.found} candidates"
    dropped = f", {query.unreadable} unreadable" if query.unreadable else ""
    where = f" {query.where}" if told else ""
    return f"{query.query_type}: {query.text!r}{where} -> {came}{dropped}"
