"""Comparing two versions: kind, length class, part, year, and the names of those who made them.

The part of `comparisons` where the wrong remix is told from the right one. A clash is a
contradiction: whatever else agrees, it leaves another version at best.
"""

from __future__ import annotations

from beatport_match.parsing.parsed_track import Reading
from beatport_match.parsing.typos import pair_off, slips_between
from beatport_match.parsing.versions import Version
from beatport_match.scoring.findings import Finding
from beatport_match.scoring.title_comparison import same_words

_VERSION = 20.0
# Versions that a library often leaves unsaid; an equal length can vouch for them.
_QUIET_KINDS = frozenset({"club", "album", "vocal", "remaster"})
_SHORTEST_CUT = 3


def compare_versions(local: Reading, other: Reading, gap_s: float | None) -> Finding:
    """Compare kind, length class, part and remixers; `gap_s` is the difference in length."""
    mine, theirs = local.version, other.version
    same_length = gap_s is not None and gap_s <= 3.0
    if mine.part != theirs.part:
        return _clash("part", f"part {mine.part or 'none'} against part {theirs.part or 'none'}")
    # "Remastered" and "2019 Remaster" are one; a remix of a year is not that of another or of none.
    odd_years = mine.year != theirs.year and (mine.kinds | theirs.kinds) - {"remaster"}
    if odd_years and ((mine.year and theirs.year) or not same_length):
        return _clash("year", f"of {mine.year or 'no year'} against {theirs.year or 'none'}")
    if same_words(local, other) or (mine.said and mine.squashed == theirs.squashed):
        return _same_version(mine, theirs)
    if cut_short(local, other):
        return Finding("cut", _VERSION - 2.0, "the same version, cut short")
    if not mine.said:
        return _unsaid(theirs, same_length=same_length)
    names = _compare_names(local, other)
    if names is None:
        return _clash("names", "another remixer or mix")
    code, points = names
    odd_kinds = mine.kinds ^ theirs.kinds
    if odd_kinds == frozenset({"remix"}) and mine.words and theirs.words:
        code, points = "mix_for_remix", points - 2.5  # "X Mix" for "X Remix"
    elif odd_kinds == frozenset({"album"}) and not mine.words:
        code, points = "album", points - 2.0
    elif odd_kinds:
        return _clash("kind", "another kind of version")
    if mine.length != theirs.length:
        if mine.length and theirs.length:
            return _clash("length", "long against short")
        if mine.plain or theirs.plain or not same_length:
            return _clash("length", "another length of version")
        code, points = "length_vouched", points - 2.0
    return Finding(code, points, "same version") if code != "same" else _same_version(mine, theirs)


def _unsaid(theirs: Version, *, same_length: bool) -> Finding:
    """The library says nothing of a version: the plain one is meant, unless the length vouches."""
    if theirs.plain:
        return Finding("plain", _VERSION - 0.5, "the plain version")
    if not theirs.words and theirs.kinds <= _QUIET_KINDS and same_length:
        return Finding("unsaid_vouched", _VERSION - 3.0, "version unsaid, same length")
    return _clash("unsaid", "a version the library does not name")


def _same_version(mine: Version, theirs: Version) -> Finding:
    """All telling words agree; but labels do tell a "Night Mix" from a "Night"."""
    said = {mine.noun, theirs.noun}
    if mine.said and len(said) == 2 and ("" not in said or mine.words):
        return Finding("noun", _VERSION - 2.5, "same version by another word")
    # A mix with a name of its own says more than "Original Mix".
    return Finding("named" if theirs.words else "same", _VERSION, "same version")


def _clash(code: str, note: str) -> Finding:
    return Finding(code, -45.0, note, "version")


def _compare_names(local: Reading, other: Reading) -> tuple[str, float] | None:
    """The points for the names in two versions, with their case; `None` where they are others."""
    mine, theirs = local.version.words, other.version.words
    artists = local.artist_words | other.artist_words
    left, right, typos = pair_off(mine, theirs, names=True)
    if mine and "".join(mine) == "".join(theirs):
        return "same", _VERSION
    if not left and not right:
        return ("names_typo" if typos else "same"), _VERSION - typos
    left = [word for word in left if word not in other.makers]
    right = [word for word in right if word not in local.makers]
    if slips_between("".join(left), "".join(right)) or slips_between(
        "".join(mine), "".join(theirs)
    ):
        return "names_slip", _VERSION - 1.0
    by_itself = "remix" not in local.version.kinds | other.version.kinds
    if by_itself and not (left and right):
        # An artist's own version may or may not repeat his name.
        left = [word for word in left if word not in artists]
        right = [word for word in right if word not in artists]
    if not left and not right:
        return "own_name", _VERSION - 1.5
    named = len(mine) - len(left)
    if not left and named and all(word in other.makers for word in right):
        return "one_remixer", _VERSION - 1.0
    return None


def cut_short(local: Reading, other: Reading) -> bool:
    """Whether a bracket that never closed is the beginning of the other side's version."""
    beginning = local.cut.replace(" ", "")
    return len(beginning) >= _SHORTEST_CUT and other.version.squashed.startswith(beginning)
