"""What became of a whole playlist, and how it is written to files.

The JSON holds everything; the CSV folder holds four tables for people with spreadsheets. This
room knows files, not how matches are made.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from beatport_match.files.atomic_write import atomic_write
from beatport_match.matching.match import Match
from beatport_match.model.evidence import MatchOutcome
from beatport_match.model.metrics import PerformanceStats
from beatport_match.model.tracks import as_dict
from beatport_match.playlists import PlaylistProblem

_MATCH_COLUMNS = (
    "track_id title artists outcome score confidence relation beatport_id url found_title "
    "found_mix found_artists found_remixers label release release_date bpm key camelot genre "
    "length_s isrc reason"
).split()
_CANDIDATE_COLUMNS = (
    "track_id title rank score confidence relation beatport_id found_title found_mix "
    "found_artists evidence"
).split()
_QUERY_COLUMNS = "track_id title query_type text found requests unreadable failure".split()
# A spreadsheet runs a cell that begins with one of these (OWASP, "CSV Injection"), some of them
# also in the full width of East Asian keyboards.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Tables are looked at in terminals too, which C0 and C1 controls would steer; lines stay lines.
_CONTROLS = dict.fromkeys([*range(9), *range(11, 13), *range(14, 32), *range(127, 160)], " ")


@dataclass(frozen=True, slots=True)
class PlaylistMatch:
    """A whole run: `matches` in the playlist's order, one for each track.

    `metrics` are the figures of the run; `problems` are the entries of the playlist or the lines of
    a journal that could not be read.
    """

    matches: tuple[Match, ...]
    metrics: PerformanceStats
    problems: tuple[PlaylistProblem, ...] = ()

    def __repr__(self) -> str:
        # asyncio writes out a task's result when its loop ends (3.11: several times), and a run's
        # every candidate and ledger would be some 60 kB a track.
        return f"<PlaylistMatch: {len(self.matches)} tracks, {len(self.matched)} matched>"

    @property
    def matched(self) -> tuple[Match, ...]:
        """Those safe to apply unasked."""
        return self._with("matched")

    @property
    def review(self) -> tuple[Match, ...]:
        """Those a person should look at."""
        return self._with("review")

    @property
    def not_found(self) -> tuple[Match, ...]:
        """Those Beatport was asked for and has not."""
        return self._with("not_found")

    @property
    def failed(self) -> tuple[Match, ...]:
        """Those a fault kept us from knowing about."""
        return self._with("failed")

    @property
    def requests(self) -> int:
        """HTTP requests sent for all of them, retries included."""
        return sum(match.requests for match in self.matches)

    def to_json(self, path: str | Path) -> None:
        """Write everything as one JSON document.

        Raises:
            OSError: The file cannot be written.
        """
        text = json.dumps(self.document(), ensure_ascii=False, indent=1)
        # A file name that is not text keeps its odd bytes as escapes; JSON reads them back.
        with atomic_write(Path(path)) as draft:
            draft.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")

    def to_csv(self, folder: str | Path) -> None:
        """Write `matches.csv`, `candidates.csv`, `queries.csv` and `review.csv` into a folder.

        The folder is made if it is not there. UTF-8 with the mark that Excel needs; a cell that a
        spreadsheet would run as a formula begins with an apostrophe.

        Raises:
            OSError: The folder or a file cannot be written.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [_match_row(match) for match in self.matches]
        review = [row for row in rows if row["outcome"] == "review"]
        _write_table(folder / "matches.csv", _MATCH_COLUMNS, rows)
        _write_table(folder / "review.csv", _MATCH_COLUMNS, review)
        candidates = (row for match in self.matches for row in _candidate_rows(match))
        _write_table(folder / "candidates.csv", _CANDIDATE_COLUMNS, candidates)
        queries = (row for match in self.matches for row in _query_rows(match))
        _write_table(folder / "queries.csv", _QUERY_COLUMNS, queries)

    def _with(self, outcome: MatchOutcome) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.outcome == outcome)

    def document(self) -> dict[str, Any]:
        """Everything as one JSON document, the one that `to_json` writes."""
        return {
            "version": "1.0",
            "summary": {
                "tracks": len(self.matches),
                "matched": len(self.matched),
                "review": len(self.review),
                "not_found": len(self.not_found),
                "failed": len(self.failed),
                "requests": self.requests,
            },
            "matches": [match_document(match) for match in self.matches],
            "problems": [asdict(problem) for problem in self.problems],
            "metrics": self.metrics.model_dump(mode="json"),
        }


def match_document(match: Match) -> dict[str, Any]:
    """One match as a JSON document; times stand in the run's metrics."""
    return {
        "track": as_dict(match.track),
        "outcome": match.outcome,
        "confidence": match.confidence,
        "reason": match.reason,
        "best": match.best.id if match.best else None,
        "candidates": [
            {
                "candidate": as_dict(scored.candidate),
                "score": scored.score,
                "confidence": scored.confidence,
                "relation": scored.relation,
                "evidence": [asdict(line) for line in scored.evidence],
                "rerelease": scored.rerelease,
            }
            for scored in match.candidates
        ],
        "queries": [asdict(query) for query in match.queries],
        "failures": [asdict(failure) for failure in match.failures],
        "stopped": match.stopped,
        "picked": match.picked,
    }


def _match_row(match: Match) -> dict[str, object]:
    row: dict[str, object] = {
        **_track_cells(match),
        "artists": match.track.artist_text,
        "outcome": match.outcome,
        "confidence": match.confidence,
        "reason": match.reason,
    }
    if match.best is None:
        return row
    found = match.best.candidate
    row |= as_dict(found) | {
        "title": match.track.title,
        "artists": match.track.artist_text,
        "score": match.best.score,
        "relation": match.best.relation,
        "beatport_id": found.id,
        "found_title": found.name,
        "found_mix": found.mix_name,
        "found_artists": ", ".join(found.artists),
        "found_remixers": ", ".join(found.remixers),
    }
    return row


def _candidate_rows(match: Match) -> Iterable[dict[str, object]]:
    for place, scored in enumerate(match.candidates, start=1):
        yield _track_cells(match) | {
            "rank": place,
            "score": scored.score,
            "confidence": scored.confidence,
            "relation": scored.relation,
            "beatport_id": scored.id,
            "found_title": scored.candidate.name,
            "found_mix": scored.candidate.mix_name,
            "found_artists": ", ".join(scored.candidate.artists),
            "evidence": "; ".join(f"{line.name} {line.effect:+g}" for line in scored.evidence),
        }


def _query_rows(match: Match) -> Iterable[dict[str, object]]:
    for query in match.queries:
        yield _track_cells(match) | asdict(query) | {"failure": str(query.failure or "")}


def _track_cells(match: Match) -> dict[str, object]:
    return {"track_id": match.track.id, "title": match.track.title}


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[dict[str, object]]) -> None:
    with (
        atomic_write(path) as draft,
        draft.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file,
    ):
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)


def _csv_cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    return ("'" + value if value.startswith(_FORMULA_SIGNS) else value).translate(_CONTROLS)
