"""Check values and texts from outside: which ones are accepted, and with which characters.

Values: `is_web_url`, `web_url_problem`, `is_loopback_url`, `is_header_token`, `clean_isrc`,
`finite_number`, `parse_json`, and the largest accepted values.

Texts:

    single_line        text that is read from outside, such as a title
    single_line_path   a path that is read from outside; it must still name its file
    terminal_safe      text for a terminal, which would execute control characters
    spreadsheet_safe   text for a cell of a CSV file, which a spreadsheet could run as a formula
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic_core import from_json

# Beatport's largest pages have 0.9 MB, with 12,500 commas and brackets. Parsing 200,000 values
# takes 50 ms and 30 MB; a page that is compressed to 16 KB can hold fifteen million.
MAX_JSON_CHARACTERS = 4 * 2**20
MAX_JSON_SEPARATORS = 200_000
# Databases and tantivy store an ID as a signed integer of 64 bits.
MAX_ID = 2**63 - 1
# Beats per minute.
MAX_BPM = 1000.0
# No recording is longer than a day.
MAX_DURATION_S = 24 * 60 * 60.0

_WEB_URL = re.compile(r"https?://[^\s/?#]\S*")
# ISO 3901: country, registrant, year and number ("DEAB11900001").
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")

# C0 and C1 control characters.
_CONTROL_CODES = (*range(0x20), *range(0x7F, 0xA0))
# Marks that change the direction of the text between them.
_EMBEDDING_CODES = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Unicode's format characters (category Cf) and the characters that it calls default-ignorable:
# zero-width blanks, joiners, direction marks, fillers, variation selectors, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

_FOR_PATHS = dict.fromkeys((*_CONTROL_CODES, 0x2028, 0x2029, 0xFEFF, *_EMBEDDING_CODES), " ")
_FOR_TERMINALS = dict.fromkeys((*_CONTROL_CODES, *_EMBEDDING_CODES, 0x200E, 0x200F, 0x061C)) | (
    dict.fromkeys([*map(ord, "\t\n\v\f\r"), 0x85, 0x2028, 0x2029], " ")
)
# A CSV file may hold cells of several lines.
_FOR_CELLS = {code: new for code, new in _FOR_TERMINALS.items() if chr(code) not in "\t\n\r"}
# A spreadsheet runs a cell as a formula if it begins with one of these (OWASP, "CSV Injection").
# Some spreadsheets accept the full-width characters of East Asian keyboards too.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_web_url(text: str) -> bool:
    """Whether the text is an http(s) URL with a host, without blanks and control characters."""
    return text.isprintable() and _WEB_URL.fullmatch(text) is not None


def web_url_problem(url: str) -> str | None:
    """Return why a URL cannot be that of a server, as the end of a sentence; `None` if it can.

    The text does not show the URL, which may hold a password.
    """
    if not is_web_url(url):
        return "must begin with https:// or http://, name a host and contain no blank"
    try:
        parts = urlsplit(url)
        host, is_port = parts.hostname or "", parts.port != 0
        if ":" not in host:  # not an IPv6 address
            is_host = bool(host) and host.encode("idna").decode("idna") != ""
        else:
            is_host = ip_address(host).version == 6
    except ValueError:
        is_host = is_port = False
    if "@" in url.split("/")[2]:
        return "must not hold a user name or a password; give them to an http_client of your own"
    if not is_host or not is_port:
        return "must name a host that can exist, and a port from 1 to 65535 if it names one"
    return None


def is_loopback_url(url: str) -> bool:
    """Whether a URL's host is this machine: `localhost`, or an address such as 127.0.0.1."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_header_token(text: str) -> bool:
    """Whether a secret can be sent in an HTTP header: printable ASCII without spaces."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def clean_isrc(isrc: str | None) -> str:
    """Return the bare ISRC, or `""` if it is invalid.

    Tags contain ISRCs with hyphens and blanks and in lower case.
    """
    if not isrc or _ISRC.fullmatch(isrc):
        return isrc or ""
    code = "".join(filter(str.isalnum, isrc)).upper()
    return code if _ISRC.fullmatch(code) else ""


def finite_number(value: object) -> float | None:
    """Return a JSON number as a finite float; `None` if it is none, or too large for a float."""
    # JSON's true is an int in Python.
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


# It takes about half the time of `json`. Its cache of values would stay in memory.
_from_json = partial(from_json, cache_strings="keys")


def parse_json(data: str | bytes, parser: Callable[[str | bytes], object] = _from_json) -> object:
    """Parse a JSON document; both parsers give the same value for what the first one accepts.

    `parser` is the first one; it raises a `ValueError` for JSON that it does not accept.

    Return `None` if it is not UTF-8, not JSON, nested too deeply, longer than 4 MiB, or if it has
    more than 200,000 commas and brackets.
    """
    if len(data) > MAX_JSON_CHARACTERS:
        return None
    # A shorter document cannot have so many.
    if len(data) > MAX_JSON_SEPARATORS:
        separators = (
            map(data.count, ",[{") if isinstance(data, str) else (data.count(x) for x in b",[{")
        )
        if sum(separators) > MAX_JSON_SEPARATORS:
            return None
    try:
        return parser(data)
    except (ValueError, TypeError):
        # It rejects lone surrogates (in a `str` with a TypeError), a byte order mark, and more than
        # 200 levels.
        pass
    try:
        text = data if isinstance(data, str) else str(data, "utf-8-sig", "surrogatepass")
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def single_line(text: str) -> str:
    """Return the text on one line: trimmed, blanks collapsed, without invisible characters.

    A control character becomes a blank. A lone surrogate is removed, because it cannot be encoded.
    """
    if not text.isascii():
        text = without_invisible(text)
    # Nearly every text is clean already, and this check takes a third of the time of cleaning.
    # The space is the only blank that `isprintable` accepts.
    if text.isprintable() and "  " not in text and text.strip() == text:
        return text
    return " ".join(_SURROGATES.sub("", _CONTROLS.sub(" ", text)).split())


def without_invisible(text: str) -> str:
    """Remove the characters that have no width and no meaning in a title."""
    return _INVISIBLE.sub("", text)


def single_line_path(text: str) -> str:
    """Return a path on one line and trimmed; all other characters belong to the file's name."""
    return text.translate(_FOR_PATHS).strip()


def terminal_safe(text: str) -> str:
    """Remove control and invisible characters; line ends and tabs become spaces."""
    return without_invisible(text.translate(_FOR_TERMINALS))


def spreadsheet_safe(text: str) -> str:
    """Return a text as `terminal_safe`, but with its line ends, and never a formula.

    A text that begins like a formula gets an apostrophe before it.
    """
    text = text.translate(_FOR_CELLS)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
