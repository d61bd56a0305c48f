"""The words under which a row is indexed, and the words of a query, both normalised by `fold`.

Rows and queries are split by the same functions, so that a query finds what was indexed. This
module uses no file and no search engine. A change to `index_terms` makes older catalogues
unreadable: raise `storage.FORMAT` with it.
"""

from __future__ import annotations

from itertools import chain
from string import ascii_lowercase, digits

from beatport_match.model.tracks import Candidate
from beatport_match.parsing.normalize import fold, words_of_text

# Words of titles are not longer. Of a longer word, only the beginning is indexed.
MAX_TERM_LENGTH = 64
# These find a title that has more words; a planned query has at most 200 characters.
MAX_QUERY_TERMS = 24
# How many neighbouring words may be one word in the row: "Night Ferry" for "Nightferry".
MAX_JOINED_TERMS = 6
MAX_INDEXED_LENGTH = 2000
_LETTERS = ascii_lowercase + digits


def index_terms(candidate: Candidate) -> str:
    """Return the words of title, mix, artists and remixers, and each name as one word.

    The words are separated by one space. The label is not indexed: queries contain it so rarely
    that its words would only hide other rows.
    """
    names = [fold(name) for name in (candidate.name, *candidate.artists, *candidate.remixers)]
    words = set(fold(candidate.mix_name or "").split())
    for name in names:
        words.update(name.split())
        words.add(name.replace(" ", ""))
    if max(map(len, words), default=0) <= MAX_TERM_LENGTH:  # nearly always
        return " ".join(words)
    return " ".join([word[:MAX_TERM_LENGTH] for word in words])


def query_terms(text: str) -> tuple[str, ...]:
    """Return the different words of a query as they are indexed: first the words, then the signs.

    A sign is a word without letters and digits. A title may consist of signs only ("× ?").
    """
    # tantivy rejects a lone surrogate, which comes for example from a damaged file name.
    encodable = text[:MAX_INDEXED_LENGTH].encode("utf-8", "ignore").decode("utf-8")
    # `fold` drops signs that are beside other words, so each sign is folded on its own.
    signs = [piece for piece in encodable.split() if not any(map(str.isalnum, piece))]
    words = (*words_of_text(encodable), *chain.from_iterable(map(words_of_text, signs)))
    return tuple(dict.fromkeys([word[:MAX_TERM_LENGTH] for word in words]))[:MAX_QUERY_TERMS]


def joined_terms(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return every run of 2 to `MAX_JOINED_TERMS` neighbouring words as one word."""
    sizes = range(2, MAX_JOINED_TERMS + 1)
    return tuple(
        dict.fromkeys(
            "".join(words[start : start + size])[:MAX_TERM_LENGTH]
            for start in range(len(words))
            for size in sizes
            if start + size <= len(words)
        )
    )


def typo_terms(word: str) -> set[str]:
    """Return the terms that differ from a word by one letter, or by two neighbours in turn.

    A letter or digit is missing, added or replaced: about 75 terms for each letter of the word.
    """
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    terms = {before + after[1:] for before, after in parts if after}
    terms.update(before + after[1] + after[0] + after[2:] for before, after in parts[:-2])
    for before, after in parts:
        terms.update([before + letter + after for letter in _LETTERS])
        terms.update([before + letter + after[1:] for letter in _LETTERS if after])
    return terms - {word, ""}
