"""The entry that cannot be read, as a value: one bad entry never costs a playlist.

Only the shape lives here; each reader says what was wrong and where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PlaylistProblem:
    """An entry of a playlist that was left out.

    `file` is the playlist's path as given, `place` where in it (such as `line 12`), `detail` what
    is wrong and what would help, without a full stop.
    """

    file: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.detail}."


OnProblem: TypeAlias = Callable[[PlaylistProblem], None]
