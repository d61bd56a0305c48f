"""Musical keys: every notation DJs use, read into one value that can be compared.

This room knows no track and no candidate. Keys are compared by pitch class and mode, so that
G# minor, Ab minor, 1A and 6m are one key (Beatport itself writes both spellings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Mode = Literal["major", "minor"]

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "SHARP": 1, "IS": 1, "B": -1, "♭": -1, "FLAT": -1}
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Camelot's wheel walks in fifths: 1B is B major, and each hour adds seven semitones.
# Open Key runs the same way from 1d = C major (Beatport: 20 C Major 8B, 13 B Major 1B).
_CAMELOT_1B = 11
_CAMELOT_1A = 8
_OPEN_KEY_1D = 0
_OPEN_KEY_1M = 9

_NOTE = re.compile(
    r"([A-G])\s*[-_ ]?\s*(#|♯|SHARP|IS\b|♭|FLAT|B)?\s*[-_ ]?\s*"
    r"(M|MAJ|MAJOR|DUR|MIN|MINOR|MOLL)?\.?",
    # ASCII: without it a dotted capital I counts as an i, which no table here knows.
    re.IGNORECASE | re.ASCII,
)
_WHEEL = re.compile(r"0?([1-9]|1[0-2])\s*([ABDM])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """One musical key.

    `pitch` counts semitones above C (0-11).
    """

    pitch: int
    mode: Mode

    @property
    def name(self) -> str:
        """The key as Beatport would write it, such as `Ab Minor`."""
        return f"{_NAMES[self.pitch]} {self.mode.capitalize()}"

    @property
    def short(self) -> str:
        """The key as Rekordbox would write it, such as `Abm`."""
        return _NAMES[self.pitch] + ("m" if self.mode == "minor" else "")

    @property
    def camelot(self) -> str:
        """The key on the Camelot wheel, such as `1A`."""
        start, letter = (_CAMELOT_1B, "B") if self.mode == "major" else (_CAMELOT_1A, "A")
        return f"{_camelot_hour(self.pitch, start)}{letter}"


def _camelot_hour(pitch: int, start: int) -> int:
    # Seven is its own inverse modulo twelve, so the same step walks the wheel backwards.
    return (pitch - start) * 7 % 12 + 1


@lru_cache(maxsize=512)
def parse_key(text: str | None) -> Key | None:
    """Read a key in any common notation; `None` where the text is not a key.

    Understands `Am`, `A Minor`, `A min`, `G#min`, `A♭ maj`, `8A`, `08A` (Camelot) and `1m`, `12d`
    (Open Key).
    """
    if text is None:
        return None
    text = text.strip()
    if wheel := _WHEEL.fullmatch(text):
        hour, letter = int(wheel[1]), wheel[2].upper()
        start = {"A": _CAMELOT_1A, "B": _CAMELOT_1B, "D": _OPEN_KEY_1D, "M": _OPEN_KEY_1M}[letter]
        return Key((start + 7 * (hour - 1)) % 12, "minor" if letter in "AM" else "major")
    if note := _NOTE.fullmatch(text):
        pitch = _NATURALS[note[1].upper()] + _ACCIDENTALS[(note[2] or "").upper()]
        # A lone capital M is some tools' major; every other abbreviation is free of case.
        mode = note[3] or ""
        minor = mode == "m" or mode.upper() in {"MIN", "MINOR", "MOLL"}
        return Key(pitch % 12, "minor" if minor else "major")
    return None
