"""Which version of a track a phrase names: kind, length, part and the names in front.

A phrase is what stands in brackets, behind a dash, or in Beatport's `mix_name`: this room is told
where it stood, and does not look for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from beatport_match.parsing.normalize import fold, words_of_text
from beatport_match.parsing.typos import is_typo
from beatport_match.parsing.vocabulary import (
    CLOSING,
    KINDS,
    LENGTHS,
    LINKS,
    MARKERS,
    NAME_CONNECTIVES,
    NEUTRAL_WORDS,
    NUMERALS,
    OPENING,
    PARTS,
    PLAIN_WORDS,
)


@dataclass(frozen=True)
class Version:
    """A version of a track, taken apart.

    `kinds` are the words that change the music (`remix`, `dub`, `vip` …; see `vocabulary.KINDS`),
    `length` is `long`, `short` or empty, `part` a number as text or empty, `year` when a remix or
    remaster was made. `words` are all other
    words, folded: the remixer's name and what he calls his mix. `is_stated` tells "Original Mix" from
    nothing at all; `text` is the phrase as written. What follows from these is worked out once: a
    version is compared with many.
    """

    kinds: frozenset[str] = frozenset()
    length: str = ""
    part: str = ""
    words: tuple[str, ...] = ()
    is_stated: bool = False
    text: str = ""
    year: str = ""

    @cached_property
    def distinctive_words(self) -> frozenset[str]:
        """Every word of the phrase that tells versions apart, markers included."""
        return frozenset(_words(self.text)) - NEUTRAL_WORDS - PLAIN_WORDS - NAME_CONNECTIVES

    @cached_property
    def folded(self) -> str:
        """The phrase, folded."""
        return fold(self.text)

    @cached_property
    def compact(self) -> str:
        """The phrase without blanks: "W&W Remix" and "WandW Remix" are one."""
        return self.folded.replace(" ", "")

    @cached_property
    def version_noun(self) -> str:
        """What the phrase calls itself: `mix`, `version`, `edit`; empty where it does not say.

        Empty as well where kind or length say it: "Dub" and "Dub Mix" are one, "Radio Mix" and
        "Radio Edit"; but a "Short Edit" is not always the "Short Version".
        """
        words = _words(self.text)
        if self.kinds or (self.length and "short" not in words):
            return ""
        if not self.plain and words[-2:] == ("original", "mix"):
            words = words[:-2]  # "(X Remix) (Original Mix)" says one thing too many
        return next((word for word in reversed(words) if word in _NOUNS), "")

    @cached_property
    def key(self) -> tuple[frozenset[str], str, str, str, frozenset[str]]:
        """What two phrases for one version have in common, whatever their order and spelling."""
        return self.kinds, self.length, self.part, self.year, frozenset(self.words)

    @property
    def plain(self) -> bool:
        """Whether this is the track as first made, as far as the phrase says."""
        return not (self.kinds or self.length or self.words)

    def __or__(self, other: Version) -> Version:
        """Both phrases about one track: `(X Remix) (Extended Mix)`."""
        if not other.is_stated:
            return self
        if not self.is_stated:
            return other
        extra = tuple(word for word in other.words if word not in self.words)
        return Version(
            kinds=self.kinds | other.kinds,
            length=self.length or other.length,
            part=self.part or other.part,
            year=self.year or other.year,
            words=self.words + extra,
            is_stated=True,
            text=f"{self.text} {other.text}".strip(),
        )


UNSTATED = Version()

_POSSESSIVE = re.compile(r"(?<=\w)['’‘`´ʼ′]s\b", re.IGNORECASE)
_NUMBERED_PART = re.compile(rf"\b({'|'.join(sorted(PARTS))})(\d+)\b", re.IGNORECASE)

_OFTEN_MISTYPED = ("original", "extended", "instrumental", "acapella")
# Short words, of which only a slip makes another spelling: a "Clue Mix" is somebody's.
_BEFORE_A_MIX = ("orig", "club")
MIN_TYPO_LENGTH = 5
_BEFORE_MIX = frozenset(KINDS) | frozenset(LENGTHS) | PLAIN_WORDS
MAX_MIX_WORDS = 5
_NOUNS = frozenset({"mix", "version", "edit"})
MIN_TRUNCATED_LENGTH = 2
_COMMON_MARKERS = (
    "original",
    "extended",
    "remix",
    "mix",
    "radio",
    "edit",
    "version",
    "instrumental",
)


@lru_cache(maxsize=4096)
def names_version(phrase: str) -> bool:
    """Whether a phrase in brackets or behind a dash names a version rather than the title."""
    words = _words(phrase)
    if not words:
        return False
    core = _without_trailing_number(words)
    if not core or core[0] == "in":  # "(In the Mix)" is a place
        return False
    if core[-1] in CLOSING or (core[0] in OPENING and len(words) > 1 and words[1] in LINKS):
        return True
    if core[0] in PARTS:
        return len(core) == 1 and len(words) > 1
    return _are_all_markers(core)


def parse_version(phrase: str) -> Version:
    """Take a phrase apart that is known to name a version."""
    words = _words(phrase)
    part, words = _take_part(words)
    kinds = {KINDS[word] for word in words if word in KINDS}
    length = next((LENGTHS[word] for word in words if word in LENGTHS), "")
    if length:
        kinds.discard("edit")  # "Radio Edit" and "Radio Mix" are one thing
    other = tuple(word for word in words if word not in MARKERS and word not in NAME_CONNECTIVES)
    year = next((word for word in other if is_year(word)), "") if kinds else ""
    other = tuple(word for word in other if word != year)
    return Version(
        frozenset(kinds), length, part, other, is_stated=True, text=phrase.strip(), year=year
    )


def completes_to_marker(phrase: str) -> str:
    """The phrase with a last word that was cut short made whole: `Origina` is `original`."""
    *lead, last = phrase.split() or [""]
    start = fold(last)
    after_marker = bool(lead) and fold(lead[-1]) in _BEFORE_MIX
    if start in MARKERS or len(start) < (1 if after_marker else MIN_TRUNCATED_LENGTH):
        return phrase
    whole = next((word for word in _COMMON_MARKERS if word.startswith(start)), None)
    return " ".join([*lead, whole]) if whole else phrase


@lru_cache(maxsize=4096)
def _words(phrase: str) -> tuple[str, ...]:
    """The folded words of a phrase, with its markers spelled right."""
    words = words_of_text(_NUMBERED_PART.sub(r"\1 \2", _POSSESSIVE.sub("", phrase)))
    if words[-2:] == ("a", "cappella"):
        words = (*words[:-2], "acapella")
    if "re" in words:
        words = tuple(_joined(words))  # "Re-Mix", "Re-Edit"
    return tuple(_correct_marker_spelling(words, at) for at in range(len(words)))


def _joined(words: tuple[str, ...]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        following = next(rest, "") if word == "re" else ""
        if following and f"re{following}" in KINDS:
            yield f"re{following}"
        else:
            yield word
            if following:
                yield following


def _correct_marker_spelling(words: tuple[str, ...], at: int) -> str:
    """The word, or the marker it was meant to be; only where a marker is likely to stand."""
    word = words[at]
    if word in MARKERS:
        return word
    last = at == len(words) - 1
    meant: tuple[str, ...] = _OFTEN_MISTYPED if len(word) >= MIN_TYPO_LENGTH else ()
    if last and meant:
        meant += ("remix", "version")
    if at and words[at - 1] in _BEFORE_MIX and len(word) <= MAX_MIX_WORDS:
        meant += ("mix", "edit")
    if not last and words[at + 1] in {"edit", "mix"}:
        meant += ("radio",)
        if words[at + 1] == "mix":
            meant += tuple(one for one in _BEFORE_A_MIX if is_typo(word, one))
    return next((one for one in meant if OSA.distance(word, one, score_cutoff=1) <= 1), word)


def _are_all_markers(words: tuple[str, ...]) -> bool:
    telling = [word for word in words if word in KINDS or word in LENGTHS or word in PLAIN_WORDS]
    return bool(telling) and all(word in MARKERS for word in words)


def _without_trailing_number(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without what may follow the noun: `Remix 2`, `Remaster 2019`, `Part II`."""
    if len(words) > 1 and (words[-1].isdigit() or (words[-2] in PARTS and words[-1] in NUMERALS)):
        return words[:-1]
    return words


def _take_part(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    for at, (word, number) in enumerate(pairwise(words)):
        if word in PARTS and (number.isdigit() or number in NUMERALS):
            return NUMERALS.get(number, number.lstrip("0")), words[:at] + words[at + 2 :]
    return "", words


def is_year(word: str) -> bool:
    """Whether a word is a year that music on sale can be from."""
    return len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"}
