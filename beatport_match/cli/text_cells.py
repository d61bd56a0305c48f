"""Text for a terminal: cleaned, shortened, marked with its direction. These functions are pure."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

Piece: TypeAlias = tuple[str, str]
"""Text and its style, such as `bold green`, or `link` and a URL."""
TextLine: TypeAlias = tuple[Piece, ...]

ELLIPSIS = "…"
MAX_TEXT_LINES = 4  # of a reason or another long text

_LEFT_TO_RIGHT_MARK = "\u200e"


def truncate_middle(text: str, width: int, cell_len: Callable[[str], int] = len) -> str:
    """Cut a text in the middle, because a title has its version at the end.

    The text in the last brackets is kept whole if enough cells are left for the beginning.

    Args:
        text: A cleaned text.
        width: The number of terminal cells that the result may fill.
        cell_len: Measures a text in cells. With the default, each character fills one cell.
    """
    if cell_len(text) <= width:
        return text
    end = text[max(text.rfind("("), text.rfind("[")) :]
    if len(end) < 2 or cell_len(end) > (width - 1) * 2 // 3:
        end = _tail(text, (width - 1) // 2, cell_len).lstrip()
    # Twice as many characters, because some characters fill no cell.
    room = width - cell_len(ELLIPSIS + end)
    head = text[: 2 * room]
    while (excess := cell_len(head) - room) > 0:
        head = head[: -max(1, excess // 2)]  # a character fills at most two cells
    return head.rstrip(" -,") + ELLIPSIS + end


def _tail(text: str, width: int, cell_len: Callable[[str], int]) -> str:
    """Return the longest end that fits; it does not begin with a mark without its letter."""
    tail = text[-2 * width :] if width else ""
    while tail and (cell_len(tail) > width or not cell_len(tail[0])):
        tail = tail[1:]
    return tail


def mark_direction(text: str) -> str:
    """Put a left-to-right mark at both ends of a text with right-to-left letters.

    Without the marks, a terminal would also reorder the neighbouring columns.
    """
    if any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text):
        return f"{_LEFT_TO_RIGHT_MARK}{text}{_LEFT_TO_RIGHT_MARK}"
    return text


def text_line(text: str, style: str = "") -> TextLine:
    """Return a line of one style."""
    return ((text, style),)


def fact_lines(facts: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield facts as lines of a width: the labels in one column, the wrapped texts in another."""
    label_width = max(len(label) for label, _ in facts)
    indent = " " * (label_width + 4)
    for label, text in facts:
        start = f"  {label:<{label_width}}  "
        yield from textwrap.wrap(
            text, width, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
        )
