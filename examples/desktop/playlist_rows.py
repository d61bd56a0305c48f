"""The rows of a playlist, their cells and tooltips; without widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from beatport_match import Match, ScoredCandidate, Track

Cell = str | float | None
COLUMNS = (
    *("#", "Artist", "Title", "Outcome", "Found on Beatport", "Mix"),
    *("Key", "BPM", "Label", "Date", "Confidence"),
)
OUTCOME, FOUND = COLUMNS.index("Outcome"), COLUMNS.index("Found on Beatport")
OUTCOMES = {
    "": "All tracks",
    "matched": "Matched",
    "review": "Needs review",
    "not_found": "Not found",
    "failed": "Failed",
    "unreadable": "Problem",
    "waiting": "Waiting",
}
NUMBERS = [COLUMNS.index(name) for name in ("#", "BPM", "Confidence")]
CANDIDATE_COLUMNS = (
    *("Candidate", "Mix", "Length", "Key", "BPM", "Label", "Date", "Confidence", "Score"),
    "Relation",
)
CANDIDATE_NUMBERS = [
    CANDIDATE_COLUMNS.index(name) for name in ("Length", "BPM", "Confidence", "Score")
]

PERSON = "person"
"""Who decides in this window, as decisions name it."""

# A playlist may hold titles of any length, and Qt lays out a tooltip as a whole.
_MAX_LINE = 500


@dataclass
class Row:
    """A track and its match, or a problem of the playlist, such as an unreadable entry."""

    track: Track | None
    match: Match | None = None
    trouble: str = ""

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`; a track that was not processed because of a stop is `waiting`."""
        if self.trouble:
            return "unreadable"
        if self.match is None or self.match.stopped == "stopped":
            return "waiting"
        return self.match.outcome

    def cells(self, number: int) -> tuple[Cell, ...]:
        """Return the cell of each column, numbers as numbers."""
        if self.track is None:
            return (number, "", self.trouble, OUTCOMES["unreadable"], *[None] * 7)
        ours = (number, self.track.artist_text, self.track.title, self._outcome_text())
        best = self.match.best if self.match else None
        if best is None:
            return (*ours, *[None] * 7)
        found = best.candidate
        name = f"{', '.join(found.artists) or 'unknown artist'} - {found.name}"
        facts = (found.mix_name, found.camelot, found.bpm, found.label, found.release_date)
        return (*ours, name, *facts, 100 * best.confidence)

    def _outcome_text(self) -> str:
        """Name the outcome, and who decided it."""
        text = OUTCOMES[self.outcome]
        if self.match and self.match.decided_by:
            return f"{text} by {self.match.decided_by.by}"
        return f"{text} by {PERSON}" if self.match and self.match.picked else text

    def tooltip(self, column: int) -> str:
        """Return the whole text of a cell, as rich text."""
        if self.trouble:
            return as_tooltip(self.trouble)
        if column < OUTCOME:
            return as_tooltip(*_track_facts(self.track))
        if column == OUTCOME:
            return as_tooltip(self.match.reason if self.match else "")
        best = self.match.best if self.match else None
        return as_tooltip(*_candidate_facts(best)) if best else ""


def counts_text(counts: Mapping[str, int]) -> str:
    """Return the counts that are not zero, such as `52 matched, 20 to review`."""
    names = {**OUTCOMES, "review": "to review"}
    return ", ".join(f"{counts[one]} {names[one].lower()}" for one in names if counts.get(one))


def cell_text(cell: Cell, column: str) -> str:
    """Format a cell of one of the tables."""
    if cell is None:
        return ""
    if column == "Confidence":
        # Rounded down: a confidence below 1 must not appear as 100 %.
        return f"{int(round(cell, 6))} %"
    if column == "Score":
        return f"{cell:.1f}"
    if column == "Length" and isinstance(cell, float):
        return clock(cell)
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def candidate_cells(scored: ScoredCandidate) -> list[str]:
    """Return the texts of a candidate's cells, in the order of `CANDIDATE_COLUMNS`."""
    found = scored.candidate
    cells = (
        f"{', '.join(found.artists) or 'unknown artist'} - {found.name}",
        found.mix_name,
        found.length_s,
        found.camelot,
        found.bpm,
        found.label,
        found.release_date,
        100 * scored.confidence,
        scored.score,
        scored.relation.replace("_", " "),
    )
    return [cell_text(cell, name) for cell, name in zip(cells, CANDIDATE_COLUMNS, strict=True)]


def candidate_tooltip(scored: ScoredCandidate) -> str:
    """Return all facts about a candidate, as rich text."""
    return as_tooltip(*_candidate_facts(scored))


def as_tooltip(*lines: str | None) -> str:
    """Return lines as rich text, which wraps; the text of a playlist or a page is never markup."""
    text = "<br>".join(escape(line[:_MAX_LINE]) for line in lines if line)
    return f"<qt>{text}</qt>" if text else ""


def clock(seconds: float) -> str:
    """Format a time: `0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _track_facts(track: Track | None) -> list[str]:
    if track is None:
        return []
    facts = _facts(track.duration_s, track.key, track.bpm, track.label, track.year)
    return [str(track), track.album or "", facts, track.file or ""]


def _candidate_facts(scored: ScoredCandidate) -> list[str]:
    found = scored.candidate
    key = " ".join(filter(None, (found.camelot, found.key)))
    facts = _facts(found.length_s, key, found.bpm, found.label, found.release_date)
    return [str(found), found.release or "", facts, found.url or ""]


def _facts(
    length_s: float | None, key: str | None, bpm: float | None, *others: str | int | None
) -> str:
    facts = (length_s and clock(length_s), key, bpm and f"{bpm:g} BPM", *others)
    return ", ".join(str(fact) for fact in facts if fact)
