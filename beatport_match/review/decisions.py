"""`Decisions`: the file of all decisions.

The file has one line of JSON for each decision, and lines are only appended. It is not an SQLite
file: the files of two machines can be merged by concatenation, a file that a synchronisation
    program has copied only in part is still readable, and a person can read it.

* The order of the lines does not matter: of two decisions about one pair, the later one applies.
* A line is written with one call while the file is locked, so several programs may share it. A
  program that is killed leaves at most part of a line, which is kept and reported.
* A line that cannot be read is reported, and stays in the file. So do lines of a newer version.
* A file without any decision, such as a playlist, is rejected and not changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from beatport_match.errors import DecisionsError, MisuseError, wrong_argument
from beatport_match.files.atomic_write import output_errors
from beatport_match.files.csv_records import write_csv
from beatport_match.files.guarded_read import as_path, bounded_lines, open_input
from beatport_match.files.locked_file import append, lock_within, open_to_update
from beatport_match.matching.decided import Decided, DecisionIndex
from beatport_match.model.decisions import Decision, Verdict
from beatport_match.model.evidence import ScoredCandidate, candidate_of
from beatport_match.model.problems import PlaylistProblem
from beatport_match.model.tracks import Candidate, Track
from beatport_match.review.csv_file import read_csv
from beatport_match.review.decision_lines import (
    CSV_COLUMNS,
    MAX_DECISION_BYTES,
    MAX_DECISIONS_BYTES,
    checked,
    parse_line,
    to_line,
    to_row,
)

# A damaged file may have a wrong line for each of its bytes.
MAX_PROBLEMS = 1000
# Another program holds the file for the milliseconds of one write.
MAX_DECISIONS_LOCK_WAIT_S = 10.0
_LOCK_POLL_INTERVAL_S = 0.01
_OPENING = b'{"decision":'


class Decisions:
    """Decisions about tracks, kept in a file that several programs may use.

    Give it, or its path, as `decisions=` to the matching functions. An accepted candidate is then
    the answer without a request, and a rejected one is not proposed again.

    A decision holds the track and the whole candidate. It applies to every track with the same
    title, version and artist, unless the length (by more than 3 s), the ISRC or the Beatport number
    differs. It still applies after fields were added, or after tags were written from the
    candidate.

    Threads may share an instance.

    Args:
        path: The file. It does not need to exist; the first decision creates it.

    Attributes:
        path: The file.
        problems: The lines that could not be read, at most 1,000.

    Raises:
        DecisionsError: The file cannot be read, or is not a file of decisions.

    Example:
        ```python
        decisions = Decisions("decisions.jsonl")
        match = match_track("Olvarin - Undertow (Dub)", decisions=decisions)
        if match.outcome == "review":
            decisions.accept(match.track, match.candidates[0])
        match_track("Olvarin - Undertow (Dub)", decisions=decisions).outcome  # no request is sent
        # 'matched'
        ```
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = as_path("decisions", path)
        self.problems: list[PlaylistProblem] = []
        self._lock = Lock()
        # A dictionary and not a list, because merged files hold the same line twice.
        self._entries: dict[Decision, None] = {}
        self._index = DecisionIndex()
        # How far the file was read, and whether its last line has no line feed.
        self._end = 0
        self._lines = 0
        self._is_open_ended = False
        self.refresh()

    def __repr__(self) -> str:
        return f"<Decisions: {len(self)} decisions in {str(self.path)!r}>"

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Decision]:
        return iter(tuple(self._entries))

    def about(self, track: Track) -> Decided:
        """Return the decisions that apply to a track.

        Args:
            track: The track.

        Returns:
            The accepted decision if there is one, the rejected ones, and the misses.

        Raises:
            MisuseError: `track` is not a `Track`.

        Example:
            ```python
            if accepted := decisions.about(match.track).accepted:
                print(accepted.candidate)
            ```
        """
        _require_track(track)
        with self._lock:
            return self._index.about(track)

    def accept(
        self,
        track: Track,
        candidate: Candidate | ScoredCandidate,
        *,
        by: str = "person",
        at: datetime | None = None,
    ) -> Decision:
        """Record that a candidate is the track.

        Args:
            track: The local track.
            candidate: The candidate, such as `match.candidates[0]`.
            by: `person`, or the name of a program or rule, up to 100 characters. Default `person`.
            at: When it was decided, with a time zone; default: now.

        Returns:
            The decision that was written.

        Raises:
            MisuseError: A value has a wrong type, or `at` has no time zone.
            DecisionsError: Another program keeps the file locked.
            OutputError: The file cannot be written.

        Example:
            ```python
            decisions.accept(match.track, match.candidates[0])
            ```
        """
        return self._decide("accepted", track, candidate, by, at)

    def reject(
        self,
        track: Track,
        candidate: Candidate | ScoredCandidate,
        *,
        by: str = "person",
        at: datetime | None = None,
    ) -> Decision:
        """Record that a candidate is not the track.

        Args:
            track: The local track.
            candidate: The candidate, such as `match.candidates[0]`.
            by: `person`, or the name of a program or rule, up to 100 characters. Default `person`.
            at: When it was decided, with a time zone; default: now.

        Returns:
            The decision that was written.

        Raises:
            MisuseError: A value has a wrong type, or `at` has no time zone.
            DecisionsError: Another program keeps the file locked.
            OutputError: The file cannot be written.

        Example:
            ```python
            for one in match.candidates:
                decisions.reject(match.track, one.candidate)
            ```
        """
        return self._decide("rejected", track, candidate, by, at)

    def withdraw(
        self,
        track: Track,
        candidate: Candidate | ScoredCandidate,
        *,
        by: str = "person",
        at: datetime | None = None,
    ) -> Decision:
        """Undo the decision about a track and a candidate: the pair is undecided again.

        Args:
            track: The local track.
            candidate: The candidate that was accepted or rejected.
            by: `person`, or the name of a program or rule, up to 100 characters. Default `person`.
            at: When it was withdrawn, with a time zone; default: now.

        Returns:
            The decision that was written; the earlier one stays in the file.

        Raises:
            MisuseError: A value has a wrong type, or `at` has no time zone.
            DecisionsError: Another program keeps the file locked.
            OutputError: The file cannot be written.

        Example:
            ```python
            decisions.withdraw(match.track, match.candidates[0])
            ```
        """
        return self._decide("withdrawn", track, candidate, by, at)

    def record_miss(self, track: Track, *, by: str = "run", at: datetime | None = None) -> Decision:
        """Record that a run did not find a track, so that a later run searches for it again.

        Args:
            track: The local track.
            by: The name of the program or rule, up to 100 characters. Default `run`.
            at: When, with a time zone; default: now.

        Returns:
            The entry that was written.

        Raises:
            MisuseError: A value has a wrong type, or `at` has no time zone.
            DecisionsError: Another program keeps the file locked.
            OutputError: The file cannot be written.

        Example:
            ```python
            decisions.record_miss(track)
            print(decisions.about(track).next_attempt)
            ```
        """
        return self._decide("missed", track, None, by, at)

    def merge(self, other: str | os.PathLike[str] | Decisions) -> int:
        """Add the decisions of another file, for example of another machine.

        Args:
            other: The other file, or its decisions.

        Returns:
            The number of decisions that were new.

        Raises:
            DecisionsError: One of the files cannot be read, or is locked by another program.
            OutputError: The file cannot be written.

        Example:
            ```python
            Decisions("laptop.jsonl").record_miss(track)
            decisions.merge("laptop.jsonl")
            # 1
            ```
        """
        other = other if isinstance(other, Decisions) else Decisions(other)
        return self._append(other)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write all decisions as a CSV file (UTF-8), the earliest first.

        A list of names is written as JSON. A cell that a spreadsheet could run as a formula, or
        that begins with an apostrophe, gets an apostrophe before it.

        Args:
            path: The file to write. An existing file is replaced.

        Raises:
            OutputError: The file cannot be written.

        Example:
            ```python
            decisions.to_csv("decisions.csv")
            ```
        """
        rows = map(to_row, sorted(self, key=lambda one: one.at))
        write_csv(as_path("path", path), CSV_COLUMNS, rows)

    def add_csv(self, path: str | os.PathLike[str]) -> tuple[PlaylistProblem, ...]:
        """Add the decisions of a CSV file as `to_csv` writes it.

        Args:
            path: The file: UTF-8, with commas, semicolons or tabs between the cells.

        Returns:
            A problem for each row that could not be read; all other rows are added.

        Raises:
            DecisionsError: The CSV file cannot be read or has no column `verdict`, or another
                program keeps the file of decisions locked.
            OutputError: The file of decisions cannot be written.

        Example:
            ```python
            for problem in decisions.add_csv("decisions.csv"):
                print(problem)
            ```
        """
        added, problems = read_csv(as_path("path", path))
        self._append(added)
        return problems

    def refresh(self) -> None:
        """Read the decisions that other programs have added since the last call.

        Raises:
            DecisionsError: The file cannot be read, or is not a file of decisions.

        Example:
            ```python
            decisions.refresh()  # read what other programs have added
            ```
        """
        with self._lock:
            self._read()

    def _decide(
        self,
        verdict: Verdict,
        track: Track,
        candidate: Candidate | ScoredCandidate | None,
        by: str,
        at: object,
    ) -> Decision:
        _require_track(track)
        candidate = candidate_of(candidate) if candidate is not None else None
        if not isinstance(candidate, Candidate | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            remedy = "such as match.candidates[0]"
            raise wrong_argument("the candidate", candidate, "a Candidate", remedy)
        if not isinstance(by, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise wrong_argument("by=", by, "text, such as the name of a rule")
        at = datetime.now(UTC) if at is None else at
        if not isinstance(at, datetime):
            raise wrong_argument("at=", at, "a datetime with a time zone")
        decision = Decision(verdict=verdict, track=track, candidate=candidate, by=by, at=at)
        try:
            decision = checked(decision)
        except ValueError as error:
            raise MisuseError(f"this decision cannot be saved: {error}.") from None
        self._append([decision])
        return decision

    def _append(self, decisions: Iterable[Decision]) -> int:
        """Append the decisions that the file does not hold; return their number."""
        with self._lock, output_errors(self.path), open_to_update(self.path, 0o666) as file:
            if not lock_within(file, MAX_DECISIONS_LOCK_WAIT_S, _LOCK_POLL_INTERVAL_S):
                raise DecisionsError(
                    f"{self.path}: another program has locked this file; close it, and try again."
                )
            self._read()
            new = [one for one in dict.fromkeys(decisions) if one not in self._entries]
            data = b"".join(map(to_line, new))
            # A killed program left part of a line, or an editor wrote no line feed at the end.
            append(file, b"\n" + data if self._is_open_ended else data)
            self._read()
        return len(new)

    def _read(self) -> None:
        """Read the lines after the last one that was read."""
        if not self.path.exists():
            return
        with open_input(self.path, DecisionsError) as stream:
            size = stream.seek(0, os.SEEK_END)
            if size > MAX_DECISIONS_BYTES:
                raise DecisionsError(
                    f"{self.path}: is larger than {MAX_DECISIONS_BYTES:,} bytes; name another file."
                )
            if size < self._end:
                # Another file has taken its place.
                self.problems.clear()
                self._entries, self._index = {}, DecisionIndex()
                self._end, self._lines, self._is_open_ended = 0, 0, False
            stream.seek(self._end)
            for line in bounded_lines(stream, MAX_DECISION_BYTES):
                self._is_open_ended = not line.endswith(b"\n")
                if not self._take(line):
                    break
                self._end = stream.tell()
        if self.problems and not self._entries:
            problem = self.problems[0]
            raise DecisionsError(
                f"{self.path}: is not a file of decisions ({problem.place}: {problem.detail}); "
                "name another file."
            )

    def _take(self, line: bytes) -> bool:
        """Read one line; return `False` if another program may still be writing it."""
        is_complete = line.endswith(b"\n") or len(line) > MAX_DECISION_BYTES
        try:
            decision = parse_line(line) if line.strip() else None
        except ValueError as error:
            if not is_complete and _OPENING.startswith(line[: len(_OPENING)]):
                return False
            if len(self.problems) < MAX_PROBLEMS:
                place, why = f"line {self._lines + 1}", str(error).rstrip(".")
                self.problems.append(PlaylistProblem(str(self.path), place, why))
            decision = None
        self._lines += is_complete
        if decision and decision not in self._entries:
            self._entries[decision] = None
            self._index.add(decision)
        return True


def _require_track(track: Track) -> None:
    if not isinstance(track, Track):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("the track", track, "a Track", "such as match.track")
