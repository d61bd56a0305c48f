"""Match every question and decide whether the answer is right.

An `Outcome` can be counted (by `figures`), saved and compared. It depends only on the question and
the code, so two runs can be compared.
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

from questions import SETS, as_track, match_one, open_search, rows, sample

from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Answer, ParsedResult, Question
from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.settings.models import MatchSettings

SETTINGS = MatchSettings()
# One question in 8 is run again with its candidates in shuffled order.
_SHUFFLED = 8


@dataclass(frozen=True)
class Outcome:
    """A question and its result.

    `verdict` is `right`, `wrong` (accepted, but not the right track), `review` or `none`. `first`
    says whether `best` is the right track, accepted or not. `is_other_version` says whether `best`
    is another version of it. `by_requests` holds the verdict with one search allowed, with two, and
    so on. `order_independent` is `None` if the question was not run again with shuffled candidates.
    `flag` is the flag of a decision.
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
    is_other_version: bool
    requests: int
    by_requests: tuple[str, ...]
    order_independent: bool | None
    why: str
    flag: str = ""

    @property
    def key(self) -> str:
        return f"{self.group}/{self.qid}"


class AnsweringSource(Protocol):
    """A source that answers its own questions."""

    name: str

    def search(self, text: str, query_type: str) -> Question: ...
    def isrc(self, isrc: str, query_type: str) -> Question: ...
    def track(self, url_or_id: int | str, query_type: str = ...) -> Question: ...
    def answer(self, question: Question, limit: int) -> Answer: ...


@dataclass(frozen=True)
class _Shuffled:
    """The same source with its rows in another order."""

    source: AnsweringSource
    seed: int
    name: str = "shuffled"

    def search(self, text: str, query_type: str) -> Question:
        return self.source.search(text, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        return self.source.isrc(isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return self.source.track(url_or_id, query_type)

    def answer(self, question: Question, limit: int) -> Answer:
        answer = self.source.answer(question, limit)
        assert isinstance(answer.value, ParsedResult)
        candidates = list(answer.value.candidates)
        random.Random(self.seed).shuffle(candidates)
        return replace(answer, value=ParsedResult(candidates=tuple(candidates)))


def evaluate(source: AnsweringSource, question: dict[str, Any], group: str) -> Outcome:
    """Match one question, with all searches, with fewer searches, and with shuffled candidates."""
    track = as_track(question["track"])
    acceptable, siblings = set(question["acceptable"]), set(question["siblings"])
    match = match_one(source, track, SETTINGS)
    best = match.best
    number = best.id if best else None
    seed = zlib.crc32(question["qid"].encode())
    order_independent = None
    if seed % _SHUFFLED == 0:
        order_independent = match_one(_Shuffled(source, seed), track, SETTINGS) == match
    verdict = _verdict(match, acceptable)
    return Outcome(
        group=group,
        qid=question["qid"],
        kind=question["cls"],
        verdict=verdict,
        best=number,
        confidence=match.confidence,
        relation=best.relation if best else "",
        answerable=bool(acceptable),
        first=number in acceptable,
        is_other_version=number in siblings,
        requests=match.requests,
        by_requests=tuple(_by_requests(source, track, match, acceptable)),
        order_independent=order_independent,
        why="" if verdict == "right" else match.explain(),
    )


def evaluate_all(
    folder: Path,
    groups: Iterable[str],
    size: int | None = None,
    jobs: int = 1,
    open_source: Callable[[], AnsweringSource] | None = None,
) -> Iterator[Outcome]:
    """Yield outcomes in the order of the data.

    `size` limits the questions of each group; the same size always gives the same questions.
    `open_source` opens the source in each process; the default is the simulated search of the data.
    """
    selected = [(one, name) for name in groups for one in sample(rows(folder, SETS[name]), size)]
    open_source = open_source or partial(open_search, folder)
    if jobs == 1:
        _open(open_source)
        yield from map(_evaluate, selected)
        return
    with Pool(jobs, _open, (open_source,)) as pool:
        yield from pool.imap(_evaluate, selected, chunksize=20)


def count_all(folder: Path, groups: Iterable[str], size: int | None = None) -> int:
    """Count the outcomes that `evaluate_all` yields."""
    return sum(len(sample(rows(folder, SETS[name]), size)) for name in groups)


def evaluate_hard_pairs(folder: Path) -> Iterator[Outcome]:
    """Score the hard pairs; their candidates are part of the data, so there is no search."""
    for row in json.loads((folder / "hard_pairs.json").read_text("utf-8")):
        local = row["local"]
        track = Track(
            local["title"], local["artist"], duration_s=local["length_s"], isrc=local["isrc"]
        )
        ranked = rank(track, [Candidate(id=at, **one) for at, one in enumerate(row["candidates"])])
        outcome, best = outcome_of(ranked, SETTINGS), ranked[0]
        right = row["want"] in ("tie", best.id)
        if outcome == "matched":
            verdict = "right" if right else "wrong"
        else:
            verdict = "right" if row["want"] is None else "review"
        yield Outcome(
            group="hard",
            qid=row["id"],
            kind=row["name"],
            verdict=verdict,
            best=best.id,
            confidence=best.confidence,
            relation=best.relation,
            answerable=row["want"] is not None,
            first=right,
            is_other_version=False,
            requests=0,
            by_requests=(),
            order_independent=None,
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
    return "review" if match.outcome == "review" else "none"


def _by_requests(
    source: AnsweringSource, track: Track, match: Match, acceptable: set[int]
) -> Iterator[str]:
    for allowed in range(1, SETTINGS.max_queries + 1):
        if allowed < len(match.queries):
            tight = SETTINGS.with_(max_queries=allowed)
            yield _verdict(match_one(source, track, tight), acceptable)
        else:
            yield _verdict(match, acceptable)


_source: AnsweringSource


def _open(open_source: Callable[[], AnsweringSource]) -> None:
    global _source  # noqa: PLW0603 - each process opens its source once
    _source = open_source()


def _evaluate(selected: tuple[dict[str, Any], str]) -> Outcome:
    return evaluate(_source, *selected)
