"""Comparing two readings, part by part: title, artists, and the figures beside them.

Each function answers one question about one pair with a `Finding`: points for the ledger, a note
for people, and whether it is a contradiction. What the findings come to together is `scoring`.

The scale: a title (46), the artists (30) and the version (20) that agree wholly make 96; an equal
length fills up to 100. Nothing known is worth nothing, for or against.
"""

from __future__ import annotations

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from beatport_match.parsing.parsed_track import ParsedTrack
from beatport_match.parsing.typos import (
    are_confusable,
    is_short_word_typo,
    typo_count,
    unmatched_words,
)
from beatport_match.parsing.vocabulary import NAME_CONNECTIVES
from beatport_match.parsing.word_frequency import weighted_jaccard
from beatport_match.scoring.findings import Finding

TITLE_POINTS = 46.0
_SMALL_WORDS = frozenset({"the", "an", "n", "feat", "ft"}) | NAME_CONNECTIVES
MIN_AGREEING_LENGTH = 4
MIN_TITLE_RATIO = 45.0


def compare_titles(local: ParsedTrack, other: ParsedTrack) -> Finding:
    """Compare the names of the music, without version, featured artists and noise."""
    finding = _compare_bases(local, other)
    if not finding.contradicts and (more := other.noise - local.noise):
        # What is noise in a library may tell titles apart on Beatport: "Sequence [2]", "Move HD".
        note = f"Beatport's title says more: {', '.join(sorted(more))}"
        return Finding("noise", finding.points - 4.0, note)
    return finding


def _compare_bases(local: ParsedTrack, other: ParsedTrack) -> Finding:
    if local.located_by_candidate:
        return Finding("found", TITLE_POINTS - 3.0, "the title stands among the words")
    if local.base == other.base:
        return Finding("same", TITLE_POINTS, "same title")
    if local.compact == other.compact and not (
        local.numbers and other.numbers and local.numbers != other.numbers
    ):
        return Finding("spacing", TITLE_POINTS - 0.5, "same title, spaced differently")
    if have_same_words(local, other):
        if sorted(local.base.split()) == sorted(other.base.split()):
            return Finding("order", TITLE_POINTS - 4.0, "same words in another order")
        return Finding("words", TITLE_POINTS - 1.0, "same words, divided differently")
    if local.base in other.single_titles:
        return Finding("one_of", TITLE_POINTS - 6.0, "one of several titles")
    alike = ratio(local.base, other.base)
    if local.numbers != other.numbers or _are_unrelated(local, other, alike):
        return _other_title(local, other, alike)
    left, right, typos = unmatched_words(local.words, other.words)
    # Alone a short word may be another one; among words that all agree it is a slip.
    vouched = len(left) == len(right) == 1 and len(local.base) - len(left[0]) >= MIN_AGREEING_LENGTH
    if vouched and is_short_word_typo(left[0], right[0]):
        left, right, typos = [], [], typos + 1
    if len(left) == len(right) == 1 and are_confusable(left[0], right[0]):
        return Finding("slip", TITLE_POINTS - 4.0, "title a letter apart")
    if len(left) == len(local.words) and not typos:
        return _typo_finding(local, other) or _other_title(local, other, alike)
    left, right, unsure = _without_names(left, right, local, other)
    # Where the artist may stand in the title, a small word may be his name.
    small = _SMALL_WORDS if local.artists else frozenset[str]()
    left = [word for word in left if word not in small]
    right = [word for word in right if word not in small]
    if left or right:
        return _typo_finding(local, other) or _other_title(local, other, alike)
    if unsure:
        return Finding("credited", TITLE_POINTS - 1.0, "same title, perhaps an artist's name aside")
    if not typos:
        return Finding("small_words", TITLE_POINTS - 1.0, "same telling words")
    note = f"title with {typos} typo{'s' * (typos > 1)}"
    return Finding("typo" if typos == 1 else "typos", TITLE_POINTS - 1.0 * typos, note)


def _without_names(
    left: list[str], right: list[str], local: ParsedTrack, other: ParsedTrack
) -> tuple[list[str], list[str], bool]:
    """The odd words without whole names of artists among them, and whether that is unsure.

    Only where the library names an artist: else the name is what may contradict.
    """
    names = (*local.artists, *other.artists) if local.artists else ()
    found = [name for name in names if any({*name} <= {*odd} for odd in (left, right))]
    if not found:
        return left, right, False
    dropped = {word for name in found for word in name}
    featured = any(map(_is_mistyped_feat, left))
    left = [word for word in left if word not in dropped and not _is_mistyped_feat(word)]
    right = [word for word in right if word not in dropped]
    # A name of one word may be the title's own: "Solo Love" by Solo.
    divided = featured or " - " in local.shown
    return left, right, not divided and all(len(name) == 1 for name in found)


def _is_mistyped_feat(word: str) -> bool:
    return sorted(word) == sorted("feat") or (
        len(word) != len("feat") and OSA.distance(word, "feat", score_cutoff=1) == 1
    )


def _are_unrelated(local: ParsedTrack, other: ParsedTrack, alike: float) -> bool:
    """Whether two titles share no word and few letters: most pairs, and no slip makes that."""
    return alike < MIN_TITLE_RATIO and set(local.words).isdisjoint(other.words)


def _typo_finding(local: ParsedTrack, other: ParsedTrack) -> Finding | None:
    """Titles a letter or two apart that may be one, mistyped, or two: a person should look."""
    slips = typo_count(local.compact, other.compact)
    if not slips:
        return None
    odd = {*local.words} ^ {*other.words}
    if local.base.count(" ") != other.base.count(" ") and all(len(word) > 1 for word in odd):
        return Finding("typo", TITLE_POINTS - 2.0 * slips, "title with a blank out of place")
    return Finding("slip", TITLE_POINTS - 4.0 * slips, "title a letter apart")


def _other_title(local: ParsedTrack, other: ParsedTrack, alike: float) -> Finding:
    """Two titles whose letters are `alike`, 0-100: the nearer, the less it costs."""
    words = weighted_jaccard(local.base.split(), other.base.split())
    points = round(-TITLE_POINTS + 20.0 * (alike / 100 + words), 1)
    return Finding("other", points, "another title", "recording")


def have_same_words(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Whether title and version together have the same telling words on both sides."""
    return local.distinctive_words == other.distinctive_words and bool(local.distinctive_words)
