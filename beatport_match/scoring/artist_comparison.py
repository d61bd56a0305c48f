"""Compare artists: the credits of the local track and of the candidate, as sets of names.

The order of the names and the words that join them do not matter. Names that differ by a typo count
as one name. Remixers are ignored among the artists, because tags mix artists and remixers. If no
name agrees, the finding contradicts the recording; a name that may be the same (a typo, a part of
it, only the remixer) gives fewer points instead.
"""

from __future__ import annotations

from rapidfuzz.fuzz import ratio

from beatport_match.parsing.parsed_track import Name, ParsedTrack
from beatport_match.parsing.typos import (
    digits_of,
    is_typo,
    typo_count,
)
from beatport_match.scoring.findings import Finding

ARTIST_POINTS = 30.0
# From this similarity (0-100) on, two names are one name with typos. Below it, two different
# artists share some letters.
MIN_NAME_RATIO = 85.0
MIN_TYPO_NAME_LENGTH = 5
MIN_RATIO_NAME_LENGTH = 8
MIN_NAME_PART_LENGTH = 4


def compare_artists(local: ParsedTrack, other: ParsedTrack) -> Finding:
    """Compare the credits as sets of names."""
    if not local.artists or not other.artists:
        return Finding("unknown", ARTIST_POINTS * 0.6, "no artist to compare")
    local_words, other_words = local.artist_words, other.artist_words
    if local_words == other_words:
        return _artist_finding(ARTIST_POINTS, 0, [], [])
    missing = [name for name in local.artists if not other_words.issuperset(name)]
    extra = [name for name in other.artists if not local_words.issuperset(name)]
    local_agrees, other_agrees = len(missing) < len(local.artists), len(extra) < len(other.artists)
    typos = _remove_typo_pairs(missing, extra) if missing and extra else 0
    remixer_words = other.remixer_words.union(
        local.remixer_words, other.version.words, local.version.words
    )
    if remixer_words:
        missing = [name for name in missing if not remixer_words.issuperset(name)]
        extra = [name for name in extra if not remixer_words.issuperset(name)]
    if not typos and not (local_agrees and other_agrees):
        if typo_count("".join(sorted(local_words)), "".join(sorted(other_words))):
            note = "almost the same artist: a typo or another artist"
            return Finding("slip", ARTIST_POINTS - 1.5, note)
        if _is_part_of_name(local.artists, other.artists) or _is_part_of_name(
            other.artists, local.artists
        ):
            return Finding("part", ARTIST_POINTS * 0.5, "part of the artist's name")
        both = (local.artists, other.artists)
        if remixer_words and any(all(map(remixer_words.issuperset, names)) for names in both):
            return Finding("remixer", ARTIST_POINTS * 0.4, "one side names only the remixer")
        return Finding("other", -ARTIST_POINTS, "another artist", "recording")
    points = ARTIST_POINTS - 1.0 * typos - 0.5 * len(extra) - 2.0 * len(missing)
    return _artist_finding(max(points, ARTIST_POINTS / 2), typos, missing, extra)


def _remove_typo_pairs(missing: list[Name], extra: list[Name]) -> int:
    """Remove from both lists the names that differ only by a typo or spacing; count the pairs."""
    removed = 0
    for name in list(missing):
        same = next(
            (other for other in extra if _is_same_name("".join(name), "".join(other))), None
        )
        if same is not None:
            missing.remove(name)
            extra.remove(same)
            removed += 1
    return removed


def _is_same_name(name: str, other: str) -> bool:
    """Tell whether two names without spaces are equal, or differ only by typos."""
    shortest = min(len(name), len(other))
    if name == other or (shortest >= MIN_TYPO_NAME_LENGTH and is_typo(name, other)):
        return True
    return (
        shortest >= MIN_RATIO_NAME_LENGTH
        and ratio(name, other, score_cutoff=MIN_NAME_RATIO) >= MIN_NAME_RATIO
        and digits_of(name) == digits_of(other)
    )


def _is_part_of_name(short: tuple[Name, ...], long: tuple[Name, ...]) -> bool:
    """Tell whether a name in `short` is the beginning or the end of a name in `long`."""
    return any(
        len("".join(name)) >= MIN_NAME_PART_LENGTH
        and len(name) < len(other)
        and name in (other[: len(name)], other[-len(name) :])
        for name in short
        for other in long
    )


def _artist_finding(points: float, typos: int, missing: list[Name], extra: list[Name]) -> Finding:
    """Name the case for credits of which at least one name agrees."""
    if missing and extra:
        return Finding("exchanged", points, "another artist beside the same one")
    if missing:
        return Finding("missing", points, "some artists are not credited on Beatport")
    if extra:
        return Finding("extra", points, "Beatport credits more artists")
    if typos:
        return Finding("typo", points, "artist with a typo")
    return Finding("same", points, "same artists")
