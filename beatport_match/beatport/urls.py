"""Beatport's URLs: track IDs, slugs, track URLs, and queries that pass the site's firewall.

This module converts text to text. It does not read JSON and builds no request.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from beatport_match.beatport.json_fields import clean_text
from beatport_match.errors import MisuseError
from beatport_match.matching.query_plan import MAX_QUERY_LENGTH

HOME = "https://www.beatport.com"
COVERS = "https://geo-media.beatport.com"
PREVIEWS = "https://geo-samples.beatport.com"

_DIGITS = re.compile(r"[0-9]{1,18}")
# The locale is two letters at the start of the path: /de/track/strobe/1696999.
_TRACK_PATH = re.compile(r"/(?:[a-z]{2}/)?track/[^/]+/([0-9]{1,18})/?")
_NOT_IN_SLUGS = re.compile(r"[^\w\s-]", re.ASCII)
_SLUG_GAPS = re.compile(r"[-\s]+", re.ASCII)


def track_id(url_or_id: int | str, base_url: str = HOME) -> int:
    """Return the ID of a track, from the ID itself or from the URL of its page.

    Raises:
        MisuseError: It is neither a number from 1 nor the URL of a track page of this Beatport.
    """
    number = _track_number(url_or_id, base_url)
    if number is None or not 0 < number < 10**18:
        shown = repr(url_or_id)[:200]
        raise MisuseError(
            f"{shown} is not a Beatport track: give its ID or its URL, "
            f"such as {HOME}/track/strobe/1696999."
        )
    return number


def linked_track(link: str, base_url: str) -> int | None:
    """Return the ID of the track that a link of a page points to; `None` for another link."""
    try:
        return _track_number(urljoin(f"{base_url}/", link), base_url)
    except ValueError:
        return None


def _track_number(url_or_id: object, base_url: str) -> int | None:
    if isinstance(url_or_id, int) and not isinstance(url_or_id, bool):
        return url_or_id
    if not isinstance(url_or_id, str):
        return None
    text = url_or_id.strip()
    if _DIGITS.fullmatch(text):
        return int(text)
    try:
        url, base = urlsplit(text), urlsplit(base_url)
    except ValueError:
        return None
    if url.scheme not in {"http", "https"}:
        return None
    path = url.path
    if url.netloc.lower() == base.netloc.lower():
        path = path.removeprefix(base.path.rstrip("/"))
    elif url.netloc.lower() != urlsplit(HOME).netloc:
        return None
    found = _TRACK_PATH.fullmatch(path)
    return int(found[1]) if found else None


@lru_cache(maxsize=2048)
def slug(name: str) -> str:
    """Return a name as Beatport writes it in a URL; `-` if no character of it is left.

    The rule gave Beatport's own slug for each of 1,046 names. The site accepts any slug: only the
    ID after it selects the track.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return _SLUG_GAPS.sub("-", _NOT_IN_SLUGS.sub("", plain).strip().lower()) or "-"


def track_url(base_url: str, name: str, number: int) -> str:
    """Return the URL of a track's page."""
    return f"{base_url}/track/{slug(name)}/{number}"


def safe_query(text: str) -> str:
    """Return the query in a form that the site's firewall accepts.

    The firewall rejects queries with more than one pair of parentheses. This function replaces
    those parentheses, and any without a partner, by spaces; the words in them stay. The result is
    one line of at most 200 characters.

    Raises:
        MisuseError: Nothing is left to search for.
    """
    query = _shorten(_drop_unsafe_parentheses(clean_text(text, max_length=len(text))))
    # Shortening may have removed one parenthesis of a pair.
    query = _drop_unsafe_parentheses(query)
    if not query.strip("() "):
        raise MisuseError(
            f"There is nothing to search for in {text[:100]!r}: give at least one word."
        )
    return query


def _drop_unsafe_parentheses(text: str) -> str:
    has_one_pair = text.count("(") == text.count(")") == 1
    if has_one_pair and text.index("(") < text.index(")"):
        return text
    return " ".join(text.replace("(", " ").replace(")", " ").split())


def _shorten(text: str) -> str:
    if len(text) <= MAX_QUERY_LENGTH:
        return text
    whole_words = text[: MAX_QUERY_LENGTH + 1].rpartition(" ")[0]
    # Cut an extremely long word in two instead of dropping it.
    return whole_words if len(whole_words) > MAX_QUERY_LENGTH // 2 else text[:MAX_QUERY_LENGTH]
