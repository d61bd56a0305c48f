"""Compare versions: kind, length class, part, year, and the names of the remixers.

This comparison separates the wrong remix from the right one. A clash contradicts the version: even
if everything else agrees, the candidate is at best another version.
"""

from __future__ import annotations

from beatport_match.parsing.parsed_track import ParsedTrack
from beatport_match.parsing.typos import typo_count, unmatched_words
from beatport_match.parsing.versions import Version
from beatport_match.scoring.findings import Finding
from beatport_match.scoring.title_comparison import have_same_words

VERSION_POINTS = 20.0
# Libraries often do not name these kinds. An equal length then confirms the kind.
OFTEN_UNSTATED_KINDS = frozenset({"club", "album", "vocal", "remaster"})
MIN_TRUNCATED_LENGTH = 3
MAX_SAME_LENGTH_GAP_S = 3.0


def compare_versions(local: ParsedTrack, other: ParsedTrack, gap_s: float | None) -> Finding:
    """Compare kind, length class, part, year and remixers.

    `gap_s` is the difference of the lengths in seconds, `None` if it is unknown.
    """
    mine, theirs = local.version, other.version
    same_length = gap_s is not None and gap_s <= MAX_SAME_LENGTH_GAP_S
    if mine.part != theirs.part:
        return _clash("part", f"part {mine.part or 'none'} against part {theirs.part or 'none'}")
    # "Remastered" and "2019 Remaster" are the same. A remix with a year differs from a remix with
    # another year, and from a remix without a year.
    differing_years = mine.year != theirs.year and (mine.kinds | theirs.kinds) - {"remaster"}
    if differing_years and ((mine.year and theirs.year) or not same_length):
        return _clash("year", f"year {mine.year or 'none'} against year {theirs.year or 'none'}")
    if have_same_words(local, other) or (mine.is_stated and mine.compact == theirs.compact):
        return _same_version(mine, theirs)
    if is_truncated_version(local, other):
        return Finding("cut", VERSION_POINTS - 2.0, "the same version, cut short")
    if not mine.is_stated:
        return _unstated(theirs, same_length=same_length)
    names = _compare_names(local, other)
    if names is None:
        return _clash("names", "another remixer or mix")
    code, points = names
    differing_kinds = mine.kinds ^ theirs.kinds
    if differing_kinds == frozenset({"remix"}) and mine.words and theirs.words:
        code, points = "mix_for_remix", points - 2.5  # "X Mix" for "X Remix"
    elif differing_kinds == frozenset({"album"}) and not mine.words:
        code, points = "album", points - 2.0
    elif differing_kinds:
        return _clash("kind", "another kind of version")
    if mine.length != theirs.length:
        if mine.length and theirs.length:
            return _clash("length", "long against short")
        if mine.plain or theirs.plain or not same_length:
            return _clash("length", "another length of version")
        code, points = "length_vouched", points - 2.0
    return Finding(code, points, "same version") if code != "same" else _same_version(mine, theirs)


def is_truncated_version(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Tell whether a bracket without its end is the beginning of the other side's version."""
    beginning = local.truncated_bracket.replace(" ", "")
    return len(beginning) >= MIN_TRUNCATED_LENGTH and other.version.compact.startswith(beginning)


def _unstated(theirs: Version, *, same_length: bool) -> Finding:
    """Compare a library that names no version: it means the plain one, or one of equal length."""
    if theirs.plain:
        return Finding("plain", VERSION_POINTS - 0.5, "the plain version")
    if not theirs.words and theirs.kinds <= OFTEN_UNSTATED_KINDS and same_length:
        return Finding("unsaid_vouched", VERSION_POINTS - 3.0, "version not named, same length")
    return _clash("unsaid", "a version the library does not name")


def _same_version(mine: Version, theirs: Version) -> Finding:
    """Make the finding for versions whose distinctive words agree.

    A difference in the noun counts, because labels sell a "Night Mix" beside a "Night".
    """
    nouns = {mine.version_noun, theirs.version_noun}
    if mine.is_stated and len(nouns) == 2 and ("" not in nouns or mine.words):
        return Finding("noun", VERSION_POINTS - 2.5, "same version, worded differently")
    # A mix with a name is stronger evidence than "Original Mix".
    return Finding("named" if theirs.words else "same", VERSION_POINTS, "same version")


def _clash(code: str, note: str) -> Finding:
    """Make a finding that contradicts the version."""
    return Finding(code, -45.0, note, "version")


def _compare_names(local: ParsedTrack, other: ParsedTrack) -> tuple[str, float] | None:
    """Compare the names in two versions: the case and its points, or `None` if they differ."""
    mine, theirs = local.version.words, other.version.words
    artists = local.artist_words | other.artist_words
    left, right, typos = unmatched_words(mine, theirs, names=True)
    if mine and "".join(mine) == "".join(theirs):
        return "same", VERSION_POINTS
    if not left and not right:
        return ("names_typo" if typos else "same"), VERSION_POINTS - typos
    left = [word for word in left if word not in other.remixer_words]
    right = [word for word in right if word not in local.remixer_words]
    if typo_count("".join(left), "".join(right)) or typo_count("".join(mine), "".join(theirs)):
        return "names_slip", VERSION_POINTS - 1.0
    no_remix = "remix" not in local.version.kinds | other.version.kinds
    if no_remix and not (left and right):
        # An artist's own version may or may not repeat the artist's name.
        left = [word for word in left if word not in artists]
        right = [word for word in right if word not in artists]
    if not left and not right:
        return "own_name", VERSION_POINTS - 1.5
    agreeing = len(mine) - len(left)
    if not left and agreeing and all(word in other.remixer_words for word in right):
        return "one_remixer", VERSION_POINTS - 1.0
    return None
