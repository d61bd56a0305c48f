"""Comparing two readings, part by part: title, artists, and the figures beside them.

Each function answers one question about one pair with a `Finding`: points for the ledger, a note
for people, and whether it is a contradiction. What the findings come to together is `scoring`.

The scale: a title (46), the artists (30) and the version (20) that agree wholly make 96; an equal
length fills up to 100. Nothing known is worth nothing, for or against.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from beatport_match.parsing.parsed_track import Name, Reading
from beatport_match.parsing.typos import (
    confusable,
    digits,
    mistyped,
    pair_off,
    short_slip,
    slips_between,
)
from beatport_match.parsing.vocabulary import JOINTS
from beatport_match.parsing.word_frequency import shared

Against: TypeAlias = Literal["", "version", "recording"]

_TITLE = 46.0
_ARTISTS = 30.0
_SMALL_WORDS = frozenset({"the", "an", "n", "feat", "ft"}) | JOINTS
# Alike enough to be one name mistyped; below, two people share some letters.
_ONE_NAME = 85.0
_SHORTEST_SLIP_NAME = 5
_SHORTEST_TYPO_NAME = 8
_SHORTEST_PART = 4
_SHORTEST_CUT = 3
_LONGEST_ALONE = 4
_LEAST_ALIKE = 45.0
_LENGTHS = ((2.0, 4.0), (5.0, 2.0), (10.0, 0.0), (30.0, -6.0), (60.0, -14.0))


class Finding(NamedTuple):
    """What one comparison came to; `points` have one decimal.

    `code` names the case, for programs and for `confidence`; `against` is empty, `version` (this is
    another version at best) or `recording` (this is another track).
    """

    code: str
    points: float
    note: str
    against: Against = ""


def compare_titles(local: Reading, other: Reading) -> Finding:
    """Compare the names of the music, without version, featured artists and noise."""
    finding = _compare_bases(local, other)
    if not finding.against and (more := other.noise - local.noise):
        # What is noise in a library may tell titles apart on Beatport: "Sequence [2]", "Move HD".
        note = f"Beatport's title says more: {', '.join(sorted(more))}"
        return Finding("noise", finding.points - 4.0, note)
    return finding


def _compare_bases(local: Reading, other: Reading) -> Finding:
    if local.found:
        return Finding("found", _TITLE - 3.0, "the title stands among the words")
    if local.base == other.base:
        return Finding("same", _TITLE, "same title")
    if local.squashed == other.squashed and not (
        local.numbers and other.numbers and local.numbers != other.numbers
    ):
        return Finding("spacing", _TITLE - 0.5, "same title, spaced differently")
    if same_words(local, other):
        if sorted(local.base.split()) == sorted(other.base.split()):
            return Finding("order", _TITLE - 4.0, "same words in another order")
        return Finding("words", _TITLE - 1.0, "same words, divided differently")
    if local.base in other.titles:
        return Finding("one_of", _TITLE - 6.0, "one of several titles")
    alike = ratio(local.base, other.base)
    if local.numbers != other.numbers or _nothing_alike(local, other, alike):
        return _other_title(local, other, alike)
    left, right, typos = pair_off(local.words, other.words)
    # Alone a short word may be another one; among words that all agree it is a slip.
    vouched = len(left) == len(right) == 1 and len(local.base) - len(left[0]) >= _LONGEST_ALONE
    if vouched and short_slip(left[0], right[0]):
        left, right, typos = [], [], typos + 1
    if len(left) == len(right) == 1 and confusable(left[0], right[0]):
        return Finding("slip", _TITLE - 4.0, "title a letter apart")
    if len(left) == len(local.words) and not typos:
        return _slip(local, other) or _other_title(local, other, alike)
    left, right, unsure = _without_names(left, right, local, other)
    # Where the artist may stand in the title, a small word may be his name.
    small = _SMALL_WORDS if local.artists else frozenset[str]()
    left = [word for word in left if word not in small]
    right = [word for word in right if word not in small]
    if left or right:
        return _slip(local, other) or _other_title(local, other, alike)
    if unsure:
        return Finding("credited", _TITLE - 1.0, "same title, perhaps an artist's name aside")
    if not typos:
        return Finding("small_words", _TITLE - 1.0, "same telling words")
    note = f"title with {typos} typo{'s' * (typos > 1)}"
    return Finding("typo" if typos == 1 else "typos", _TITLE - 1.0 * typos, note)


def _without_names(
    left: list[str], right: list[str], local: Reading, other: Reading
) -> tuple[list[str], list[str], bool]:
    """The odd words without whole names of artists among them, and whether that is unsure.

    Only where the library names an artist: else the name is what may contradict.
    """
    names = (*local.artists, *other.artists) if local.artists else ()
    found = [name for name in names if any({*name} <= {*odd} for odd in (left, right))]
    if not found:
        return left, right, False
    dropped = {word for name in found for word in name}
    featured = any(map(_mistyped_feat, left))
    left = [word for word in left if word not in dropped and not _mistyped_feat(word)]
    right = [word for word in right if word not in dropped]
    # A name of one word may be the title's own: "Solo Love" by Solo.
    divided = featured or " - " in local.shown
    return left, right, not divided and all(len(name) == 1 for name in found)


def _mistyped_feat(word: str) -> bool:
    return sorted(word) == sorted("feat") or (
        len(word) != len("feat") and OSA.distance(word, "feat", score_cutoff=1) == 1
    )


def _nothing_alike(local: Reading, other: Reading, alike: float) -> bool:
    """Whether two titles share no word and few letters: most pairs, and no slip makes that."""
    return alike < _LEAST_ALIKE and set(local.words).isdisjoint(other.words)


def _slip(local: Reading, other: Reading) -> Finding | None:
    """Titles a letter or two apart that may be one, mistyped, or two: a person should look."""
    slips = slips_between(local.squashed, other.squashed)
    if not slips:
        return None
    odd = {*local.words} ^ {*other.words}
    if local.base.count(" ") != other.base.count(" ") and all(len(word) > 1 for word in odd):
        return Finding("typo", _TITLE - 2.0 * slips, "title with a blank out of place")
    return Finding("slip", _TITLE - 4.0 * slips, "title a letter apart")


def _other_title(local: Reading, other: Reading, alike: float) -> Finding:
    """Two titles whose letters are `alike`, 0-100: the nearer, the less it costs."""
    words = shared(local.base.split(), other.base.split())
    points = round(-_TITLE + 20.0 * (alike / 100 + words), 1)
    return Finding("other", points, "another title", "recording")


def same_words(local: Reading, other: Reading) -> bool:
    """Whether title and version together have the same telling words on both sides."""
    return local.telling == other.telling and bool(local.telling)


def compare_artists(local: Reading, other: Reading) -> Finding:
    """Compare the credits as sets of names, whatever their order and joints."""
    if not local.artists or not other.artists:
        return Finding("unknown", _ARTISTS * 0.6, "no artist to compare")
    mine, theirs = local.artist_words, other.artist_words
    if mine == theirs:
        return _artist_finding(_ARTISTS, 0, [], [])
    missing = [name for name in local.artists if not theirs.issuperset(name)]
    extra = [name for name in other.artists if not mine.issuperset(name)]
    here, there = len(missing) < len(local.artists), len(extra) < len(other.artists)
    typos = _same_but_mistyped(missing, extra) if missing and extra else 0
    makers = other.makers.union(local.makers, other.version.words, local.version.words)
    if makers:
        missing = [name for name in missing if not makers.issuperset(name)]
        extra = [name for name in extra if not makers.issuperset(name)]
    if not typos and not (here and there):
        if slips_between("".join(sorted(mine)), "".join(sorted(theirs))):
            return Finding("slip", _ARTISTS - 1.5, "artist a letter apart")
        if _partly(local.artists, other.artists) or _partly(other.artists, local.artists):
            return Finding("part", _ARTISTS * 0.5, "part of the artist's name")
        names = (local.artists, other.artists)
        if makers and any(all(map(makers.issuperset, some)) for some in names):
            return Finding("remixer", _ARTISTS * 0.4, "one side names only the remixer")
        return Finding("other", -_ARTISTS, "another artist", "recording")
    points = _ARTISTS - 1.0 * typos - 0.5 * len(extra) - 2.0 * len(missing)
    return _artist_finding(max(points, _ARTISTS / 2), typos, missing, extra)


def cut_short(local: Reading, other: Reading) -> bool:
    """Whether a bracket that never closed is the beginning of the other side's version."""
    beginning = local.cut.replace(" ", "")
    return len(beginning) >= _SHORTEST_CUT and other.version.squashed.startswith(beginning)


def compare_lengths(gap_s: float) -> Finding:
    """Compare lengths: within 2 s is strong, over 10 s speaks against one recording."""
    note = f"{gap_s:.0f} s apart"
    for limit, points in _LENGTHS:
        if gap_s <= limit:
            return Finding(f"within_{limit:.0f}", points, note)
    return Finding("beyond", -24.0, note)


def compare_bpm(local: float, other: float) -> Finding:
    """Compare tempo; half and double count as equal, up to 6 % off as pitched."""
    off = min(abs(local * factor / other - 1) for factor in (0.5, 1.0, 2.0))
    if off <= 0.01:
        return Finding("same", 0.5, "same tempo")
    if off <= 0.06:
        return Finding("pitched", -0.5, "tempo pitched")
    return Finding("other", -4.0, "another tempo")


def compare_aside(
    local: Reading, other: Reading, known: tuple[str, ...], release: str, *, labelled: bool
) -> Finding:
    """What a reading left out costs, unless Beatport knows it.

    `known` are the candidate's label and catalogue number, folded; `labelled` tells whether the
    label is among them: only then can it speak against what was taken for one. `release` must be
    the whole phrase: releases are named after their remixes.
    """
    aside = [one for one in local.aside if one != release and not _known(one, known)]
    aside += [local.cut] if local.cut and not cut_short(local, other) else []
    label = [one for one in local.label if one != release and not _known(one, known)]
    points = -4.0 * len(aside) - 1.5 * len(label)
    if aside:
        return Finding("strange", points, f"leaves out {', '.join(aside + label)}")
    if not label:
        return Finding("known", 0.0, "the rest is label or number")
    note = f"takes {', '.join(label)} for the label"
    return Finding("other_label" if labelled else "unlabelled", points, note)


def _known(phrase: str, known: tuple[str, ...]) -> bool:
    """Whether a phrase is one of those, part of one ("Quay" of "Quay Records"), or nearly."""
    words = set(phrase.split())
    return any(
        words <= set(one.split()) or set(one.split()) <= words or slips_between(phrase, one)
        for one in known
    )


def _same_but_mistyped(missing: list[Name], extra: list[Name]) -> int:
    """Take names off both lists that are one name, mistyped or spaced otherwise; how many."""
    found = 0
    for name in list(missing):
        twin = next((other for other in extra if _one_name("".join(name), "".join(other))), None)
        if twin is not None:
            missing.remove(name)
            extra.remove(twin)
            found += 1
    return found


def _one_name(mine: str, theirs: str) -> bool:
    shortest = min(len(mine), len(theirs))
    if mine == theirs or (shortest >= _SHORTEST_SLIP_NAME and mistyped(mine, theirs)):
        return True
    return (
        shortest >= _SHORTEST_TYPO_NAME
        and ratio(mine, theirs, score_cutoff=_ONE_NAME) >= _ONE_NAME
        and digits(mine) == digits(theirs)
    )


def _partly(short: tuple[Name, ...], long: tuple[Name, ...]) -> bool:
    """Whether a name of one side is the beginning or end of a name of the other."""
    return any(
        len("".join(name)) >= _SHORTEST_PART
        and len(name) < len(other)
        and name in (other[: len(name)], other[-len(name) :])
        for name in short
        for other in long
    )


def _artist_finding(points: float, typos: int, missing: list[Name], extra: list[Name]) -> Finding:
    if missing and extra:
        return Finding("exchanged", points, "another artist beside the same one")
    if missing:
        return Finding("missing", points, "some artists are not credited on Beatport")
    if extra:
        return Finding("extra", points, "Beatport credits more artists")
    if typos:
        return Finding("typo", points, "artist with a typo")
    return Finding("same", points, "same artists")
