"""Compare titles: the local title with the candidate's, without versions and featured artists.

Each function returns a `Finding` or decides one question for it. Differences in spacing, order,
small words, artists' names and typos are accepted, each with fewer points. Any other difference
makes another title, which contradicts the recording. A difference that may be a typo or another
word ("Light", "Night") is the case `slip`; `confidence` limits it, so that it needs review.
"""

from __future__ import annotations

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from beatport_match.parsing.normalize import fold
from beatport_match.parsing.parsed_track import ParsedTrack
from beatport_match.parsing.scripts import are_in_two_scripts
from beatport_match.parsing.typos import (
    are_confusable,
    is_evident_typo,
    is_short_word_typo,
    typo_count,
    unmatched_words,
    with_letters,
)
from beatport_match.parsing.vocabulary import (
    FEATURING_WORDS,
    NAME_CONNECTIVES,
    OCCASION_WORDS,
    SOUNDS,
    SPELLINGS,
)
from beatport_match.parsing.word_frequency import is_common, weighted_jaccard
from beatport_match.scoring import cases
from beatport_match.scoring.cases import Finding

_SMALL_WORDS = frozenset({"the", "an", "n", "feat", "ft"}) | NAME_CONNECTIVES
MIN_AGREEING_LENGTH = 4
# Similarity of the letters, 0-100.
MIN_TITLE_RATIO = 45.0


def compare_titles(local: ParsedTrack, other: ParsedTrack) -> Finding:
    """Compare the titles without version, featured artists and noise."""
    finding = _compare_bases(local, other)
    if not finding.case.contradicts and (more := other.noise - local.noise):
        less = cases.TITLE_SAME.points - finding.points
        return cases.TITLE_NOISE.found(", ".join(sorted(more)), less=less)
    return finding


def have_same_words(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether title and version together have the same distinctive words on both sides."""
    return local.distinctive_words == other.distinctive_words and bool(local.distinctive_words)


def share_no_word(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether two titles in plain Latin letters certainly share no word.

    Then they are equal only if they differ by spaces, spellings or typos. For a title in several
    parts the result is always `False`: a part may have only punctuation ("!!! / Night Ferry").
    """
    return (
        local.base_words.isdisjoint(other.base_words)
        and local.word_set.isdisjoint(other.word_set)
        and local.distinctive_words != other.distinctive_words
        and not (other.single_titles or other.subtitle)
        and local.base.isascii()
        and other.base.isascii()
    )


def _compare_bases(local: ParsedTrack, other: ParsedTrack) -> Finding:
    """Compare the titles, from equal to different."""
    similarity = ratio(local.base, other.base)
    # Most pairs share no word. Then only spacing or typos can make them equal, and only if they
    # also share many letters.
    is_stranger = share_no_word(local, other)
    if is_stranger and similarity < MIN_TITLE_RATIO:
        return _other_title(local, other, similarity)
    if not is_stranger or local.compact == other.compact:
        finding = _compare_whole_bases(local, other)
        if finding is not None:
            return finding
    is_plain = local.compact.isalpha() and other.compact.isalpha()
    if not is_plain and with_letters(local.base) == with_letters(other.base):
        return cases.TITLE_SPELLING.found()  # "N3RV3" and "Nerve"
    is_unrelated = similarity < MIN_TITLE_RATIO and local.word_set.isdisjoint(other.word_set)
    if is_unrelated or (local.numbers != other.numbers and _have_other_numbers(local, other)):
        return _other_title(local, other, similarity)
    return _compare_words(local, other) or _other_title(local, other, similarity)


def _compare_whole_bases(local: ParsedTrack, other: ParsedTrack) -> Finding | None:
    """Compare the titles without looking for typos; `None` if their words have to be compared."""
    if local.located_by_candidate:
        return cases.TITLE_FOUND.found()
    if local.base == other.base:
        return cases.TITLE_SAME.found()
    if local.compact == other.compact and not _have_divided_numbers(local, other):
        return cases.TITLE_SPACING.found()
    if have_same_words(local, other):
        mine, theirs = local.base.split(), other.base.split()
        if sorted(mine) == sorted(theirs):
            is_moved = _without_small(mine) == _without_small(theirs)  # "Tunnel, The"
            return (cases.TITLE_SMALL_WORDS if is_moved else cases.TITLE_ORDER).found()
        return cases.TITLE_WORDS.found()
    if len(local.words) != len(other.words) and local.word_set == other.word_set:
        return cases.TITLE_REPEATED.found()
    if local.base in other.single_titles:
        return cases.TITLE_ONE_OF.found()
    has_aside = local.unexplained or local.label
    if other.subtitle and local.base == other.main_title and not has_aside:
        is_occasion = not OCCASION_WORDS.isdisjoint(fold(other.subtitle).split())
        case = cases.TITLE_OCCASION if is_occasion else cases.TITLE_SUBTITLE
        return case.found(other.subtitle)
    is_ascii = local.base.isascii() and other.base.isascii()
    return _compare_scripts(local, other) if local.artists and not is_ascii else None


def _without_small(words: list[str]) -> list[str]:
    return [word for word in words if word not in _SMALL_WORDS]


def _compare_words(local: ParsedTrack, other: ParsedTrack) -> Finding | None:
    """Compare the titles word by word; `None` if they are different titles."""
    left, right, typos = unmatched_words(local.words, other.words)
    if len(left) == len(right) == 1:
        # A short word as the whole title may be another word. If enough other letters agree, it is
        # a typo.
        if len(left[0]) == len(right[0]) == 1:
            return None  # "Untitled A" and "Untitled B"
        is_long = len(local.base) - len(left[0]) >= MIN_AGREEING_LENGTH
        if is_long and is_short_word_typo(left[0], right[0]):
            left, right, typos = [], [], typos + 1
        elif are_confusable(left[0], right[0]):
            return cases.TITLE_SLIP.found(less=4.0)
    if len(left) == len(local.words) and not typos:
        return _typo_finding(local, other)
    if not (left or right or typos):
        return cases.TITLE_SPELLING.found()
    left, right, uncertain = _without_names(left, right, local, other)
    # If the library names no artist, the title may contain one, and a small word may be their name.
    # After an open bracket, a letter is the beginning of a name.
    is_cut = local.shown.count("(") > local.shown.count(")")
    small = _SMALL_WORDS if local.artists and not is_cut else frozenset[str]()
    has_small = any(word in _SMALL_WORDS - FEATURING_WORDS for word in (*left, *right))
    left = [word for word in left if word not in small]
    right = [word for word in right if word not in small]
    if left or right:
        return _typo_finding(local, other)
    if uncertain:
        return cases.TITLE_CREDITED.found()
    is_one_word = min(len(side.word_set - _SMALL_WORDS) for side in (local, other)) == 1
    if not typos:
        is_doubtful = is_one_word and has_small
        return (cases.TITLE_ONE_WORD if is_doubtful else cases.TITLE_SMALL_WORDS).found()
    # Two artists rarely make two tracks whose titles differ by a letter.
    are_same_pair = len(local.artists) > 1 and set(local.artists) == set(other.artists)
    is_evident = is_evident_typo(local.compact, other.compact)
    # A word that many titles contain is rarely a mistyped other one: "Angel" and "Angle".
    changed = local.word_set - other.word_set
    is_word = any(len(word) > 2 and is_common(word) for word in changed)
    if is_word or (is_one_word and not are_same_pair and not is_evident):
        return cases.TITLE_WORD_TYPO.found(less=1.0)
    if typos == 1:
        return cases.TITLE_TYPO.found("1 typo", less=1.0)
    return cases.TITLE_TYPOS.found(typos, less=1.0 * typos)


def _have_divided_numbers(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether a number is divided on one side ("1 2", "12"), except a time ("12:05")."""
    if not local.numbers or not other.numbers or local.numbers == other.numbers:
        return False
    words = (*local.base.split(), *other.base.split())
    return not {len(word) for word in words if word.isdigit()} <= {2, 4}


def _have_other_numbers(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether two titles have different numbers, in digits or as words.

    A digit is not a number if the other title has the word with the same sound ("4", "for").
    """
    mine, theirs = (
        [
            number
            for word in one.words
            if (number := SPELLINGS.get(word, word)).isdigit()
            and another.word_set.isdisjoint(SOUNDS.get(word, ()))
        ]
        for one, another in ((local, other), (other, local))
    )
    return mine != theirs


def _compare_scripts(local: ParsedTrack, other: ParsedTrack) -> Finding | None:
    """Compare titles in two scripts: a translation or transliteration cannot contradict."""
    if are_in_two_scripts(local.base, other.base):
        return cases.TITLE_SCRIPT.found()
    short, long = sorted((local.base, other.base), key=len)
    # The text after the shared words may name a version: "Title (日本語版)".
    if long.endswith(f" {short}") and are_in_two_scripts(long.removesuffix(short), short):
        return cases.TITLE_SCRIPT_PART.found()
    return None


def _without_names(
    left: list[str], right: list[str], local: ParsedTrack, other: ParsedTrack
) -> tuple[list[str], list[str], bool]:
    """Remove whole artists' names from the unmatched words, and return whether that is uncertain.

    This happens only if the library names an artist. Otherwise the name is the text that may
    contradict.
    """
    names = (*local.artists, *other.artists) if local.artists else ()
    found = [name for name in names if any({*name} <= {*words} for words in (left, right))]
    if not found:
        return left, right, False
    dropped = {word for name in found for word in name}
    has_feat = any(map(_is_mistyped_feat, left))
    left = [word for word in left if word not in dropped and not _is_mistyped_feat(word)]
    right = [word for word in right if word not in dropped]
    # A name of one word may be part of the title: "Solo Love" by Solo.
    is_separated = has_feat or " - " in local.shown
    return left, right, not is_separated and all(len(name) == 1 for name in found)


def _is_mistyped_feat(word: str) -> bool:
    """Return whether a word is "feat" with one typo."""
    return sorted(word) == sorted("feat") or (
        len(word) != len("feat") and OSA.distance(word, "feat", score_cutoff=1) == 1
    )


def _typo_finding(local: ParsedTrack, other: ParsedTrack) -> Finding | None:
    """Compare titles that differ by a few letters: a typo, or a `slip` that needs review."""
    slips = typo_count(local.compact, other.compact)
    if not slips:
        return None
    mine, theirs = local.word_set - other.word_set, other.word_set - local.word_set
    if not mine or not theirs:
        return None  # a whole word more, and no misplaced space
    if local.base.count(" ") != other.base.count(" ") and all(
        len(word) > 1 for word in mine | theirs
    ):
        return cases.TITLE_TYPO.found("a typo and a misplaced space", less=2.0 * slips)
    return cases.TITLE_SLIP.found(less=4.0 * slips)


def _other_title(local: ParsedTrack, other: ParsedTrack, similarity: float) -> Finding:
    """Make the finding for two different titles: the more similar they are, the less it costs.

    `similarity` is that of the letters, 0-100.
    """
    words = weighted_jaccard(local.base_words, other.base_words)
    points = round(cases.TITLE_OTHER.points + 20.0 * (similarity / 100 + words), 1)
    return cases.TITLE_OTHER.worth(points)
