"""A search index that ranks imperfectly, as Beatport's search does.

A row is found if it shares enough of the query's words, weighted by their rarity. Its score is that
rarity times a random factor. The factor simulates Beatport's popularity ranking, which is unknown.
It depends only on the seed, the query and the row, so the same query always gives the same result.
This module uses rows of words and no pages.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"\w+")
MIN_RARITY_SHARE = 0.2  # a row must have this share of the summed rarity of the query's words
MIN_ROW_COUNT = 200  # word rarity in a smaller catalogue is computed as if it had this many rows
_SCALE = 60.0  # gives scores in the hundreds, as Beatport's are
_U64 = 2.0**64


class Hit(NamedTuple):
    """One row of a search result; the score is above 0 and has no upper limit."""

    id: int
    score: float


@lru_cache(maxsize=8192)  # a program with several fakes indexes the same catalogue several times
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text without case and without accents that NFKD can separate."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(_WORD.findall(bare.casefold()))


class SearchIndex:
    """An inverted index over the texts of each row, by id.

    `FakeBeatport` describes `seed`, `noise` and `miss_rate`.
    """

    def __init__(
        self, rows: Mapping[int, Iterable[str]], *, seed: int, noise: float, miss_rate: float
    ) -> None:
        self._seed, self._noise, self._miss_rate = seed, noise, miss_rate
        self._postings: dict[str, list[int]] = {}
        for row, texts in rows.items():
            for word in {word for text in texts for word in words(text)}:
                self._postings.setdefault(word, []).append(row)
        self._count = max(len(rows), MIN_ROW_COUNT)

    def search(self, query: str, limit: int) -> list[Hit]:
        """Return the best rows for a query, best first, at most `limit`."""
        query_words = words(query)
        seeded = hashlib.blake2b(
            f"{self._seed}\x1f{' '.join(query_words)}\x1f".encode(), digest_size=24
        )
        hits: list[Hit] = []
        for row, rarity in self._matching_rows(query_words):
            row_hash = seeded.copy()
            row_hash.update(str(row).encode())
            if (factor := self._factor(row_hash.digest())) is not None:
                hits.append(Hit(row, round(_SCALE * rarity * factor, 4)))
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        return hits[:limit]

    def _matching_rows(self, query_words: tuple[str, ...]) -> list[tuple[int, float]]:
        """Return the rows that share enough rarity with the query, with that rarity."""
        rarities = sorted(((self._rarity(word), word) for word in set(query_words)), reverse=True)
        remaining = sum(rarity for rarity, _ in rarities)
        needed = MIN_RARITY_SHARE * remaining
        shared: dict[int, float] = {}
        for rarity, word in rarities:
            # A row that shares only the remaining, common words cannot reach `needed` any more.
            can_add_rows = remaining >= needed
            for row in self._postings.get(word, ()):
                if can_add_rows or row in shared:
                    shared[row] = shared.get(row, 0.0) + rarity
            remaining -= rarity
        return [(row, rarity) for row, rarity in shared.items() if rarity >= needed]

    def _rarity(self, word: str) -> float:
        # The inverse document frequency of BM25, which is above 0 also for the most common word.
        row_count = len(self._postings.get(word, ()))
        return math.log1p((self._count - row_count + 0.5) / (row_count + 0.5))

    def _factor(self, digest: bytes) -> float | None:
        """Return the random factor of a row, or `None` if the row is left out."""
        miss, u, v = (int.from_bytes(digest[i : i + 8], "big") / _U64 for i in (0, 8, 16))
        if miss < self._miss_rate:
            return None
        # The Box-Muller transform makes a normal random number from two uniform ones.
        normal = math.sqrt(-2.0 * math.log(1.0 - u)) * math.cos(2.0 * math.pi * v)
        return math.exp(self._noise * normal)
