"""Invented ids, slugs and image names in the style of Beatport, always the same for one input.

Every function is pure and uses no state of the process, so that two fakes, two runs and two
machines agree. Only the ids of keys and genres are Beatport's real ones, because parsers depend on
them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Final

from beatport_match.errors import MisuseError
from beatport_match.model.keys import Key, parse_key

# Beatport's ids of its keys, in order from 1. Both spellings of a black key are in use.
_KEYS = (
    *("Ab Minor", "Eb Minor", "Bb Minor", "F Minor", "C Minor", "G Minor"),
    *("D Minor", "A Minor", "E Minor", "B Minor", "F# Minor", "Db Minor"),
    *("B Major", "F# Major", "Db Major", "Ab Major", "Eb Major", "Bb Major"),
    *("F Major", "C Major", "G Major", "D Major", "A Major", "E Major"),
    *("A# Major", "A# Minor", "C# Major", "C# Minor", "D# Major", "D# Minor"),
    *("G# Major", "G# Minor", "Gb Major", "Gb Minor"),
)
KEY_IDS: Final = {key: key_id for key_id, key in enumerate(_KEYS, start=1)}

# Beatport's ids of its genres. Genre names change over the years, the ids do not.
GENRE_IDS: Final = {
    "Drum & Bass": 1,
    "Hard Techno": 2,
    "Electronica": 3,
    "House": 5,
    "Techno (Peak Time / Driving)": 6,
    "Trance (Main Floor)": 7,
    "Hard Dance / Hardcore": 8,
    "Breaks / Breakbeat / UK Bass": 9,
    "Tech House": 11,
    "Deep House": 12,
    "Minimal / Deep Tech": 14,
    "Progressive House": 15,
    "DJ Tools": 16,
    "Dubstep": 18,
    "Indie Dance": 37,
    "Trap / Future Bass": 38,
    "Dance / Pop": 39,
    "Nu Disco / Disco": 50,
    "Funky House": 81,
    "Bass / Club": 85,
    "UK Garage / Bassline": 86,
    "Afro House": 89,
    "Melodic House & Techno": 90,
    "Bass House": 91,
    "Techno (Raw / Deep / Hypnotic)": 92,
    "Organic House": 93,
    "Electro (Classic / Detroit / Modern)": 94,
    "140 / Deep Dubstep / Grime": 95,
    "Mainstage": 96,
}


def hash_fraction(*parts: object) -> float:
    """Return a number in [0, 1) that depends only on `parts`."""
    return _digest(*parts) / 2**64


def hash_integer(lowest: int, highest: int, *parts: object) -> int:
    """Return an integer from `lowest` to `highest`, both included, that depends on `parts`."""
    return lowest + _digest(*parts) % (highest - lowest + 1)


def guid(*parts: object) -> str:
    """Return an invented GUID, in the form that Beatport's image URLs use."""
    text = hashlib.blake2b(_joined(*parts), digest_size=16).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@lru_cache(maxsize=65536)
def artist_id(name: str) -> int:
    """Return the id of an artist: 5-7 digits, so that ids sort differently as text."""
    return _of_digits(5, 7, "artist", name)


@lru_cache(maxsize=65536)
def label_id(name: str) -> int:
    """Return the id of a label: 4-6 digits."""
    return _of_digits(4, 6, "label", name)


def release_id(label: str, catalog_number: str, name: str) -> int:
    """Return the id of a release: 7 digits."""
    return hash_integer(1_000_000, 9_999_999, "release", label, catalog_number, name)


def genre_id(name: str) -> int:
    """Return Beatport's id of a genre, or an invented id above 500 for an unknown genre."""
    return GENRE_IDS.get(name) or hash_integer(501, 9999, "genre", name)


def sub_genre_id(name: str) -> int:
    """Return an invented id of a sub-genre."""
    return hash_integer(200, 499, "sub-genre", name)


def key_name(text: str) -> str:
    """Return a key in Beatport's spelling, from any notation."""
    return text if text in KEY_IDS else _key(text).name


def camelot(text: str) -> str:
    """Return the Camelot code of a key, such as `8A`."""
    return _key(text).camelot


def slug(name: str) -> str:
    """Return the URL form of a name; letters without an ASCII base letter are dropped."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    kept = re.sub(r"[^\w\s-]", "", ascii_only).strip().lower()
    return re.sub(r"[-\s]+", "-", kept)


def _key(text: str) -> Key:
    key = parse_key(text)
    if key is None:  # `CatalogueTrack` has rejected such a key before
        raise MisuseError(f"{text!r} is not a musical key.")
    return key


def _of_digits(min_digits: int, max_digits: int, *parts: object) -> int:
    digits = hash_integer(min_digits, max_digits, "digits", *parts)
    return hash_integer(10 ** (digits - 1), 10**digits - 1, *parts)


def _digest(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(_joined(*parts), digest_size=8).digest(), "big")


def _joined(*parts: object) -> bytes:
    # The separator occurs in no title, so ("ab", "c") and ("a", "bc") differ.
    return "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
