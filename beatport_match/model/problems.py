"""Entries of an input file that could not be read, as values.

A reader reports each such entry and continues with the next one, so one bad entry never makes the
whole file unreadable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class InputProblem:
    """An entry of an input file that could not be read completely.

    `str(problem)` is one sentence with all three fields.

    Attributes:
        file: The path as given; empty if a program passed the rows.
        place: Where the entry is in the file, such as `line 12`.
        detail: What is wrong, without a full stop.
    """

    file: str
    place: str
    detail: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.file else self.place
        return f"{where}: {self.detail}."


@dataclass(frozen=True, slots=True)
class PlaylistProblem(InputProblem):
    """An entry of a playlist that was left out, or a guess about how all entries are read.

    Attributes:
        file: The path of the playlist as given.
        place: Where the entry is in the file, such as `line 12`.
        detail: What is wrong and what to do, without a full stop.

    Example:
        ```python
        def show(problem: PlaylistProblem) -> None:
            print(problem.place, problem.detail)

        tracks = list(read_playlist("collection.xml", on_problem=show))
        ```
    """


@dataclass(frozen=True, slots=True)
class CatalogueProblem(InputProblem):
    """A row of a catalogue's input that was left out, or that lost one of its values.

    Attributes:
        file: The path as given; empty if a program passed the rows.
        place: Where the row is in the input, such as `line 12`.
        detail: What is wrong and what was done with the row, without a full stop.

    Example:
        ```python
        report = Catalogue.build([{"id": 8}], "small.catalogue")
        for problem in report.problems:
            print(problem.place, problem.detail)
        ```
    """


@dataclass(frozen=True, slots=True)
class TagProblem:
    """A music file whose tags could not be read, written or restored, and that stayed as it was.

    `str(problem)` is one sentence with both fields.

    Attributes:
        file: The path of the file.
        detail: What is wrong and what to do, without a full stop.

    Example:
        ```python
        for problem in plan_tags(result.matches).problems:
            print(problem.file, problem.detail)
        ```
    """

    file: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}: {self.detail}."


OnProblem: TypeAlias = Callable[[PlaylistProblem], None]
"""Called with each entry of a playlist that cannot be read."""
