"""The words that a row is kept under, and the words it is asked for with: folded by `text`.

Both sides are made here, so that what was kept can be found. This room knows no file and no search
engine; a change here makes catalogues that were built before another `FORMAT`.
"""

from __future__ import annotations

from beatport_match.model.tracks import Candidate
from beatport_match.parsing.normalize import fold, tokens

# No word of a title is longer; what is, is told apart by its beginning.
LONGEST_WORD = 64
# A title of more words is found by these; a query is at most 200 characters of them.
MOST_ASKED = 24
# Words that may be one where they are written apart: "Nightferry", "Night Ferry".
_MOST_JOINED = 6
_LONGEST_TEXT = 2000


def kept_words(candidate: Candidate) -> str:
    """The words of title, mix, artists and remixers, and each name in one word, one blank apart.

    The label is left out: it is asked for so seldom that its words would only hide others.
    """
    names = [fold(name) for name in (candidate.name, *candidate.artists, *candidate.remixers)]
    words = set(fold(candidate.mix_name or "").split())
    for name in names:
        words.update(name.split())
        words.add(name.replace(" ", ""))
    return " ".join([word[:LONGEST_WORD] for word in words])


def asked_words(text: str) -> tuple[str, ...]:
    """The different words of a query as they are kept, in its order."""
    # Half a sign, as from a torn file name, is no text to the engine.
    whole = text[:_LONGEST_TEXT].encode("utf-8", "ignore").decode("utf-8")
    words = (word[:LONGEST_WORD] for word in tokens(whole))
    return tuple(dict.fromkeys(words))[:MOST_ASKED]


def joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """What several neighbours would be as one word."""
    ends = range(2, _MOST_JOINED + 1)
    return tuple(
        dict.fromkeys(
            "".join(words[at : at + size])[:LONGEST_WORD]
            for at in range(len(words))
            for size in ends
            if at + size <= len(words)
        )
    )
