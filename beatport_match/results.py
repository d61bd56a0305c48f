"""The result of a playlist run, and its JSON and CSV files.

The JSON document holds all results. The CSV folder holds four tables for use in a spreadsheet. All
files are written atomically: a file is complete or does not appear. This module does no matching.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic_core import to_jsonable_python

from beatport_match.files.atomic_write import atomic_write, output_errors
from beatport_match.matching.match import Match
from beatport_match.model.evidence import MatchOutcome, ScoredCandidate
from beatport_match.model.metrics import PerformanceStats
from beatport_match.model.tracks import as_dict
from beatport_match.model.validation import spreadsheet_safe
from beatport_match.playlists import PlaylistProblem

OUTCOMES: tuple[MatchOutcome, ...] = get_args(MatchOutcome)
_MATCH_COLUMNS = (
    "track_id title artists outcome score confidence relation beatport_id url found_title "
    "found_mix found_artists found_remixers label release release_date bpm key camelot genre "
    "length_s isrc reason artists_from_title"
).split()
_CANDIDATE_COLUMNS = (
    "track_id title rank score confidence relation beatport_id found_title found_mix "
    "found_artists evidence query_index query_text query_type place title_similarity "
    "artist_similarity reject_code reject_reason"
).split()
_QUERY_COLUMNS = (
    "track_id title query_type text found requests unreadable failure read_from elapsed_s".split()
)


@dataclass(frozen=True, slots=True)
class PlaylistMatch:
    """The result of a run over a playlist.

    `matches` has one match per track, in the order of the playlist. `metrics` holds the times and
    counts of the run. `problems` lists the entries of the playlist and the lines of the journal
    that could not be read.
    """

    matches: tuple[Match, ...]
    metrics: PerformanceStats
    problems: tuple[PlaylistProblem, ...] = ()

    def __repr__(self) -> str:
        # asyncio calls `repr` on the result of a task when its loop ends (Python 3.11: several
        # times). With all candidates and their evidence, that would be about 60 kB per track.
        return f"<PlaylistMatch: {len(self.matches)} tracks, {len(self.matched)} matched>"

    @property
    def matched(self) -> tuple[Match, ...]:
        """The matches that are accepted automatically (`outcome` is `matched`)."""
        return self._with_outcome("matched")

    @property
    def review(self) -> tuple[Match, ...]:
        """The matches that need review (`outcome` is `review`)."""
        return self._with_outcome("review")

    @property
    def not_found(self) -> tuple[Match, ...]:
        """The tracks that Beatport does not have (`outcome` is `not_found`)."""
        return self._with_outcome("not_found")

    @property
    def failed(self) -> tuple[Match, ...]:
        """The tracks without an answer because of a fault (`outcome` is `failed`)."""
        return self._with_outcome("failed")

    @property
    def requests(self) -> int:
        """The number of HTTP requests of the run, including retries."""
        return sum(match.requests for match in self.matches)

    def to_json(self, path: str | Path) -> None:
        """Write all results as one JSON document, atomically.

        Args:
            path: The file to write. An existing file is replaced.

        Raises:
            OutputError: The file cannot be written. It is also an `OSError`.

        Example:
            `match_playlist("collection.xml").to_json("friday.json")`
        """
        text = json.dumps(self.document(), ensure_ascii=False, indent=1)
        # A file name that is not valid text contains surrogates. They are written as escapes, which
        # a JSON parser converts back.
        with atomic_write(Path(path)) as draft:
            draft.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")

    def to_csv(self, folder: str | Path) -> None:
        """Write `matches.csv`, `candidates.csv`, `queries.csv` and `review.csv` into a folder.

        The files are UTF-8 with the byte order mark that Excel needs. If a spreadsheet would run a
        cell as a formula, the cell begins with an apostrophe.

        Args:
            folder: The folder to write to. It is created if it does not exist; existing files with
                these names are replaced.

        Raises:
            OutputError: The folder or a file cannot be written. It is also an `OSError`.

        Example:
            `match_playlist("collection.xml").to_csv("friday/")`
        """
        folder = Path(folder)
        with output_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        rows = [_match_row(match) for match in self.matches]
        review = [row for row in rows if row["outcome"] == "review"]
        _write_table(folder / "matches.csv", _MATCH_COLUMNS, rows)
        _write_table(folder / "review.csv", _MATCH_COLUMNS, review)
        candidates = (row for match in self.matches for row in _candidate_rows(match))
        _write_table(folder / "candidates.csv", _CANDIDATE_COLUMNS, candidates)
        queries = (row for match in self.matches for row in _query_rows(match))
        _write_table(folder / "queries.csv", _QUERY_COLUMNS, queries)

    def document(self) -> dict[str, Any]:
        """Return the JSON document that `to_json` writes, as a dict."""
        return {
            "version": "1.0",
            "summary": {
                "tracks": len(self.matches),
                **{outcome: len(self._with_outcome(outcome)) for outcome in OUTCOMES},
                "requests": self.requests,
            },
            "matches": [match_document(match) for match in self.matches],
            "problems": [asdict(problem) for problem in self.problems],
            "metrics": self.metrics.model_dump(mode="json"),
        }

    def _with_outcome(self, outcome: MatchOutcome) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.outcome == outcome)


def match_document(match: Match) -> dict[str, Any]:
    """Convert one match to a JSON document, without its metrics: the run's metrics hold them."""
    document: dict[str, Any] = to_jsonable_python(
        {
            "track": match.track,
            "outcome": match.outcome,
            "confidence": match.confidence,
            "reason": match.reason,
            "best": match.best.id if match.best else None,
            "candidates": match.candidates,
            "queries": match.queries,
            "failures": match.failures,
            "stopped": match.stopped,
            "picked": match.picked,
            "degraded": match.degraded,
            "artists_from_title": match.artists_from_title,
        }
    )
    return document


def _match_row(match: Match) -> dict[str, Any]:
    found = _candidate_cells(match.best) if match.best else {}
    return found | {
        **_track_cells(match),
        "artists": match.track.artist_text,
        "outcome": match.outcome,
        "confidence": match.confidence,
        "reason": match.reason,
        "artists_from_title": match.artists_from_title,
    }


def _candidate_rows(match: Match) -> Iterable[dict[str, Any]]:
    for rank, scored in enumerate(match.candidates, start=1):
        evidence = "; ".join(f"{one.name} {one.effect:+g}" for one in scored.evidence)
        cells = {**_track_cells(match), "rank": rank, "evidence": evidence}
        names = "query_index query_text query_type place title_similarity artist_similarity"
        cells |= {name: getattr(scored, name) for name in names.split()}
        if reason := scored.reject_reason:
            cells |= {"reject_code": reason.code, "reject_reason": reason.text}
        yield _candidate_cells(scored) | cells


def _candidate_cells(scored: ScoredCandidate) -> dict[str, Any]:
    found = scored.candidate
    return as_dict(found) | {
        "score": scored.score,
        "confidence": scored.confidence,
        "relation": scored.relation,
        "beatport_id": found.id,
        "found_title": found.name,
        "found_mix": found.mix_name,
        "found_artists": ", ".join(found.artists),
        "found_remixers": ", ".join(found.remixers),
    }


def _query_rows(match: Match) -> Iterable[dict[str, Any]]:
    for query in match.queries:
        yield _track_cells(match) | asdict(query) | {"failure": str(query.failure or "")}


def _track_cells(match: Match) -> dict[str, Any]:
    return {"track_id": match.track.id, "title": match.track.title}


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    with (
        atomic_write(path) as draft,
        draft.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file,
    ):
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)


def _csv_cell(value: object) -> object:
    return spreadsheet_safe(value) if isinstance(value, str) else value
