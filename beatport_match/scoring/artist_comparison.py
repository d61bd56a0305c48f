"""Comparing artists: the credits of both sides as sets of names."""

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
# Alike enough to be one name mistyped; below, two people share some letters.
MIN_NAME_RATIO = 85.0
MIN_TYPO_NAME_LENGTH = 5
MIN_RATIO_NAME_LENGTH = 8
MIN_NAME_PART_LENGTH = 4


def compare_artists(local: ParsedTrack, other: ParsedTrack) -> Finding:
    """Compare the credits as sets of names, whatever their order and joints."""
    if not local.artists or not other.artists:
        return Finding("unknown", ARTIST_POINTS * 0.6, "no artist to compare")
    mine, theirs = local.artist_words, other.artist_words
    if mine == theirs:
        return _artist_finding(ARTIST_POINTS, 0, [], [])
    missing = [name for name in local.artists if not theirs.issuperset(name)]
    extra = [name for name in other.artists if not mine.issuperset(name)]
    here, there = len(missing) < len(local.artists), len(extra) < len(other.artists)
    typos = _remove_typo_pairs(missing, extra) if missing and extra else 0
    makers = other.remixer_words.union(
        local.remixer_words, other.version.words, local.version.words
    )
    if makers:
        missing = [name for name in missing if not makers.issuperset(name)]
        extra = [name for name in extra if not makers.issuperset(name)]
    if not typos and not (here and there):
        if typo_count("".join(sorted(mine)), "".join(sorted(theirs))):
            return Finding("slip", ARTIST_POINTS - 1.5, "artist a letter apart")
        if _is_part_of_name(local.artists, other.artists) or _is_part_of_name(
            other.artists, local.artists
        ):
            return Finding("part", ARTIST_POINTS * 0.5, "part of the artist's name")
        names = (local.artists, other.artists)
        if makers and any(all(map(makers.issuperset, some)) for some in names):
            return Finding("remixer", ARTIST_POINTS * 0.4, "one side names only the remixer")
        return Finding("other", -ARTIST_POINTS, "another artist", "recording")
    points = ARTIST_POINTS - 1.0 * typos - 0.5 * len(extra) - 2.0 * len(missing)
    return _artist_finding(max(points, ARTIST_POINTS / 2), typos, missing, extra)


def _remove_typo_pairs(missing: list[Name], extra: list[Name]) -> int:
    """Take names off both lists that are one name, mistyped or spaced otherwise; how many."""
    found = 0
    for name in list(missing):
        twin = next(
            (other for other in extra if _is_same_name("".join(name), "".join(other))), None
        )
        if twin is not None:
            missing.remove(name)
            extra.remove(twin)
            found += 1
    return found


def _is_same_name(mine: str, theirs: str) -> bool:
    shortest = min(len(mine), len(theirs))
    if mine == theirs or (shortest >= MIN_TYPO_NAME_LENGTH and is_typo(mine, theirs)):
        return True
    return (
        shortest >= MIN_RATIO_NAME_LENGTH
        and ratio(mine, theirs, score_cutoff=MIN_NAME_RATIO) >= MIN_NAME_RATIO
        and digits_of(mine) == digits_of(theirs)
    )


def _is_part_of_name(short: tuple[Name, ...], long: tuple[Name, ...]) -> bool:
    """Whether a name of one side is the beginning or end of a name of the other."""
    return any(
        len("".join(name)) >= MIN_NAME_PART_LENGTH
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
