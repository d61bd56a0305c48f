"""A catalogue, open: rows by words, by ISRC and by number."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from beatport_match.catalogue import builder
from beatport_match.catalogue.builder import BuildReport, OnProblem, OnProgress
from beatport_match.catalogue.index import IndexReader, require_tantivy, translate_read_errors
from beatport_match.catalogue.row_files import Given
from beatport_match.catalogue.source import CatalogueSource
from beatport_match.catalogue.storage import index_of
from beatport_match.errors import MisuseError
from beatport_match.model.tracks import Candidate
from beatport_match.parsing.parsed_track import clean_isrc

# How many rows judgement is shown: of more, no verdict of the evaluation was another.
MAX_ROWS = 20
# Re-releases share a code; no recording has this many.
MAX_ROWS_OF_ISRC = 100


class Catalogue:
    """An offline catalogue, open for reading as it was when it was opened.

    Opening reads all of it once, to see that it is whole: 0.2 s for a million rows. Several threads
    may use it, and several processes may have it open: pickled, it is its path, and is opened anew
    where it is unpickled. In whatever order its rows came, the answers are the same.

    Args:
        path: The folder that `Catalogue.build` made.

    Raises:
        CatalogueError: There is no catalogue, it is damaged, or of another format.
        MisuseError: The extra `offline` is not installed.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        require_tantivy()
        self.path: Path = Path(path).absolute()
        folder = index_of(self.path)
        with translate_read_errors(self.path):
            self._engine: IndexReader | None = IndexReader(folder)

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Catalogue:
        """Open a catalogue.

        Raises:
            CatalogueError: There is no catalogue, it is damaged, or of another format.
            MisuseError: The extra `offline` is not installed.
        """
        return cls(path)

    @staticmethod
    def build(
        rows_or_file: Given,
        path: str | PathLike[str],
        *,
        on_progress: OnProgress | None = None,
        on_problem: OnProblem | None = None,
    ) -> BuildReport:
        """Build a catalogue, in place of the one at `path` if there is one.

        Args:
            rows_or_file: Mappings with the columns of docs/offline-catalogue.md, or a file of them:
                `.jsonl`, `.csv` (either may end in `.gz`) or `.parquet`.
            path: The folder to make; what stands there stays until the new one is whole.
            on_progress: Told how many rows were read, every 10,000 and at the end.
            on_problem: Told of every row that has something wrong; the report keeps 1,000.

        Raises:
            CatalogueError: The file cannot be read, or `path` not be written; or not one row can be
                built, and there is a catalogue, which stays.
            MisuseError: The extra `offline` is not installed.
        """
        return builder.build(rows_or_file, Path(path).absolute(), on_progress, on_problem)

    @staticmethod
    def update(
        path: str | PathLike[str],
        rows_or_file: Given,
        *,
        on_progress: OnProgress | None = None,
        on_problem: OnProblem | None = None,
    ) -> BuildReport:
        """Add rows; one whose number is there already replaces the old row as a whole.

        All of it counts or, where it fails, none. Whoever has the catalogue open sees it when he
        opens it again.

        Raises:
            CatalogueError: As `build` and `open`; also where another program is changing it.
            MisuseError: The extra `offline` is not installed.
        """
        return builder.update(Path(path).absolute(), rows_or_file, on_progress, on_problem)

    @staticmethod
    def remove(path: str | PathLike[str], ids: Iterable[int]) -> int:
        """Remove the rows with these numbers, and say how many of them there were.

        Raises:
            CatalogueError: As `update`.
            MisuseError: The extra `offline` is not installed.
        """
        return builder.remove(Path(path).absolute(), ids)

    def search(self, text: str, most: int = MAX_ROWS) -> tuple[Candidate, ...]:
        """The rows that share the most telling words with `text`, best first, equals by number.

        Words are folded; rare ones tell more than common ones, and one that no row has may be a
        letter off. No sign in `text` has a meaning of its own.

        Args:
            text: What to look for: 24 different words of it count, from 2,000 characters.
            most: How many rows at most; far worse ones than the best are left out.

        Raises:
            MisuseError: `most` is below 1, or the catalogue was closed.
            CatalogueError: A damaged place was read.
        """
        if most < 1:
            raise MisuseError(f"Catalogue.search needs room for 1 row at least, not {most}.")
        engine = self._require_open()
        with translate_read_errors(self.path):
            return engine.search(text, most)

    def by_isrc(self, code: str) -> tuple[Candidate, ...]:
        """The rows with an ISRC, by number: a recording may be on several releases.

        Raises:
            MisuseError: The catalogue was closed.
            CatalogueError: A damaged place was read.
        """
        engine, cleaned = self._require_open(), clean_isrc(code)
        with translate_read_errors(self.path):
            return engine.with_value("isrc", cleaned, MAX_ROWS_OF_ISRC) if cleaned else ()

    def by_id(self, number: int) -> Candidate | None:
        """The row with a number; `None` where there is none.

        Raises:
            MisuseError: The catalogue was closed.
            CatalogueError: A damaged place was read.
        """
        engine = self._require_open()
        with translate_read_errors(self.path):
            return next(iter(engine.with_value("id", number, 1)), None)

    def source(self, most: int = MAX_ROWS) -> CatalogueSource:
        """The catalogue as somewhere that candidates come from, for `source=`.

        Args:
            most: How many rows are looked at for one query.

        Raises:
            MisuseError: `most` is below 1.
        """
        if most < 1:
            raise MisuseError(f"Catalogue.source needs room for 1 row at least, not {most}.")
        return CatalogueSource(self, most)

    def close(self) -> None:
        """Let go of the files; what is asked afterwards is a misuse."""
        self._engine = None

    def __len__(self) -> int:
        return len(self._require_open())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[type[Catalogue], tuple[str]]:
        return type(self), (str(self.path),)

    def __repr__(self) -> str:
        return f"Catalogue({str(self.path)!r})"

    def _require_open(self) -> IndexReader:
        if self._engine is None:
            raise MisuseError(f"{self.path}: the catalogue was closed; open it again.")
        return self._engine
