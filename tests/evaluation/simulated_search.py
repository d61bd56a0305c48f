"""An unkind shop to search in: it ranks by words and luck, and now and then leaves a row out.

The rules are those of the evaluation data's README: rows holding at least a fifth of the query's
word rarity, ranked by that sum times popularity noise; a given query leaves a given row out 1 time
in 20; missing mix names are served as "Original Mix". Luck is a hash, so that runs can be compared.
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

_NOISE = 0.4
_LEFT_OUT = 0.05
MIN_SCORE_SHARE = 0.2


class Shop:
    """A catalogue with a search, in process; also a `Source` whose questions it answers itself."""

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
        return Question(request=Request(url=text), parse=_nobody, text=text, query_type=query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        raise MisuseError("the search of the evaluation knows no codes")

    def track(self, url_or_id: int | str, query_type: str) -> Question:
        return self.search(str(url_or_id), query_type)

    def answer(self, question: Question, limit: int) -> Answer:
        number = question.query_type in {"beatport_id", "track_page"}
        found = [int(question.text)] if number else self._found(question.text, limit)
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
            (rarity * _luck(query, one), one)
            for one, rarity in sums.items()
            if rarity >= wanted * MIN_SCORE_SHARE and _dice("left out", query, one) >= _LEFT_OUT
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


def _nobody(_response: Response) -> ParsedResult:
    raise AssertionError("the shop answers its questions itself")


def _dice(*what: object) -> float:
    digest = hashlib.blake2b(repr(what).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _luck(query: str, one: int) -> float:
    # Box-Muller: two even dice make one normal one. Popularity is the row's, mood the query's.
    spread = math.sqrt(-2 * math.log(max(_dice("popular", one), 1e-12)))
    return math.exp(_NOISE * spread * math.cos(2 * math.pi * _dice("mood", query, one)))
