"""What became of every question, in a shape that can be counted, saved and compared.

This file asks and judges right from wrong; `figures` counts. An `Outcome` knows nothing of a run:
the same question with the same code makes the same outcome, so two runs can be laid side by side.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any, Protocol

from questions import SETS, as_track, ask, open_shop, rows, sample

from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Answer, ParsedResult, Question
from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.settings.models import MatchSettings

SETTINGS = MatchSettings()
# One question in so many is asked again with its candidates shuffled.
_SHUFFLED = 8


@dataclass(frozen=True)
class Outcome:
    """A question and what we made of it.

    `verdict` is `right`, `wrong` (accepted, and not the right one), `asked` or `none`; `first` says
    whether the right one was named, accepted or not. `by_requests` is the verdict with one search
    allowed, with two, and so on; `steady` is `None` where no shuffling was tried.
    """

    group: str
    qid: str
    kind: str
    verdict: str
    best: int | None
    confidence: float
    relation: str
    answerable: bool
    first: bool
    sibling: bool
    requests: int
    by_requests: tuple[str, ...]
    steady: bool | None
    why: str

    @property
    def key(self) -> str:
        return f"{self.group}/{self.qid}"


class Answering(Protocol):
    """A shop: a source that answers its own questions."""

    name: str

    def search(self, text: str, query_type: str) -> Question: ...
    def isrc(self, isrc: str, query_type: str) -> Question: ...
    def track(self, url_or_id: int | str, query_type: str = ...) -> Question: ...
    def answer(self, question: Question, limit: int) -> Answer: ...


@dataclass(frozen=True)
class _Shuffled:
    """The same shop with its rows in another order."""

    shop: Answering
    seed: int
    name: str = "shuffled"

    def search(self, text: str, query_type: str) -> Question:
        return self.shop.search(text, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        return self.shop.isrc(isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return self.shop.track(url_or_id, query_type)

    def answer(self, question: Question, limit: int) -> Answer:
        answer = self.shop.answer(question, limit)
        assert isinstance(answer.value, ParsedResult)
        candidates = list(answer.value.candidates)
        random.Random(self.seed).shuffle(candidates)
        return replace(answer, value=ParsedResult(candidates=tuple(candidates)))


def settle(shop: Answering, question: dict[str, Any], group: str) -> Outcome:
    """Ask one question in every way that is measured."""
    track = as_track(question["track"])
    acceptable, siblings = set(question["acceptable"]), set(question["siblings"])
    match = ask(shop, track, SETTINGS)
    best = match.best
    number = best.id if best else None
    seed = zlib.crc32(question["qid"].encode())
    steady = None
    if seed % _SHUFFLED == 0:
        steady = ask(_Shuffled(shop, seed), track, SETTINGS) == match
    judged = _verdict(match, acceptable)
    return Outcome(
        group=group,
        qid=question["qid"],
        kind=question["cls"],
        verdict=judged,
        best=number,
        confidence=match.confidence,
        relation=best.relation if best else "",
        answerable=bool(acceptable),
        first=number in acceptable,
        sibling=number in siblings,
        requests=match.requests,
        by_requests=tuple(_by_requests(shop, track, match, acceptable)),
        steady=steady,
        why="" if judged == "right" else match.explain(),
    )


def settle_all(
    folder: Path,
    groups: Iterable[str],
    size: int | None = None,
    jobs: int = 1,
    opening: Callable[[], Answering] | None = None,
) -> Iterator[Outcome]:
    """Outcomes in the order of the data; `size` questions of each group, the same for everyone.

    `opening` opens what is asked, in each process; the shop of the data where nothing is given.
    """
    asked = [(one, name) for name in groups for one in sample(rows(folder, SETS[name]), size)]
    opening = opening or partial(open_shop, folder)
    if jobs == 1:
        _open(opening)
        yield from map(_settle, asked)
        return
    with Pool(jobs, _open, (opening,)) as pool:
        yield from pool.imap(_settle, asked, chunksize=20)


def count_all(folder: Path, groups: Iterable[str], size: int | None = None) -> int:
    """How many outcomes `settle_all` will yield."""
    return sum(len(sample(rows(folder, SETS[name]), size)) for name in groups)


def settle_hard(folder: Path) -> Iterator[Outcome]:
    """Hard pairs: candidates come with the question, nothing is searched."""
    for row in json.loads((folder / "hard_pairs.json").read_text("utf-8")):
        local = row["local"]
        track = Track(
            local["title"], local["artist"], duration_s=local["length_s"], isrc=local["isrc"]
        )
        ranked = rank(track, [Candidate(id=at, **one) for at, one in enumerate(row["candidates"])])
        outcome, best = outcome_of(ranked, SETTINGS), ranked[0]
        right = row["want"] in ("tie", best.id)
        if outcome == "matched":
            judged = "right" if right else "wrong"
        else:
            judged = "right" if row["want"] is None else "asked"
        yield Outcome(
            group="hard",
            qid=row["id"],
            kind=row["name"],
            verdict=judged,
            best=best.id,
            confidence=best.confidence,
            relation=best.relation,
            answerable=row["want"] is not None,
            first=right,
            sibling=False,
            requests=0,
            by_requests=(),
            steady=None,
            why="; ".join(f"{line.name} {line.effect:+g} {line.note}" for line in best.evidence),
        )


def save(outcomes: Iterable[Outcome], file: Path) -> None:
    file.write_text(json.dumps([asdict(one) for one in outcomes], indent=1), encoding="utf-8")


def load(file: Path) -> list[Outcome]:
    saved = json.loads(file.read_text("utf-8"))
    return [Outcome(**{**one, "by_requests": tuple(one["by_requests"])}) for one in saved]


def _verdict(match: Match, acceptable: set[int]) -> str:
    if match.matched:
        return "right" if match.best and match.best.id in acceptable else "wrong"
    return "asked" if match.outcome == "review" else "none"


def _by_requests(
    shop: Answering, track: Track, match: Match, acceptable: set[int]
) -> Iterator[str]:
    for allowed in range(1, SETTINGS.max_queries + 1):
        if allowed < len(match.queries):
            tight = SETTINGS.model_copy(update={"max_queries": allowed})
            yield _verdict(ask(shop, track, tight), acceptable)
        else:
            yield _verdict(match, acceptable)


_shop: Answering


def _open(opening: Callable[[], Answering]) -> None:
    global _shop  # noqa: PLW0603 - each process opens its shop once
    _shop = opening()


def _settle(asked: tuple[dict[str, Any], str]) -> Outcome:
    return settle(_shop, *asked)
