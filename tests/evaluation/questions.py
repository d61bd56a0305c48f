"""Read the evaluation data, and run the search flow for its questions.

The data is not part of the project. It is read from a given folder, by default `shared/eval` beside
the repository.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulated_search import SimulatedSearch

from beatport_match.matching.match import Match
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.tracks import Track
from beatport_match.settings.models import MatchSettings

DATA = Path(__file__).resolve().parents[3] / "shared" / "eval"
SETS = {"questions": "questions.jsonl.gz", "pairs": "real_pairs.jsonl.gz"}


@dataclass(frozen=True)
class MatchedQuestion:
    """A question with its match."""

    qid: str
    kind: str
    match: Match
    acceptable: frozenset[int]
    siblings: frozenset[int]

    @property
    def right(self) -> bool:
        return self.match.best is not None and self.match.best.id in self.acceptable

    @property
    def wrong(self) -> bool:
        return self.match.matched and not self.right


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def fingerprint(folder: Path) -> str:
    """Return a short hash of the data, which names it in tables."""
    digest = hashlib.sha256()
    for name in ("catalogue.jsonl.gz", *SETS.values()):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]


def open_search(folder: Path) -> SimulatedSearch:
    return SimulatedSearch(rows(folder, "catalogue.jsonl.gz"))


def match_all(
    search: SimulatedSearch, questions: list[dict[str, Any]], settings: MatchSettings
) -> Iterator[MatchedQuestion]:
    for question in questions:
        yield MatchedQuestion(
            qid=question["qid"],
            kind=question["cls"],
            match=match_one(search, as_track(question["track"]), settings),
            acceptable=frozenset(question["acceptable"]),
            siblings=frozenset(question["siblings"]),
        )


def match_one(search: SimulatedSearch, track: Track, settings: MatchSettings) -> Match:
    """Run the whole search flow for a track."""
    flow = match_flow(track, settings, search)
    step = next(flow)
    try:
        while True:
            answers = tuple(search.answer(one, settings.max_results) for one in step.questions)
            step = flow.send(answers)
    except StopIteration as end:
        match: Match = end.value
        return match


def as_track(given: dict[str, Any]) -> Track:
    known = ("album", "label", "year", "bpm", "key", "duration_s", "isrc", "remixers")
    extra = {name: given[name] for name in known if given.get(name)}
    return Track(given["title"], given.get("artists") or (), **extra)


def sample(questions: list[dict[str, Any]], size: int | None) -> list[dict[str, Any]]:
    """Draw a sample; the same size always gives the same questions."""
    if size is None or size >= len(questions):
        return questions
    return random.Random(20261122).sample(questions, size)
