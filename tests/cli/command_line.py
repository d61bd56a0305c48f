"""Helpers of the command line tests: runs of the command, and matches to show."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from beatport_match import Candidate, Evidence, Failure, Match, ScoredCandidate, Track

ROOT = Path(__file__).resolve().parents[2]


class CommandResult(NamedTuple):
    """The exit code of a command and the text of both its streams."""

    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that reports itself as a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def misuse_message(result: CommandResult) -> str:
    """Check that a command ended with exit code 2 and one sentence; return the sentence."""
    assert result.code == 2
    assert result.out == ""
    assert "Traceback" not in result.err
    assert result.err.startswith("beatport-match: ")
    assert result.err.count("\n") == 1
    assert result.err.endswith(".\n")
    return result.err


@contextmanager
def child_process(*arguments: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m beatport_match …` in a child process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    # With PYTHONUNBUFFERED, Python would have nothing to flush at its exit.
    environment.pop("PYTHONUNBUFFERED", None)
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "beatport_match", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment | options.pop("env", {}),
        **options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def untimed_matches(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the matches of a document without the times of their queries."""
    matches: list[dict[str, Any]] = document["matches"]
    for query in (query for match in matches for query in match["queries"]):
        assert query.pop("elapsed_s") >= 0
    return matches


def make_match(
    track: Track,
    outcome: str = "matched",
    found: Candidate | None = None,
    *,
    score: float = 98.25,
    confidence: float = 0.996,
    note: str = "same title",
    rivals: tuple[ScoredCandidate, ...] = (),
    failures: tuple[Failure, ...] = (),
) -> Match:
    """Build a match of a given outcome without running the matching."""
    effect = 40.0 if outcome == "matched" else -40.0
    evidence = (Evidence("title", track.title, found.name if found else "", effect, note),)
    best = ScoredCandidate(found, score, confidence, "same_recording", evidence) if found else None
    known = best if outcome in ("matched", "review") else None
    return Match(
        track=track,
        outcome=outcome,
        best=known,
        candidates=((best,) if best else ()) + rivals,
        confidence=confidence if known else 0.0,
        queries=(),
        failures=failures,
        stopped="failed" if failures else "enough",
    )
