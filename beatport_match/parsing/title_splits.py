"""Title splits: the ways to divide a local title into artists, title and the rest.

`Artist - Title`, `Title - Artist`, `Label007 - Artist - Title`, `Title (Remixer)`: the parts of a
title and its separators do not show which part is which. Each `Split` is one possible answer;
`interpretations` makes a parsed track of each, and scoring uses the one that fits a candidate best.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from beatport_match.parsing import noise
from beatport_match.parsing.normalize import normalize_spacing, words_of_text
from beatport_match.parsing.parsed_track import is_placeholder_artist, words_of_names
from beatport_match.parsing.titles import DASH, ParsedTitle, parse_title, split_names
from beatport_match.parsing.versions import names_version
from beatport_match.parsing.vocabulary import LABEL_WORDS, MARKERS, OCCASION_WORDS

# With a shorter beginning of a bracket, the rest cannot be guessed.
MIN_CUT_LENGTH = 3
# Further segments are ignored: a longer title is not "Artist - Title - Label - Number".
MAX_SEGMENTS = 5
# Separators that replace a dash: "Artist | Title", "Artist • Title", "Artist : Title".
_BAR = re.compile(r"\s+(?:[|•·:~]|//)\s+")
_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_BY = re.compile(r"(?P<title>.+)\s+by\s+(?P<artist>.+)", re.IGNORECASE)
_BY_ARTIST = re.compile(r"by\s+(?P<artist>.+)", re.IGNORECASE)
# A title in quotes: "Artist 'Title'".
_QUOTED = re.compile(r"""(?<!\w)(?:'([^']{2,})'|"([^"]{2,})")(?!\w)""")
# A prefix that a channel writes: "TECHNO: Artist - Title", "LABEL007: Artist - Title".
_PREFIX = re.compile(r"[\w&' ]{2,20}:\s*")
# "14 Artist - Title": the number of a file, or part of the artist's name.
_NUMBER = re.compile(r"\d{1,3}\s+(?=[^\W\d])")
_CHANNEL_WORDS = frozenset("premiere premier exclusive".split())
_HARMLESS_WORDS = LABEL_WORDS | OCCASION_WORDS
# A dash without spaces: "Artist-Title".
_BARE_DASH = re.compile(r"(?<=\w)-(?=\w)")


@dataclass(frozen=True, slots=True)
class Split:
    """One way to divide a title into artists, title and the rest.

    The rest is `label` if it was in square brackets or after the last dash, where most
    collections hold the label. Elsewhere it is `unexplained`, and more likely to belong to the
    title.
    """

    artists: tuple[str, ...]
    title: str
    unexplained: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    version: str = ""
    truncated_bracket: str = ""
    assumption: tuple[str, str] | None = None


def split_title(parsed: ParsedTitle, known_artists: tuple[str, ...]) -> Iterator[Split]:
    """Yield the ways to divide a title, with each possible meaning of its brackets."""
    aside = parsed.aside
    if not known_artists and aside and (credit := _BY_ARTIST.fullmatch(aside[-1])):
        # "Title (Some Remix) by Artist"
        yield Split(split_names(credit["artist"]), parsed.base, label=aside[:-1])
    for split in _split_segments(parsed.base, known_artists):
        # "Title / Label", or two titles of one track.
        first, slash, tail = split.title.partition(" / ")
        if slash:
            yield replace(split, title=first, label=(*split.label, *aside, tail))
        # The last bracket is the most likely one to name the version.
        bracket = next(reversed([*_BRACKET.finditer(split.title)]), None)
        rest = bracket and (split.title[: bracket.start()] + split.title[bracket.end() :]).strip()
        is_cut = bracket is not None and normalize_spacing(bracket[1]) == parsed.cut
        # A letter or two after an open bracket begin a name and are no part of the title.
        if not (is_cut and rest and len(parsed.cut) < MIN_CUT_LENGTH):
            yield replace(split, label=(*split.label, *aside))
        if aside:
            yield replace(split, version=" ".join(aside))
            yield replace(split, title=" ".join((split.title, *(f"({part})" for part in aside))))
        is_divided = split.artists or " - " not in split.title
        if bracket and rest and is_divided and not split.version:
            # A bracket without a version word: the bare name of the remixer, or a label.
            label = (*split.label, *aside)
            for version in (bracket[1], f"{bracket[1]} Remix"):
                yield replace(split, title=rest, version=version, label=label)
            if is_cut:
                yield replace(split, title=rest, truncated_bracket=parsed.cut, label=label)
            elif looks_like_label(bracket[1]):
                yield replace(split, title=rest, label=(*label, bracket[1]))
            else:
                yield replace(
                    split, title=rest, unexplained=(*split.unexplained, bracket[1]), label=label
                )


def _split_segments(base: str, known_artists: tuple[str, ...]) -> Iterator[Split]:
    """Yield the ways to divide a title at its dashes."""
    segments = _segments(base)
    if known_artists:
        yield from _splits_with_artists(segments, known_artists)
    else:
        yield from _splits_without_artists(base, segments)


def _segments(base: str) -> list[str]:
    """Split a title at its bars or dashes, into at most `MAX_SEGMENTS` segments."""
    parts = _BAR.sub(" - ", base).split(" - ") if _BAR.search(base) else DASH.split(base)
    return [part.strip() for part in parts if part.strip()][:MAX_SEGMENTS]


def _splits_with_artists(segments: list[str], known_artists: tuple[str, ...]) -> Iterator[Split]:
    """Divide a title whose artists are known: a segment with their names is not the title."""
    rest = [part for part in segments if not _names_an_artist(part, known_artists)] or segments
    yield Split(known_artists, " - ".join(rest))
    if len(rest) < len(segments):
        yield Split(known_artists, " - ".join(segments))
    if len(rest) > 1:
        yield Split(known_artists, rest[0], label=tuple(rest[1:]))
        yield Split(known_artists, rest[0], version=" ".join(rest[1:]))
        if names_version(rest[1]):
            yield Split(known_artists, rest[0], label=tuple(rest[2:]), version=rest[1])
        yield Split(known_artists, rest[-1], tuple(rest[:-1]))
        if len(rest) == len(segments) and not any(map(names_version, known_artists)):
            # The artist field may name a channel or a label: "Artist - Title" by "Some Channel".
            uploader = ("uploader", ", ".join(known_artists))
            artists = split_names(_PREFIX.sub("", rest[0], count=1) or rest[0])
            yield Split(artists, " - ".join(rest[1:]), assumption=uploader)


def _splits_without_artists(base: str, segments: list[str]) -> Iterator[Split]:
    """Divide a title whose artist field is blank: usually the artist comes before the title."""
    if (prefix := _PREFIX.match(base)) and base[prefix.end() :]:
        # A channel's name or a genre before the artist does not name a version.
        yield from _splits_without_artists("", _segments(base[prefix.end() :]))
        yield Split(split_names(prefix.group().strip(": ")), base[prefix.end() :])
    if (number := _NUMBER.match(base)) and len(segments) > 1:
        yield from _splits_without_artists("", _segments(base[number.end() :]))
    if len(segments) == 1:
        if quoted := _QUOTED.search(base):
            title = quoted[1] or quoted[2]
            yield Split(split_names(base[: quoted.start()]), title)
        elif len(parts := _BARE_DASH.split(base)) == 2:
            yield Split(split_names(parts[0]), parts[1])
        elif by := _BY.fullmatch(base):
            yield Split(split_names(by["artist"]), by["title"])
        yield Split((), base)
        return
    first, second, *rest = segments
    yield Split(split_names(first), " - ".join([second, *rest]))
    if is_placeholder_artist(first):
        yield from _splits_without_artists("", segments[1:])
    if rest:
        yield Split(split_names(first), second, label=tuple(rest))
        if names_version(rest[0]):
            yield Split(split_names(first), second, label=tuple(rest[1:]), version=rest[0])
        if len(rest) == 1:
            yield Split(split_names(first), second, version=rest[0])
        if number := _NUMBER.match(rest[0]):
            # "Artist - Album - 01 Title": the number shows that an album comes before it.
            version = second if names_version(second) else ""  # "Live At Some Club"
            title = rest[0][number.end() :]
            yield Split(split_names(first), title, label=tuple(rest[1:]), version=version)
        yield _after_prefix(first, Split(split_names(second), rest[0], label=tuple(rest[1:])))
    yield Split(split_names(second), first, label=tuple(rest))
    if rest and names_version(second):
        # "Title - Some Mix - Artist"
        yield Split(split_names(rest[0]), first, label=tuple(rest[1:]), version=second)
    if len(rest) > 1:
        # "Title - Album - Artist - Label": a candidate explains album and label.
        yield Split(split_names(rest[0]), first, label=(second, *rest[1:]))
    yield Split((), base)


def _after_prefix(prefix: str, split: Split) -> Split:
    """Record a prefix as label (catalogue number, mark of a channel) or as unexplained."""
    if looks_like_label(prefix) or not _CHANNEL_WORDS.isdisjoint(words_of_text(prefix)):
        return replace(split, label=(prefix, *split.label))
    return replace(split, unexplained=(prefix,))


def looks_like_label(phrase: str) -> bool:
    """Return whether a phrase looks like a label or a catalogue number, not like a version."""
    words = words_of_text(phrase)
    if noise.is_catalogue_number(phrase) or not _CHANNEL_WORDS.isdisjoint(words):
        return True
    return not _HARMLESS_WORDS.isdisjoint(words) and MARKERS.isdisjoint(words)


def version_as_title(text: str) -> Split | None:
    """Split `Artist - Intro`: the part that looks like a version or noise is the whole title."""
    segments = DASH.split(normalize_spacing(text))
    if len(segments) != 2 or parse_title(text).base.strip() != segments[0].strip():
        return None
    return Split(split_names(segments[0]), segments[1])


def _names_an_artist(segment: str, known_artists: tuple[str, ...]) -> bool:
    """Return whether a segment has only words of the artists' names, or contains one whole name."""
    words = set(words_of_text(segment))
    return words <= words_of_names(known_artists) or any(
        set(words_of_text(name)) <= words for name in known_artists if words_of_text(name)
    )
