"""The words that a row is kept under, and the words it is asked for with: folded by `text`.

Both sides are made here, so that what was kept can be found. This room knows no file and no search
engine; a change here makes catalogues that were built before another `FORMAT`.
"""

from __future__ import annotations

from beatport_match.model.tracks import Candidate
from beatport_match.parsing.normalize import fold, words_of_text

# No word of a title is longer; what is, is told apart by its beginning.
MAX_TERM_LENGTH = 64
# A title of more words is found by these; a query is at most 200 characters of them.
MAX_QUERY_TERMS = 24
# Words that may be one where they are written apart: "Nightferry", "Night Ferry".
MAX_JOINED_TERMS = 6
MAX_TEXT_LENGTH = 2000


def index_terms(candidate: Candidate) -> str:
    """The words of title, mix, artists and remixers, and each name in one word, one blank apart.

    The label is left out: it is asked for so seldom that its words would only hide others.
    """
    names = [fold(name) for name in (candidate.name, *candidate.artists, *candidate.remixers)]
    words = set(fold(candidate.mix_name or "").split())
    for name in names:
        words.update(name.split())
        words.add(name.replace(" ", ""))
    return " ".join([word[:MAX_TERM_LENGTH] for word in words])


def query_terms(text: str) -> tuple[str, ...]:
    """The different words of a query as they are kept, in its order."""
    # Half a sign, as from a torn file name, is no text to the engine.
    whole = text[:MAX_TEXT_LENGTH].encode("utf-8", "ignore").decode("utf-8")
    words = (word[:MAX_TERM_LENGTH] for word in words_of_text(whole))
    return tuple(dict.fromkeys(words))[:MAX_QUERY_TERMS]


def joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """What several neighbours would be as one word."""
    ends = range(2, MAX_JOINED_TERMS + 1)
    return tuple(
        dict.fromkeys(
            "".join(words[at : at + size])[:MAX_TERM_LENGTH]
            for at in range(len(words))
            for size in ends
            if at + size <= len(words)
        )
    )
