"""The rows of a playlist, their cells, and the candidates that the user picked; without widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from beatport_match import Match, PlaylistProblem, ScoredCandidate, Track

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
        ours = (number, self.track.artist_text, self.track.title, OUTCOMES[self.outcome])
        best = self.match.best if self.match else None
        if best is None:
            return (*ours, *[None] * 7)
        found = best.candidate
        name = f"{', '.join(found.artists) or 'unknown artist'} - {found.name}"
        facts = (found.mix_name, found.camelot, found.bpm, found.label, found.release_date)
        return (*ours, name, *facts, 100 * best.confidence)

    def tooltip(self, column: int) -> str:
        """Return the whole text behind a cell, as rich text."""
        if self.trouble:
            return as_tooltip(self.trouble)
        if column < OUTCOME:
            return as_tooltip(*_track_facts(self.track))
        if column == OUTCOME:
            return as_tooltip(self.match.reason if self.match else "")
        best = self.match.best if self.match else None
        return as_tooltip(*_candidate_facts(best)) if best else ""


class Results:
    """The rows of a playlist, filled as matches arrive; a pick can be undone."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._before: list[tuple[int, Match]] = []

    def begin(self, tracks: Sequence[Track], problems: Sequence[PlaylistProblem]) -> None:
        """Take a playlist that has not been matched yet."""
        self.rows = [Row(track) for track in tracks]
        self.rows += [Row(None, trouble=str(problem)) for problem in problems]
        self._before.clear()

    def put(self, found: Iterable[tuple[int, Match]]) -> list[int]:
        """Fill in matches and return the changed places; a match that the user picked stays."""
        places: list[int] = []
        for place, match in found:
            old = self.rows[place].match
            if old is None or not old.picked:
                self.rows[place].match = match
                places.append(place)
        return places

    def pick(self, place: int, candidate: ScoredCandidate | None = None) -> ScoredCandidate | None:
        """Make a candidate the match of a row.

        Args:
            place: The row.
            candidate: The candidate; `None` (the default) takes the one that a row in review
                proposes.

        Returns:
            The picked candidate; `None` if there is nothing to pick.
        """
        match = self.rows[place].match
        if candidate is None and match and self.rows[place].outcome == "review":
            candidate = match.best
        if match is None or candidate is None:
            return None
        self._before.append((place, match))
        self.rows[place].match = match.pick(candidate)
        return candidate

    def undo(self) -> int | None:
        """Take back the last pick and return its row; `None` if there is none."""
        if not self._before:
            return None
        place, match = self._before.pop()
        self.rows[place].match = match
        return place

    def counts(self) -> Counter[str]:
        """Count the rows of each outcome."""
        return Counter(row.outcome for row in self.rows)

    def matches(self) -> tuple[Match, ...]:
        """Return the matches that are shown, in the order of the playlist."""
        return tuple(row.match for row in self.rows if row.match)


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
