"""Field values of playlist entries: raw text becomes a value that a `Track` accepts.

The functions open no file and do not depend on a playlist format. A number that is impossible (a
tempo of 0, the year 3000) becomes `None`; it is neither guessed nor an error.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from beatport_match.model.tracks import Names
from beatport_match.model.validation import (
    MAX_BPM,
    MAX_DURATION_S,
    single_line,
    single_line_path,
)
from beatport_match.parsing.noise import AUDIO_SUFFIX
from beatport_match.parsing.versions import names_version

# A collection holds recordings, and none was sold before 1890.
_YEARS = range(1890, 2101)
# A decimal number with a point or a comma: `124`, `124.5`, `124,5`.
_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{0,12})?")
# A whole number, also as a spreadsheet writes it: `123.0`.
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0*)?")
# A year alone or at the start of a date: `2019`, `2019-05-03`, `2019/05`, `20190503`.
_YEAR = re.compile(r"([0-9]{4})(?:[-/.].*|(?:0[0-9]|1[0-2])[0-3][0-9])?")
# A length as `m:ss`, `h:mm:ss` or `m:ss.fff`.
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])(?:[.,][0-9]{0,9})?")
# The URL of a site: `https://example.com`, `www.example.com`, `t.me/name`.
_SITE = re.compile(r"://|www\.|[a-z0-9]\.(?:com|net|org|me|ru|info)\b", re.IGNORECASE)
# The names of the twelve notes, by their number in Spotify's exports and in Traktor.
_PITCHES = {str(number): name for number, name in enumerate("C Db D Eb E F Gb G Ab A Bb B".split())}
# The scheme and the host of a URL: `file://localhost`, `https://example.com`.
_SCHEME = re.compile(r"(file|https?)://([^/]*)", re.IGNORECASE)
# A streamed track has no file name. Rekordbox stores it as `file://localhosttidal:tracks:1234`,
# `file://localhosttd1234` or `file://localhost/v4/catalog/tracks/1234/`, other programs as
# `netsearch://bp1234` or `streaming://Beatport LINK/Track/1234`.
_STREAMED = re.compile(
    r"/?[a-z]+:tracks?:[^/]*|td[0-9]+|/?v4/catalog/tracks/[0-9]+/?"
    r"|(?!file:|https?:)[a-z][a-z0-9+.-]+://.*|https?://.*/[0-9]+/?(?:[?#].*)?",
    re.IGNORECASE,
)
# Where these locations hold the number of a track on Beatport.
_BEATPORT_ID = re.compile(
    r"(?:/v4/catalog/tracks/|streaming://Beatport(?:%20| )LINK/Track/|beatport:tracks?:"
    r"|netsearch://bp|https?://(?:www\.)?beatport\.com/(?:[a-z]{2}/)?track/[^/?#\s]+/)"
    r"([0-9]{1,15})(?:[/?#].*)?",
    re.IGNORECASE,
)
_TRACK_PAGE = re.compile(
    r"https?://(?:www\.)?beatport\.com/(?:[a-z]{2}/)?track/([^/?#\s]+)/0*([1-9][0-9]{0,14})"
    r"(?:[/?#]\S*)?",
    re.IGNORECASE,
)
# The start of a path: `/music`, `C:\music`, `../music`, `~/music`. `//` and `/*` are excluded: they
# start a comment in source code.
_ROOTED = re.compile(r"(?:[A-Za-z]:|\.{1,2}|~)?(?:\\|/(?![/*]))")
# A Windows drive in the path of a URL: `/C:/music`.
_DRIVE = re.compile(r"/[A-Za-z]:[/\\]")


def text(value: str | None) -> str:
    """Return the text on one line, without invisible characters; `""` if there is none."""
    return single_line(value or "")


def known_text(value: str | None) -> str | None:
    """Return the text, or `None` if it is blank."""
    return text(value) or None


def artist_names(value: str | None) -> Names:
    """Return the names unsplit (`credited_names` splits them), or `()` if the text is blank."""
    return text(value) or ()


def bpm(value: str | None) -> float | None:
    """Parse beats per minute, above 0 and below 1000, with a decimal point or comma."""
    number = _number(value)
    return number if number is not None and 0 < number < MAX_BPM else None


def year(value: str | None) -> int | None:
    """Parse a year from 1890 to 2100, alone or at the start of a date such as `2019-05-03`."""
    match = _YEAR.fullmatch(text(value))
    return int(match[1]) if match and int(match[1]) in _YEARS else None


def seconds(value: str | None) -> float | None:
    """Parse a length above 0 and up to one day: seconds, `m:ss` or `h:mm:ss`."""
    if clock := _CLOCK.fullmatch(text(value)):
        number: float | None = int(clock[1] or 0) * 3600.0 + int(clock[2]) * 60 + int(clock[3])
    else:
        number = _number(value)
    return number if number is not None and 0 < number <= MAX_DURATION_S else None


def whole(value: str | None) -> int | None:
    """Parse a whole number above 0; `123.0`, as spreadsheets write it, is 123."""
    match = _WHOLE.fullmatch(text(value))
    return int(match[1]) or None if match else None


def milliseconds(value: str | None) -> float | None:
    """Parse a length in milliseconds, above 0 and up to one day, as seconds."""
    number = _number(value)
    return number / 1000 if number is not None and 0 < number <= MAX_DURATION_S * 1000 else None


def is_blank(field: str, value: str | None) -> bool:
    """Return whether the value of a field means unknown, such as a BPM of 0."""
    if field == "bpm":
        return bpm(value) is None
    return year(value) is None if field in {"date", "year"} else not text(value)


def with_mix(title: str, mix: str | None) -> str:
    """Append the mix in brackets if it names a version that the title does not contain.

    Some libraries also hold URLs of sites and names of people in the field of the mix.
    """
    mix = text(mix)
    if mix[:1] + mix[-1:] == "()":
        mix = mix[1:-1].strip()
    if not title or mix.casefold() in title.casefold() or not _is_version(mix):
        return title
    return f"{title} ({mix})"


def key_of_pitch(pitch: str | None, *, minor: bool) -> str | None:
    """Return the key with a root from 0 (C) to 11 (B), such as `A` or `C#m`."""
    number = text(pitch)
    if number not in _PITCHES:
        return None
    return _PITCHES[number] + "m" * minor


def beatport_id(location: str | None) -> int | None:
    """Return the number of a track on Beatport from its location, or `None` if it has none."""
    found = _BEATPORT_ID.search(location or "")
    return int(found[1]) or None if found else None


class TrackPage(NamedTuple):
    """The track of a Beatport page: the words of its title in the URL, and its number."""

    title: str
    number: int


def track_page(text: str) -> TrackPage | None:
    """Return the track whose page a text is the URL of; `None` for any other text."""
    found = _TRACK_PAGE.fullmatch(text.strip())
    title = " ".join(unquote(found[1]).split("-")).strip() if found else ""
    return TrackPage(title, int(found[2])) if found and title else None


def path_of(location: str | None) -> str:
    """Convert a `file://` URL to a path; return any other text as written."""
    location = single_line_path(location or "")
    scheme = _SCHEME.match(location)
    if not scheme or scheme[1].lower() != "file":
        return location
    host, rest = scheme[2], location[scheme.end() :]
    if host[:9].lower() == "localhost":
        host, rest = "", host[9:] + rest
    path = single_line_path(unquote(rest))
    if host:
        return f"//{host}{path}"
    return path[1:] if _DRIVE.match(path) else path


def stem(location: str | None) -> str:
    """Return the file name without folders and audio suffix, or `""` if there is no file name."""
    path = path_of(location)
    if _STREAMED.fullmatch(path):
        return ""
    scheme = _SCHEME.match(path)
    if scheme:
        path = re.split(r"[?#]", path[scheme.end() :], maxsplit=1)[0]
    name = re.split(r"[/\\]", path)[-1]
    # Players write relative paths percent-encoded too, and then the name has no blank.
    name = name if " " in name else unquote(name)
    return text(AUDIO_SUFFIX.sub("", name))


def is_path(line: str) -> bool:
    """Return whether a line of text can only be a path or the URL of a file or stream."""
    suffix = AUDIO_SUFFIX.search(line, 1)
    return bool(_ROOTED.match(line) or _SCHEME.match(line) or _STREAMED.fullmatch(line) or suffix)


def _is_version(mix: str) -> bool:
    return not _SITE.search(mix) and names_version(mix)


def _number(value: str | None) -> float | None:
    """Parse a decimal number, or return `None`."""
    number = text(value)
    return float(number.replace(",", ".")) if _NUMBER.fullmatch(number) else None
