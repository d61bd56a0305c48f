"""Both sides read the same way: a track or a candidate, taken apart and folded, ready to compare.

Reading decides what a field means (who is an artist, which words are the version); weighing what
it is worth comes later. The sides differ only in their witnesses: a DJ's library may hide the
artist in the title, Beatport names mix, artists and remixers in fields of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from beatport_match.keys import Key, parse_key
from beatport_match.text import fold, tokens
from beatport_match.titles import ParsedTitle, parse_title, split_names
from beatport_match.tracks import Candidate, Names, Track
from beatport_match.versions import UNSAID, Version, read_version
from beatport_match.vocabulary import JOINTS

Name = tuple[str, ...]

# Beatport tells namesakes apart by country: "Samm (BE)", "Alex Lynch (U.K.)".
_COUNTRY = re.compile(r"\s*\((?:[A-Z]{2,3}|U\.K\.|U\.S\.)\)")
_SILENT_IN_NAMES = JOINTS | {"dj", "the", "mc"}
_DASH = re.compile(r"\s+-\s+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One side, ready to compare.

    `base` is the folded title and `shown` the same as written. `artists` are names as folded
    words, featured ones included; `makers` the words of the remixers' names from their own field.
    """

    base: str
    shown: str
    version: Version
    artists: tuple[Name, ...]
    artists_shown: str
    makers: frozenset[str]
    key: Key | None
    isrc: str

    @property
    def artist_words(self) -> frozenset[str]:
        """Every word of every artist's name."""
        return frozenset(word for name in self.artists for word in name)


@lru_cache(maxsize=1024)
def read_track(track: Track) -> Reading:
    """Read the DJ's side: the title may hold the artist, the remixer, or a file's whole name."""
    parsed = parse_title(track.title)
    credit = _credit(track.artists)
    base, found = _without_artist(parsed.base, credit)
    inner = parse_title(base)
    names = credit or found
    makers = _words(_credit(track.remixers))
    return Reading(
        base=fold(inner.base),
        shown=inner.base,
        version=_local_version(inner.version | parsed.version, track.remixer_text, makers),
        artists=_names((*names, *parsed.featured, *inner.featured)),
        artists_shown=track.artist_text or ", ".join(found),
        makers=makers,
        key=parse_key(track.key),
        isrc=clean_isrc(track.isrc),
    )


def read_candidate(candidate: Candidate) -> Reading:
    """Read Beatport's side: its own fields are the better witness, but its names hold mixes too."""
    parsed = _read_name(candidate.name)
    mix = _read_mix(candidate.mix_name) if candidate.mix_name else UNSAID
    return Reading(
        base=fold(parsed.base),
        shown=parsed.base,
        # "Original Mix" is also what stands there when nobody filled the field in.
        version=parsed.version if mix.plain and not parsed.version.plain else mix | parsed.version,
        artists=_names((*candidate.artists, *parsed.featured)),
        artists_shown=", ".join(candidate.artists),
        makers=_words(candidate.remixers),
        key=parse_key(candidate.key) or parse_key(candidate.camelot),
        isrc=clean_isrc(candidate.isrc),
    )


def clean_isrc(isrc: str | None) -> str:
    """The code alone: tags write it with hyphens, blanks and in lower case."""
    return "".join(char for char in isrc or "" if char.isalnum()).upper()


@lru_cache(maxsize=16384)
def _read_name(name: str) -> ParsedTitle:
    return parse_title(_COUNTRY.sub("", name) or name)


@lru_cache(maxsize=4096)
def _read_mix(mix_name: str) -> Version:
    return read_version(_COUNTRY.sub("", mix_name) or mix_name)


def _without_artist(base: str, credit: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The title without `Artist - `, and the artists that were found there."""
    first, dash, rest = _split_once(base)
    if not dash:
        return base, ()
    if not credit:
        return rest, split_names(_COUNTRY.sub("", first))
    known, said = _words(credit), set(tokens(first))
    named_there = any(set(tokens(name)) <= said for name in credit)
    return (rest, ()) if said <= known or named_there else (base, ())


def _split_once(text: str) -> tuple[str, str, str]:
    parts = _DASH.split(text, maxsplit=1)
    return (parts[0], "-", parts[1]) if len(parts) == 2 and all(parts) else (text, "", "")


def _local_version(version: Version, remixers: str, makers: frozenset[str]) -> Version:
    """The version, with the library's remixer field where the title leaves the name out."""
    if not makers or version.words or (version.said and version.plain):
        return version
    if not version.said:
        return read_version(f"{remixers} Remix")
    return replace(version, words=tuple(tokens(remixers)))


def _credit(names: Names) -> tuple[str, ...]:
    if isinstance(names, str):
        return split_names(_COUNTRY.sub("", names))
    return tuple(part for name in names for part in split_names(_COUNTRY.sub("", name)))


def _names(names: Iterable[str]) -> tuple[Name, ...]:
    folded = (_name(_COUNTRY.sub("", name) or name) for name in names)
    return tuple(dict.fromkeys(name for name in folded if name))


def _words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(word for name in _names(names) for word in name)


@lru_cache(maxsize=16384)
def _name(name: str) -> Name:
    """A name's telling words: `DJ`, `The` and `and` only count where nothing else is left."""
    words = tokens(name)
    return tuple(word for word in words if word not in _SILENT_IN_NAMES) or words
