"""The ways a local title can be meant, likeliest first.

A library may hold artist, title, label and catalogue number in one field, in any order, and only a
candidate can tell which is which: so a title is read in several ways, and judgement takes the one
that fits the candidate best. What a reading had to leave out stands in its `unexplained`, and counts
against it unless the candidate knows it (its label, its catalogue number).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing import noise
from beatport_match.parsing.normalize import fold, normalize_spacing, words_of_text
from beatport_match.parsing.parsed_track import (
    Name,
    ParsedTrack,
    beatport_id_of,
    clean_isrc,
    credited_names,
    fold_names,
    words_of_names,
)
from beatport_match.parsing.titles import DASH, ParsedTitle, parse_title, split_names
from beatport_match.parsing.versions import UNSTATED, Version, names_version, parse_version
from beatport_match.parsing.vocabulary import NAME_CONNECTIVES

# More segments than this is a sentence, not "Artist - Title - Label - Number".
MAX_SEGMENTS = 5
_BAR = re.compile(r"\s+[|•:]\s+")
_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_QUOTED = re.compile(r"""(?<!\w)(?:'([^']{2,})'|"([^"]{2,})")(?!\w)""")
# "TECHNO: Artist - Title", "LABEL007: Artist - Title": what a channel writes in front.
_PREFIX = re.compile(r"[\w&' ]{2,20}:\s*")
# "14 Artist - Title": a file's number, or part of the artist's name.
_NUMBER = re.compile(r"\d{1,3}\s+(?=[^\W\d])")
_LABEL_WORDS = frozenset("records recordings recs music audio digital label".split())
# "(Chapter 2)" is the title's.
_COUNTING = frozenset("act chapter day episode movement no part phase pt scene side vol".split())
_CHANNEL_WORDS = frozenset("premiere premier exclusive".split())
_BARE_DASH = re.compile(r"(?<=\w)-(?=\w)")


@dataclass(frozen=True, slots=True)
class _Split:
    """One way to divide a title: who, what, and what is left over.

    What is left over is mostly a `label` in square brackets or behind the last dash; elsewhere it
    is `unexplained` and more likely to belong to the title.
    """

    artists: tuple[str, ...]
    title: str
    unexplained: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    version: str = ""
    truncated_bracket: str = ""


@lru_cache(maxsize=256)
def interpret(track: Track) -> tuple[ParsedTrack, ...]:
    """Read the DJ's side in every way that makes sense; the first is the likeliest."""
    parsed = parse_title(track.title)
    known = credited_names(track.artists)
    readings = [_parsed_split(track, parsed, way) for way in _splits(parsed, known)]
    if not known and (way := _version_as_title(track.title)):
        readings.append(_parsed_split(track, ParsedTitle(way.title), way))
    return tuple(dict.fromkeys(readings))


def _parsed_split(track: Track, parsed: ParsedTitle, way: _Split) -> ParsedTrack:
    inner = parse_title(way.title)
    makers = words_of_names(credited_names(track.remixers))
    version = inner.version | parsed.version
    if way.version:
        version = parse_version(way.version) | version
    return ParsedTrack(
        base=fold(inner.base),
        shown=inner.base,
        version=local_version(version, track.remixer_text, makers),
        artists=fold_names((*way.artists, *parsed.featured, *inner.featured)),
        artists_shown=track.artist_text or ", ".join(way.artists),
        remixer_words=makers,
        key=parse_key(track.key),
        isrc=clean_isrc(track.isrc),
        beatport_id=beatport_id_of(track),
        unexplained=tuple(fold(phrase) for phrase in way.unexplained),
        label=tuple(fold(phrase) for phrase in way.label),
        truncated_bracket=fold(way.truncated_bracket),
        noise=frozenset(map(fold, (*parsed.noise, *inner.noise))),
    )


def _splits(parsed: ParsedTitle, known: tuple[str, ...]) -> Iterator[_Split]:
    square = parsed.aside
    for way in _split_segments(parsed.base, known):
        yield replace(way, label=(*way.label, *square))
        if square:
            yield replace(way, version=" ".join(square))
            yield replace(way, title=" ".join((way.title, *(f"({part})" for part in square))))
        bracket = _BRACKET.search(way.title)
        rest = _BRACKET.sub("", way.title, count=1).strip()
        if bracket and rest:
            # A bracket nobody marked: the remixer's bare name, or a label's business.
            label = (*way.label, *square)
            for version in (bracket[1], f"{bracket[1]} Remix"):
                yield replace(way, title=rest, version=version, label=label)
            if normalize_spacing(bracket[1]) == parsed.cut:
                yield replace(way, title=rest, truncated_bracket=parsed.cut, label=label)
            elif _looks_like_label(bracket[1]):
                yield replace(way, title=rest, label=(*label, bracket[1]))
            else:
                yield replace(
                    way, title=rest, unexplained=(*way.unexplained, bracket[1]), label=label
                )


def _split_segments(base: str, known: tuple[str, ...]) -> Iterator[_Split]:
    segments = _segments(base)
    yield from _with_artists(segments, known) if known else _without_artists(base, segments)


def _segments(base: str) -> list[str]:
    parts = _BAR.sub(" - ", base).split(" - ") if _BAR.search(base) else DASH.split(base)
    return [part.strip() for part in parts if part.strip()][:MAX_SEGMENTS]


def _looks_like_label(phrase: str) -> bool:
    """Whether a phrase in brackets is a label's or a catalogue's rather than the title's."""
    words = words_of_text(phrase)
    if not words or words[0] in _COUNTING:
        return False
    return any(char.isdigit() for char in phrase) or not _LABEL_WORDS.isdisjoint(words)


def _with_artists(segments: list[str], known: tuple[str, ...]) -> Iterator[_Split]:
    """The artists are known: a segment that names them is not part of the title."""
    rest = [part for part in segments if not _names_an_artist(part, known)] or segments
    whole = " - ".join(rest)
    yield _Split(known, whole)
    if len(rest) < len(segments):
        yield _Split(known, " - ".join(segments))
    if len(rest) > 1:
        yield _Split(known, rest[0], label=tuple(rest[1:]))
        yield _Split(known, rest[-1], tuple(rest[:-1]))


def _without_artists(base: str, segments: list[str]) -> Iterator[_Split]:
    """Nobody is named: the segments say who and what, usually in this order."""
    if (prefix := _PREFIX.match(base)) and base[prefix.end() :]:
        for way in _without_artists("", _segments(base[prefix.end() :])):
            yield replace(way, label=(*way.label, prefix.group().strip(" :")))
    if (number := _NUMBER.match(base)) and len(segments) > 1:
        yield from _without_artists("", _segments(base[number.end() :]))
    if len(segments) == 1:
        if quoted := _QUOTED.search(base):
            title = quoted[1] or quoted[2]
            yield _Split(split_names(base[: quoted.start()]), title)
        elif len(parts := _BARE_DASH.split(base)) == 2:
            yield _Split(split_names(parts[0]), parts[1])
        yield _Split((), base)
        return
    first, second, *rest = segments
    yield _Split(split_names(first), " - ".join([second, *rest]))
    if rest:
        yield _Split(split_names(first), second, label=tuple(rest))
        yield _after_prefix(first, _Split(split_names(second), rest[0], label=tuple(rest[1:])))
    yield _Split(split_names(second), first, label=tuple(rest))
    yield _Split((), base)


def _after_prefix(mark: str, way: _Split) -> _Split:
    """The way, with what stood before it: a catalogue number, a channel's mark, or who knows."""
    if _looks_like_label(mark) or not _CHANNEL_WORDS.isdisjoint(words_of_text(mark)):
        return replace(way, label=(mark, *way.label))
    return replace(way, unexplained=(mark,))


def _version_as_title(text: str) -> _Split | None:
    """`Artist - Intro`: what looks like a version or like noise is all the title there is."""
    segments = DASH.split(normalize_spacing(text))
    if len(segments) != 2 or parse_title(text).base.strip() != segments[0].strip():
        return None
    return _Split(split_names(segments[0]), segments[1])


def _names_an_artist(segment: str, known: tuple[str, ...]) -> bool:
    said = set(words_of_text(segment))
    return said <= words_of_names(known) or any(
        set(words_of_text(name)) <= said for name in known if words_of_text(name)
    )


def local_version(version: Version, remixers: str, makers: frozenset[str]) -> Version:
    """The version, with the library's remixer field where the title leaves the name out."""
    if not makers or version.words or (version.is_stated and version.plain):
        return version
    if not version.is_stated:
        return parse_version(f"{remixers} Remix")
    return replace(version, words=tuple(words_of_text(remixers)), text=f"{remixers} {version.text}")


# MERGED A local title that nothing divides, read by what a candidate is called.
def interpret_using_candidate(
    track: Track, candidate: Candidate, other: ParsedTrack
) -> ParsedTrack | None:
    """Read the title by the candidate's; `None` where a word is left that is nobody's.

    A word may belong to the candidate's title, its artists, its label, its catalogue number, or to
    a phrase that names a version. Somebody has to be named, in the title or beside it.
    """
    words, known_words = _words(track.title)
    base = tuple(other.base.split())
    if not known_words.issuperset(base):
        return None
    known = fold_names(credited_names(track.artists))
    said = tuple(name for name in other.artists if _position(name, words) is not None)
    if not known and not said:
        return None
    papers = tuple(
        words_of_text(text) for text in (candidate.label, candidate.catalog_number) if text
    )
    names = (*other.artists, *known)
    phrase = next(
        (
            phrase
            for before, behind in _surroundings(base, words)
            if not _without(before, (*names, *papers))
            and (phrase := _version_phrase(behind, names, papers)) is not None
        ),
        None,
    )
    if phrase is None:
        return None
    makers = words_of_names(credited_names(track.remixers))
    version = parse_version(phrase) if phrase else UNSTATED
    return ParsedTrack(
        base=other.base,
        shown=track.title,
        version=local_version(version, track.remixer_text, makers),
        artists=tuple(dict.fromkeys((*known, *said))),
        artists_shown=track.artist_text or track.title,
        remixer_words=makers,
        key=parse_key(track.key),
        isrc=clean_isrc(track.isrc),
        beatport_id=beatport_id_of(track),
        located_by_candidate=True,
    )


@lru_cache(maxsize=256)
def _words(title: str) -> tuple[Name, frozenset[str]]:
    """The words of a title without what stands before and behind it; asked for each candidate."""
    title, _ = noise.strip_noise(title)
    words = words_of_text(title)
    return words, frozenset(words)


def _version_phrase(words: Name, names: Iterable[Name], papers: Iterable[Name]) -> str | None:
    """The phrase that names the version, perhaps empty; `None` where the words are no such."""
    whole = _without(words, papers)
    rest = _without(whole, names)
    # The artist stands before the version, or is who made it.
    for phrase in (" ".join(rest), " ".join(whole)):
        if not phrase or noise.is_noise(phrase):
            return ""
        if names_version(phrase) and (rest == whole or parse_version(phrase).words):
            return phrase
    return " ".join(rest) if names_version(" ".join(rest)) else None


def _surroundings(run: Name, words: Name) -> Iterator[tuple[Name, Name]]:
    """What stands before and behind a run of words, wherever it occurs."""
    for at in range(len(words) - len(run) + 1):
        if words[at : at + len(run)] == run:
            yield words[:at], words[at + len(run) :]


def _without(words: Name, runs: Iterable[Name]) -> Name:
    """The words without these runs, and without what joined them to others."""
    for run in runs:
        if run and (at := _position(run, words)) is not None:
            words = words[:at] + words[at + len(run) :]
    while words and words[0] in NAME_CONNECTIVES:
        words = words[1:]
    while words and words[-1] in NAME_CONNECTIVES:
        words = words[:-1]
    return words


def _position(run: Name, words: Name) -> int | None:
    """Where a run of words begins."""
    return next((len(before) for before, _ in _surroundings(run, words)), None)
