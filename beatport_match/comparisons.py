"""Comparing two readings, part by part: title, artists, version, and the figures beside them.

Each function answers one question about one pair with a `Finding`: points for the ledger, a note
for people, and whether it is a contradiction. What the findings come to together is `scoring`.

The scale: a title (46), the artists (30) and the version (20) that agree wholly make 96; an equal
length fills up to 100. Nothing known is worth nothing, for or against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from beatport_match.readings import Name, Reading
from beatport_match.versions import Version
from beatport_match.vocabulary import JOINTS

Against: TypeAlias = Literal["", "version", "recording"]

_TITLE = 46.0
_ARTISTS = 30.0
_VERSION = 20.0
_SMALL_WORDS = frozenset({"the", "a", "an", "of", "in", "to", "n", "feat", "ft"}) | JOINTS
# Versions that a library often leaves unsaid; an equal length can vouch for them.
_QUIET_KINDS = frozenset({"club", "album", "vocal"})
# Alike enough to be one name mistyped; below, two people share some letters.
_ONE_NAME = 85.0
_SHORTEST_TYPO_NAME = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What one comparison came to.

    `against` is empty, `version` (this is another version at best) or `recording` (this is
    another track).
    """

    points: float
    note: str
    against: Against = ""


def compare_titles(local: Reading, other: Reading) -> Finding:
    """Compare the names of the music, without version, featured artists and noise."""
    if local.base == other.base:
        return Finding(_TITLE, "same title")
    if local.base.replace(" ", "") == other.base.replace(" ", ""):
        return Finding(_TITLE - 0.5, "same title, spaced differently")
    mine, theirs = local.base.split(), other.base.split()
    left, right, typos = _pair_off(mine, theirs)
    left = [word for word in left if word not in _SMALL_WORDS | other.artist_words]
    right = [word for word in right if word not in _SMALL_WORDS | local.artist_words]
    shared = len(mine) - len(left) - typos
    if not left and not right and shared + typos:
        note = f"title with {typos} typo{'s' * (typos > 1)}" if typos else "same telling words"
        return Finding(_TITLE - 2.0 * typos - (0.5 if not typos else 0.0), note)
    if not shared or left or right:
        return Finding(
            -_TITLE + 40.0 * ratio(local.base, other.base) / 100, "another title", "recording"
        )
    return Finding(_TITLE - 4.0, "nearly the same title")


def compare_artists(local: Reading, other: Reading) -> Finding:
    """Compare the credits as sets of names, whatever their order and joints."""
    if not local.artists or not other.artists:
        return Finding(_ARTISTS * 0.6, "no artist to compare")
    mine, theirs = local.artist_words, other.artist_words
    here = [name for name in local.artists if _within(name, theirs)]
    there = [name for name in other.artists if _within(name, mine)]
    missing = [name for name in local.artists if name not in here]
    extra = [name for name in other.artists if name not in there]
    typos = _same_but_mistyped(missing, extra)
    makers = other.makers | local.makers | {*other.version.words, *local.version.words}
    missing = [name for name in missing if not _within(name, makers)]
    extra = [name for name in extra if not _within(name, makers)]
    if not typos and not (here and there):
        if not missing:
            return Finding(_ARTISTS * 0.4, "the library names only the remixer")
        return Finding(-_ARTISTS, "another artist", "recording")
    points = _ARTISTS - 1.0 * typos - 0.5 * len(extra) - 2.0 * len(missing)
    return Finding(max(points, _ARTISTS / 2), _artist_note(typos, missing, extra))


def compare_versions(local: Reading, other: Reading, gap_s: float | None) -> Finding:
    """Compare kind, length class, part and remixers; `gap_s` is the difference in length."""
    mine, theirs = local.version, other.version
    same_length = gap_s is not None and gap_s <= 3.0
    if mine.part != theirs.part:
        return _clash(f"part {mine.part or 'none'} against part {theirs.part or 'none'}")
    if not mine.said:
        return _unsaid(theirs, same_length=same_length)
    names = _compare_names(local, other)
    if names is None:
        return _clash("another remixer or mix")
    points = _VERSION - names
    odd_kinds = mine.kinds ^ theirs.kinds
    if odd_kinds == frozenset({"remix"}) and mine.words and theirs.words:
        points -= 1.0  # "X Mix" for "X Remix"
    elif odd_kinds == frozenset({"album"}) and not mine.words:
        points -= 2.0
    elif odd_kinds:
        return _clash("another kind of version")
    if mine.length != theirs.length:
        if not same_length or (mine.plain or theirs.plain):
            return _clash("another length of version")
        points -= 2.0
    return Finding(points, "same version")


def compare_lengths(gap_s: float | None) -> Finding:
    """Compare lengths: within 2 s is strong, over 10 s speaks against one recording."""
    if gap_s is None:
        return Finding(0.0, "")
    for limit, points in ((2.0, 4.0), (5.0, 2.0), (10.0, 0.0), (30.0, -6.0), (60.0, -14.0)):
        if gap_s <= limit:
            return Finding(points, f"{gap_s:.0f} s apart")
    return Finding(-24.0, f"{gap_s:.0f} s apart")


def compare_bpm(local: float, other: float) -> Finding:
    """Compare tempo; half and double count as equal, up to 6 % off as pitched."""
    off = min(abs(local * factor / other - 1) for factor in (0.5, 1.0, 2.0))
    if off <= 0.01:
        return Finding(0.5, "same tempo")
    return Finding(-0.5, "tempo pitched") if off <= 0.06 else Finding(-4.0, "another tempo")


def _unsaid(theirs: Version, *, same_length: bool) -> Finding:
    """The library says nothing of a version: the plain one is meant, unless the length vouches."""
    if theirs.plain:
        return Finding(_VERSION - 0.5, "the plain version")
    if theirs.words or not theirs.kinds <= _QUIET_KINDS:
        return _clash("a version the library does not name")
    if same_length:
        return Finding(_VERSION - 3.0, "version unsaid, same length")
    return _clash("a version the library does not name")


def _clash(note: str) -> Finding:
    return Finding(-45.0, note, "version")


def _compare_names(local: Reading, other: Reading) -> float | None:
    """What the names in two versions cost; `None` where they are others."""
    mine, theirs = local.version.words, other.version.words
    artists = local.artist_words | other.artist_words
    left, right, typos = _pair_off(list(mine), list(theirs))
    left = [word for word in left if word not in other.makers]
    right = [word for word in right if word not in local.makers]
    if "remix" not in local.version.kinds | other.version.kinds:
        # An artist's own version may or may not repeat his name.
        left = [word for word in left if word not in artists]
        right = [word for word in right if word not in artists]
    if not left and not right:
        return 1.0 * typos
    named = len(mine) - len(left)
    if not left and named and all(word in other.makers for word in right):
        return 1.0  # one of several remixers is named
    return None


def _pair_off(mine: list[str], theirs: list[str]) -> tuple[list[str], list[str], int]:
    """The words only one side has, after equal and mistyped ones found each other."""
    left, right = list(mine), list(theirs)
    for word in mine:
        if word in right:
            left.remove(word)
            right.remove(word)
    typos = 0
    for word in list(left):
        twin = next((other for other in right if _mistyped(word, other)), None)
        if twin is not None:
            left.remove(word)
            right.remove(twin)
            typos += 1
    return left, right, typos


def _mistyped(word: str, other: str) -> bool:
    """Whether two words are one, mistyped: never where a digit differs, never short ones."""
    longest = max(len(word), len(other))
    if longest < 4 or any(char.isdigit() for char in word + other):
        return False
    return OSA.distance(word, other) <= (1 if longest < 8 else 2)


def _within(name: Name, words: frozenset[str]) -> bool:
    return all(word in words for word in name)


def _same_but_mistyped(missing: list[Name], extra: list[Name]) -> int:
    """Take names off both lists that are one name, mistyped; how many there were."""
    found = 0
    for name in list(missing):
        mine = " ".join(name)
        for other in extra:
            theirs = " ".join(other)
            if min(len(mine), len(theirs)) < _SHORTEST_TYPO_NAME:
                continue
            if ratio(mine.replace(" ", ""), theirs.replace(" ", "")) >= _ONE_NAME:
                missing.remove(name)
                extra.remove(other)
                found += 1
                break
    return found


def _artist_note(typos: int, missing: list[Name], extra: list[Name]) -> str:
    if missing:
        return "some artists are not credited on Beatport"
    if extra:
        return "Beatport credits more artists"
    return "artist with a typo" if typos else "same artists"
