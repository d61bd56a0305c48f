"""Numbers and names that Beatport gives to things, made up the same way every time.

Everything here is a pure function of its arguments and of no process-wide state, so that two
fakes, two runs and two machines agree. Real numbers stand here only where parsers rely on them:
keys and genres.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Final

from beatport_match.errors import MisuseError
from beatport_match.model.keys import Key, parse_key

# Beatport's numbers of its keys; both spellings of a black key are in use.
_KEYS = (
    *("Ab Minor", "Eb Minor", "Bb Minor", "F Minor", "C Minor", "G Minor"),
    *("D Minor", "A Minor", "E Minor", "B Minor", "F# Minor", "Db Minor"),
    *("B Major", "F# Major", "Db Major", "Ab Major", "Eb Major", "Bb Major"),
    *("F Major", "C Major", "G Major", "D Major", "A Major", "E Major"),
    *("A# Major", "A# Minor", "C# Major", "C# Minor", "D# Major", "D# Minor"),
    *("G# Major", "G# Minor", "Gb Major", "Gb Minor"),
)
KEY_IDS: Final = {key: place for place, key in enumerate(_KEYS, start=1)}

# Beatport's numbers of its genres; the names change over the years, the numbers do not.
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
    """A number in [0, 1) that depends on nothing but `parts`."""
    return _digest(*parts) / 2**64


def number(lowest: int, highest: int, *parts: object) -> int:
    """A whole number from `lowest` to `highest`, both included, made of `parts`."""
    return lowest + _digest(*parts) % (highest - lowest + 1)


def guid(*parts: object) -> str:
    """A made-up GUID, in the spelling of Beatport's picture addresses."""
    text = hashlib.blake2b(_joined(*parts), digest_size=16).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@lru_cache(maxsize=65536)
def artist_id(name: str) -> int:
    """The number of an artist; five to seven digits, so that text and number sort differently."""
    return _of_digits(5, 7, "artist", name)


@lru_cache(maxsize=65536)
def label_id(name: str) -> int:
    """The number of a label, four to six digits."""
    return _of_digits(4, 6, "label", name)


def release_id(label: str, catalog_number: str, name: str) -> int:
    """The number of a release, seven digits."""
    return number(1_000_000, 9_999_999, "release", label, catalog_number, name)


def genre_id(name: str) -> int:
    """Beatport's number of a genre; a made-up one above 500 for a genre it does not have."""
    return GENRE_IDS.get(name) or number(501, 9999, "genre", name)


def sub_genre_id(name: str) -> int:
    """A made-up number of a sub-genre."""
    return number(200, 499, "sub-genre", name)


def key_name(text: str) -> str:
    """A key in Beatport's spelling, whichever notation it was given in."""
    return text if text in KEY_IDS else _key(text).name


def camelot(text: str) -> str:
    """A key's place on the Camelot wheel, such as `8A`."""
    return _key(text).camelot


def slug(name: str) -> str:
    """A name as Beatport writes it in addresses; letters without an ASCII base are lost."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    kept = re.sub(r"[^\w\s-]", "", ascii_only).strip().lower()
    return re.sub(r"[-\s]+", "-", kept)


def _key(text: str) -> Key:
    key = parse_key(text)
    if key is None:  # a CatalogueTrack refuses such a key before it comes here
        raise MisuseError(f"{text!r} is not a musical key.")
    return key


def _of_digits(fewest: int, most: int, *parts: object) -> int:
    digits = number(fewest, most, "digits", *parts)
    return number(10 ** (digits - 1), 10**digits - 1, *parts)


def _digest(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(_joined(*parts), digest_size=8).digest(), "big")


def _joined(*parts: object) -> bytes:
    # A separator that no title holds keeps ("ab", "c") and ("a", "bc") apart.
    return "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
