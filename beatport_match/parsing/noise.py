"""Noise: the text that collections, record pools, channels and sites add to a title.

Noise does not describe the music: file suffixes, track numbers, keys, tempi, sites, quality marks,
catalogue numbers. The table of noise phrases is in `vocabulary`; `titles` decides where in a title
to look for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from beatport_match.parsing.normalize import fold, normalize_spacing
from beatport_match.parsing.vocabulary import MARKERS, NOISE_PHRASES, NOISE_WORDS, NUMERALS

# A noise phrase with at least this many letters may contain one typo: it still cannot be confused
# with a title.
_MIN_NOISE_TYPO_LENGTH = 7
_NOISE_OF_LENGTH = {
    length: [noise for noise in NOISE_PHRASES if len(noise) == length]
    for length in set(map(len, NOISE_PHRASES))
}
# The suffix of an audio or video file: `Title.mp3`.
AUDIO_SUFFIX = re.compile(
    r"\.(?:aac|ac3|aif[cf]?|alac|ape|avi|flac|m4[abpv]|mk[av]|mov|mp[234]|mpc|mpeg|mpg|og[ag]"
    r"|opus|wave?|webm|wma|wv)\Z",
    re.IGNORECASE,
)
# The start of a file name of Beatport's downloads: `7654321_Title_(Mix)`.
_DOWNLOAD = re.compile(r"(\d{5,9})_+(?=[^\W_])")
# The track number of a shop at the end: `Title_Artist_7654321`.
_FINAL_NUMBER = re.compile(r"(?<=[^\W_])_+\d{7,9}$")
# Underscores between parts that contain spaces: `Some Artist_Title_Some Remix`.
# An underscore may also replace an apostrophe: `Baby Don_t Go`.
_SEPARATING = re.compile(r"\w \w[^_]*_(?!(?:s|t|m|d|re|ve|ll)\b)", re.IGNORECASE)
_FOLDERS = re.compile(r"^(?:[a-z]:|/|\\\\).*[/\\]", re.IGNORECASE)
# Text that browsers and downloaders add: `Title (Original Mix) (1)`, `Title [k7QxT2bW_9e]`.
_COPY = re.compile(
    r"(?<=[)\]]) \(\d\)$|(?<=\w) \[(?=[^\]]*\d)(?=[^\]]*[a-z])(?=[^\]]*[A-Z])[\w-]{11}\]$"
)
# A doubled separator between parts: `Title__Artist`, `Artist--Title`.
_DOUBLED = re.compile(r"(?<=[^\W_])(?:__|--)(?=[^\W_])|(?<=[)\]])(?:__|--)(?=\w)")
# A date of eight digits: `20240131`.
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# Noise before a title. The comment on each line gives an example; the last line is "Premiere:".
_LEADING = re.compile(
    r"""^(?:
        \[\d{1,4}(?:-\d{1,4})?\]\s*                   # [3]
      | \#?0\d{1,2}(?:\s+|-)(?=(?:\d+\s+)?[^\W\d])  # 03 Title, #03 Title, 003 Title, 03-Title
      | \([A-Z]\)\s+(?=\S)                            # (F), a mark of the collection's owner
      | [(\[][A-D]{1,2}\d{1,2}[)\]]\s+(?=\S)           # [A1], a side of vinyl
      | (?:\d{1,2}-)?\d{1,3}(?:[.)]\s+|\s+-\s+)        # 01. or 01 - or 1-01 -
      | [A-D]\d{1,2}(?:[.)]\s+|\s+-\s+)               # A1 -, a side of vinyl
      | (?:1[0-2]|0?[1-9])(?-i:[ABabdm])(?:\s+[-~|]\s+|\s+(?=\d))  # 8A -, a key
      | \d{2,3}\s+(?:1[0-2]|0?[1-9])(?-i:[ABm])\s+(?=[^\W\d])   # 124 8A, tempo and key
      | \d{2,3}(?:\.\d+)?\s*bpm(?:\s+-)?\s+(?=[^\s(\[])  # 124 BPM, where a title follows
      | [★☆*•]+\s*                                    # a rating
      | www\.\S+\s+-\s+                               # www.example.com -
      | \((?:19|20)\d\d\)\s+(?=\S)                     # (2018), the year of the album
      | (?:[\w&']{1,15}\s)?(?:premiere|exclusive|out\s+now|free\s+(?:download|dl))\s*[:|!]\s*
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# In the patterns below, `(?<!\s)` lets a run of blanks begin a match only at its first blank. Tried
# from each blank, the work would grow with the square of their number.
# A site that a record pool or a ripper wrote after the title, with or without its dots:
# `Title www.example.com`, `Title wwwexamplecom`.
_SITE = re.compile(
    r"(?<!\s)\s*\b(?:www\.[\w.-]+|(?:https?://)?[\w-]+(?:\.[\w-]+){0,3}\.(?:com|net|org|ru|info|pro|eu|de|vip|kz)(?:/\S*)?|www\w{3,}(?:com|net|org))$",
    re.IGNORECASE,
)
# A quality mark after a title: `Title HQ`, `Title 320kbps`, `Title Official Video`.
_QUALITY = re.compile(
    r"(?<!\s)\s+(?:(?:full\s+)?(?:hq|hd|4k)|\d{2,3}\s?(?:kbps|bpm)"
    r"|\d{2}\s?bit(?:[ /-]\d{2,3}(?:\.\d)?\s?khz)?"
    r"|official\s+(?:music\s+)?(?:video|audio)|free\s+(?:download|dl))$",
    re.IGNORECASE,
)
# What DJ software writes after a title: "Title - 8A", "Title - 8A - 124", "Title - 124 - 8A".
_TRAILING = re.compile(
    r"(?<!\s)(?:\s+-\s+\d{2,3}(?:\.\d+)?(?:\s*bpm)?)?\s+-\s+(?:1[0-2]|0?[1-9])(?-i:[ABabdm])"
    r"(?:\s+-\s+\d{2,3}(?:\.\d+)?(?:\s*bpm)?)?\s*$",
    re.IGNORECASE,
)
# The longest such mark is shorter. Only the end of a title is searched, again after each mark.
MAX_MARK_LENGTH = 60
# Keys and tempi in brackets: "126 BPM", "A min", "8A", "Am, 124 bpm". "8D" is not a key here: it is
# a version for headphones.
_MEASUREMENT = (
    r"(?:\d{2,3}(?:\.\d+)?\s*(?i:bpm)|[A-G](?:#|b|♯|♭)?\s*(?i:min(?:or)?|maj(?:or)?|m\b)"
    r"|(?:1[0-2]|0?[1-9])[ABdm])"
)
_MEASUREMENTS = re.compile(rf"{_MEASUREMENT}(?:[\s,/|-]+(?:{_MEASUREMENT}|\d{{2,3}}))*")
# A file of a release group: "07-artist-title-grp".
_NUMBERED_FILE = re.compile(r"(\d{2,3}-[^-]+-[^-].*)-[a-z\d]{2,8}")
_YEAR = re.compile(r"(?:19|20)\d\d")
# What a key finder writes: "Energy 6".
_ENERGY = re.compile(r"energy\s?\d{1,2}", re.IGNORECASE)
_STATED_BPM = re.compile(r"(?<![\d.])(\d{2,3}(?:\.\d+)?)(?:\s*bpm)?$", re.IGNORECASE)
_BITRATE = re.compile(
    r"\d{2,3}\s?kbps|(?:master )?(?:16|24|32)[ /-](?:44|48|88|96)(?:[.,]1)?", re.IGNORECASE
)
_RATES = frozenset("16 24 32 44 48 88 96 128 192 256 320".split())
# A note about a download, without a word that names a version: "Buy = Free", "Free DL in bio".
_OFFERS = frozenset("buy download downloads free link dl".split())
# The DJ, uploader or shop of a track: "Played by X", "Out now on X".
_ATTRIBUTION = re.compile(
    r"(?:.*\s)?(?:played|supported|ripped|uploaded)\s+by\s"
    r"|(?:out|available|coming|released)(?:\s+(?:now|soon))?\s+(?:on|via|at)\s",
    re.IGNORECASE,
)
# What a release group adds to a file name: "-WEB-2019-GRP".
_GROUP = re.compile(
    r"-(?:web|cd[sm]?|vinyl|promo|sat|dab)-(?:[a-z]{2}-)?\d{4}(?:-\w+)?$", re.IGNORECASE
)
# A label's catalogue number: `QUAY012`, `ABC 1234D`.
_CATALOGUE_NUMBER = re.compile(r"([A-Z][A-Z&.]{1,11})[- ]?\d{2,6}[A-Z]{0,2}")
# A number of three digits that begins with 0 is a catalogue number in upper and lower case:
# "quay012".
_PADDED_NUMBER = re.compile(
    r"[^\W\d_][^\W\d_&.]{1,14}[- ]?0\d\d(?:[- ]?(?:ltd|lp|ep))?", re.IGNORECASE
)
# Words that number a title: "(VOL. 12)" is not a catalogue number.
_COUNTED = frozenset(
    "ACT CHAPTER DAY DISC EPISODE LOOP MOVEMENT NO OP OPUS PART PHASE PT SCENE SESSION SIDE SKETCH "
    "STUDY TAKE TAPE TOOL TRACK VOL VOLUME".split()
)
# Two capitals in brackets are the country of an artist, except these: times of day, cities,
# formats, numerals.
_NO_COUNTRIES = frozenset("AM PM LA NY DC SF OK UP HD EP LP CD DJ MC IX XI XX XL".split())


def stated_bpm(parts: Iterable[str]) -> float | None:
    """Return the tempo that the noise of a title states: "[150 BPM]"."""
    for part in parts:
        if _MEASUREMENTS.fullmatch(part) and (tempo := _STATED_BPM.search(part)):
            return float(tempo[1])
    return None


def download_number(name: str) -> int | None:
    """Return the Beatport ID in the name of a downloaded file: `7654321_Title_(Mix)`.

    Eight digits that form a date are treated as a date.
    """
    number = _DOWNLOAD.match(name)
    return int(number[1]) if number and not _DATE.fullmatch(number[1]) else None


def strip_file_marks(text: str) -> str:
    """Turn a file name into a title: no suffix, no site, spaces for underscores, spaced dashes."""
    if "." in text and (name := AUDIO_SUFFIX.sub("", text)) != text:
        # A path of Windows or POSIX: only the file name has information.
        text = _FOLDERS.sub("", name)
    if ".-." in text and " " not in text:
        text = text.replace(".", " ")
    text = _COPY.sub("", _GROUP.sub("", text) or text)
    text = _DOUBLED.sub(" - ", text)
    if group := _NUMBERED_FILE.fullmatch(text):
        text = group[1]
    if "_" in text:
        text = _DOWNLOAD.sub("", text)
        text = _FINAL_NUMBER.sub("", text)
        if " - " not in text and _SEPARATING.search(text):
            text = text.replace("_", " - ")
        elif text.count("_") > text.count(" "):
            text = text.replace("-", " - ").replace("_", " ")
            text = re.sub(r"^(\d{1,3})\s+(?=\D)", r"\1 - ", normalize_spacing(text))
        text = text.replace("_", " ")
    text = normalize_spacing(text)
    # A site has a dot, or begins with "www".
    return (_SITE.sub("", text) or text) if "." in text or "www" in text.lower() else text


def strip_noise(text: str) -> tuple[str, list[str]]:
    """Strip the noise before and after a title; return the title and the removed parts."""
    text, dropped = strip_file_marks(normalize_spacing(text)) or text, list[str]()
    while lead := strip_leading_noise(text):
        dropped.append(lead.strip())
        text = text[len(lead) :]
    while tail := strip_trailing_noise(text):
        dropped.append(tail.strip(" -"))
        text = text[: -len(tail)]
    return text, dropped


def strip_leading_noise(text: str) -> str:
    """Return the noise before a title, or `""` if there is none or the text is only noise."""
    lead = _LEADING.match(text)
    return lead.group() if lead and text[lead.end() :].strip(" -") else ""


def strip_trailing_noise(text: str) -> str:
    """Return the noise after a title (key, tempo, quality), or `""` as `strip_leading_noise`."""
    start = max(0, len(text) - MAX_MARK_LENGTH)
    tail = ("-" in text and _TRAILING.search(text, start)) or _QUALITY.search(text, start)
    return tail.group() if tail and text[: tail.start()].strip(" -") else ""


@lru_cache(maxsize=1024)
def is_noise(phrase: str) -> bool:
    """Return whether a phrase in brackets or after a dash is noise.

    Noise is a site or a phrase of the table; a long phrase may contain one typo.
    """
    folded = fold(phrase)
    if folded in NOISE_PHRASES or _SITE.fullmatch(phrase) or _ATTRIBUTION.match(phrase):
        return True
    if _BITRATE.fullmatch(phrase) or _ENERGY.fullmatch(phrase):
        return True
    words = folded.split()
    if len(_OFFERS.intersection(words)) > 1 and MARKERS.isdisjoint(words):
        return True
    words = [word for word in words if not _YEAR.fullmatch(word) and word not in _RATES]
    if (len(words) > 1 and NOISE_WORDS.issuperset(words)) or _MEASUREMENTS.fullmatch(phrase):
        return True
    return len(folded) >= _MIN_NOISE_TYPO_LENGTH and any(
        OSA.distance(folded, noise, score_cutoff=1) <= 1
        for length in (len(folded) - 1, len(folded), len(folded) + 1)
        for noise in _NOISE_OF_LENGTH.get(length, ())
    )


def is_country(phrase: str) -> bool:
    """Return whether a phrase in brackets is the country of an artist (`UK`)."""
    return (
        len(phrase) == 2
        and phrase.isalpha()
        and phrase.isupper()
        and phrase.casefold() not in NUMERALS
        and phrase not in _NO_COUNTRIES
    )


def is_catalogue_number(phrase: str) -> bool:
    """Return whether a phrase looks like a label's catalogue number (`QUAY012`)."""
    if _PADDED_NUMBER.fullmatch(phrase):
        letters = re.split(r"[-\s\d]", phrase, maxsplit=1)[0]
        return letters.upper() not in _COUNTED and letters.casefold() not in MARKERS
    number = _CATALOGUE_NUMBER.fullmatch(phrase)
    if number is None:
        return False
    # "VIP01" and "SUMMER 2019" are not catalogue numbers.
    letters = number[1].rstrip(".")
    is_word = letters in _COUNTED or letters.casefold() in MARKERS
    return not is_word and not re.search(r"(?:19|20)\d\d$", phrase)
