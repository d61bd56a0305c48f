"""Musical keys: parse the notations that DJs use into one comparable value.

A key is a pitch class and a mode. So G# minor, Ab minor, 1A (Camelot) and 6m (Open Key) are equal;
Beatport itself writes both G# and Ab. This module does not use tracks and candidates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

KeyMode: TypeAlias = Literal["major", "minor"]
KeyNotation: TypeAlias = Literal["short", "camelot", "open_key"]
"""How a program writes keys: `Abm` (Rekordbox), `1A` (Camelot) or `6m` (Open Key, Traktor)."""

# Semitones above C.
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# `IS` is the German ending for a sharp: Fis is F#.
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "SHARP": 1, "IS": 1, "B": -1, "♭": -1, "FLAT": -1}
# One spelling for each pitch class; all of them occur on Beatport.
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# The Camelot wheel is the circle of fifths: each hour is a fifth (seven semitones) above the hour
# before. It begins at 1B = B major and 1A = Ab minor. Beatport's own table of keys agrees
# (20: C Major, 8B; 13: B Major, 1B). Open Key has the same order, but begins at 1d = C major and
# 1m = A minor. Each constant is the pitch (semitones above C) of hour 1.
_CAMELOT_1B = 11
_CAMELOT_1A = 8
_OPEN_KEY_1D = 0
_OPEN_KEY_1M = 9

# No notation of a key is longer.
MAX_KEY_LENGTH = 100
_NOTE = re.compile(
    r"([A-G])\s*[-_ ]?\s*(#|♯|SHARP|IS\b|♭|FLAT|B)?\s*[-_ ]?\s*"
    r"(M|MAJ|MAJOR|DUR|MIN|MINOR|MOLL)?\.?",
    # re.ASCII: without it, IGNORECASE lets a dotted capital I match an i, and the tables above have
    # no entry for that letter.
    re.IGNORECASE | re.ASCII,
)
_WHEEL = re.compile(r"0?([1-9]|1[0-2])\s*([ABDM])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """One musical key.

    Attributes:
        pitch: The pitch class, in semitones above C (0-11).
        mode: `major` or `minor`.
    """

    pitch: int
    mode: KeyMode

    @property
    def name(self) -> str:
        """The key in Beatport's notation, such as `Ab Minor`."""
        return f"{_NAMES[self.pitch]} {self.mode.capitalize()}"

    @property
    def short(self) -> str:
        """The key in Rekordbox's notation, such as `Abm`."""
        return _NAMES[self.pitch] + ("m" if self.mode == "minor" else "")

    @property
    def camelot(self) -> str:
        """The key on the Camelot wheel, such as `1A`."""
        start, letter = (_CAMELOT_1B, "B") if self.mode == "major" else (_CAMELOT_1A, "A")
        return f"{_hour(self.pitch, start)}{letter}"

    @property
    def open_key(self) -> str:
        """The key in Open Key notation, such as `6m`."""
        start, letter = (_OPEN_KEY_1D, "d") if self.mode == "major" else (_OPEN_KEY_1M, "m")
        return f"{_hour(self.pitch, start)}{letter}"

    def written(self, notation: KeyNotation) -> str:
        """Return the key in a notation."""
        text: str = getattr(self, notation)
        return text


def _hour(pitch: int, start: int) -> int:
    # hour - 1 = (pitch - start) / 7 modulo 12, and 7 is its own inverse there: 7 * 7 = 49 = 1.
    return (pitch - start) * 7 % 12 + 1


def notation_of(text: str | None) -> KeyNotation | None:
    """Return the notation of a key, or `None` if the text is not a key."""
    if text is None or parse_key(text) is None:
        return None
    text = text.strip()
    if not text[0].isdecimal():
        return "short"
    return "camelot" if text[-1] in "ABab" else "open_key"


def usual_notation(texts: Iterable[str | None]) -> KeyNotation:
    """Return the notation that most of the keys use; Camelot if there are none.

    Nearly all libraries of DJs that hold keys write them as Camelot.
    """
    counts = Counter[KeyNotation](notation for notation in map(notation_of, texts) if notation)
    return counts.most_common(1)[0][0] if counts else "camelot"


@lru_cache(maxsize=512)
def parse_key(text: str | None) -> Key | None:
    """Parse a key in any common notation.

    Args:
        text: For example `Am`, `A Minor`, `A min`, `G#min`, `A♭ maj`, `8A`, `08A` (Camelot), `1m`,
            `12d` (Open Key). Spaces around it are ignored.

    Returns:
        The key, or `None` if the text is not a key.

    Example:
        `parse_key("G#min").camelot` is `1A`.
    """
    if text is None:
        return None
    # With several spaces in a row, the pattern could match in many ways and take long.
    text = " ".join(text.split()) if len(text) <= MAX_KEY_LENGTH else ""
    if wheel := _WHEEL.fullmatch(text):
        hour, letter = int(wheel[1]), wheel[2].upper()
        start = {"A": _CAMELOT_1A, "B": _CAMELOT_1B, "D": _OPEN_KEY_1D, "M": _OPEN_KEY_1M}[letter]
        return Key((start + 7 * (hour - 1)) % 12, "minor" if letter in "AM" else "major")
    if note := _NOTE.fullmatch(text):
        pitch = _NATURALS[note[1].upper()] + _ACCIDENTALS[(note[2] or "").upper()]
        # Some tools write a single capital M for major. In every other abbreviation, case does not
        # matter.
        mode = note[3] or ""
        minor = mode == "m" or mode.upper() in {"MIN", "MINOR", "MOLL"}
        return Key(pitch % 12, "minor" if minor else "major")
    return None
