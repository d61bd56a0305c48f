"""Building a catalogue, and changing one: rows in, an index and a report out.

Bad rows are told of and passed over; nothing here ends because of one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from beatport_match.catalogue.index import (
    IndexReader,
    IndexWriter,
    require_tantivy,
    translate_read_errors,
)
from beatport_match.catalogue.row_files import Given, Row, RowSource, source_of
from beatport_match.catalogue.row_parser import COLUMNS, RowParser
from beatport_match.catalogue.storage import index_of, new_catalogue
from beatport_match.errors import CatalogueError
from beatport_match.model.problems import CatalogueProblem
from beatport_match.model.tracks import Candidate

MAX_REPORTED_PROBLEMS = 1000
MAX_NAMED_COLUMNS = 50
ROWS_PER_PROGRESS = 10_000
_PAGE = 1024
_KNOWN = frozenset(COLUMNS)


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


def build(
    given: Given, path: Path, on_progress: OnProgress | None, on_problem: OnProblem | None
) -> BuildReport:
    """Build a catalogue out of rows, in place of the one that may be there."""
    engine = require_tantivy()
    intake = _RowIntake(source_of(given), on_progress, on_problem)
    with new_catalogue(path, engine) as folder, IndexWriter(folder, path, new=True) as writer:
        for candidate in intake.candidates():
            writer.add(candidate)
        report = intake.report(path)
        if report.left_out and not report.rows and path.exists():
            # Rather the wrong file, or names of columns that are not ours, than an empty catalogue.
            raise CatalogueError(
                f"{path}: none of the {report.left_out:,} rows can be built, so what is there "
                f"stays; the first problem: {report.problems[0]}"
            )
    return report


def update(
    path: Path, given: Given, on_progress: OnProgress | None, on_problem: OnProblem | None
) -> BuildReport:
    """Add rows to a catalogue; one whose number is there already replaces the old one."""
    require_tantivy()
    intake = _RowIntake(source_of(given), on_progress, on_problem)
    with IndexWriter(index_of(path), path, new=False) as writer:
        for candidate in intake.candidates():
            writer.remove(candidate.id)
            writer.add(candidate)
    return intake.report(path)


def remove(path: Path, ids: Iterable[int]) -> int:
    """Remove rows, and say how many of them there were."""
    require_tantivy()
    folder = index_of(path)
    with translate_read_errors(path):
        engine = IndexReader(folder)
        there = [one for one in dict.fromkeys(ids) if engine.with_value("id", one, 1)]
    with IndexWriter(index_of(path), path, new=False) as writer:
        for one in there:
            writer.remove(one)
    return len(there)


class _RowIntake:
    """Rows on their way in, and what there is to say about them."""

    def __init__(
        self, source: RowSource, on_progress: OnProgress | None, on_problem: OnProblem | None
    ) -> None:
        self._source = source
        self._on_progress, self._on_problem = on_progress, on_problem
        self._seen = _Seen()
        self._built = self._left_out = self._problem_count = 0
        self._problems: list[CatalogueProblem] = []
        self._unknown: dict[str, None] = {}

    def candidates(self) -> Iterator[Candidate]:
        """The rows that can be built, as they come."""
        read = 0
        for read, (number, row) in enumerate(self._source.entries, 1):
            candidate = self._read(number, row)
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
        """What was done."""
        return BuildReport(
            path=str(path),
            rows=self._built,
            left_out=self._left_out,
            problems=tuple(self._problems),
            problem_count=self._problem_count,
            unknown_columns=tuple(self._unknown),
        )

    def _read(self, number: int, row: Row | str) -> Candidate | None:
        if isinstance(row, str):
            self._report_problem(number, f"{row}; the row is left out")
            return None
        if not row.keys() <= _KNOWN and len(self._unknown) < MAX_NAMED_COLUMNS:
            self._unknown.update(dict.fromkeys(str(one)[:50] for one in row if one not in _KNOWN))
        reader = RowParser(row)
        candidate = reader.candidate()
        if candidate is None:
            self._report_problem(number, f"{reader.problems[0]}; the row is left out")
        elif self._seen.before(candidate.id):
            self._report_problem(
                number, f"id {candidate.id} was there before; the first row counts"
            )
            candidate = None
        else:
            for trouble in reader.problems:
                self._report_problem(number, f"{trouble}; the row is built without it")
        return candidate

    def _report_problem(self, number: int, detail: str) -> None:
        problem = CatalogueProblem(self._source.file, f"{self._source.unit} {number}", detail)
        self._problem_count += 1
        if len(self._problems) < MAX_REPORTED_PROBLEMS:
            self._problems.append(problem)
        if self._on_problem:
            self._on_problem(problem)


class _Seen:
    """The numbers that came before.

    Neighbours share a page of bits: numbers are given out in a row, and ten million in a set would
    take a gigabyte.
    """

    def __init__(self) -> None:
        self._pages: dict[int, int] = {}

    def before(self, number: int) -> bool:
        """Whether a number came before; it has, from now on."""
        page, at = divmod(number, _PAGE)
        bits = self._pages.get(page, 0)
        self._pages[page] = bits | 1 << at
        return bool(bits >> at & 1)
