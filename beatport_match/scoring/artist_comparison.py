"""Compare artists: the credits of the local track and of the candidate, as sets of names.

The order of the names and the words that join them do not matter. Names that differ by a typo count
as one name. Remixers are ignored among the artists, because tags mix artists and remixers. If no
name agrees, the finding contradicts the recording; a name that may be the same (a typo, a part of
it, only the remixer) gives fewer points instead.
"""

from __future__ import annotations

from itertools import chain, permutations, product

from rapidfuzz.fuzz import ratio

from beatport_match.parsing.normalize import words_of_text
from beatport_match.parsing.parsed_track import Name, ParsedTrack
from beatport_match.parsing.scripts import are_in_two_scripts, transliterate
from beatport_match.parsing.typos import (
    digits_of,
    have_other_initials,
    is_evident_in_name,
    is_typo,
    typo_count,
    with_letters,
)
from beatport_match.parsing.versions import names_version
from beatport_match.scoring import cases
from beatport_match.scoring.cases import Finding

# At or above this similarity (0-100), two names are one name with typos. Below it, two different
# artists share some letters.
MIN_NAME_RATIO = 85.0
# Transliterations of one name differ in some letters ("Vetrova", "Wetrowa").
MIN_TRANSLITERATED_RATIO = 70.0
MIN_TYPO_NAME_LENGTH = 5
MIN_RATIO_NAME_LENGTH = 8
MIN_NAME_PART_LENGTH = 4
MAX_JOINING_LENGTH = 4
MAX_JOINED_NAMES = 3


def compare_artists(local: ParsedTrack, other: ParsedTrack) -> Finding:
    """Compare the credits as sets of names."""
    if not local.artists or not other.artists:
        return cases.ARTISTS_UNKNOWN.found()
    local_words, other_words = local.artist_words, other.artist_words
    if local_words == other_words or local.artist_letters == other.artist_letters:
        return cases.ARTISTS_SAME.found()
    # If the library names the guests as well, its artist may be left out elsewhere.
    if other.guests and not local.guests and set(other.guests).issuperset(local.artists):
        return cases.ARTISTS_GUEST.found()
    if _are_joined(local.artists, other.artists):
        return cases.ARTISTS_SAME.found()
    missing: list[Name] = []
    extra: list[Name] = []
    if not local_words <= other_words:
        missing = [name for name in local.artists if not other_words.issuperset(name)]
    if not other_words <= local_words:
        extra = [name for name in other.artists if not local_words.issuperset(name)]
    local_agrees, other_agrees = len(missing) < len(local.artists), len(extra) < len(other.artists)
    paired = typos = doubtful = initials = 0
    if missing and extra:
        if 1 in map(len, local_words ^ other_words):
            initials = _remove_initials(missing, extra)
        paired, typos, doubtful = _remove_same_names(missing, extra)
        paired += initials
    remixer_words = other.remixer_words
    if local.remixer_words or other.version.words or local.version.words:
        remixer_words = remixer_words.union(
            local.remixer_words, other.version.words, local.version.words
        )
    if remixer_words:
        missing = [name for name in missing if not remixer_words.issuperset(name)]
        extra = [name for name in extra if not remixer_words.issuperset(name)]
    if not paired and not (local_agrees and other_agrees):
        if not have_other_initials(local_words, other_words) and typo_count(
            "".join(sorted(local_words)), "".join(sorted(other_words))
        ):
            return cases.ARTISTS_SLIP.found()
        both = (local.artists, other.artists)
        # A part of a name is one or more of its words.
        if not local_words.isdisjoint(other_words) and (
            _is_part_of_name(*both) or _is_part_of_name(*reversed(both))
        ):
            return cases.ARTISTS_PART.found()
        if remixer_words and any(all(map(remixer_words.issuperset, names)) for names in both):
            return cases.ARTISTS_REMIXER.found()
        is_ascii = local.artist_letters.isascii() and other.artist_letters.isascii()
        if not is_ascii and _may_be_transliterated(
            *(" ".join(map(" ".join, names)) for names in both)
        ):
            return cases.ARTISTS_SCRIPT.found()
        if local.album and local_words <= set(local.album.split()):
            return cases.ARTISTS_COMPILER.found()
        return cases.ARTISTS_OTHER.found()
    if missing and any(_may_name_version(name, other) for name in missing):
        case = cases.ARTISTS_VERSION
    elif initials and paired == initials and not (local_agrees and other_agrees):
        case = cases.ARTISTS_INITIAL
    elif doubtful and paired == doubtful and not (local_agrees and other_agrees):
        case = cases.ARTISTS_NAME_TYPO
    elif missing and not extra and _are_uncredited_guests(missing, local, other):
        case = cases.ARTISTS_GUEST_MISSING
    elif missing:
        case = cases.ARTISTS_EXCHANGED if extra else cases.ARTISTS_MISSING
    elif extra:
        # The first credit may be an alias as well: "Kolva pres. Brenn".
        first = words_of_text(other.artists_shown.partition(", ")[0])
        is_led = local_words.isdisjoint(first) and other.artists[0] in extra
        case = cases.ARTISTS_LED if is_led else cases.ARTISTS_EXTRA
    else:
        case = cases.ARTISTS_TYPO if typos else cases.ARTISTS_SAME
    less = 1.0 * typos + 0.5 * len(extra) + 2.0 * len(missing)
    return case.found(less=min(less, case.points / 2))


def _may_be_transliterated(mine: str, theirs: str) -> bool:
    """Return whether names in two scripts have a similar sound."""
    if not are_in_two_scripts(mine, theirs):
        return False
    return ratio(transliterate(mine), transliterate(theirs)) >= MIN_TRANSLITERATED_RATIO


def _may_name_version(name: Name, other: ParsedTrack) -> bool:
    """Return whether a name may contain a version: "Ana Sol Karaoke" for "Ana Sol"."""
    return names_version(" ".join(name)) or any(
        name[: len(credited)] == credited for credited in other.artists
    )


def _are_uncredited_guests(missing: list[Name], local: ParsedTrack, other: ParsedTrack) -> bool:
    """Return whether all missing artists are guests, and not typos of an artist on Beatport."""
    credited = ["".join(name) for name in other.artists]
    return set(missing) <= set(local.guests) and not any(
        is_typo("".join(name), one) for name in missing for one in credited
    )


def _remove_same_names(missing: list[Name], extra: list[Name]) -> tuple[int, int, int]:
    """Remove from both lists the names that differ only by a typo or spacing.

    Returns the number of pairs, of those with a typo, and of those that may be two names.
    """
    paired = typos = doubtful = 0
    for name, other in product(tuple(missing), tuple(extra)):
        if name in missing and other in extra and _is_same_name("".join(name), "".join(other)):
            missing.remove(name)
            extra.remove(other)
            paired += 1
            typos += "".join(name) != "".join(other)
            doubtful += not is_evident_in_name(name, other)
    return paired, typos, doubtful


def _are_joined(names: tuple[Name, ...], others: tuple[Name, ...]) -> bool:
    """Return whether one name consists of all the others, with a short word between each two.

    The words join names in some language: "Ana Sol con Brenn", "Ana Sol mit Brenn".
    """
    if len(names) != 1 or not 2 <= len(others) <= MAX_JOINED_NAMES:
        return False
    known = set(chain(*others))
    joining = [word for word in names[0] if word not in known]
    if len(joining) != len(others) - 1 or max(map(len, joining)) > MAX_JOINING_LENGTH:
        return False
    rest = tuple(word for word in names[0] if word in known)
    return any(rest == tuple(chain(*order)) for order in permutations(others))


def _remove_initials(missing: list[Name], extra: list[Name]) -> int:
    """Remove the pairs of names that differ by an initial; return the number of pairs."""
    count = 0
    for name, other in product(tuple(missing), tuple(extra)):
        if name in missing and other in extra and _has_initial(name, other):
            missing.remove(name)
            extra.remove(other)
            count += 1
    return count


def _has_initial(name: Name, other: Name) -> bool:
    """Return whether two names agree in a word, and one has the initials of the other words."""
    differing = [pair for pair in zip(name, other, strict=False) if pair[0] != pair[1]]
    return len(name) == len(other) > len(differing) > 0 and all(
        min(map(len, pair)) == 1 and pair[0][0] == pair[1][0] for pair in differing
    )


def _is_same_name(name: str, other: str) -> bool:
    """Return whether two names without spaces are equal, or differ only by typos."""
    shortest = min(len(name), len(other))
    if with_letters(name) == with_letters(other) or (
        shortest >= MIN_TYPO_NAME_LENGTH and is_typo(name, other)
    ):
        return True
    return (
        shortest >= MIN_RATIO_NAME_LENGTH
        and ratio(name, other, score_cutoff=MIN_NAME_RATIO) >= MIN_NAME_RATIO
        and digits_of(name) == digits_of(other)
    )


def _is_part_of_name(short: tuple[Name, ...], long: tuple[Name, ...]) -> bool:
    """Return whether a name in `short` is the beginning or the end of a name in `long`."""
    return any(
        len("".join(name)) >= MIN_NAME_PART_LENGTH
        and len(name) < len(other)
        and name in (other[: len(name)], other[-len(name) :])
        for name in short
        for other in long
    )
