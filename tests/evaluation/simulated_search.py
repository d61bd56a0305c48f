"""Simulate an unreliable search: it ranks by words and random noise, and misses rows at random.

The README of the evaluation data defines the rules. A query finds the rows whose words have at
least a fifth of the weight of all its words (rarer words have more weight), ranked by this weight
times popularity noise. A given query leaves out a given row 1 time in 20. A missing mix name is
returned as "Original Mix". The random numbers come from a hash, so that runs can be compared.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter, defaultdict
from typing import Any

from beatport_match.errors import MisuseError
from beatport_match.matching.protocol import Answer, ParsedResult, Question, Request, Response, Sent
from beatport_match.model.tracks import Candidate
from beatport_match.parsing.normalize import words_of_text

_NOISE_SIGMA = 0.4
_MISS_RATE = 0.05
MIN_RARITY_SHARE = 0.2


class SimulatedSearch:
    """Catalogue rows with a search, in process: a `Source` that answers its own questions."""

    name = "evaluation"

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._candidates = {row["id"]: _candidate(row) for row in rows}
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for candidate in self._candidates.values():
            for word in _words(candidate):
                self._by_word[word].add(candidate.id)
        size = len(rows)
        self._rarity = {word: math.log(size / len(ids)) for word, ids in self._by_word.items()}
        self._unknown = math.log(size)

    def search(self, text: str, query_type: str) -> Question:
        return Question(
            request=Request(url=text), parse=_no_parse, text=text, query_type=query_type
        )

    def isrc(self, isrc: str, query_type: str) -> Question:
        raise MisuseError("the simulated search does not support ISRCs")

    def track(self, url_or_id: int | str, query_type: str) -> Question:
        return self.search(str(url_or_id), query_type)

    def answer(self, question: Question, limit: int) -> Answer:
        is_id = question.query_type in {"beatport_id", "track_page"}
        found = [int(question.text)] if is_id else self._found(question.text, limit)
        candidates = tuple(self._candidates[one] for one in found if one in self._candidates)
        return Answer(
            question=question,
            value=ParsedResult(candidates=candidates),
            started=0.0,
            ended=0.0,
            sent=(Sent(started=0.0, ended=0.0, status=200),),
        )

    def _found(self, query: str, limit: int) -> list[int]:
        words = set(words_of_text(query))
        wanted = sum(self._rarity.get(word, self._unknown) for word in words)
        sums: Counter[int] = Counter()
        for word in words & self._by_word.keys():
            for one in self._by_word[word]:
                sums[one] += self._rarity[word]
        scored = (
            (rarity * _noise_factor(query, one), one)
            for one, rarity in sums.items()
            if rarity >= wanted * MIN_RARITY_SHARE
            and _uniform("left out", query, one) >= _MISS_RATE
        )
        return [one for _, one in heapq.nlargest(limit, scored)]


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        id=row["id"],
        name=row["name"],
        mix_name=row["mix_name"] or "Original Mix",
        artists=tuple(row["artists"] or ()),
        remixers=tuple(row["remixers"] or ()),
        label=row["label"],
        release=row["release"],
        release_date=row["release_date"],
        bpm=row["bpm"],
        key=row["key"],
        length_s=row["length_ms"] / 1000 if row["length_ms"] else None,
        isrc=row["isrc"],
        catalog_number=row["catalog_number"],
    )


def _words(candidate: Candidate) -> set[str]:
    names = (candidate.name, candidate.mix_name or "", *candidate.artists, *candidate.remixers)
    return set(words_of_text(" ".join(names)))


def _no_parse(_response: Response) -> ParsedResult:
    raise AssertionError("the simulated search answers its questions without a response")


def _uniform(*key: object) -> float:
    """Return a number from 0 to 1 that depends only on the key; new keys change all figures."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _noise_factor(query: str, one: int) -> float:
    # Box-Muller: two uniform numbers make one normal number. The first depends on the row alone
    # (its popularity), the second on the row and the query.
    spread = math.sqrt(-2 * math.log(max(_uniform("popular", one), 1e-12)))
    return math.exp(_NOISE_SIGMA * spread * math.cos(2 * math.pi * _uniform("mood", query, one)))
