"""Search as Beatport does it: quick, and not too kind.

This room knows rows of words and no page. A row is found by the rarity of the words it shares
with the query; rank is that rarity times a chance fixed by seed, query and row, because Beatport
ranks by popularity that nobody outside knows. The same question always gets the same answer.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
MIN_RARITY_SHARE = 0.2  # a row must hold this share of the rarity of all words asked for
MIN_HITS = 200  # a smaller catalogue is taken for a corner of one of this size
_SCALE = 60.0  # puts scores in the hundreds, where Beatport's are
_U64 = 2.0**64


@dataclass(frozen=True, slots=True)
class Hit:
    """One row that was found, and how well; scores are above zero and have no upper end."""

    id: int
    score: float


def words(text: str) -> list[str]:
    """The words of a text, folded: accents that can be taken off are, and case is gone."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORD.findall(bare.casefold())


class SearchIndex:
    """An inverted index over rows of text.

    Args:
        rows: What can be found: the text of each row under its id.
        seed: Another seed gives another ranking.
        noise: The standard deviation of the logarithm of the chance in the ranking; zero ranks by
            shared words alone.
        miss_rate: The share of rows (0-1) that a query leaves out for no reason.
    """

    def __init__(
        self, rows: Mapping[int, Iterable[str]], *, seed: int, noise: float, miss_rate: float
    ) -> None:
        self._seed, self._noise, self._miss_rate = seed, noise, miss_rate
        self._postings: dict[str, list[int]] = {}
        for row, texts in rows.items():
            for word in {word for text in texts for word in words(text)}:
                self._postings.setdefault(word, []).append(row)
        self._count = max(len(rows), MIN_HITS)

    def search(self, query: str, limit: int) -> list[Hit]:
        """The best rows for a query, best first, at most `limit`."""
        asked = words(query)
        chance = hashlib.blake2b(f"{self._seed}\x1f{' '.join(asked)}\x1f".encode(), digest_size=24)
        found: list[Hit] = []
        for row, rarity in self._qualified(asked):
            rolled = chance.copy()
            rolled.update(str(row).encode())
            if (factor := self._factor(rolled.digest())) is not None:
                found.append(Hit(row, round(_SCALE * rarity * factor, 4)))
        found.sort(key=lambda hit: (-hit.score, hit.id))
        return found[:limit]

    def _qualified(self, asked: list[str]) -> list[tuple[int, float]]:
        rarities = sorted(((self._rarity(word), word) for word in set(asked)), reverse=True)
        left = sum(rarity for rarity, _ in rarities)
        needed = MIN_RARITY_SHARE * left
        shared: dict[int, float] = {}
        for rarity, word in rarities:
            # Rows that share only what is left can no longer qualify: common words open no row.
            opens = left >= needed
            for row in self._postings.get(word, ()):
                if opens or row in shared:
                    shared[row] = shared.get(row, 0.0) + rarity
            left -= rarity
        return [(row, rarity) for row, rarity in shared.items() if rarity >= needed]

    def _rarity(self, word: str) -> float:
        # Inverse document frequency as BM25 has it: above zero for the commonest word, too.
        held = len(self._postings.get(word, ()))
        return math.log1p((self._count - held + 0.5) / (held + 0.5))

    def _factor(self, rolled: bytes) -> float | None:
        missed, u, v = (int.from_bytes(rolled[i : i + 8], "big") / _U64 for i in (0, 8, 16))
        if missed < self._miss_rate:
            return None
        # Box-Muller turns two even chances into one normal one.
        normal = math.sqrt(-2.0 * math.log(1.0 - u)) * math.cos(2.0 * math.pi * v)
        return math.exp(self._noise * normal)
