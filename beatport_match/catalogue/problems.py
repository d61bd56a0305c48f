"""What became of the rows: a report, with every row that has something wrong as a value.

Only shapes live here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CatalogueProblem:
    """A row that was left out, or was built without one of its values.

    `file` is the path as given (empty where rows came from a program), `place` where in it (such as
    `line 12`), `detail` what is wrong and what became of the row, without a full stop.
    """

    file: str
    place: str
    detail: str

    def __str__(self) -> str:
        return (
            f"{self.file}, {self.place}: {self.detail}."
            if self.file
            else (f"{self.place}: {self.detail}.")
        )


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build or an update did.

    `path` is the catalogue's folder. `rows` were built, `left_out` were not. `problems` are the
    first 1,000 of `problem_count`; `unknown_columns` are names in the data that are no columns of
    ours, so nothing was read there.
    """

    path: str
    rows: int
    left_out: int
    problems: tuple[CatalogueProblem, ...]
    problem_count: int
    unknown_columns: tuple[str, ...]

    def __str__(self) -> str:
        found = f"{self.path}: {self.rows:,} rows built, {self.left_out:,} left out"
        unknown = ", ".join(self.unknown_columns)
        return f"{found}; not read: {unknown}." if unknown else f"{found}."


OnProblem: TypeAlias = Callable[[CatalogueProblem], None]
OnProgress: TypeAlias = Callable[[int], None]
