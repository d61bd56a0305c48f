"""The journal of a run: one line of JSON for each track that is done, so that a run can go on.

Lines are only ever added, each with one write, so that a process killed at any moment loses no
more than the tracks it was working on. It knows files and matches, and nothing of asking.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import IO, TypeAlias

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from beatport_match._logging import logger
from beatport_match._version import __version__
from beatport_match.errors import JournalError
from beatport_match.matching.match import Match
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track, as_dict
from beatport_match.scoring import coefficients
from beatport_match.settings.models import MatchSettings

JournalPath: TypeAlias = "str | os.PathLike[str]"

# What of the settings can change an answer; the rest changes only how fast it comes.
FINGERPRINTED_SETTINGS = {
    *("base_url", "accept_confidence", "review_confidence", "enough_score", "max_queries"),
    *("max_results", "max_candidates", "wanted_fields"),
}
_OPENING = b'{"beatport_match":'
_HEAD = re.compile(rb'\{"beatport_match":"[^"]{1,40}","key":"([0-9a-f]{64})","match":\{')
# Ten candidates with their evidence come to some 15 KB.
MAX_LINE_BYTES = 4 * 2**20
# Windows locks bytes, and nobody may then read them: this one is beyond any journal.
_LOCKED_BYTE = 2**62


class Journal:
    """A journal that is open, and locked for this run.

    Args:
        path: The journal's file, to be named in messages.
        file: The same, open for appending, unbuffered.
        reader: The same, open for reading.
        judge: What an answer of this run depends on but its track; other answers do not count.
        on_problem: Told of each line that cannot be read or written.
    """

    def __init__(
        self,
        path: Path,
        file: IO[bytes],
        reader: IO[bytes],
        judge: list[object],
        on_problem: OnProblem,
    ) -> None:
        self._path, self._file, self._reader, self._on_problem = path, file, reader, on_problem
        self._fingerprint = judge
        self._places: dict[str, tuple[int, int]] = {}
        self._lines = 0
        self._scan()

    def recorded(self, track: Track) -> Match | None:
        """What this track came to in an earlier run."""
        place = self._places.get(self._key(track))
        if place is None:
            return None
        number, start = place
        self._reader.seek(start)
        match = _match_of(self._reader.readline(MAX_LINE_BYTES))
        if match is None:
            self._damaged(number)
            return None
        return replace(match, track=track)

    def record(self, match: Match) -> None:
        """Write down what a track came to; one that is not done is left for the next run.

        A disk that is full costs the line, never the run.
        """
        if match.outcome == "failed" or match.stopped == "stopped":
            return
        head = f'{{"beatport_match":"{__version__}","key":"{self._key(match.track)}","match":'
        try:
            line = memoryview(head.encode() + _serialize(match) + b"}\n")
        except PydanticSerializationError:
            # Bytes of a file name that are no text: such a track is asked again in every run.
            return
        self._lines += 1
        start = self._file.seek(0, os.SEEK_END)
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError as error:
            self._unwritten(error, start)

    def _key(self, track: Track) -> str:
        given = json.dumps([self._fingerprint, as_dict(track)], sort_keys=True, default=str)
        return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()

    def _scan(self) -> None:
        """Find the lines, mend the last one, and refuse a file that is no journal."""
        damaged, torn, end = list[int](), b"", 0
        while line := self._reader.readline(MAX_LINE_BYTES):
            if not line.endswith(b"\n") and len(line) < MAX_LINE_BYTES:
                torn = line
                break
            self._lines += 1
            if found := _HEAD.match(line):
                self._places[found[1].decode()] = self._lines, end
            elif line.strip():
                damaged.append(self._lines)
            end += len(line)
        begun = min(len(torn), len(_OPENING))
        if not self._places and (damaged or torn[:begun] != _OPENING[:begun]):
            raise JournalError(f"{self._path}: is not a journal of ours; name another file.")
        if torn:
            # What a killed process left of its last line; nothing was promised of that track.
            self._file.truncate(end)
            logger.info("the last line of the journal %s was torn; mended", self._path.name)
        for number in damaged:
            self._damaged(number)

    def _damaged(self, number: int) -> None:
        logger.warning("line %d of the journal %s is damaged", number, self._path.name)
        self._report_problem(number, "the line is damaged; its track is asked for again")

    def _unwritten(self, error: OSError, start: int) -> None:
        with suppress(OSError):
            self._file.truncate(start)
        why = error.strerror or str(error)
        logger.warning("the journal %s cannot be written: %s", self._path.name, why)
        self._report_problem(
            self._lines, f"cannot be written ({why}); the next run asks for its track again"
        )

    def _report_problem(self, number: int, detail: str) -> None:
        self._on_problem(PlaylistProblem(str(self._path), f"line {number}", detail))


class NoJournal:
    """What a run writes to that keeps no journal."""

    def recorded(self, track: Track) -> Match | None:  # noqa: ARG002 - nothing is recorded
        """Nothing is."""
        return None

    def record(self, match: Match) -> None:
        """Leave it."""


@contextmanager
def journal_at(
    path: JournalPath | None,
    settings: MatchSettings,
    sources: Sources,
    on_problem: OnProblem,
) -> Generator[Journal | NoJournal, None, None]:
    """Open a journal for one run, which has it alone until the block ends.

    Raises:
        JournalError: It cannot be opened, is no journal, or another run writes it.
    """
    if path is None:
        yield NoJournal()
        return
    try:
        file = _open_file(Path(path))
    except (OSError, ValueError) as error:
        raise _journal_error(Path(path), error) from None
    with file:
        if not _lock(file):
            raise JournalError(
                f"{path}: another run is writing this journal; wait for it, or name another file."
            )
        with Path(path).open("rb") as reader:
            judge = _fingerprint(settings, sources)
            yield Journal(Path(path), file, reader, judge, on_problem)


def _open_file(path: Path) -> IO[bytes]:
    """The file, for its owner alone where it is made."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    if path.exists() and not path.is_file():
        raise OSError(None, "it is not a regular file")
    # Unbuffered: what is written must not wait in a process that may be killed.
    return os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)


def _lock(file: IO[bytes]) -> bool:
    """Whether the file could be locked; closing it unlocks it, however the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _fingerprint(settings: MatchSettings, sources: Sources) -> list[object]:
    """Everything but the track that an answer depends on."""
    matter = settings.model_dump(mode="json", include=FINGERPRINTED_SETTINGS)
    asked = [source.name for source in resolve_sources(sources)]
    return [__version__, coefficients.FITTED, coefficients.DATA, asked, matter]


def _serialize(match: Match) -> bytes:
    # A track's names may be any iterable to those who make one, which pydantic would warn of; it
    # holds text or a tuple.
    return _adapter().dump_json(match, warnings=False)


def _match_of(line: bytes) -> Match | None:
    """The match of a line; `None` where the line is damaged."""
    found = _HEAD.match(line)
    if found is None or not line.endswith(b"}\n"):
        return None
    try:
        return _adapter().validate_json(line[found.end() - 1 : -2], strict=True)
    except ValueError:
        # A ValidationError is one; so is the MisuseError of a track that cannot be.
        return None


@cache
def _adapter() -> TypeAdapter[Match]:
    # Made when first needed: importing this library must stay quick.
    return TypeAdapter(Match)


def _journal_error(path: Path, error: Exception) -> JournalError:
    why = getattr(error, "strerror", None) or error
    return JournalError(f"{path}: cannot hold a journal ({why}); name another file.")
