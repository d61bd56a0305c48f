"""What libraries, pools, channels and sites write around a title: it says nothing about the music.

File names, track numbers, keys, tempi, sites, quality, catalogue numbers. The words of it stand in
`vocabulary`; where in a title to look for it is `titles`' to know.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from beatport_match.parsing.normalize import fold, normalize_spacing
from beatport_match.parsing.vocabulary import NOISE_PHRASES, NUMERALS

# Noise this long may hold a typo and still be nothing else.
_LONG_NOISE = 7
_NOISE_OF_LENGTH = {
    length: [noise for noise in NOISE_PHRASES if len(noise) == length]
    for length in set(map(len, NOISE_PHRASES))
}
_SUFFIX = re.compile(r"\.(mp3|wav|aiff?|flac|m4a|ogg|alac|aac|wma)$", re.IGNORECASE)
_DOWNLOAD = re.compile(r"(\d{5,9})_+(?=[^\W_])")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_LEADING = re.compile(
    r"""^(?:
        \[\d{1,4}(?:-\d{1,4})?\]\s*                                # [3]
      | 0\d\s+(?=[^\W\d])                            # 03 Title
      | \([A-Z]\)\s+(?=\S)                            # (F), a library's own mark
      | \d{1,3}(?:[.)]\s+|\s+-\s+)                    # 01. or 01 -
      | [A-D]\d{1,2}(?:[.)]\s+|\s+-\s+)               # A1 -, a side of vinyl
      | (?:1[0-2]|0?[1-9])[ABdm](?:\s+-\s+|\s+(?=\d))  # 8A -, a key
      | \d{2,3}(?:\.\d+)?\s*bpm(?:\s+-)?\s+(?=[^\s(\[])  # 124 BPM, where a title follows
      | [★☆*•]+\s*                                    # a rating
      | (?:premiere|exclusive|free\s+(?:download|dl))\s*[:|]\s*
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# A site that its pool or ripper wrote behind the title, also with its dots lost.
_SITE = re.compile(
    r"\s*\b(?:(?:https?://)?[\w-]+(?:\.[\w-]+){0,3}\.(?:com|net|org|ru|info|pro|eu|de|vip|kz)(?:/\S*)?|www\w{3,}(?:com|net|org))$",
    re.IGNORECASE,
)
_QUALITY = re.compile(
    r"\s+(?:(?:full\s+)?(?:hq|hd|4k)|\d{2,3}\s?(?:kbps|bpm)|official\s+(?:music\s+)?(?:video|audio))$",
    re.IGNORECASE,
)
# What DJ software writes behind a title: "Title - 8A", "Title - 8A - 124".
_TRAILING = re.compile(
    r"\s+-\s+(?:1[0-2]|0?[1-9])[ABdm](?:\s+-\s+\d{2,3}(?:\.\d+)?(?:\s*bpm)?)?\s*$", re.IGNORECASE
)
_CATALOGUE_NUMBER = re.compile(r"([A-Z][A-Z&.]{1,11})[- ]?\d{2,6}[A-Z]{0,2}")
# Words that a title counts with: "(VOL. 12)" is no label's number.
_COUNTED = frozenset(
    "ACT CHAPTER DAY DISC EPISODE LOOP MOVEMENT NO OP OPUS PART PHASE PT SCENE SESSION SIDE SKETCH "
    "STUDY TAKE TAPE TOOL TRACK VOL VOLUME".split()
)
# Two capitals in brackets say where somebody is from; but these are hours, cities and formats.
_NO_COUNTRIES = frozenset("AM PM LA NY DC SF OK UP HD EP LP CD DJ MC IX XI XX XL".split())


def download_number(name: str) -> int | None:
    """The track's number in the name of a file downloaded from Beatport: `7654321_Title_(Mix)`.

    Eight digits that are a date are taken for one.
    """
    number = _DOWNLOAD.match(name)
    return int(number[1]) if number and not _DATE.fullmatch(number[1]) else None


def strip_file_marks(text: str) -> str:
    """A file name as a title: no suffix, no site, blanks for underscores, room at its dashes."""
    if "." in text:
        text = _SUFFIX.sub("", text)
    if "_" in text:
        text = _DOWNLOAD.sub("", text)
        if text.count("_") > text.count(" "):
            text = text.replace("-", " - ").replace("_", " ")
            text = re.sub(r"^(\d{1,3})\s+(?=\D)", r"\1 - ", normalize_spacing(text))
        text = text.replace("_", " ")
    text = normalize_spacing(text)
    # A site has a dot, or begins with "www".
    return (_SITE.sub("", text) or text) if "." in text or "www" in text.lower() else text


def strip_noise(text: str) -> tuple[str, list[str]]:
    """A title without what stands before and behind it and is not part of it, and what that was."""
    text, dropped = strip_file_marks(normalize_spacing(text)) or text, list[str]()
    while lead := strip_leading_noise(text):
        dropped.append(lead.strip())
        text = text[len(lead) :]
    while tail := strip_trailing_noise(text):
        dropped.append(tail.strip(" -"))
        text = text[: -len(tail)]
    return text, dropped


def strip_leading_noise(text: str) -> str:
    """What stands before a title and is not part of it; empty where nothing would be left."""
    lead = _LEADING.match(text)
    return lead.group() if lead and text[lead.end() :].strip(" -") else ""


def strip_trailing_noise(text: str) -> str:
    """Key, tempo or quality behind a title; empty where nothing would be left."""
    tail = ("-" in text and _TRAILING.search(text)) or _QUALITY.search(text)
    return tail.group() if tail and text[: tail.start()].strip(" -") else ""


@lru_cache(maxsize=4096)
def is_noise(phrase: str) -> bool:
    """Whether a phrase in brackets or behind a dash is noise, give or take a letter; a site is."""
    folded = fold(phrase)
    if folded in NOISE_PHRASES or _SITE.fullmatch(phrase):
        return True
    return len(folded) >= _LONG_NOISE and any(
        OSA.distance(folded, noise, score_cutoff=1) <= 1
        for length in (len(folded) - 1, len(folded), len(folded) + 1)
        for noise in _NOISE_OF_LENGTH.get(length, ())
    )


def is_country(phrase: str) -> bool:
    """Whether a phrase in brackets says where somebody is from (`UK`)."""
    return (
        len(phrase) == 2
        and phrase.isalpha()
        and phrase.isupper()
        and phrase.casefold() not in NUMERALS
        and phrase not in _NO_COUNTRIES
    )


def is_catalogue_number(phrase: str) -> bool:
    """Whether a phrase looks like a label's number for a release."""
    number = _CATALOGUE_NUMBER.fullmatch(phrase)
    return number is not None and number[1].rstrip(".") not in _COUNTED
