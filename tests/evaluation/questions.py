"""The evaluation data, and asking its questions.

The data is never part of the project: it is read from a folder that is given, by default the one
beside the repository.
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

from simulated_search import Shop

from beatport_match.matching.match import Match
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.tracks import Track
from beatport_match.settings.models import MatchSettings

DATA = Path(__file__).resolve().parents[3] / "shared" / "eval"
SETS = {"questions": "questions.jsonl.gz", "pairs": "real_pairs.jsonl.gz"}


@dataclass(frozen=True)
class Asked:
    """A question with what we made of it."""

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
    """A short hash of the data, so that a table can say what it was fitted to."""
    digest = hashlib.sha256()
    for name in ("catalogue.jsonl.gz", *SETS.values()):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]


def open_shop(folder: Path) -> Shop:
    return Shop(rows(folder, "catalogue.jsonl.gz"))


def ask_all(
    shop: Shop, questions: list[dict[str, Any]], settings: MatchSettings
) -> Iterator[Asked]:
    for question in questions:
        yield Asked(
            qid=question["qid"],
            kind=question["cls"],
            match=ask(shop, as_track(question["track"]), settings),
            acceptable=frozenset(question["acceptable"]),
            siblings=frozenset(question["siblings"]),
        )


def ask(shop: Shop, track: Track, settings: MatchSettings) -> Match:
    """Hold the whole conversation about a track with the shop."""
    conversation = match_flow(track, settings, shop)
    wanted = next(conversation)
    try:
        while True:
            answers = tuple(shop.answer(one, settings.max_results) for one in wanted.questions)
            wanted = conversation.send(answers)
    except StopIteration as end:
        answer: Match = end.value
        return answer


def as_track(given: dict[str, Any]) -> Track:
    known = ("album", "label", "year", "bpm", "key", "duration_s", "isrc", "remixers")
    extra = {name: given[name] for name in known if given.get(name)}
    return Track(given["title"], given.get("artists") or (), **extra)


def sample(questions: list[dict[str, Any]], size: int | None) -> list[dict[str, Any]]:
    """The same few for everyone who asks for as many."""
    if size is None or size >= len(questions):
        return questions
    return random.Random(20261122).sample(questions, size)
