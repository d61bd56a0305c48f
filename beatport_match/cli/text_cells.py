"""Text for a terminal: cleaned, measured, cut and padded. These functions are pure.

Widths are counted in the cells of a terminal: an East Asian character fills two cells, a combining
mark none. Titles come from outside, so `clean` removes every character that controls a terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TypeAlias

from beatport_match.model.validation import terminal_safe

Piece: TypeAlias = tuple[str, str]
"""Text and its style, such as `bold green`, or `link` and a URL."""
TextLine: TypeAlias = tuple[Piece, ...]

ELLIPSIS = "…"

_LEFT_TO_RIGHT_MARK = "\u200e"
# The command line shows every text that comes from outside with this policy.
clean = terminal_safe


def width_of(text: str) -> int:
    """Return the number of cells that a cleaned text fills."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def head(text: str, width: int) -> str:
    """Return the longest beginning that fits into `width` cells."""
    filled = 0
    for index, char in enumerate(text):
        filled += _cells(char)
        if filled > width:
            return text[:index]
    return text


def tail(text: str, width: int) -> str:
    """Return the longest end that fits; it does not begin with a mark without its letter."""
    filled = 0
    begin = len(text)
    for index in range(len(text) - 1, -1, -1):
        cells = _cells(text[index])
        filled += cells
        if filled > width:
            break
        if cells:
            begin = index
    return text[begin:]


def truncate_middle(text: str, width: int) -> str:
    """Cut a text in the middle, because a title has its version at the end.

    The text in the last brackets is kept whole if enough cells are left for the beginning.
    """
    if width_of(text) <= width:
        return text
    end = text[max(text.rfind("("), text.rfind("[")) :]
    if len(end) < 2 or width_of(end) > (width - 1) * 2 // 3:
        end = tail(text, (width - 1) // 2).lstrip()
    return head(text, width - 1 - width_of(end)).rstrip(" -,") + ELLIPSIS + end


def wrap(text: str, width: int, max_lines: int) -> list[str]:
    """Break a text at spaces into at most `max_lines` lines; the last one is cut if necessary."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < max_lines - 1:
        line = truncate_middle(words.pop(0), width)
        while words and width_of(line) + 1 + width_of(words[0]) <= width:
            line += " " + words.pop(0)
        lines.append(line)
    return [*lines, truncate_middle(" ".join(words), width)] if words else lines


def cell(text: str, width: int, style: str = "", *, right: bool = False) -> Piece:
    """Pad a text to exactly `width` cells.

    A text with right-to-left letters gets a left-to-right mark at both ends. Without the marks, a
    terminal would also reorder the neighbouring columns.
    """
    blanks = " " * (width - width_of(text))
    if any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text):
        text = f"{_LEFT_TO_RIGHT_MARK}{text}{_LEFT_TO_RIGHT_MARK}"
    return (blanks + text if right else text + blanks, style)


def text_line(text: str, style: str = "") -> TextLine:
    """Return a line of one style."""
    return ((text, style),)


def plain_text(pieces: Iterable[Piece]) -> str:
    """Return a line as text, without styles and without spaces at its end."""
    return "".join(text for text, _ in pieces).rstrip()


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
