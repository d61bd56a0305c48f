"""Parse the rows of a build or an update: rows -> candidates and a `BuildReport`.

A bad row is reported and left out; it never ends a build.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from beatport_match.catalogue.row_files import Row, RowsOrFile, row_source
from beatport_match.catalogue.row_parser import COLUMNS, RowParser
from beatport_match.model.problems import CatalogueProblem
from beatport_match.model.tracks import Candidate

MAX_REPORTED_PROBLEMS = 1000
MAX_REPORTED_COLUMNS = 50
MAX_COLUMN_NAME_LENGTH = 50
ROWS_PER_PROGRESS = 10_000
_IDS_PER_PAGE = 1024
_KNOWN_COLUMNS = frozenset(COLUMNS)

OnRowProblem: TypeAlias = Callable[[CatalogueProblem], None]
"""Called with each row that cannot be read."""
OnRowProgress: TypeAlias = Callable[[int], None]
"""Called repeatedly with the number of rows that were read so far."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of `Catalogue.build` or `Catalogue.update`.

    `path` is the folder of the catalogue. `rows` is the number of rows that were added, `left_out`
    the number that were not. `problems` holds the first 1,000 problems, and `problem_count` counts
    all of them. `unknown_columns` names the columns of the data that are not in `COLUMNS`; their
    values were not read.

    Example:
        ```python
        report = Catalogue.build([{"id": 7, "name": "Night Ferry"}, {"id": 8}], "small.catalogue")
        report.rows, report.left_out
        # (1, 1)
        ```
    """

    path: str
    rows: int
    left_out: int
    problems: tuple[CatalogueProblem, ...]
    problem_count: int
    unknown_columns: tuple[str, ...]

    def __str__(self) -> str:
        counts = f"{self.path}: {self.rows:,} rows built, {self.left_out:,} left out"
        unknown = ", ".join(self.unknown_columns)
        return f"{counts}; not read: {unknown}." if unknown else f"{counts}."


class RowIntake:
    """Parses the rows of a source, and counts and reports their problems."""

    def __init__(
        self,
        rows_or_file: RowsOrFile,
        on_progress: OnRowProgress | None,
        on_problem: OnRowProblem | None,
    ) -> None:
        self._source = row_source(rows_or_file)
        self._on_progress, self._on_problem = on_progress, on_problem
        self._used_ids = _UsedIds()
        self._built = self._left_out = self._problem_count = 0
        self._problems: list[CatalogueProblem] = []
        self._unknown_columns: dict[str, None] = {}

    def candidates(self) -> Iterator[Candidate]:
        """Yield the valid rows in the order of the source."""
        read = 0
        for read, (number, row) in enumerate(self._source.entries, 1):
            candidate = self._parse(number, row)
            if candidate is None:
                self._left_out += 1
            else:
                self._built += 1
                yield candidate
            if self._on_progress and read % ROWS_PER_PROGRESS == 0:
                self._on_progress(read)
        if self._on_progress and read % ROWS_PER_PROGRESS:
            self._on_progress(read)

    def report(self, path: Path) -> BuildReport:
        """Return the report on the rows read so far."""
        return BuildReport(
            path=str(path),
            rows=self._built,
            left_out=self._left_out,
            problems=tuple(self._problems),
            problem_count=self._problem_count,
            unknown_columns=tuple(self._unknown_columns),
        )

    def _parse(self, number: int, row: Row | str) -> Candidate | None:
        """Parse the row at a line or row number; return `None` if it is left out."""
        if isinstance(row, str):
            self._report_problem(number, f"{row}; the row is left out")
            return None
        if not row.keys() <= _KNOWN_COLUMNS:
            self._note_unknown_columns(row)
        parser = RowParser(row)
        candidate = parser.candidate()
        if candidate is None:
            self._report_problem(number, f"{parser.problems[0]}; the row is left out")
        elif not self._used_ids.add(candidate.id):
            self._report_problem(
                number, f"id {candidate.id} was used in an earlier row; the row is left out"
            )
            candidate = None
        else:
            for problem in parser.problems:
                self._report_problem(number, f"{problem}; the row is built without it")
        return candidate

    def _note_unknown_columns(self, row: Row) -> None:
        if len(self._unknown_columns) < MAX_REPORTED_COLUMNS:
            unknown = (column for column in row if column not in _KNOWN_COLUMNS)
            names = (str(column)[:MAX_COLUMN_NAME_LENGTH] for column in unknown)
            self._unknown_columns.update(dict.fromkeys(names))

    def _report_problem(self, number: int, detail: str) -> None:
        problem = CatalogueProblem(self._source.file, f"{self._source.unit} {number}", detail)
        self._problem_count += 1
        if len(self._problems) < MAX_REPORTED_PROBLEMS:
            self._problems.append(problem)
        if self._on_problem:
            self._on_problem(problem)


class _UsedIds:
    """A set of IDs, stored as pages of bits.

    Databases assign IDs in sequence, so neighbours share a page. Ten million IDs in a Python set
    would take a gigabyte.
    """

    def __init__(self) -> None:
        self._pages: dict[int, int] = {}

    def add(self, row_id: int) -> bool:
        """Add an ID and return whether it is new."""
        page, bit = divmod(row_id, _IDS_PER_PAGE)
        bits = self._pages.get(page, 0)
        self._pages[page] = bits | 1 << bit
        return not bits >> bit & 1
