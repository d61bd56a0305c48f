"""A local title that nothing divides, read by what a candidate is called.

"Artist Title X Remix", "Label-Title-Mix": no dash or bracket says which words are whose, but a
candidate does. Every word must find its place, or the candidate is not what is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from beatport_match import noise
from beatport_match.interpretations import local_version
from beatport_match.keys import parse_key
from beatport_match.readings import (
    Name,
    Reading,
    beatport_number,
    clean_isrc,
    credit,
    fold_names,
    words_of,
)
from beatport_match.text import tokens
from beatport_match.tracks import Candidate, Track
from beatport_match.versions import UNSAID, names_version, read_version
from beatport_match.vocabulary import JOINTS


def read_by(track: Track, candidate: Candidate, other: Reading) -> Reading | None:
    """Read the title by the candidate's; `None` where a word is left that is nobody's.

    A word may belong to the candidate's title, its artists, its label, its catalogue number, or to
    a phrase that names a version. Somebody has to be named, in the title or beside it.
    """
    words, known_words = _words(track.title)
    base = tuple(other.base.split())
    if not known_words.issuperset(base):
        return None
    known = fold_names(credit(track.artists))
    said = tuple(name for name in other.artists if _place(name, words) is not None)
    if not known and not said:
        return None
    papers = tuple(tokens(text) for text in (candidate.label, candidate.catalog_number) if text)
    names = (*other.artists, *known)
    phrase = next(
        (
            phrase
            for before, behind in _around(base, words)
            if not _without(before, (*names, *papers))
            and (phrase := _version_in(behind, names, papers)) is not None
        ),
        None,
    )
    if phrase is None:
        return None
    makers = words_of(credit(track.remixers))
    version = read_version(phrase) if phrase else UNSAID
    return Reading(
        base=other.base,
        shown=track.title,
        version=local_version(version, track.remixer_text, makers),
        artists=tuple(dict.fromkeys((*known, *said))),
        artists_shown=track.artist_text or track.title,
        makers=makers,
        key=parse_key(track.key),
        isrc=clean_isrc(track.isrc),
        number=beatport_number(track),
        found=True,
    )


@lru_cache(maxsize=256)
def _words(title: str) -> tuple[Name, frozenset[str]]:
    """The words of a title without what stands before and behind it; asked for each candidate."""
    title, _ = noise.peeled(title)
    words = tokens(title)
    return words, frozenset(words)


def _version_in(words: Name, names: Iterable[Name], papers: Iterable[Name]) -> str | None:
    """The phrase that names the version, perhaps empty; `None` where the words are no such."""
    whole = _without(words, papers)
    rest = _without(whole, names)
    # The artist stands before the version, or is who made it.
    for phrase in (" ".join(rest), " ".join(whole)):
        if not phrase or noise.is_noise(phrase):
            return ""
        if names_version(phrase) and (rest == whole or read_version(phrase).words):
            return phrase
    return " ".join(rest) if names_version(" ".join(rest)) else None


def _around(run: Name, words: Name) -> Iterator[tuple[Name, Name]]:
    """What stands before and behind a run of words, wherever it occurs."""
    for at in range(len(words) - len(run) + 1):
        if words[at : at + len(run)] == run:
            yield words[:at], words[at + len(run) :]


def _without(words: Name, runs: Iterable[Name]) -> Name:
    """The words without these runs, and without what joined them to others."""
    for run in runs:
        if run and (at := _place(run, words)) is not None:
            words = words[:at] + words[at + len(run) :]
    while words and words[0] in JOINTS:
        words = words[1:]
    while words and words[-1] in JOINTS:
        words = words[:-1]
    return words


def _place(run: Name, words: Name) -> int | None:
    """Where a run of words begins."""
    return next((len(before) for before, _ in _around(run, words)), None)
