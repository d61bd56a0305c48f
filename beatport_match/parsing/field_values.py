"""One field of one entry: text as a playlist wrote it, made fit for a `Track`.

This room opens no file and knows no format. A number that cannot be true is unknown
(`None`), never a guess and never an error.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from beatport_match.model.tracks import Names

# A DJ's library holds recordings: nothing was sold before 1890, nothing runs longer than a day.
_YEARS = range(1890, 2101)
MAX_BPM = 1000.0
MAX_DURATION_S = 24 * 60 * 60.0

# C0 and C1 controls, line separators, the marks that reverse the direction of a line, stray BOMs.
_CONTROLS = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF], " "
)

_SUFFIX = re.compile(
    r"\.(?:aac|ac3|aif[cf]?|aiff|alac|ape|avi|flac|m4[abpv]|mk[av]|mov|mp[234]|mpc|mpeg|mpg|og[ag]"
    r"|opus|wave?|webm|wma|wv)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{0,12})?")
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0*)?")
_YEAR = re.compile(r"([0-9]{4})(?:[-/.].*)?")
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])(?:[.,][0-9]{0,9})?")
_SCHEME = re.compile(r"(file|https?)://([^/]*)", re.IGNORECASE)
# Rekordbox files a streamed track under `file://localhosttidal:tracks:1234`: no slash, no name.
_STREAMED = re.compile(r"[a-z]+:tracks?:[^/]*", re.IGNORECASE)
# Two slashes, or one and a star, open a comment in somebody's source code.
_ROOTED = re.compile(r"(?:[A-Za-z]:|\.{1,2}|~)?(?:\\|/(?![/*]))")
_DRIVE = re.compile(r"/[A-Za-z]:[/\\]")


def text(written: str | None) -> str:
    """The text on one line: control characters become blanks, outer blanks go."""
    return (written or "").translate(_CONTROLS).strip()


def known_text(written: str | None) -> str | None:
    """The text, or `None` where it is blank."""
    return text(written) or None


def artist_names(written: str | None) -> Names:
    """The names as written, for judgement to split; none where the text is blank."""
    return text(written) or ()


def bpm(written: str | None) -> float | None:
    """Beats per minute above 0 and below 1000, with a point or a comma."""
    number = _number(written)
    return number if number is not None and 0 < number < MAX_BPM else None


def year(written: str | None) -> int | None:
    """A year from 1890 to 2100, alone or at the head of a date such as `2019-05-03`."""
    found = _YEAR.fullmatch(text(written))
    return int(found[1]) if found and int(found[1]) in _YEARS else None


def seconds(written: str | None) -> float | None:
    """A length above 0 and up to a day, as seconds, `m:ss` or `h:mm:ss`."""
    if clock := _CLOCK.fullmatch(text(written)):
        number: float | None = int(clock[1] or 0) * 3600.0 + int(clock[2]) * 60 + int(clock[3])
    else:
        number = _number(written)
    return number if number is not None and 0 < number <= MAX_DURATION_S else None


def whole(written: str | None) -> int | None:
    """A whole number above 0; `123.0`, as spreadsheets write it, is one."""
    found = _WHOLE.fullmatch(text(written))
    return int(found[1]) or None if found else None


def with_mix(title: str, mix: str | None) -> str:
    """The title with its mix in brackets, unless it is blank or already says so."""
    mix = text(mix)
    if mix[:1] + mix[-1:] == "()":
        mix = mix[1:-1].strip()
    if not title or not mix or mix.casefold() in title.casefold():
        return title
    return f"{title} ({mix})"


def path_of(location: str | None) -> str:
    """The path that a `file://` address means; anything else is kept as written."""
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
    """The file's name without its folders and audio suffix; blank where there is no name."""
    location = text(location)
    scheme = _SCHEME.match(location)
    if scheme and scheme[1].lower() != "file":
        location = unquote(re.split(r"[?#]", location[scheme.end() :], maxsplit=1)[0])
    path = path_of(location)
    if _STREAMED.fullmatch(path):
        return ""
    name = re.split(r"[/\\]", path)[-1]
    suffix = _SUFFIX.fullmatch(name[dot:]) if (dot := name.rfind(".")) >= 0 else None
    return text(name[:dot] if suffix else name)


def is_path(written: str) -> bool:
    """Whether a line can only be meant as the place of a file or stream."""
    rooted = _ROOTED.match(written)
    dot = written.rfind(".")
    return bool(rooted or _SCHEME.match(written) or (dot > 0 and _SUFFIX.fullmatch(written[dot:])))


def _number(written: str | None) -> float | None:
    found = text(written)
    return float(found.replace(",", ".")) if _NUMBER.fullmatch(found) else None
