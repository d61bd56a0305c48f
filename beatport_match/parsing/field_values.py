"""Field values of playlist entries: raw text becomes a value that a `Track` accepts.

The functions open no file and know no playlist format. A number that is impossible (a tempo of 0,
the year 3000) becomes `None`; it is neither guessed nor an error.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from beatport_match.model.tracks import Names

# A collection holds recordings: none was sold before 1890, and none is longer than a day.
_YEARS = range(1890, 2101)
MAX_BPM = 1000.0
MAX_DURATION_S = 24 * 60 * 60.0

# C0 and C1 controls, line separators, the marks that change the direction of a line, and byte
# order marks.
_CONTROLS = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF], " "
)

# The suffix of an audio or video file: `.mp3`, `.aiff`, `.m4a`.
_AUDIO_SUFFIX = re.compile(
    r"\.(?:aac|ac3|aif[cf]?|aiff|alac|ape|avi|flac|m4[abpv]|mk[av]|mov|mp[234]|mpc|mpeg|mpg|og[ag]"
    r"|opus|wave?|webm|wma|wv)",
    re.IGNORECASE,
)
# A decimal number with a point or a comma: `124`, `124.5`, `124,5`.
_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{0,12})?")
# A whole number, also as a spreadsheet writes it: `123.0`.
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0*)?")
# A year alone or at the start of a date: `2019`, `2019-05-03`, `2019/05`.
_YEAR = re.compile(r"([0-9]{4})(?:[-/.].*)?")
# A length as `m:ss`, `h:mm:ss` or `m:ss.fff`.
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])(?:[.,][0-9]{0,9})?")
# The scheme and the host of a URL: `file://localhost`, `https://example.com`.
_SCHEME = re.compile(r"(file|https?)://([^/]*)", re.IGNORECASE)
# Rekordbox stores a streamed track as `file://localhosttidal:tracks:1234`. That path has no slash
# and no file name.
_STREAMED = re.compile(r"[a-z]+:tracks?:[^/]*", re.IGNORECASE)
# The start of a path: `/music`, `C:\music`, `../music`, `~/music`. `//` and `/*` are excluded: they
# start a comment in source code.
_ROOTED = re.compile(r"(?:[A-Za-z]:|\.{1,2}|~)?(?:\\|/(?![/*]))")
# A Windows drive in the path of a URL: `/C:/music`.
_DRIVE = re.compile(r"/[A-Za-z]:[/\\]")


def text(value: str | None) -> str:
    """Put the text on one line: replace control characters by spaces, strip outer spaces."""
    return (value or "").translate(_CONTROLS).strip()


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


def with_mix(title: str, mix: str | None) -> str:
    """Append the mix in brackets, unless the title or mix is blank or the title contains it."""
    mix = text(mix)
    if mix[:1] + mix[-1:] == "()":
        mix = mix[1:-1].strip()
    if not title or not mix or mix.casefold() in title.casefold():
        return title
    return f"{title} ({mix})"


def path_of(location: str | None) -> str:
    """Convert a `file://` URL to a path; return any other text as written."""
    location = text(location)
    scheme = _SCHEME.match(location)
    if not scheme or scheme[1].lower() != "file":
        return location
    host, rest = scheme[2], location[scheme.end() :]
    if host[:9].lower() == "localhost":
        host, rest = "", host[9:] + rest
    path = text(unquote(rest))
    if host:
        return f"//{host}{path}"
    return path[1:] if _DRIVE.match(path) else path


def stem(location: str | None) -> str:
    """Return the file name without folders and audio suffix, or `""` if there is no file name."""
    location = text(location)
    scheme = _SCHEME.match(location)
    if scheme and scheme[1].lower() != "file":
        location = unquote(re.split(r"[?#]", location[scheme.end() :], maxsplit=1)[0])
    path = path_of(location)
    if _STREAMED.fullmatch(path):
        return ""
    name = re.split(r"[/\\]", path)[-1]
    suffix = _AUDIO_SUFFIX.fullmatch(name[dot:]) if (dot := name.rfind(".")) >= 0 else None
    return text(name[:dot] if suffix else name)


def is_path(line: str) -> bool:
    """Return whether a line of text can only be a path or the URL of a file or stream."""
    rooted = _ROOTED.match(line)
    dot = line.rfind(".")
    has_suffix = dot > 0 and _AUDIO_SUFFIX.fullmatch(line[dot:])
    return bool(rooted or _SCHEME.match(line) or has_suffix)


def _number(value: str | None) -> float | None:
    """Parse a decimal number, or return `None`."""
    number = text(value)
    return float(number.replace(",", ".")) if _NUMBER.fullmatch(number) else None
