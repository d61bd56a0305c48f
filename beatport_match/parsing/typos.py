"""Typos: whether two words are one word with a typing mistake, or two different words.

A typo is an additional, a missing or a transposed letter. In a single word, another letter in the
same place makes another word ("Light", "Night"). The caller decides what a typo means for a score.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from beatport_match.parsing.vocabulary import ROMAN_NUMERALS, SOUNDS, SPELLINGS
from beatport_match.parsing.word_frequency import is_common

# Latin, Greek, Cyrillic, Hebrew, Arabic: scripts in which a sign is a letter and not a whole word.
_ALPHABETIC = re.compile("[0-9a-z\u00df-\u077f\u1e00-\u1fff]*")
# A single digit beside a letter may replace a letter with a similar form.
_DIGIT_IN_WORD = re.compile(r"(?<=[^\W\d])\d(?!\d)|(?<!\d)\d(?=[^\W\d])")
_LETTERS_OF_DIGITS = str.maketrans("013457", "oieast")
_NUMBER_SIGNS = frozenset({"no", "nr", "number"})
MAX_SHORT_WORD_LENGTH = 4
MAX_TYPOS_OF_A_WORD = 2
MIN_EVIDENT_LENGTH = 5
MIN_EVIDENT_WORDS = 3
MIN_EVIDENT_INNER_LENGTH = 9
_SPELLED = frozenset(SPELLINGS).union(SOUNDS, *SOUNDS.values())
# English words of up to four letters; each differs by one letter from another one ("he", "she").
_SHORT_WORDS = frozenset(
    "a an and any are as at be bee been day days do dos for form four from he hear heat her here "
    "hers him his i in into is it its law low lows me men my no noon not now of off on one or our "
    "ours out own she so son soon sun the thee their them then there they thin thing this to "
    "too two up us use we well were what when where who with you your".split()
)


def with_numbers(base: str) -> list[str]:
    """Return the words of a title with its numbers in one spelling: "02" and "ii" become "2"."""
    words = base.split()
    if len(words) > 1 and words[-1] in ROMAN_NUMERALS:
        words[-1] = ROMAN_NUMERALS[words[-1]]
    elif base.replace(" ", "").isalpha():
        return words
    words = [word.lstrip("0") or "0" if word.isdecimal() else word for word in words]
    # "No. 2" and "#2" are the same number.
    return [
        word
        for at, word in enumerate(words)
        if not (word in _NUMBER_SIGNS and words[at + 1 : at + 2] and words[at + 1].isdigit())
    ]


def unmatched_words(
    mine: Sequence[str], theirs: Sequence[str], *, names: bool = False
) -> tuple[list[str], list[str], int]:
    """Pair equal words, then typos; return the unpaired words of each side and the typo count.

    Two spellings of one word ("you", "u") are equal, but not in `names`. There, one more vowel at
    the end makes another name ("Carl", "Carlo").
    """
    left, right = list(mine), list(theirs)
    for word in mine:
        if word in right:
            left.remove(word)
            right.remove(word)
    if not names and not _SPELLED.isdisjoint(left):
        for word in list(left):
            same = next((other for other in right if _is_spelling(word, other)), None)
            if same:
                left.remove(word)
                right.remove(same)
    typos = 0
    for word in list(left):
        for other in right:
            if (
                -MAX_TYPOS_OF_A_WORD <= len(word) - len(other) <= MAX_TYPOS_OF_A_WORD
                and is_typo(word, other)
                and not (names and _are_two_names(word, other))
            ):
                left.remove(word)
                right.remove(other)
                typos += 1
                break
    return left, right, typos


def _is_spelling(word: str, other: str) -> bool:
    """Return whether two words are spellings of one word."""
    spelling = SPELLINGS.get(word)
    if spelling and spelling == SPELLINGS.get(other):
        return True
    return other in SOUNDS.get(word, ()) or word in SOUNDS.get(other, ())


def is_typo(word: str, other: str) -> bool:
    """Return whether two words differ by a typo.

    A digit is never a typo, and two common words are never typos of each other.
    """
    return _are_alike(word, other) and not _are_both_words(word, other)


def is_evident_typo(one: str, other: str, *, names: bool = False) -> bool:
    """Return whether two words are equal, or differ by a doubled or transposed letter.

    A word of five letters or more with such a difference is hardly another word or name. In a long
    word, this is true for each letter between its ends, but not in `names`. Another letter at the
    beginning or the end often makes another word: "Rush" and "Crush", "Moti" and "Motif".
    """
    short, long = sorted((one, other), key=len)
    if len(short) < MIN_EVIDENT_LENGTH or len(long) - len(short) > 1:
        return short == long
    is_long = len(short) >= MIN_EVIDENT_INNER_LENGTH and not names
    if is_long and short[:2] + short[-2:] == long[:2] + long[-2:]:
        return OSA.distance(short, long, score_cutoff=1) <= 1
    if len(short) == len(long):
        return sorted(short) == sorted(long) and OSA.distance(short, long, score_cutoff=1) <= 1
    doubled = (at for at in range(1, len(long)) if long[at] == long[at - 1])
    return any(long[:at] + long[at + 1 :] == short for at in doubled)


def is_evident_in_name(name: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names are equal, or differ by an evident typo.

    In a name of three words or more, any typo in one word is evident, because the others agree.
    """
    left, right, typos = unmatched_words(name, other)
    if len(name) >= MIN_EVIDENT_WORDS and not left and not right and typos <= 1:
        return True
    one, another = with_letters("".join(name)), with_letters("".join(other))
    return is_evident_typo(one, another, names=True)


def have_other_initials(one: Iterable[str], other: Iterable[str]) -> bool:
    """Return whether each side has a single letter that the other side lacks: Mr. C and Mr. G."""
    mine, theirs = ({word for word in words if len(word) == 1} for words in (one, other))
    return bool(mine - theirs and theirs - mine)


def initials_of(name: Sequence[str]) -> str:
    """Return the initials of a name of two words or more, or `""`."""
    return "".join(word[0] for word in name) if len(name) > 1 else ""


def _are_two_names(word: str, other: str) -> bool:
    """Return whether a name is the other plus a vowel: Carl and Carlo, Simon and Simone."""
    shorter, longer = sorted((word, other), key=len)
    return longer.startswith(shorter) and longer[len(shorter) :] in {"a", "e", "i", "o", "y"}


def are_confusable(word: str, other: str) -> bool:
    """Return whether two common words are so similar that either may be a typo of the other."""
    return _are_alike(word, other) and _are_both_words(word, other)


def _are_alike(word: str, other: str) -> bool:
    """Return whether two words are one typo apart, or two from eight letters on."""
    longest, shortest = len(word), len(other)
    if longest < shortest:
        longest, shortest = shortest, longest
    allowed = 1 if longest < 8 else MAX_TYPOS_OF_A_WORD
    # The cheapest check comes first: most pairs of words are not similar at all.
    if longest < 4 or shortest < 3 or longest - shortest > allowed:
        return False
    if OSA.distance(word, other, score_cutoff=allowed) > allowed:
        return False
    if not _ALPHABETIC.fullmatch(word + other) or digits_of(word) != digits_of(other):
        return False
    # An additional, a missing or a transposed letter is a typo; another letter or an additional s
    # makes another word ("Light" and "Night", "Shift" and "Shifts").
    if longest == shortest and sorted(word) != sorted(other):
        return False
    return other not in (word + "s", word + "es") and word not in (other + "s", other + "es")


def is_short_word_typo(word: str, other: str) -> bool:
    """Return whether two words of up to four letters differ by one typo.

    Use it only where the words around them agree. Digits, Roman numerals, an additional s and two
    common words ("He Sails", "She Sails") are never typos.
    """
    if max(len(word), len(other)) > MAX_SHORT_WORD_LENGTH or {word, other} & ROMAN_NUMERALS.keys():
        return False
    if not _ALPHABETIC.fullmatch(word + other) or digits_of(word + other):
        return False
    if _are_both_words(word, other) or other == word + "s" or word == other + "s":
        return False
    if len(word) == len(other) and sorted(word) != sorted(other):
        return False
    return OSA.distance(word, other, score_cutoff=1) == 1


def _are_both_words(word: str, other: str) -> bool:
    """Return whether both words are common in titles: "rain" is not a typo of "train"."""
    return all(w in _SHORT_WORDS or (len(w) > 1 and is_common(w)) for w in (word, other))


def with_letters(text: str) -> str:
    """Return a text with letters for the digits within its words: "kolv4" is "kolva"."""
    if text.isalpha() or text.isdigit():
        return text
    return _DIGIT_IN_WORD.sub(lambda digit: digit.group().translate(_LETTERS_OF_DIGITS), text)


def typo_count(mine: str, theirs: str) -> int:
    """Count the typos between two texts without spaces; 0 if they are equal or too different.

    A text of five letters may have one typo, of ten two, of twenty three; the shorter text counts.
    A different digit is never a typo.
    """
    shortest = min(len(mine), len(theirs))
    allowed = 0 if shortest < 5 else 1 if shortest < 10 else 2 if shortest < 20 else 3
    if not allowed or abs(len(mine) - len(theirs)) > allowed:
        return 0
    typos = OSA.distance(mine, theirs, score_cutoff=allowed)
    if typos > allowed or not _ALPHABETIC.fullmatch(mine + theirs):
        return 0
    return typos if digits_of(mine) == digits_of(theirs) else 0


def digits_of(text: str) -> str:
    """Return the digits of a text, in order."""
    return "".join(char for char in text if char.isdigit())
