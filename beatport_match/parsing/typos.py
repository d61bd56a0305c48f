"""Whether two words are one, mistyped, or two words of their own.

The room of doubt about letters: text in, a count of slips out. A slip is a letter too many, too few
or out of place. It knows neither titles nor names, and its caller decides what a slip is worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from beatport_match.parsing.word_frequency import is_common

# Latin, Greek, Cyrillic, Hebrew, Arabic: scripts in which one sign is a letter and not a word.
_ALPHABETIC = re.compile("[0-9a-z\u00df-\u077f\u1e00-\u1fff]*")
MAX_SHORT_WORD_LENGTH = 4
# English words of up to four letters that are a letter apart from another one of them.
_SHORT_WORDS = frozenset(
    "a an and any are as at be bee been day days do dos for form four from he hear heat her here "
    "hers him his i in into is it its law low lows me men my no noon not now of off on one or our "
    "ours out own she so son soon sun the thee their them then there they thin thing this to "
    "too two up us use we well were what when where who with you your".split()
)
_ROMAN = {
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
    "xi": "11",
    "xii": "12",
}


def with_numbers(base: str) -> list[str]:
    """The words of a title, its numbers in one spelling."""
    words = base.split()
    if len(words) > 1 and words[-1] in _ROMAN:
        words[-1] = _ROMAN[words[-1]]
    return [word.lstrip("0") or "0" if word.isdecimal() else word for word in words]


def unmatched_words(
    mine: Sequence[str], theirs: Sequence[str], *, names: bool = False
) -> tuple[list[str], list[str], int]:
    """The words only one side has, after equal and mistyped ones found each other.

    With `names`, one more vowel at the end makes another name.
    """
    left, right = list(mine), list(theirs)
    for word in mine:
        if word in right:
            left.remove(word)
            right.remove(word)
    typos = 0
    for word in list(left):
        twin = next(
            (
                other
                for other in right
                if is_typo(word, other) and not (names and _are_two_names(word, other))
            ),
            None,
        )
        if twin is not None:
            left.remove(word)
            right.remove(twin)
            typos += 1
    return left, right, typos


def is_typo(word: str, other: str) -> bool:
    """Whether two words are one, mistyped: never by a digit, nor where both are words of titles."""
    return _are_alike(word, other) and not _are_both_words(word, other)


def _are_two_names(word: str, other: str) -> bool:
    """Whether one name is the other with a vowel more: Carl and Carlo, Simon and Simone."""
    short, long = sorted((word, other), key=len)
    return long.startswith(short) and long[len(short) :] in {"a", "e", "i", "o", "y"}


def are_confusable(word: str, other: str) -> bool:
    """Whether two words of titles are so much alike that either may be the other, mistyped."""
    return _are_alike(word, other) and _are_both_words(word, other)


def _are_alike(word: str, other: str) -> bool:
    longest, shortest = max(len(word), len(other)), min(len(word), len(other))
    allowed = 1 if longest < 8 else 2
    # Cheapest first: most pairs of words are nothing like each other.
    if longest < 4 or shortest < 3 or longest - shortest > allowed:
        return False
    if OSA.distance(word, other, score_cutoff=allowed) > allowed:
        return False
    if not _ALPHABETIC.fullmatch(word + other) or digits_of(word) != digits_of(other):
        return False
    # A letter too many, too few or out of place is a slip; another letter, or one more s, makes
    # another word ("Light" and "Night", "Shift" and "Shifts").
    if longest == shortest and sorted(word) != sorted(other):
        return False
    return other not in (word + "s", word + "es") and word not in (other + "s", other + "es")


def is_short_word_typo(word: str, other: str) -> bool:
    """Whether two words of up to four letters are a letter too many, too few or out of place apart.

    For words that everything around them vouches for: never a digit or a Roman number, never one
    more s, never two words of the language ("He Sails", "She Sails").
    """
    if max(len(word), len(other)) > MAX_SHORT_WORD_LENGTH or {word, other} & _ROMAN.keys():
        return False
    if not _ALPHABETIC.fullmatch(word + other) or digits_of(word + other):
        return False
    if _are_both_words(word, other) or other == word + "s" or word == other + "s":
        return False
    if len(word) == len(other) and sorted(word) != sorted(other):
        return False
    return OSA.distance(word, other, score_cutoff=1) == 1


def _are_both_words(word: str, other: str) -> bool:
    """Whether both are words that titles are made of: "rain" is no slip for "train"."""
    return all(one in _SHORT_WORDS or (len(one) > 1 and is_common(one)) for one in (word, other))


def typo_count(mine: str, theirs: str) -> int:
    """How many letters two texts without blanks are apart, where that can be a slip; else 0.

    Never where a digit differs; one slip from five letters on, two from ten, three from twenty.
    """
    shortest = min(len(mine), len(theirs))
    allowed = 0 if shortest < 5 else 1 if shortest < 10 else 2 if shortest < 20 else 3
    if not allowed or abs(len(mine) - len(theirs)) > allowed:
        return 0
    slips = OSA.distance(mine, theirs, score_cutoff=allowed)
    if slips > allowed or not _ALPHABETIC.fullmatch(mine + theirs):
        return 0
    return slips if digits_of(mine) == digits_of(theirs) else 0


def digits_of(text: str) -> str:
    """The digits in a text, in order."""
    return "".join(char for char in text if char.isdigit())
