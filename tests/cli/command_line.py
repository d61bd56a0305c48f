"""Runs of the command line, and matches to show, for the tests of this folder."""

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


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def refused(ran: Ran) -> str:
    """The one sentence of a refusal."""
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err.startswith("beatport-match: ")
    assert ran.err.count("\n") == 1
    assert ran.err.endswith(".\n")
    return ran.err


@contextmanager
def child(*arguments: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """`python -m beatport_match …` as a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    # Python flushes at its exit only what it buffered before.
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


def a_match(
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
    """A match as the judgement might have made it, without asking it."""
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
