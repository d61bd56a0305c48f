"""Entries of an input file that could not be read, as values.

A reader reports each such entry and continues with the next one: one bad entry never costs the
whole file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class InputProblem:
    """An entry of an input file that could not be read as it stands.

    `file` is the path as given, empty where the rows came from a program; `place` is where in it
    (such as `line 12`); `detail` says what is wrong, without a full stop.
    """

    file: str
    place: str
    detail: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.file else self.place
        return f"{where}: {self.detail}."


@dataclass(frozen=True, slots=True)
class PlaylistProblem(InputProblem):
    """An entry of a playlist that was left out.

    `file` is the playlist's path as given, `place` is where in it (such as `line 12`), `detail`
    says what is wrong and what would help, without a full stop.
    """


@dataclass(frozen=True, slots=True)
class CatalogueProblem(InputProblem):
    """A row that was left out, or that was built without one of its values.

    `file` is the path as given (empty where the rows came from a program), `place` is where in it
    (such as `line 12`), `detail` says what is wrong and what became of the row, without a full
    stop.
    """


OnProblem: TypeAlias = Callable[[PlaylistProblem], None]
