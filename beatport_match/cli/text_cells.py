"""Text in columns: cleaned, measured, cut, padded. Pure; it knows no stream and no match.

Widths are a terminal's cells: an East Asian character fills two, a combining mark none. Titles
come from strangers, so nothing that steers a terminal is let through.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TypeAlias

Piece: TypeAlias = tuple[str, str]
"""Text and its style: a word or two such as `bold green`, or `link` and an address."""
TextLine: TypeAlias = tuple[Piece, ...]

ELLIPSIS = "…"

# C0 and C1 controls steer the terminal, bidirectional controls what is read next to them; the
# line ends among them would break the row.
_CONTROL_CHARACTERS = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
_CLEAN = dict.fromkeys([*_CONTROL_CHARACTERS, 0x200E, 0x200F, 0x061C]) | dict.fromkeys(
    [*map(ord, "\t\n\v\f\r"), 0x85, 0x2028, 0x2029], " "
)
_LEFT_TO_RIGHT_MARK = "\u200e"


def clean(text: str) -> str:
    """The text without what would steer a terminal; line ends become blanks."""
    return text.translate(_CLEAN)


def width_of(text: str) -> int:
    """The cells that clean text fills."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def head(text: str, width: int) -> str:
    """As much of the beginning as fits."""
    filled = 0
    for place, char in enumerate(text):
        filled += _cells(char)
        if filled > width:
            return text[:place]
    return text


def tail(text: str, width: int) -> str:
    """As much of the end as fits; a mark never comes without its letter."""
    filled = 0
    begin = len(text)
    for place in range(len(text) - 1, -1, -1):
        cells = _cells(text[place])
        filled += cells
        if filled > width:
            break
        if cells:
            begin = place
    return text[begin:]


def truncate_middle(text: str, width: int) -> str:
    """The text cut in its middle, since the version stands at the end of a title.

    What stands in the last brackets is kept whole where that leaves the beginning enough room.
    """
    if width_of(text) <= width:
        return text
    end = text[max(text.rfind("("), text.rfind("[")) :]
    if len(end) < 2 or width_of(end) > (width - 1) * 2 // 3:
        end = tail(text, (width - 1) // 2).lstrip()
    return head(text, width - 1 - width_of(end)).rstrip(" -,") + ELLIPSIS + end


def wrap(text: str, width: int, most: int) -> list[str]:
    """The text on at most so many lines, broken at blanks; what is too much goes from the last."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < most - 1:
        line = truncate_middle(words.pop(0), width)
        while words and width_of(line) + 1 + width_of(words[0]) <= width:
            line += " " + words.pop(0)
        lines.append(line)
    return [*lines, truncate_middle(" ".join(words), width)] if words else lines


def cell(text: str, width: int, style: str = "", *, right: bool = False) -> Piece:
    """Text that fills exactly so many cells.

    Where it holds letters that run from right to left, marks on both its ends keep a terminal from
    running the neighbouring columns that way too.
    """
    blanks = " " * (width - width_of(text))
    if any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text):
        text = f"{_LEFT_TO_RIGHT_MARK}{text}{_LEFT_TO_RIGHT_MARK}"
    return (blanks + text if right else text + blanks, style)


def text_line(text: str, style: str = "") -> TextLine:
    """A line of one style."""
    return ((text, style),)


def joined(pieces: Iterable[Piece]) -> str:
    """The line as text, without its styles and the blanks at its end."""
    return "".join(text for text, _ in pieces).rstrip()


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
