"""The result of a playlist run, and its JSON and CSV files.

The JSON document holds all results, and can be read again. The CSV folder holds four tables for use
in a spreadsheet. All files are written atomically: a file is complete or does not appear. A file
that is read is checked as untrusted input. This module does no matching.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from beatport_match.errors import (
    MAX_SHOWN_LENGTH,
    MisuseError,
    ResultsFileError,
    unsupported_version,
    wrong_argument,
)
from beatport_match.files.atomic_write import make_folder, write_text
from beatport_match.files.csv_records import write_csv
from beatport_match.files.guarded_read import as_path, read_text, reason, strict_json
from beatport_match.matching.match import Match, as_matches
from beatport_match.model.evidence import OUTCOMES, MatchOutcome, ScoredCandidate
from beatport_match.model.problems import PlaylistProblem
from beatport_match.model.run_metrics import PerformanceStats
from beatport_match.model.tracks import Track, as_dict
from beatport_match.model.validation import spreadsheet_safe

# A track with ten candidates and their evidence takes about 20 KB; this is enough for 50,000.
MAX_RESULTS_BYTES = 2**30
_VERSION = "1.1"
# In 1.0, `best` is the number of the candidate, which is `best_id` since 1.1.
_OLD_VERSION = "1.0"
_REMEDY = "give the results.json that `playlist --out` wrote"
_SURROGATE = re.compile("[\ud800-\udfff]")
_MATCH_COLUMNS = (
    "track_id title artists outcome score confidence relation beatport_id url found_title "
    "found_mix found_artists found_remixers label release release_date bpm key camelot genre "
    "length_s isrc reason artists_from_title decided_by"
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
    that could not be read. `len(result)` is the number of matches, and a loop over the result goes
    through them.

    Example:
        ```python
        result = match_playlist(["Olvarin - Undertow", "Ann Oak - Not On Sale"])
        len(result), len(result.matched), len(result.not_found)
        # (2, 1, 1)
        ```
    """

    matches: tuple[Match, ...]
    metrics: PerformanceStats
    problems: tuple[PlaylistProblem, ...] = ()

    def __repr__(self) -> str:
        # asyncio calls `repr` on the result of a task when its loop ends (Python 3.11: several
        # times). With all candidates and their evidence, that would be about 60 kB per track.
        return f"<PlaylistMatch: {len(self.matches)} tracks, {len(self.matched)} matched>"

    def __len__(self) -> int:
        return len(self.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    @classmethod
    def from_json(cls, path: str | Path) -> "PlaylistMatch":
        """Read a results file that `to_json` or `playlist --out` wrote, also an older one.

        Args:
            path: The file. It may have at most 1 GiB.

        Returns:
            The results. They equal the written ones, apart from `candidates_weighed` and `metrics`
            of each match, which the file does not hold.

        Raises:
            ResultsFileError: The file does not exist, is not JSON, has another version, lacks a
                field or has an invalid value. The message names the file and the field.

        Example:
            ```python
            for match in PlaylistMatch.from_json("friday.json").review:
                print(match.track)
            ```
        """
        document = _read_document(path)
        matches = tuple(
            _parsed_match(path, number, raw) for number, raw in enumerate(document["matches"])
        )
        try:
            metrics = PerformanceStats.model_validate(document.get("metrics"))
            problems = _problems_adapter().validate_python(document.get("problems", ()))
        except ValidationError as error:
            raise _invalid(path, "metrics or problems", error) from None
        return cls(matches, metrics, problems)

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

    def with_matches(self, matches: Iterable[Match]) -> "PlaylistMatch":
        """Return this result with other matches, for example after a review.

        Args:
            matches: The matches, in the order of the playlist.

        Returns:
            A result with these matches, and with the metrics and problems of this one.

        Raises:
            MisuseError: An entry is not a `Match`.

        Example:
            ```python
            best = {one: one.pick(one.candidates[0]) for one in result.review}
            result = result.with_matches(best.get(one, one) for one in result.matches)
            ```
        """
        return replace(self, matches=as_matches(matches))

    def to_json(self, path: str | Path) -> None:
        """Write all results as one JSON document, atomically.

        Args:
            path: The file to write. An existing file is replaced.

        Raises:
            OutputError: The file cannot be written. It is also an `OSError`.

        Example:
            ```python
            match_playlist("friday.m3u8").to_json("friday.json")
            ```
        """
        text = json.dumps(self.document(), ensure_ascii=False, indent=1)
        write_text(as_path("path", path), text + "\n")

    def to_csv(self, folder: str | Path) -> None:
        """Write `matches.csv`, `candidates.csv`, `queries.csv` and `review.csv` into a folder.

        The files are UTF-8 with the byte order mark that Excel needs. A text that a spreadsheet
        could run as a formula gets an apostrophe.

        Args:
            folder: The folder to write to. It is created if it does not exist; existing files with
                these names are replaced.

        Raises:
            OutputError: The folder or a file cannot be written. It is also an `OSError`.

        Example:
            ```python
            match_playlist("friday.m3u8").to_csv("friday/")
            ```
        """
        folder = as_path("folder", folder, "folder")
        make_folder(folder)
        rows = [_match_row(match) for match in self.matches]
        review = [row for row in rows if row["outcome"] == "review"]
        write_table(folder / "matches.csv", _MATCH_COLUMNS, rows)
        write_table(folder / "review.csv", _MATCH_COLUMNS, review)
        candidates = (row for match in self.matches for row in _candidate_rows(match))
        write_table(folder / "candidates.csv", _CANDIDATE_COLUMNS, candidates)
        queries = (row for match in self.matches for row in _query_rows(match))
        write_table(folder / "queries.csv", _QUERY_COLUMNS, queries)

    def document(self) -> dict[str, Any]:
        """Return the JSON document that `to_json` writes, as a dict.

        Returns:
            The document; docs/result-files.md explains its keys.

        Example:
            ```python
            result.document()["summary"]["tracks"] == len(result)
            # True
            ```
        """
        return {
            "version": _VERSION,
            "summary": {
                "tracks": len(self.matches),
                **{outcome: len(self._with_outcome(outcome)) for outcome in OUTCOMES},
                "requests": self.requests,
            },
            "matches": [match.to_dict() for match in self.matches],
            "problems": [asdict(problem) for problem in self.problems],
            "metrics": self.metrics.model_dump(mode="json"),
        }

    def _with_outcome(self, outcome: MatchOutcome) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.outcome == outcome)


def require_results(result: object) -> None:
    """Reject a value that is not the result of a run.

    Raises:
        MisuseError: It is no `PlaylistMatch`.
    """
    if not isinstance(result, PlaylistMatch):
        remedy = "PlaylistMatch.from_json reads a results file"
        raise wrong_argument("result", result, "a PlaylistMatch", remedy)


# The engines import this module late, so `beatport_match.__getattr__` may not see it.
PlaylistMatch.__module__ = "beatport_match"


def _read_document(path: str | Path) -> dict[str, Any]:
    """Read the JSON document of a results file and check its outer shape."""
    file = as_path("path", path)
    try:
        document = strict_json(read_text(file, MAX_RESULTS_BYTES))
    except OSError as error:
        raise ResultsFileError(f"{path}: cannot be read ({reason(error)}); {_REMEDY}.") from None
    except (ValueError, RecursionError) as error:
        raise ResultsFileError(
            f"{path}: is not a complete JSON document ({reason(error)}); {_REMEDY}."
        ) from None
    values = _as_object(document)
    if values is None or not isinstance(values.get("matches"), list):
        raise ResultsFileError(
            f"{path}: is not a results file: it is not an object with `version` and `matches`; "
            f"{_REMEDY}."
        )
    if values.get("version") not in (_VERSION, _OLD_VERSION):
        again = "run `playlist --out` again"
        fault = unsupported_version(values.get("version"), (_OLD_VERSION, _VERSION), again)
        raise ResultsFileError(f"{path}: {fault}.")
    return values


def _as_object(value: object) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _parsed_match(path: str | Path, number: int, raw: object) -> Match:
    """Parse one match of a results file; the best candidate is one of its candidates."""
    place = f"matches[{number}]"
    values = _as_object(raw) or {}
    track = _as_object(values.get("track"))
    if track is None:
        raise ResultsFileError(f"{path}: {place} has no track; write the file again.")
    try:
        # The name of a music file can hold bytes that are not text, as surrogates. Pydantic rejects
        # them, so the track is made without it.
        fields: dict[str, Any] = {"title": "", **track}
        match = _match_adapter().validate_python(
            {**_without_surrogates(values), "track": Track(**fields), "best": None}
        )
    except (ValidationError, MisuseError) as error:
        raise _invalid(path, place, error) from None
    assert match is not None  # it was an object
    name = "best_id" if "best_id" in values else "best"
    best = next((one for one in match.candidates if one.id == values.get(name)), None)
    if best is None and values.get(name) is not None:
        raise ResultsFileError(
            f"{path}: {place}.{name} is not one of its candidates; write the file again."
        )
    return replace(match, best=best)


def _invalid(
    path: str | Path, place: str, error: ValidationError | MisuseError
) -> ResultsFileError:
    """Return the error for a wrong value; of several it names the first."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_context=False)[0]
        place = ".".join((place, *map(str, fault["loc"])))[:MAX_SHOWN_LENGTH]
        why = f"{fault['msg'][:1].lower()}{fault['msg'][1:]}"
    else:
        why = str(error).rstrip(".")
    return ResultsFileError(f"{path}: {place} is wrong: {why}; write the file again.")


def _without_surrogates(value: Any) -> Any:
    """Replace surrogates in all texts of a JSON value."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if (values := _as_object(value)) is not None:
        return {key: _without_surrogates(one) for key, one in values.items()}
    if isinstance(value, list):
        return [_without_surrogates(one) for one in cast("list[Any]", value)]  # type: ignore[redundant-cast]
    return value


@cache
def _match_adapter() -> TypeAdapter[Match | None]:
    # Created at the first use, so that importing the library stays fast. A number that is not
    # finite would be written as NaN, which no later run can read. Pydantic takes no configuration
    # for a dataclass alone.
    return TypeAdapter(Match | None, config=ConfigDict(allow_inf_nan=False))


@cache
def _problems_adapter() -> TypeAdapter[tuple[PlaylistProblem, ...]]:
    return TypeAdapter(tuple[PlaylistProblem, ...])


def _match_row(match: Match) -> dict[str, Any]:
    found = _candidate_cells(match.best) if match.best else {}
    return found | {
        **_track_cells(match),
        "artists": match.track.artist_text,
        "outcome": match.outcome,
        "confidence": match.confidence,
        "reason": match.reason,
        "artists_from_title": match.artists_from_title,
        "decided_by": str(match.decided_by or ""),
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


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a CSV file that spreadsheets open without running a formula."""
    write_csv(path, columns, ({name: _csv_cell(row.get(name)) for name in columns} for row in rows))


def _csv_cell(value: object) -> object:
    return spreadsheet_safe(value) if isinstance(value, str) else value
