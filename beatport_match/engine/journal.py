"""The journal of a run: one line of JSON for each finished track, so that a later run can resume.

* A line is only ever appended, with one write, so a process that is killed at any moment loses only
  the tracks it was working on.
* A line counts for a later run only if the track, the settings that can change an answer, the
  sources, the version of the library and the fitted weights are unchanged.
* A line of another fingerprint is reported if its track is searched again.
* A track that failed, was stopped or ran out of time gets no line: the next run tries it again.
* One run at a time may use a journal: the file is locked while it is open.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from beatport_match._logging import logger
from beatport_match._version import __version__
from beatport_match.engine.arguments import JournalPath
from beatport_match.errors import JournalError
from beatport_match.files.guarded_read import reason
from beatport_match.files.locked_file import append, lock, open_to_update
from beatport_match.matching.match import Match
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track, as_dict
from beatport_match.scoring import coefficients
from beatport_match.settings.models import MatchSettings

# These settings can change an answer; the others only change how fast it comes.
FINGERPRINTED_SETTINGS = {
    *("base_url", "accept_confidence", "review_confidence", "enough_score", "max_queries"),
    *("max_results", "max_candidates", "wanted_fields", "run_all_queries"),
}
_OPENING = b'{"beatport_match":'
_HEAD = re.compile(
    rb'\{"beatport_match":"[^"]{1,40}","key":"([0-9a-f]{64})",'
    rb'(?:"track":"([0-9a-f]{16})",)?"match":\{'
)
# Ten candidates with their evidence take about 15 KB. The largest settings keep 3,000 candidates.
MAX_JOURNAL_LINE_BYTES = 16 * 2**20


class Journal:
    """An open journal, locked for this run.

    Args:
        path: The path of the journal, for messages.
        file: The same file, open for appending, unbuffered.
        reader: The same file, open for reading.
        fingerprint: Everything except the track that an answer of this run depends on. Lines with
            another fingerprint are ignored.
        on_problem: Called for each line that cannot be read or written.
    """

    def __init__(
        self,
        path: Path,
        file: IO[bytes],
        reader: IO[bytes],
        fingerprint: list[object],
        on_problem: OnProblem,
    ) -> None:
        self._path, self._file, self._reader, self._on_problem = path, file, reader, on_problem
        self._fingerprint = fingerprint
        # The number of a key's line, and the offset where it begins.
        self._positions: dict[str, tuple[int, int]] = {}
        # The hashes of the tracks in the file, with any fingerprint; those that have only others.
        self._tracks, self._outdated = set[str](), set[str]()
        self._is_full = False
        self._lines = 0
        self._scan()

    def recorded(self, track: Track) -> Match | None:
        """Return the match of this track from an earlier run, or `None`."""
        position = self._positions.get(self._key(track))
        if position is None:
            if (name := _track_hash(as_dict(track))) in self._tracks:
                self._outdated.add(name)
            return None
        number, start = position
        self._reader.seek(start)
        match = _parse_line(self._reader.readline(MAX_JOURNAL_LINE_BYTES))
        if match is None:
            self._report_damage(number)
            return None
        return replace(match, track=track)

    def record(self, match: Match) -> None:
        """Append a match, unless its search failed or was interrupted: the next run tries it again.

        If the disk is full, the line is lost and the run continues.
        """
        is_cut_short = match.stopped in {"stopped", "time_budget"}
        is_incomplete = match.outcome == "review" and match.stopped == "failed"
        if match.outcome == "failed" or is_cut_short or is_incomplete:
            return
        key, track = self._key(match.track), _track_hash(as_dict(match.track))
        head = f'{{"beatport_match":"{__version__}","key":"{key}","track":"{track}","match":'
        try:
            # Pydantic would warn about a track's names: they are declared as any iterable, but a
            # track holds them as text or a tuple.
            line = head.encode() + _adapter().dump_json(match, warnings=False) + b"}\n"
        except PydanticSerializationError:
            # A file name holds bytes that are not text: every run searches for such a track again.
            return
        self._lines += 1
        try:
            append(self._file, line)
        except OSError as error:
            self._report_full(error)

    def report_outdated(self) -> None:
        """Report how many tracks of the journal were searched again."""
        if count := len(self._outdated):
            tracks = "1 track is" if count == 1 else f"{count:,} tracks are"
            detail = (
                f"{tracks} in the journal with other settings, sources or another version of "
                "beatport_match, and searched again; use the earlier settings to resume"
            )
            logger.info("journal %s: %s", self._path.name, detail)
            self._on_problem(PlaylistProblem(str(self._path), "journal", detail))

    def _key(self, track: Track) -> str:
        """Hash the track and the fingerprint."""
        text = json.dumps([self._fingerprint, as_dict(track)], sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _scan(self) -> None:
        """Index the lines, drop an incomplete last one, and reject a file that is not a journal."""
        damaged, incomplete, end = list[int](), b"", 0
        while line := self._reader.readline(MAX_JOURNAL_LINE_BYTES):
            if not line.endswith(b"\n") and len(line) < MAX_JOURNAL_LINE_BYTES:
                incomplete = line
                break
            self._lines += 1
            if found := _HEAD.match(line):
                self._positions[found[1].decode()] = self._lines, end
                self._tracks.add(found[2].decode() if found[2] else _hash_of_old_line(line))
            elif line.strip():
                damaged.append(self._lines)
            end += len(line)
        is_opening = _OPENING.startswith(incomplete[: len(_OPENING)])
        if not self._positions and (damaged or not is_opening):
            raise JournalError(
                f"{self._path}: is not a journal of beatport_match; name another file."
            )
        if incomplete:
            # A killed process left part of its last line; its track was never reported as done.
            self._file.truncate(end)
            logger.info("dropped the incomplete last line of the journal %s", self._path.name)
        for number in damaged:
            self._report_damage(number)

    def _report_damage(self, number: int) -> None:
        logger.warning("line %d of the journal %s is damaged", number, self._path.name)
        self._report_problem(number, "the line is damaged; its track is searched again")

    def _report_full(self, error: OSError) -> None:
        """Report the first error of writing."""
        if self._is_full:
            return
        self._is_full = True
        why = reason(error)
        logger.warning("the journal %s cannot be written: %s", self._path.name, why)
        detail = f"cannot be written ({why}); the next run searches again for tracks without a line"
        self._report_problem(self._lines, detail)

    def _report_problem(self, number: int, detail: str) -> None:
        self._on_problem(PlaylistProblem(str(self._path), f"line {number}", detail))


@contextmanager
def journal_at(
    path: JournalPath,
    settings: MatchSettings,
    sources: Sources,
    on_problem: OnProblem,
) -> Generator[Journal, None, None]:
    """Open a journal for one run and lock it until the block ends.

    Args:
        path: The file; it is created if it does not exist.
        settings: The settings of the run.
        sources: The sources of the run.
        on_problem: Called for each line that cannot be read or written.

    Raises:
        JournalError: The file cannot be opened, is not a journal, or another run is writing it.
    """
    try:
        # Only its owner can read a new file: it contains the user's tracks.
        file = open_to_update(Path(path), 0o600)
        is_locked = lock(file)
    except (OSError, ValueError) as error:
        raise JournalError(
            f"{path}: the journal cannot be opened ({reason(error)}); name another file."
        ) from None
    with file:
        if not is_locked:
            raise JournalError(
                f"{path}: another run is writing this journal; wait for it, or name another file."
            )
        with Path(path).open("rb") as reader:
            fingerprint = _fingerprint(settings, sources)
            journal = Journal(Path(path), file, reader, fingerprint, on_problem)
            try:
                yield journal
            finally:
                journal.report_outdated()


def _track_hash(fields: dict[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _hash_of_old_line(line: bytes) -> str:
    """Return the hash of the track of a line of 0.1.0; empty if the line is damaged."""
    try:
        track = json.loads(line)["match"]["track"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return _track_hash(track)


def _fingerprint(settings: MatchSettings, sources: Sources) -> list[object]:
    """List everything except the track that an answer depends on."""
    relevant = settings.model_dump(mode="json", include=FINGERPRINTED_SETTINGS)
    names = [source.name for source in resolve_sources(sources)]
    return [__version__, coefficients.FITTED, coefficients.DATA, names, relevant]


def _parse_line(line: bytes) -> Match | None:
    """Return the match of a line; `None` if the line is damaged."""
    found = _HEAD.match(line)
    if found is None or not line.endswith(b"}\n"):
        return None
    try:
        return _adapter().validate_json(line[found.end() - 1 : -2], strict=True)
    except ValueError:
        # Both are a ValueError: the ValidationError, and the MisuseError of an impossible track.
        return None


@cache
def _adapter() -> TypeAdapter[Match]:
    # Created at the first use, so that importing the library stays fast.
    return TypeAdapter(Match)
