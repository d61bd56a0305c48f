"""Both sides read the same way: a track or a candidate, taken apart and folded, ready to compare.

Reading decides what a field means (who is an artist, which words are the version); weighing what
it is worth comes later. The sides differ only in their witnesses: a DJ's library may hide the
artist in the title, Beatport names mix, artists and remixers in fields of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain

from beatport_match.model.keys import Key, parse_key
from beatport_match.model.tracks import Candidate, Names, Track
from beatport_match.parsing import noise
from beatport_match.parsing.normalize import fold, words_of_text
from beatport_match.parsing.titles import IN_BRACKETS, VERSION_WITH_GUEST, parse_title, split_names
from beatport_match.parsing.typos import with_numbers
from beatport_match.parsing.versions import UNSTATED, Version, is_year, parse_version
from beatport_match.parsing.vocabulary import COMPILATION_WORDS, NAME_CONNECTIVES

Name = tuple[str, ...]

# ISO 3901: country, registrant, year and number.
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)
# Beatport tells namesakes apart by country: "Samm (BE)", "Alex Lynch (U.K.)".
_COUNTRY = re.compile(r"\s*\((?!II|IV|VI|IX)(?:[A-Za-z]{2}|USA|U\.K\.|U\.S\.(?:A\.)?)\)")
# What gets into artist fields: track numbers, social handles.
_CREDIT_NOISE = re.compile(r"^\d{1,3}[.)]\s+|\s*@\w+")
_ALIAS = re.compile(r"\s+\(?(?:a\.?k\.?a\b\.?|pres\.|presents\b)\s*", re.IGNORECASE)
_IGNORED_IN_NAMES = NAME_CONNECTIVES | {"dj", "the", "mc"}


@dataclass(frozen=True, slots=True)
class ParsedTrack:
    """One side, ready to compare.

    `base` is the folded title and `shown` the same as written. `artists` are names as folded
    words, featured ones included; `remixer_words` the words of the remixers' names from their own field.
    `unexplained` and `label` are what this reading had to leave out to make sense of a title, as folded
    phrases; `label` where a label would stand. `truncated_bracket` is a bracket that never closed, `single_titles` are
    the single ones of a track that joins several, and `located_by_candidate` tells that the title was found among
    words that nothing divides. `noise` is what was dropped, folded. `beatport_id` is the track's on
    Beatport.
    """

    base: str
    shown: str
    version: Version
    artists: tuple[Name, ...]
    artists_shown: str
    remixer_words: frozenset[str]
    key: Key | None
    isrc: str
    beatport_id: int | None = None
    unexplained: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    truncated_bracket: str = ""
    located_by_candidate: bool = False
    single_titles: tuple[str, ...] = ()
    noise: frozenset[str] = frozenset()

    # Derived, and worked out once, since a reading is compared with many: the title without blanks,
    # its words and numbers in one spelling, every word that tells this music from other music
    # wherever it stood, and every word of every artist's name.
    compact: str = field(init=False, repr=False, compare=False)
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    numbers: tuple[str, ...] = field(init=False, repr=False, compare=False)
    distinctive_words: frozenset[str] = field(init=False, repr=False, compare=False)
    artist_words: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep = partial(object.__setattr__, self)
        words = tuple(with_numbers(self.base))
        keep("compact", self.base.replace(" ", ""))
        keep("words", words)
        keep("numbers", tuple([word for word in words if word.isdigit()]))
        keep("distinctive_words", self.version.distinctive_words.union(self.base.split()))
        keep("artist_words", frozenset(chain.from_iterable(self.artists)))


@lru_cache(maxsize=2048)
def parse_candidate(candidate: Candidate) -> ParsedTrack:
    """Read Beatport's side: its own fields are the better witness, but its names hold mixes too."""
    parsed = parse_title(candidate.name)
    mix, guests = _parse_mix(candidate.mix_name or "")
    credited = (*candidate.artists, *parsed.featured, *guests)
    # On Beatport a square bracket is no label: it belongs to the title.
    title = " ".join((parsed.base, *[f"[{phrase}]" for phrase in parsed.aside]))
    return ParsedTrack(
        base=fold(title),
        shown=title,
        # "Original Mix" is also what stands there when nobody filled the field in.
        version=parsed.version if mix.plain and not parsed.version.plain else mix | parsed.version,
        artists=fold_names([name for one in credited for name in with_aliases(one)]),
        artists_shown=", ".join(candidate.artists),
        remixer_words=words_of_names(candidate.remixers),
        key=parse_key(candidate.key) or parse_key(candidate.camelot),
        isrc=clean_isrc(candidate.isrc),
        single_titles=_single_titles(title),
        # Where somebody is from tells people apart, not titles.
        noise=frozenset([fold(one) for one in parsed.noise if not noise.is_country(one)]),
    )


def _single_titles(title: str) -> tuple[str, ...]:
    """The titles of "One / Two / Three"; none where there is but one."""
    parts = title.split(" / ")
    return tuple(map(fold, parts)) if len(parts) > 1 else ()


def beatport_id_of(track: Track) -> int | None:
    """The track's number on Beatport, from its tags or as Beatport's downloads are named."""
    if track.beatport_id is not None:
        return track.beatport_id if track.beatport_id > 0 else None
    name = _FOLDERS.sub("", track.file or "")
    return noise.download_number(name) or noise.download_number(track.title)


@lru_cache(maxsize=4096)
def is_compilation(release: str | None) -> bool:
    """Whether a release looks like a compilation or a re-issue by its name."""
    words = words_of_text(release or "")
    return any(word in COMPILATION_WORDS or is_year(word) for word in words)


def clean_isrc(isrc: str | None) -> str:
    """The code alone, empty for what is none: tags write it with hyphens, blanks, in lower case."""
    code = "".join(filter(str.isalnum, isrc or "")).upper()
    return code if _ISRC.fullmatch(code) else ""


@lru_cache(maxsize=4096)
def _parse_mix(mix_name: str) -> tuple[Version, tuple[str, ...]]:
    """The version in Beatport's field for it, and the guests who stand there, too."""
    said = mix_name.strip()
    if guest := IN_BRACKETS.fullmatch(said):
        return UNSTATED, split_names(guest["names"])
    guests: tuple[str, ...] = ()
    if guest := VERSION_WITH_GUEST.fullmatch(said):
        mix_name, guests = guest["version"], split_names(guest["names"])
    return (parse_version(_COUNTRY.sub("", mix_name) or mix_name) if mix_name else UNSTATED), guests


def credited_names(names: Names) -> tuple[str, ...]:
    """The single names in a credit, as written, without the country that tells namesakes apart."""
    texts = (names,) if isinstance(names, str) else names
    return tuple(
        name
        for text in texts
        for one in split_names(_CREDIT_NOISE.sub("", _COUNTRY.sub("", text)))
        for name in with_aliases(one)
    )


@lru_cache(maxsize=4096)
def with_aliases(name: str) -> tuple[str, ...]:
    """Who is meant, by every name given: "Kolva aka Brenn", "Kolva (a.k.a. Brenn)", "A pres. B"."""
    first, *aliases = _ALIAS.split(name)
    return (first, *(alias.strip(" )") for alias in aliases))


def fold_names(names: Iterable[str]) -> tuple[Name, ...]:
    """Each name once, as folded words."""
    folded = map(_name_words, names)
    return tuple(dict.fromkeys(name for name in folded if name))


def words_of_names(names: Iterable[str]) -> frozenset[str]:
    """Every folded word of the names."""
    return frozenset(word for name in fold_names(names) for word in name)


@lru_cache(maxsize=8192)
def _name_words(name: str) -> Name:
    """A name's telling words: `DJ`, `The` and `and` only count where nothing else is left."""
    words = words_of_text(_COUNTRY.sub("", name) or name)
    return tuple(word for word in words if word not in _IGNORED_IN_NAMES) or words
