"""Compare versions: kind, length class, part, year, and the names of the remixers.

This comparison separates the wrong remix from the right one. A difference contradicts the version:
even if all other facts agree, the candidate is at best another version.
"""

from __future__ import annotations

from beatport_match.parsing.parsed_track import ParsedTrack
from beatport_match.parsing.typos import (
    have_other_initials,
    initials_of,
    is_evident_in_name,
    typo_count,
    unmatched_words,
)
from beatport_match.parsing.versions import Version
from beatport_match.scoring import cases
from beatport_match.scoring.cases import Case, Finding
from beatport_match.scoring.title_comparison import have_same_words

# Libraries often do not name these kinds. An equal length then confirms the kind.
OFTEN_UNSTATED_KINDS = frozenset({"club", "album", "vocal", "remaster"})
# Numbers of inches: '12" Club Mix'.
RECORD_FORMATS = frozenset({"7", "12"})
MIN_BRACKET_LENGTH = 3
MAX_SAME_LENGTH_GAP_S = 3.0


def compare_versions(local: ParsedTrack, other: ParsedTrack, gap_s: float | None) -> Finding:
    """Compare kind, length class, part, year and remixers.

    `gap_s` is the difference of the lengths in seconds, `None` if it is unknown.
    """
    mine, theirs = local.version, other.version
    same_length = gap_s is not None and gap_s <= MAX_SAME_LENGTH_GAP_S
    if mine.part != theirs.part:
        return cases.VERSION_PART.found(mine.part or "none", theirs.part or "none")
    # "Remastered" and "2019 Remaster" are the same. A remix with a year differs from a remix with
    # another year, and from a remix without a year.
    differing_years = mine.year != theirs.year and (mine.kinds | theirs.kinds) - {"remaster"}
    if differing_years and ((mine.year and theirs.year) or not same_length):
        return cases.VERSION_YEAR.found(mine.year or "none", theirs.year or "none")
    if theirs.plain and (local.remixer_words or other.remixer_words):
        known = other.artist_words | other.remixer_words
        if mine.plain and not local.remixer_words <= known:
            return cases.VERSION_HIDDEN_REMIX.found()
        if not other.remixer_words <= other.artist_words:
            if mine.plain:
                return cases.VERSION_HIDDEN_REMIX.found()
            if frozenset(mine.words) == other.remixer_words:
                return cases.VERSION_FROM_REMIXER.found()
    if have_same_words(local, other) or (mine.is_stated and mine.compact == theirs.compact):
        is_bare = mine.plain and mine.is_stated and not (mine.part or mine.is_original)
        if is_bare and theirs.plain:
            return cases.VERSION_BARE.found()
        return _same_version(mine, theirs, gap_s)
    if is_truncated_version(local, other):
        return cases.VERSION_CUT.found()
    if not mine.is_stated:
        return _unstated(theirs, same_length=same_length)
    if same_length and _is_other_wording(mine, theirs):
        return cases.VERSION_WORDING.found()
    finding = _compare_names(local, other)
    if finding is None and mine.kinds == theirs.kinds == frozenset({"remix"}) and not mine.words:
        finding = cases.VERSION_NAMELESS.found()
    if finding is None:
        return cases.VERSION_NAMES.found()
    differing_kinds = mine.kinds ^ theirs.kinds
    if differing_kinds == frozenset({"remix"}) and mine.words and theirs.words:
        finding = _further(cases.VERSION_MIX_FOR_REMIX, finding)  # "X Mix" for "X Remix"
    elif differing_kinds == frozenset({"album"}) and not mine.words:
        finding = _further(cases.VERSION_ALBUM, finding)
    elif differing_kinds == frozenset({"club"}) and mine.words and same_length:
        # "X Mix" for "X Club Mix": X may have made a radio mix as well.
        finding = _further(cases.VERSION_LENGTH_VOUCHED, finding)
    elif differing_kinds == frozenset({"dirty"}) and "dirty" in mine.kinds:
        finding = _further(cases.VERSION_EXPLICIT, finding)
    elif differing_kinds:
        return cases.VERSION_KIND.found()
    if mine.length != theirs.length:
        if mine.length and theirs.length:
            return cases.VERSION_LENGTH.found("long against short")
        if mine.plain or theirs.plain or not same_length:
            return cases.VERSION_LENGTH.found("another length of version")
        finding = _further(cases.VERSION_LENGTH_VOUCHED, finding)
    if finding.case is cases.VERSION_SAME:
        return _same_version(mine, theirs, gap_s)
    return finding


def _is_other_wording(mine: Version, theirs: Version) -> bool:
    """Return whether two phrases without names may mean one version if the lengths are equal.

    They are "Edit" and "Radio Edit", "Club Extended" and "Extended Mix", and a remaster or a single
    version against the original.
    """
    if mine.words or theirs.words:
        return False
    if theirs.length == "short" and not theirs.kinds:
        return mine.kinds == frozenset({"edit"}) and not mine.length
    if theirs.length == "long":
        return mine.length == "long" and mine.kinds ^ theirs.kinds == frozenset({"club"})
    is_single = mine.length == "short" and not mine.kinds and "single" in mine.folded.split()
    is_remaster = mine.kinds == frozenset({"remaster"}) and not mine.length
    return theirs.plain and (is_single or is_remaster)


def is_truncated_version(local: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether a bracket without its end is the beginning of the other side's version."""
    beginning = local.truncated_bracket.replace(" ", "")
    return len(beginning) >= MIN_BRACKET_LENGTH and other.version.compact.startswith(beginning)


def _unstated(theirs: Version, *, same_length: bool) -> Finding:
    """Compare a library that names no version: it means the plain one, or one of equal length."""
    if theirs.plain:
        return cases.VERSION_PLAIN.found()
    if (
        RECORD_FORMATS.issuperset(theirs.words)
        and theirs.kinds <= OFTEN_UNSTATED_KINDS | {"edit"}
        and same_length
    ):
        return cases.VERSION_UNSAID_VOUCHED.found()
    return cases.VERSION_UNSAID.found()


def _same_version(mine: Version, theirs: Version, gap_s: float | None) -> Finding:
    """Make the finding for versions whose distinctive words agree.

    Labels sell a "Night Mix" beside a "Night", but not with equal lengths. "Original Version" and
    "Original Mix" differ only if the lengths are known to differ.
    """
    nouns = {mine.version_noun, theirs.version_noun}
    both_original = mine.is_original and theirs.is_original
    has_other_length = not both_original if gap_s is None else gap_s > 2.0
    if mine.is_stated and has_other_length and len(nouns) == 2 and ("" not in nouns or mine.words):
        return cases.VERSION_NOUN.found()
    return (cases.VERSION_NAMED if theirs.words else cases.VERSION_SAME).found()


def _further(case: Case, finding: Finding) -> Finding:
    """Make a finding of one more difference; it also keeps the lost points of the first one."""
    return case.found(less=cases.VERSION_SAME.points - finding.points)


def _compare_names(local: ParsedTrack, other: ParsedTrack) -> Finding | None:
    """Compare the names in two versions; return `None` if they differ."""
    mine, theirs = local.version.words, other.version.words
    artists = local.artist_words | other.artist_words
    left, right, typos = unmatched_words(mine, theirs, names=True)
    if mine and "".join(mine) == "".join(theirs):
        return cases.VERSION_SAME.found()
    if not left and not right:
        if not typos:
            return cases.VERSION_SAME.found()
        evident = is_evident_in_name(mine, theirs)
        case = cases.VERSION_NAMES_MISTYPED if evident else cases.VERSION_NAMES_TYPO
        return case.found(less=typos)
    left = [word for word in left if word not in other.remixer_words]
    right = [word for word in right if word not in local.remixer_words]
    if not have_other_initials(mine, theirs) and (
        typo_count("".join(left), "".join(right)) or typo_count("".join(mine), "".join(theirs))
    ):
        return cases.VERSION_NAMES_SLIP.found()
    if initials_of(left) in right or initials_of(right) in left:
        return cases.VERSION_NAMES_SLIP.found()  # "MvB Remix"
    no_remix = "remix" not in local.version.kinds | other.version.kinds
    if no_remix and not (left and right):
        # An artist's own version may or may not repeat the artist's name.
        artists |= {initials_of(name) for name in (*local.artists, *other.artists)}
        left = [word for word in left if word not in artists]
        right = [word for word in right if word not in artists]
    if not left and not right:
        is_new = other.version.plain and local.version.version_noun == "version"
        return (cases.VERSION_BARE if is_new else cases.VERSION_OWN_NAME).found()
    agreeing = len(mine) - len(left)
    if not left and agreeing and all(word in other.remixer_words for word in right):
        known = frozenset(mine) | local.remixer_words
        partial = any(
            known.intersection(name) and not known.issuperset(name) for name in other.remixers
        )
        return (cases.VERSION_NAMES_PART if partial else cases.VERSION_ONE_REMIXER).found()
    return None
