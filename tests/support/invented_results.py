"""Results of a run with invented tracks, for the tests of lists and pages."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from beatport_match import (
    Candidate,
    Evidence,
    Failure,
    Match,
    PerformanceStats,
    PlaylistMatch,
    ScoredCandidate,
    Track,
)
from beatport_match.model.evidence import MatchOutcome, Relation

HOSTILE = "</script><script>document.title='hacked'</script><img src=x onerror=alert(1)>\"' \u202e&"


def candidate(number: int = 1, name: str = "Tide", **values: Any) -> Candidate:
    url = f"https://www.beatport.com/track/tide/{number}"
    return Candidate(
        **{"url": url, "mix_name": "Dub", "artists": ("Ana",)} | values, id=number, name=name
    )


def scored(
    found: Candidate, relation: Relation = "same_recording", **effects: float
) -> ScoredCandidate:
    """Return a candidate with one line of evidence for each named comparison."""
    evidence = tuple(
        Evidence(name, "local", "found", effect, f"note about {name}", "case")
        for name, effect in effects.items()
    )
    return ScoredCandidate(found, 90.0, 0.9, relation, evidence)


def match(track: Track, outcome: MatchOutcome, *candidates: ScoredCandidate) -> Match:
    best = candidates[0] if candidates and outcome in {"matched", "review"} else None
    failures = (Failure("timeout", "no answer"),) if outcome == "failed" else ()
    return Match(track, outcome, best, candidates, 0.9, (), failures, "exhausted")


def result_of(*matches: Match) -> PlaylistMatch:
    counts = {"total_tracks": len(matches), "matched_tracks": 0, "unmatched_tracks": 0}
    session = {"total_time": 1.0, **counts}
    stats = {"version": "1.0", "session_info": session, "track_metrics": []}
    return PlaylistMatch(matches, PerformanceStats.model_validate(stats))


class PageContent(HTMLParser):
    """The tags, attributes and texts of a page, as a browser parses it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
