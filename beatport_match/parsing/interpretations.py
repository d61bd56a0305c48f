"""Interpretations: the plausible ways to understand a local title, the most likely first.

A collection may hold artist, title, label and catalogue number in one field, in any order, and only
a candidate shows which is which. Therefore `interpret` returns an interpretation for each way to
divide the title (`title_splits`), and scoring uses the one that fits the candidate best. Text that
an interpretation leaves out is recorded in its `unexplained` or `label`. Scoring subtracts points
for it unless the candidate explains it (its label, its catalogue number).

`interpret_using_candidate` is for titles without separators ("Artist Title Some Remix"): it locates
the names of one candidate among the words of the title, and succeeds only if it explains every
word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.model.validation import clean_isrc
from beatport_match.parsing import noise
from beatport_match.parsing.damaged_text import readable
from beatport_match.parsing.field_values import stem
from beatport_match.parsing.normalize import fold, words_of_text
from beatport_match.parsing.parsed_track import (
    Name,
    ParsedTrack,
    artists_as_written,
    beatport_id_of,
    credited_names,
    fold_names,
    words_of_names,
)
from beatport_match.parsing.title_splits import (
    Split,
    looks_like_label,
    split_title,
    version_as_title,
)
from beatport_match.parsing.titles import ParsedTitle, parse_title, split_names
from beatport_match.parsing.versions import UNSTATED, Version, names_version, parse_version
from beatport_match.parsing.vocabulary import NAME_CONNECTIVES, NUMERALS

# A track number, a side of vinyl or a tempo before a title, or a side after it: "11 Title",
# "1-07 Title", "A1 Title", "AA. Title", "Side A - Title", "Title B2".
_POSITION = re.compile(
    r"^(?:(?:(?:(?:cd|dis[ck])\s*\d{1,2}[\s.:)-]+)?(?:track|no\.?)\s*\d{1,3}|"
    r"side\s+[a-h]{1,2}\d?|[a-h]{1,2}\d{1,2}|\d{1,2}[.-]\d{1,2}|#?\d{1,3}|\d{1,2}[ab]|t\d{2})[\s.:)-]+"
    r"|[a-h]{1,2}\s*[.:)-]+\s*)(?=[^\W_])|(?<=\w)\s+(?:[A-H]\d|\(\d\))$",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def interpret(track: Track) -> tuple[ParsedTrack, ...]:
    """Return every plausible interpretation of a local track, the most likely first."""
    track = readable(track)
    parsed = parse_title(track.title)
    known_artists = credited_names(track.artists)
    interpretations = [
        _parsed_track(track, parsed, split) for split in split_title(parsed, known_artists)
    ]
    position = _POSITION.search(parsed.base)
    # "A1 Title", "11 Title", "Title A1": a place on a record, or part of the title. Without an
    # artist, "A - Title" is by A.
    if position and (known_artists or any(map(str.isdigit, position.group()))):
        shorter = replace(parsed, base=_POSITION.sub("", parsed.base))
        assumption = ("position", position.group().strip())
        interpretations += [
            _parsed_track(track, shorter, replace(split, assumption=assumption))
            for split in split_title(shorter, known_artists)
        ]
    names = tuple(name for name in known_artists if not names_version(name))
    if names and len(names) < len(known_artists):
        # "Artist (Some Remix)" in the artist field
        stated = " ".join(name for name in known_artists if name not in names)
        interpretations += [
            _parsed_track(track, parsed, replace(split, version=f"{split.version} {stated}"))
            for split in split_title(parsed, names)
        ]
    if not known_artists and (split := version_as_title(track.title)):
        interpretations.append(_parsed_track(track, ParsedTitle(split.title), split))
    return tuple(dict.fromkeys(interpretations))


def with_number_as_part(one: ParsedTrack) -> ParsedTrack | None:
    """Read "Title II" as "Title Pt. 2", and the reverse; `None` if the title has neither."""
    *words, last = one.base.split() or [""]
    version = one.version
    if version.part:
        base, part = f"{one.base} {version.part}", ""
    elif words and (part := NUMERALS.get(last, last.lstrip("0"))).isdigit() and len(part) == 1:
        base = " ".join(words)
    else:
        return None
    is_stated = bool(part) or not version.plain or version.is_original
    return replace(one, base=base, version=replace(version, part=part, is_stated=is_stated))


class LocatingWords(NamedTuple):
    """The texts in which `interpret_using_candidate` locates the title of a candidate.

    They are the words of the track's title, and its folded artist field.
    """

    title_words: frozenset[str]
    artists: str

    def may_locate(self, other: ParsedTrack) -> bool:
        """Return whether the parsed candidate could be located; `False` is certain."""
        return self.title_words.issuperset(other.base_words) or self.artists.startswith(other.base)


def locating_words(track: Track) -> LocatingWords:
    """Return the words in which candidates of a `readable` track can be located."""
    return LocatingWords(_title_words(track.title)[1], fold(track.artist_text))


def interpret_using_candidate(
    track: Track, candidate: Candidate, other: ParsedTrack
) -> ParsedTrack | None:
    """Interpret a title without separators by locating the candidate's names in it.

    A word may belong to the candidate's title, artists, label or catalogue number, or to a phrase
    that names a version. The result is `None` if a word remains, or if neither the title nor the
    track's artist field names an artist. `other` is the parsed candidate, and the track is
    `readable`.
    """
    if swapped := _interpret_swapped(track, other):
        return swapped
    words, word_set = _title_words(track.title)
    if not word_set.issuperset(other.base_words):
        return None
    base = tuple(other.base.split())
    known_artists = fold_names(credited_names(track.artists))
    located_artists = tuple(name for name in other.artists if _position(name, words) is not None)
    if not known_artists and not located_artists:
        return None
    release_marks = tuple(
        words_of_text(text) for text in (candidate.label, candidate.catalog_number) if text
    )
    names = (*other.artists, *known_artists)
    phrase = next(
        (
            phrase
            for before, after in _surroundings(base, words)
            if not _without(before, (*names, *release_marks))
            and (phrase := _version_phrase(after, names, release_marks)) is not None
        ),
        None,
    )
    if phrase is None:
        return None
    remixer_words = words_of_names(credited_names(track.remixers))
    version = parse_version(phrase) if phrase else UNSTATED
    return ParsedTrack(
        base=other.base,
        shown=track.title,
        version=_with_remixer_field(version, track.remixer_text, remixer_words),
        artists=tuple(dict.fromkeys((*known_artists, *located_artists))),
        artists_shown=artists_as_written(track) or track.title,
        remixer_words=remixer_words,
        key=parse_key(track.key),
        isrc=clean_isrc(track.isrc),
        beatport_id=beatport_id_of(track),
        located_by_candidate=True,
    )


def _interpret_swapped(track: Track, other: ParsedTrack) -> ParsedTrack | None:
    """Interpret a track whose fields are exchanged: the candidate's artist is in the title."""
    artists = track.artist_text
    # The first check is cheap and fails for most candidates.
    if not artists or not other.base or not fold(artists).startswith(other.base):
        return None
    parsed, in_title = parse_title(artists), parse_title(track.title)
    names = split_names(in_title.base)
    if fold(parsed.base) != other.base or set(fold_names(names)) != set(other.artists):
        return None
    # The version stays in the title field: "Artist (Original Mix)".
    parsed = replace(parsed, version=parsed.version | in_title.version)
    split = Split(names, parsed.base, label=in_title.aside, assumption=("swapped", ""))
    return _parsed_track(track, parsed, split)


def _parsed_track(track: Track, parsed: ParsedTitle, split: Split) -> ParsedTrack:
    """Combine the track's fields with one way to divide its title."""
    inner = parse_title(split.title)
    remixer_words = words_of_names(credited_names(track.remixers))
    version = inner.version | parsed.version
    if split.version:
        version = parse_version(split.version) | version
    if not version.is_stated:
        version = _version_of_file(track.file, inner.base)
    # "Artist - Title - Label - ABC012": a catalogue number shows that a label comes before it.
    has_number = any(map(noise.is_catalogue_number, parsed.noise)) and not parsed.aside
    aside = (*split.unexplained, *split.label)
    return ParsedTrack(
        base=fold(inner.base),
        shown=inner.base,
        version=_with_remixer_field(version, track.remixer_text, remixer_words),
        artists=fold_names((*split.artists, *parsed.featured, *inner.featured)),
        guests=fold_names((*parsed.featured, *inner.featured)),
        artists_shown=", ".join(split.artists)
        if split.assumption and split.assumption[0] != "position"
        else artists_as_written(track) or ", ".join(split.artists),
        remixer_words=remixer_words,
        key=parse_key(track.key),
        isrc=clean_isrc(track.isrc),
        beatport_id=beatport_id_of(track),
        stated_bpm=noise.stated_bpm((*parsed.noise, *inner.noise)),
        album=fold(track.album or ""),
        unexplained=tuple(fold(phrase) for phrase in split.unexplained),
        label=tuple(fold(phrase) for phrase in split.label),
        label_like=frozenset(fold(it) for it in aside if has_number or looks_like_label(it)),
        truncated_bracket=fold(split.truncated_bracket),
        noise=frozenset(map(fold, (*parsed.noise, *inner.noise))),
        assumption=split.assumption,
    )


def _version_of_file(file: str | None, base: str) -> Version:
    """Return the version that the file name states, if it contains the whole title.

    Some libraries keep the version only there: `Artist - Title (Some Remix).mp3`.
    """
    name = stem(file)
    if not name or not set(words_of_text(base)) <= set(words_of_text(name)):
        return UNSTATED
    version = parse_title(name).version
    return UNSTATED if version.plain else version


def _with_remixer_field(
    version: Version, remixer_text: str, remixer_words: frozenset[str]
) -> Version:
    """Add the names of the track's remixer field if the title does not name the remixer."""
    if not remixer_words or version.words or (version.is_stated and version.plain):
        return version
    if not version.is_stated:
        return parse_version(f"{remixer_text} Remix")
    return replace(
        version,
        words=tuple(words_of_text(remixer_text)),
        text=f"{remixer_text} {version.text}",
    )


# The cache pays off because `interpret_using_candidate` runs for each candidate of a track.
@lru_cache(maxsize=256)
def _title_words(title: str) -> tuple[Name, frozenset[str]]:
    """Return the words of a title without the noise around it, in order and as a set."""
    title, _ = noise.strip_noise(title)
    words = words_of_text(title)
    return words, frozenset(words)


def _version_phrase(
    words: Name, names: Iterable[Name], release_marks: Iterable[Name]
) -> str | None:
    """Return the phrase that names the version, perhaps empty; `None` if a word is unexplained."""
    with_names = _without(words, release_marks)
    rest = _without(with_names, names)
    # An artist among the words either comes before the version or is the remixer.
    for phrase in (" ".join(rest), " ".join(with_names)):
        if not phrase or noise.is_noise(phrase):
            return ""
        if names_version(phrase) and (rest == with_names or parse_version(phrase).words):
            return phrase
    return " ".join(rest) if names_version(" ".join(rest)) else None


def _surroundings(run: Name, words: Name) -> Iterator[tuple[Name, Name]]:
    """Yield the words before and after each occurrence of a run of words."""
    for at in range(len(words) - len(run) + 1):
        if words[at : at + len(run)] == run:
            yield words[:at], words[at + len(run) :]


def _without(words: Name, runs: Iterable[Name]) -> Name:
    """Remove the first occurrence of each run, and connectives left at either end."""
    for run in runs:
        if run and (at := _position(run, words)) is not None:
            words = words[:at] + words[at + len(run) :]
    while words and words[0] in NAME_CONNECTIVES:
        words = words[1:]
    while words and words[-1] in NAME_CONNECTIVES:
        words = words[:-1]
    return words


def _position(run: Name, words: Name) -> int | None:
    """Return the index of the first occurrence of a run of words, or `None`."""
    return next((len(before) for before, _ in _surroundings(run, words)), None)
