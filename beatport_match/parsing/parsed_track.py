"""Parsed tracks: a local track and a candidate become the same structure, ready to compare.

Parsing decides what a field means (which names are artists, which words are the version); `scoring`
decides how many points an agreement gives. The two sides differ in their sources: a collection may
hold the artist in the title, while Beatport has separate fields for mix, artists and remixers.
`parse_candidate` is here; `interpretations` makes the parsed tracks of a local track.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from beatport_match.model.keys import Key, parse_key
from beatport_match.model.tracks import Candidate, Names, Track
from beatport_match.model.validation import clean_isrc
from beatport_match.parsing import noise
from beatport_match.parsing.damaged_text import cut, cut_names
from beatport_match.parsing.normalize import fold, words_of_text
from beatport_match.parsing.scripts import words_by_script
from beatport_match.parsing.titles import IN_BRACKETS, VERSION_WITH_GUEST, parse_title, split_names
from beatport_match.parsing.typos import with_numbers
from beatport_match.parsing.versions import UNSTATED, Version, is_year, parse_version
from beatport_match.parsing.vocabulary import (
    COMPILATION_WORDS,
    NAME_CONNECTIVES,
    PLACEHOLDER_PHRASES,
    SPELLINGS,
    TITLES_OF_NAMES,
    UNKNOWN_OR_VARIOUS,
    WORDS_FOR_ARTIST,
)

Name = tuple[str, ...]

# "Title (A Subtitle)" and "Title [A Subtitle]".
_SUBTITLE = re.compile(r"(?P<title>[^()\[\]]*\w[^()\[\]]*?)\s*[(\[](?P<subtitle>[^()\[\]]+)[)\]]")

# Beatport adds the country to artists with the same name: "Samm (BE)", "Alex Lynch (U.K.)".
_COUNTRY = re.compile(r"(?<!\s)\s*\((?!II|IV|VI|IX)(?:[A-Za-z]{2}|USA|U\.K\.|U\.S\.(?:A\.)?)\)")
# Noise in artist fields: track numbers ("01. Ana"), sides of vinyl ("A1 Ana"), social handles
# ("Ana @ana"), channels ("AnaVEVO", "Ana - Topic"), and marks of Discogs ("Ana (2)", "Ana*").
_CREDIT_NOISE = re.compile(
    r"^\d{1,3}[.)]\s+|^[A-D]\d\s+(?=\w)|(?<!\s)\s*@\w+|(?<=\w)\s?VEVO$"
    r"|(?<!\s)\s+(?:-\s+Topic$|\(?Official\)?$|\(\d{1,3}\))|(?<=\w)\*"
)
# The words that join a name and its alias: "Kolva aka Brenn", "Kolva (a.k.a. Brenn)", "A pres. B".
_ALIAS = re.compile(r"(?<!\s)\s+\(?(?:a\.?k\.?a\b\.?|pres\.|presents\b)\s*", re.IGNORECASE)
# Initials with dots that do not separate words: "D.J. Ana", "M.A.N.D.Y.".
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_IN_BRACKETS = re.compile(r"([^()]*[^()\s])\s*\(([^()]+)\)")
_IGNORED_IN_NAMES = NAME_CONNECTIVES | TITLES_OF_NAMES | {"the", "n"}


# A run makes one for each row of a page, and making a frozen one takes three times as long.
@dataclass(slots=True, unsafe_hash=True)
class ParsedTrack:
    """A local track (in one interpretation) or a candidate, ready to compare; do not change it.

    Attributes:
        base: The folded title.
        shown: The title as written.
        version: The version that title and mix field state.
        artists: The artists' names as folded words, featured artists included.
        artists_shown: The artists as written.
        remixer_words: The words of the names in the remixer field.
        key: The musical key, or `None`.
        isrc: The ISRC without hyphens, or `""`.
        beatport_id: The Beatport ID in the local track's tags or file name, or `None`.
        unexplained: Folded phrases that this interpretation leaves out of the title.
        label: The same, for phrases at a place where collections hold the label.
        label_like: Those of both that look like a label or a catalogue number.
        truncated_bracket: The folded text of a bracket without its end, or `""`.
        located_by_candidate: Whether `interpret_using_candidate` located the title among words
            without separators.
        single_titles: The folded titles of a track that joins several ("One / Two"), or `()`.
        noise: The folded phrases that were removed as noise.
        assumption: What this interpretation assumes, with the text: `position` (a track number or
            a side of vinyl before the title), `uploader` (the artist field names a channel) or
            `swapped` (title and artist are exchanged). `None` if it assumes nothing.
        stated_bpm: The tempo that the title of a local track states, or `None`.
        album: The folded album of a local track, or `""`.
        main_title: The folded title of a candidate without its bracket, or `""`.
        subtitle: The text of that bracket.
        guests: The names of the featured artists that the title states.
        remixers: The names of the remixer field.
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
    label_like: frozenset[str] = frozenset()
    truncated_bracket: str = ""
    located_by_candidate: bool = False
    single_titles: tuple[str, ...] = ()
    noise: frozenset[str] = frozenset()
    assumption: tuple[str, str] | None = None
    stated_bpm: float | None = None
    album: str = ""
    main_title: str = ""
    subtitle: str = ""
    guests: tuple[Name, ...] = ()
    remixers: tuple[Name, ...] = ()

    # Derived values, computed once because a parsed track is compared with many others: the title
    # without spaces, its words as written, its words and its numbers in one spelling, every word of
    # title and version that distinguishes this music from other music, and the artists' names as
    # words and as one text ("AC/DC", which is split, and "ACDC" are equal).
    compact: str = field(init=False, repr=False, compare=False)
    base_words: frozenset[str] = field(init=False, repr=False, compare=False)
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    word_set: frozenset[str] = field(init=False, repr=False, compare=False)
    numbers: tuple[str, ...] = field(init=False, repr=False, compare=False)
    distinctive_words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    artist_words: frozenset[str] = field(init=False, repr=False, compare=False)
    artist_letters: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        written = self.base.split()
        words = with_numbers(self.base)
        self.compact = "".join(written)
        self.base_words = frozenset(written)
        self.words = tuple(words)
        self.word_set = self.base_words if words == written else frozenset(words)
        self.numbers = tuple([word for word in words if word.isdigit()])
        self.distinctive_words = tuple(sorted((*self.version.distinctive_words, *written)))
        artist_words = tuple(chain.from_iterable(self.artists))
        self.artist_words = frozenset(artist_words)
        self.artist_letters = "".join(artist_words)


@lru_cache(maxsize=2048)
def parse_candidate(candidate: Candidate) -> ParsedTrack:
    """Parse a candidate of Beatport.

    Beatport's own fields are the better source, but its names contain mixes and guests, too.
    """
    # A row of a catalogue or of the calling program may be as long as a track of a playlist.
    parsed = parse_title(candidate.name)
    mix, guests = _parse_mix(candidate.mix_name or "")
    guests = (*parsed.featured, *guests)
    artists, artists_shown = _parse_credit(candidate.artists, guests)
    remixers = fold_names(cut_names(candidate.remixers)) if candidate.remixers else ()
    # On Beatport, text in square brackets is not a label: it belongs to the title.
    title = " ".join((parsed.base, *[f"[{phrase}]" for phrase in parsed.aside]))
    bracket = _SUBTITLE.fullmatch(title) if "(" in title or "[" in title else None
    return ParsedTrack(
        base=fold(title),
        shown=title,
        # "Original Mix" is also the default value of the field, so the title overrides it.
        version=parsed.version if mix.plain and not parsed.version.plain else mix | parsed.version,
        artists=artists,
        artists_shown=artists_shown,
        remixer_words=frozenset(chain.from_iterable(remixers)),
        key=parse_key(candidate.key) or parse_key(candidate.camelot),
        isrc=clean_isrc(candidate.isrc),
        single_titles=_single_titles(title),
        # A country distinguishes artists and not titles.
        noise=frozenset([fold(phrase) for phrase in parsed.noise if not noise.is_country(phrase)]),
        main_title=fold(bracket["title"]) if bracket else "",
        subtitle=bracket["subtitle"] if bracket else "",
        guests=fold_names(guests) if guests else (),
        remixers=remixers,
    )


# The rows of a page share a few credits.
@lru_cache(maxsize=4096)
def _parse_credit(names: tuple[str, ...], guests: tuple[str, ...]) -> tuple[tuple[Name, ...], str]:
    """Return the folded names of a credit and of the guests, and the credit as written."""
    artists = cut_names(names)
    folded = fold_names([name for one in (*artists, *guests) for name in with_aliases(one)])
    return folded, ", ".join(artists)


def _single_titles(title: str) -> tuple[str, ...]:
    """Return the titles of "One / Two / Three"; `()` if there is only one."""
    return tuple(map(fold, title.split(" / "))) if " / " in title else ()


def beatport_id_of(track: Track) -> int | None:
    """Return the Beatport ID from the tags, the file name of a download or the title."""
    if track.beatport_id is not None:
        return track.beatport_id if track.beatport_id > 0 else None
    # The name after the folders of a path, of POSIX or Windows: "/music/", `C:\sets\`.
    name = (track.file or "").replace("\\", "/").rpartition("/")[2]
    return noise.download_number(name) or noise.download_number(track.title)


@lru_cache(maxsize=2048)
def is_compilation(release: str | None) -> bool:
    """Return whether the name of a release looks like a compilation or a reissue."""
    words = words_of_text(release or "")
    return any(word in COMPILATION_WORDS or is_year(word) for word in words)


@lru_cache(maxsize=2048)
def _parse_mix(mix_name: str) -> tuple[Version, tuple[str, ...]]:
    """Parse Beatport's mix field: the version, and the guests named there."""
    mix_name = cut(mix_name)
    stated = mix_name.strip()
    if guest := IN_BRACKETS.fullmatch(stated):
        return UNSTATED, split_names(guest["names"])
    guests: tuple[str, ...] = ()
    if guest := VERSION_WITH_GUEST.fullmatch(stated):
        mix_name, guests = guest["version"], split_names(guest["names"])
    return (parse_version(_COUNTRY.sub("", mix_name) or mix_name) if mix_name else UNSTATED), guests


def artists_as_written(track: Track) -> str:
    """Return the artist field, or `""` if it holds a placeholder such as "Various Artists"."""
    return "" if is_placeholder_artist(track.artist_text) else track.artist_text


def is_placeholder_artist(text: str) -> bool:
    """Return whether an artist field says that the artist is unknown or that there are several."""
    folded = fold(text)
    words = set(folded.split())
    return folded in PLACEHOLDER_PHRASES or (
        words <= UNKNOWN_OR_VARIOUS | WORDS_FOR_ARTIST
        and not words.isdisjoint(UNKNOWN_OR_VARIOUS)
        and not words.isdisjoint(WORDS_FOR_ARTIST)
    )


def credited_names(names: Names) -> tuple[str, ...]:
    """Return the single names of a credit, as written but without a country such as "(UK)"."""
    texts = (names,) if isinstance(names, str) else names
    texts = tuple(text for text in texts if not is_placeholder_artist(text))
    return tuple(
        name
        for text in texts
        for credit in split_names(_CREDIT_NOISE.sub("", _COUNTRY.sub("", text)))
        for name in with_aliases(credit)
    )


@lru_cache(maxsize=2048)
def with_aliases(name: str) -> tuple[str, ...]:
    """Split a name from its aliases.

    They are written "Kolva aka Brenn", "Kolva (a.k.a. Brenn)", "A pres. B", "Kolva (Brenn)", or in
    another script: "Колва Kolva".
    """
    first, *aliases = _ALIAS.split(name)
    if (bracket := _IN_BRACKETS.fullmatch(first)) and not _COUNTRY.search(first):
        first, aliases = bracket[1], [bracket[2], *aliases]
    elif not first.isascii() and len(scripts := words_by_script(fold(first))) > 1:
        first, *others = (" ".join(words) for words in scripts.values())
        aliases = [*others, *aliases]
    return (first, *(alias.strip(" )") for alias in aliases))


def fold_names(names: Iterable[str]) -> tuple[Name, ...]:
    """Return each name once, as folded words."""
    folded = tuple(dict.fromkeys(name for name in map(_name_words, names) if name))
    # "Owls, The" is one name.
    return tuple(name for name in folded if name != ("the",)) or folded


def words_of_names(names: Iterable[str]) -> frozenset[str]:
    """Return every folded word of the names."""
    return frozenset(word for name in fold_names(names) for word in name)


@lru_cache(maxsize=4096)
def _name_words(name: str) -> Name:
    """Return the words of a name; `DJ`, `The` and `and` count only if there is no other word."""
    name = _COUNTRY.sub("", name) or name
    words = words_of_text(_INITIALS.sub(lambda it: it.group().replace(".", ""), name))
    words = tuple(word for word in words if word not in _IGNORED_IN_NAMES) or words
    if len(words) == 1 and len(words[0]) == 1:
        return words  # "N/ORVA"
    spelled = (SPELLINGS.get(word, word) for word in words)
    return tuple(word if new.isdigit() else new for word, new in zip(words, spelled, strict=True))
