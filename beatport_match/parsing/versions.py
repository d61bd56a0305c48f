"""Versions: which version of a track a phrase names (kind, length, part and remixer).

A phrase is the text in brackets, after a dash, or in Beatport's `mix_name`. The callers (`titles`,
`parsed_track`) find the phrases; this module only classifies and parses them. The words that it
knows are in `vocabulary`; `scoring.version_comparison` compares two versions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from beatport_match.parsing.normalize import POSSESSIVE, fold, words_of_text
from beatport_match.parsing.typos import is_typo
from beatport_match.parsing.vocabulary import (
    CLOSING,
    FOREIGN_WORDS,
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
    REMASTER_WORDS,
    SPELLINGS,
    TITLES_OF_NAMES,
)

# A foreign word for one of these may be a name.
_MAY_BE_NAMES = frozenset({"long", "short", "live", "of"})
_NOUNS_OF_LENGTH = frozenset({"version", "edit"})
_COMPOUNDING = ("mix", "version", "edit", "fassung", "remix")
# A part without a space before its number: "Pt2".
_NUMBERED_PART = re.compile(rf"\b({'|'.join(sorted(PARTS))})(\d+)\b", re.IGNORECASE)

_NOUNS = frozenset({"mix", "version", "edit"})
# Markers whose typos are corrected at any place, in words of at least
# `MIN_MARKER_TYPO_LENGTH` letters.
_OFTEN_MISTYPED = ("original", "extended", "instrumental", "acapella")
MIN_MARKER_TYPO_LENGTH = 5
# Short markers before "mix": only a typo is corrected ("Clbu Mix"), because another letter makes a
# name ("Clue Mix").
_SHORT_MARKERS = ("orig", "club")
# After one of these words, a word of up to `MAX_MIX_TYPO_LENGTH` letters may be "mix" or "edit"
# with a typo: "Extended Mxi".
_PRECEDES_MIX = frozenset(KINDS) | frozenset(LENGTHS) | PLAIN_WORDS
MAX_MIX_TYPO_LENGTH = 5
# A truncated last word is completed to the first of these markers that starts with it.
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
MIN_TRUNCATED_WORD_LENGTH = 2


@dataclass(frozen=True)
class Version:
    """The version of a track, as a phrase such as "Nørd Extended Remix" states it.

    The properties are computed once and cached, because a version is compared with many others.

    Attributes:
        kinds: What changes the music: `"remix"`, `"dub"`, `"vip"` and others, the values of the
            table `KINDS` in `beatport_match.parsing.vocabulary`.
        length: `"long"` (extended), `"short"` (radio edit), or empty if not stated.
        part: The number of a part as text, `"2"` for "Pt. II", or empty.
        words: All other words, folded: the remixer's name and the name of the mix.
        is_stated: Whether a phrase names the version. True for "Original Mix", false if the title
            says nothing.
        text: The phrase as written.
        year: The year of a remix or remaster as text, `"2019"`, or empty.

    Example:
        ```python
        version = parse_title("Undertow (Nørd Extended Remix)").version
        version.kinds, version.length, version.text
        ```
    """

    kinds: frozenset[str] = frozenset()
    length: str = ""
    part: str = ""
    words: tuple[str, ...] = ()
    is_stated: bool = False
    text: str = ""
    year: str = ""

    @cached_property
    def distinctive_words(self) -> tuple[str, ...]:
        """The words of the phrase that distinguish versions, including markers such as "remix"."""
        ignored = NEUTRAL_WORDS | PLAIN_WORDS | NAME_CONNECTIVES
        return tuple(word for word in _words(self.text) if word not in ignored)

    @cached_property
    def folded(self) -> str:
        """The phrase, folded."""
        return fold(self.text)

    @cached_property
    def compact(self) -> str:
        """The folded phrase without spaces: equal for "W&W Remix" and "WandW Remix"."""
        return self.folded.replace(" ", "")

    @cached_property
    def version_noun(self) -> str:
        """The noun of the phrase: `"mix"`, `"version"`, `"edit"`, or empty if it has none.

        It is also empty if kind or length decide: "Dub" and "Dub Mix" are equal, and so are "Radio
        Mix" and "Radio Edit". But a "Short Edit" is not always the "Short Version".
        """
        words = _words(self.text)
        if self.kinds or (self.length and "short" not in words):
            return ""
        if not self.plain and words[-2:] == ("original", "mix"):
            words = words[:-2]  # in "(X Version) (Original Mix)" the second phrase is redundant
        return next((word for word in reversed(words) if word in _NOUNS), "")

    @cached_property
    def key(self) -> tuple[frozenset[str], str, str, str, frozenset[str]]:
        """A key that is equal for two phrases for one version, in any word order and spelling."""
        return self.kinds, self.length, self.part, self.year, frozenset(self.words)

    @cached_property
    def plain(self) -> bool:
        """Return whether the phrase names the original: no kind, no length, no other words."""
        return not (self.kinds or self.length or self.words)

    @cached_property
    def is_original(self) -> bool:
        """Return whether the phrase says that it is the original: "Original Version"."""
        return self.plain and not PLAIN_WORDS.isdisjoint(_words(self.text))

    def __or__(self, other: "Version") -> "Version":
        """Combine two phrases about one track: `(X Remix) (Extended Mix)`."""
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
"""The version of a title that names none."""


@lru_cache(maxsize=1024)
def names_version(phrase: str) -> bool:
    """Return whether a phrase in brackets or after a dash names a version."""
    words = _words(phrase)
    if not words:
        return False
    core = _without_trailing_number(words)
    if not core or core[0] == "in":  # "(In the Mix)" belongs to the title
        return False
    if core[-1] in CLOSING or (core[0] in OPENING and len(words) > 1 and words[1] in LINKS):
        return True
    if core[0] in PARTS:
        return len(core) == 1 and len(words) > 1
    return _are_all_markers(core)


def parse_version(phrase: str) -> Version:
    """Parse a phrase that is known to name a version."""
    words = _words(phrase)
    part, words = _take_part(words)
    kinds = {KINDS[word] for word in words if word in KINDS}
    length = next((LENGTHS[word] for word in words if word in LENGTHS), "")
    if length:
        kinds -= {"edit", "cut"}  # "Radio Edit", "Radio Cut" and "Radio Mix" are the same version
    other = tuple(word for word in words if word not in MARKERS and word not in NAME_CONNECTIVES)
    other = tuple(word for word in other if word not in TITLES_OF_NAMES) or other
    other = tuple(SPELLINGS.get(word, word) for word in other)
    if "remaster" in kinds:
        other = tuple(word for word in other if word not in REMASTER_WORDS)
    year = next((word for word in other if is_year(word)), "") if kinds else ""
    other = tuple(word for word in other if word != year)
    return Version(
        frozenset(kinds), length, part, other, is_stated=True, text=phrase.strip(), year=year
    )


def completes_to_marker(phrase: str) -> str:
    """Complete a truncated last word to a marker: `Origina` becomes `original`."""
    *lead, last = phrase.split() or [""]
    start = fold(last)
    after_marker = bool(lead) and fold(lead[-1]) in _PRECEDES_MIX
    if start in MARKERS or len(start) < (1 if after_marker else MIN_TRUNCATED_WORD_LENGTH):
        return phrase
    marker = next((word for word in _COMMON_MARKERS if word.startswith(start)), None)
    return " ".join([*lead, marker]) if marker else phrase


@lru_cache(maxsize=2048)
def _words(phrase: str) -> tuple[str, ...]:
    """Return the folded words of a phrase, with typos in its markers corrected."""
    phrase = POSSESSIVE.sub("", phrase).replace(" @ ", " at ")
    words = words_of_text(_NUMBERED_PART.sub(r"\1 \2", phrase))
    if "v i p" in " ".join(words):
        words = tuple(" ".join(words).replace("v i p", "vip").split())
    if words[-2:] == ("a", "cappella"):
        words = (*words[:-2], "acapella")
    if "re" in words:
        words = tuple(_join_re_prefix(words))
    words = tuple(part for word in _translated(words) for part in _parts(word))
    return tuple(_correct_marker_spelling(words, at) for at in range(len(words)))


def _translated(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words in English if all of them name a version: "versione estesa".

    "Lang Remix" is a remix by Lang, so a word of this kind counts only beside "version" or "edit".
    """
    english = tuple(FOREIGN_WORDS.get(word, word) for word in words)
    if english == words or not MARKERS.issuperset(english):
        return words
    is_name = not _MAY_BE_NAMES.isdisjoint(english) and _NOUNS_OF_LENGTH.isdisjoint(english)
    return words if is_name else english


def _parts(word: str) -> tuple[str, ...]:
    """Return the two markers of a compound ("extendedmix", "Clubversion"), or the word itself."""
    if word in MARKERS:
        return (word,)
    for noun in _COMPOUNDING:
        kind = word.removesuffix(noun)
        if kind != word and (kind in KINDS or kind in LENGTHS or kind in PLAIN_WORDS):
            return kind, "version" if noun == "fassung" else noun
    return (word,)


def _join_re_prefix(words: tuple[str, ...]) -> Iterator[str]:
    """Join "re" with the next word if both make a kind: "Re-Mix", "Re-Edit"."""
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
    """Return the marker that a word misspells, or the word itself.

    Only places where a marker is likely are corrected.
    """
    word = words[at]
    if word in MARKERS:
        return word
    last = at == len(words) - 1
    possible: tuple[str, ...] = _OFTEN_MISTYPED if len(word) >= MIN_MARKER_TYPO_LENGTH else ()
    if last and possible:
        possible += ("remix", "version")
    if at and words[at - 1] in _PRECEDES_MIX and len(word) <= MAX_MIX_TYPO_LENGTH:
        possible += ("mix", "edit")
    if not last and words[at + 1] in {"edit", "mix"}:
        possible += ("radio",)
        if words[at + 1] == "mix":
            possible += tuple(marker for marker in _SHORT_MARKERS if is_typo(word, marker))
    return next((m for m in possible if OSA.distance(word, m, score_cutoff=1) <= 1), word)


def _are_all_markers(words: tuple[str, ...]) -> bool:
    """Return whether all words are markers, and at least one of them is not neutral."""
    specific = [word for word in words if word in KINDS or word in LENGTHS or word in PLAIN_WORDS]
    return bool(specific) and all(word in MARKERS for word in words)


def _without_trailing_number(words: tuple[str, ...]) -> tuple[str, ...]:
    """Remove a number after the noun: `Remix 2`, `Remaster 2019`, `Part II`."""
    if len(words) > 1 and (words[-1].isdigit() or (words[-2] in PARTS and words[-1] in NUMERALS)):
        return words[:-1]
    return words


def _take_part(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the number of the part, or `""`, and the words without the part."""
    for at, (word, number) in enumerate(pairwise(words)):
        if word in PARTS and (number.isdigit() or number in NUMERALS):
            return NUMERALS.get(number, number.lstrip("0")), words[:at] + words[at + 2 :]
    return "", words


def is_year(word: str) -> bool:
    """Return whether a word is a year from 1900 to 2099."""
    return len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"}
