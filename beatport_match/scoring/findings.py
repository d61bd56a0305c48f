"""What one comparison found: a case with its points and a note."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Contradiction: TypeAlias = Literal["", "version", "recording"]


class Finding(NamedTuple):
    """What one comparison came to; `points` have one decimal.

    `code` names the case, for programs and for `confidence`; `contradicts` is empty, `version` (this is
    another version at best) or `recording` (this is another track).
    """

    code: str
    points: float
    note: str
    contradicts: Contradiction = ""
