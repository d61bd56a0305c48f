"""Beatport's addresses: track numbers, slugs, links, and queries the site lets through.

Only text is made from text here. This file knows no JSON and builds no request.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from beatport_match.beatport.json_fields import clean
from beatport_match.errors import MisuseError

HOME = "https://www.beatport.com"

MAX_QUERY_LENGTH = 200
_DIGITS = re.compile(r"[0-9]{1,18}")
# Locales are two letters before everything else: /de/track/strobe/1696999.
_TRACK_PATH = re.compile(r"/(?:[a-z]{2}/)?track/[^/]+/([0-9]{1,18})/?")
_NOT_IN_SLUGS = re.compile(r"[^\w\s-]", re.ASCII)
_SLUG_GAPS = re.compile(r"[-\s]+", re.ASCII)


def track_id(url_or_id: int | str, base_url: str = HOME) -> int:
    """The number of a track, from the number itself or from the address of its page.

    Raises:
        MisuseError: It is neither a number from 1 nor a track page of this Beatport.
    """
    number = _track_number(url_or_id, base_url)
    if number is None or not 0 < number < 10**18:
        shown = repr(url_or_id)[:200]
        raise MisuseError(
            f"{shown} is not a Beatport track: give its number or its address, "
            f"such as {HOME}/track/strobe/1696999."
        )
    return number


def _track_number(given: object, base_url: str) -> int | None:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if not isinstance(given, str):
        return None
    given = given.strip()
    if _DIGITS.fullmatch(given):
        return int(given)
    try:
        asked, home = urlsplit(given), urlsplit(base_url)
    except ValueError:
        return None
    if asked.scheme not in {"http", "https"}:
        return None
    path = asked.path
    if asked.netloc.lower() == home.netloc.lower():
        path = path.removeprefix(home.path.rstrip("/"))
    elif asked.netloc.lower() != urlsplit(HOME).netloc:
        return None
    found = _TRACK_PATH.fullmatch(path)
    return int(found[1]) if found else None


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """A name as Beatport writes it in an address; `-` where nothing of it can be written.

    The rule gave Beatport's own slug for each of 1,046 names. The site takes any slug: the number
    behind it decides.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return _SLUG_GAPS.sub("-", _NOT_IN_SLUGS.sub("", plain).strip().lower()) or "-"


def track_url(base_url: str, name: str, number: int) -> str:
    """The address of a track's page."""
    return f"{base_url}/track/{slug(name)}/{number}"


def safe_query(text: str) -> str:
    """The query in a form that the site's firewall lets through.

    It refuses queries with more than one pair of parentheses, so those (and any without their
    partner) become blanks; the words in them stay. The rest is one line of at most 200 characters.

    Raises:
        MisuseError: Nothing is left to search for.
    """
    query = _shorten(_split_long_digits(clean(text, longest=len(text))))
    # Shortening may have cut a pair in two.
    query = _split_long_digits(query)
    if not query.strip("() "):
        raise MisuseError(f"There is nothing to search for in {text[:100]!r}: give a name or two.")
    return query


def _split_long_digits(text: str) -> str:
    single = text.count("(") == text.count(")") == 1
    if single and text.index("(") < text.index(")"):
        return text
    return " ".join(text.replace("(", " ").replace(")", " ").split())


def _shorten(text: str) -> str:
    if len(text) <= MAX_QUERY_LENGTH:
        return text
    whole_words = text[: MAX_QUERY_LENGTH + 1].rpartition(" ")[0]
    # A monstrous word is cut in two rather than lost.
    return whole_words if len(whole_words) > MAX_QUERY_LENGTH // 2 else text[:MAX_QUERY_LENGTH]
