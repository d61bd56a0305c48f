"""The result of one comparison: a case, its points and a note.

The scale of the points: equal titles (46), equal artists (30) and equal versions (20) give 96; an
equal length (4) completes 100. An unknown value gives no points, neither positive nor negative.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Contradiction: TypeAlias = Literal["", "version", "recording"]


class Finding(NamedTuple):
    """The result of one comparison.

    `code` names the case, for programs and for `confidence`. `points` have one decimal. `note` is
    the reason, for people. `contradicts` is empty, `version` (the candidate is at best another
    version) or `recording` (the candidate is another track).
    """

    code: str
    points: float
    note: str
    contradicts: Contradiction = ""
