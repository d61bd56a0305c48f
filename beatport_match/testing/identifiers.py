"""Invented numbers, ids, slugs and image names in the style of Beatport.

Each depends only on its input and on no state of the process, so that two fakes, two runs and two
machines agree.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata


def hash_fraction(*parts: object) -> float:
    """Return a number in [0, 1) that depends only on `parts`."""
    return _digest(*parts) / 2**64


def hash_integer(lowest: int, highest: int, *parts: object) -> int:
    """Return an integer from `lowest` to `highest`, both included, that depends on `parts`."""
    return lowest + _digest(*parts) % (highest - lowest + 1)


def artist_id(name: str) -> int:
    """Return the id of an artist: 5-7 digits, so that ids sort differently as text."""
    return _of_digits(5, 7, "artist", name)


def label_id(name: str) -> int:
    """Return the id of a label: 4-6 digits."""
    return _of_digits(4, 6, "label", name)


def guid(*parts: object) -> str:
    """Return an invented GUID, in the form that Beatport's image URLs use."""
    text = hashlib.blake2b(_joined(*parts), digest_size=16).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def slug(name: str) -> str:
    """Return the URL form of a name; letters without an ASCII base letter are dropped."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    kept = re.sub(r"[^\w\s-]", "", ascii_only).strip().lower()
    return re.sub(r"[-\s]+", "-", kept)


def _of_digits(min_digits: int, max_digits: int, *parts: object) -> int:
    digits = hash_integer(min_digits, max_digits, "digits", *parts)
    return hash_integer(10 ** (digits - 1), 10**digits - 1, *parts)


def _digest(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(_joined(*parts), digest_size=8).digest(), "big")


def _joined(*parts: object) -> bytes:
    # The separator occurs in no title, so ("ab", "c") and ("a", "bc") differ.
    return "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
