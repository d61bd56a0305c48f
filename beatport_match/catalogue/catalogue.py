"""`Catalogue`, the public class: build, open, search, update."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Self

from beatport_match.catalogue.builder import BuildReport, OnRowProblem, OnRowProgress, RowIntake
from beatport_match.catalogue.index import (
    IndexReader,
    IndexWriter,
    require_tantivy,
    translate_read_errors,
)
from beatport_match.catalogue.row_files import RowsOrFile
from beatport_match.catalogue.source import CatalogueSource
from beatport_match.catalogue.storage import (
    index_folder,
    locked_catalogue,
    new_catalogue,
    open_unchanged,
    real_path,
    share_index,
)
from beatport_match.errors import CatalogueError, MisuseError
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import clean_isrc

MAX_ROWS = 20
"""Rows that one query passes to scoring; more rows changed no outcome of the evaluation."""
# Re-releases share an ISRC; no recording has this many.
MAX_ROWS_OF_ISRC = 100


class Catalogue:
    """An offline catalogue, open for reading.

    It searches the state that it opened: later changes are visible after it is opened again.
    Opening reads all files once and verifies their checksums: 0.2 s for a million rows. Several
    threads may use one object, and several processes may open one catalogue. A pickled catalogue
    contains only its path and is opened again where it is unpickled. The order in which the rows
    were added changes no answer.

    Args:
        path: The folder that `Catalogue.build` created.

    Raises:
        CatalogueError: There is no catalogue, it is damaged, or it has another format.
        MissingDependencyError: The extra `offline` is not installed.

    Example:
        ```python
        with Catalogue.open("pool.catalogue") as pool:
            result = match_playlist("friday.m3u8", source=pool)
        ```
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        require_tantivy()
        self.path: Path = real_path(path)
        self._reader: IndexReader | None = open_unchanged(self.path, self._open)

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Catalogue:
        """Open a catalogue.

        Args:
            path: The folder that `Catalogue.build` created.

        Returns:
            The open catalogue; use it in a `with` block, or call `close`.

        Raises:
            CatalogueError: There is no catalogue, it is damaged, or it has another format.
            MissingDependencyError: The extra `offline` is not installed.

        Example:
            ```python
            with Catalogue.open("pool.catalogue") as pool:
                print(len(pool), "rows")
            ```
        """
        return cls(path)

    @staticmethod
    def build(
        rows_or_file: RowsOrFile,
        path: str | PathLike[str],
        *,
        on_progress: OnRowProgress | None = None,
        on_problem: OnRowProblem | None = None,
    ) -> BuildReport:
        """Build a catalogue; it replaces a catalogue at `path`.

        Args:
            rows_or_file: Mappings with the columns of docs/offline-catalogue.md, or a file with
                such rows: `.jsonl`, `.csv` (each also as `.gz`) or `.parquet`.
            path: The folder to create. An existing catalogue stays until the new one is complete.
            on_progress: Called with the number of rows read so far, after every 10,000 rows and at
                the end. Default: none.
            on_problem: Called with each problem of a row; the report keeps the first 1,000.
                Default: none.

        Returns:
            How many rows were added and left out, and what was wrong with rows.

        Raises:
            CatalogueError: The file cannot be read, `path` cannot be written or is not a
                catalogue, another program is changing it, or no row can be read and a catalogue
                exists, which is then kept.
            MissingDependencyError: The extra `offline`, or `parquet` for that format, is not
                installed.

        Example:
            ```python
            report = Catalogue.build("pool.jsonl", "pool.catalogue")
            print(report.rows, report.left_out)
            ```
        """
        path, tantivy_version = real_path(path), require_tantivy()
        intake = RowIntake(rows_or_file, on_progress, on_problem)
        with (
            locked_catalogue(path),
            new_catalogue(path, tantivy_version) as folder,
            IndexWriter(folder, path, new=True) as writer,
        ):
            for candidate in intake.candidates():
                writer.add(candidate)
            report = intake.report(path)
            if report.left_out and not report.rows and path.exists():
                # Probably the wrong file or other column names; an empty catalogue would hide this.
                raise CatalogueError(
                    f"{path}: none of the {report.left_out:,} rows can be read, so the existing "
                    f"catalogue is kept; the first problem: {report.problems[0]}"
                )
        return report

    @staticmethod
    def update(
        path: str | PathLike[str],
        rows_or_file: RowsOrFile,
        *,
        on_progress: OnRowProgress | None = None,
        on_problem: OnRowProblem | None = None,
    ) -> BuildReport:
        """Add rows; a new row replaces the row with the same ID as a whole.

        If the update fails, the catalogue does not change. A program that has the catalogue open
        sees the change after it opens it again.

        Args:
            path: The folder of the catalogue.
            rows_or_file: Mappings with the columns of docs/offline-catalogue.md, or a file with
                such rows: `.jsonl`, `.csv` (each also as `.gz`) or `.parquet`.
            on_progress: Called with the number of rows read so far, after every 10,000 rows and at
                the end. Default: none.
            on_problem: Called with each problem of a row; the report keeps the first 1,000.
                Default: none.

        Returns:
            How many rows were added and left out, and what was wrong with rows.

        Raises:
            CatalogueError: The file cannot be read, there is no catalogue at `path`, it is damaged
                or has another format, it cannot be written, or another program is changing it.
            MissingDependencyError: The extra `offline`, or `parquet` for that format, is not
                installed.

        Example:
            ```python
            Catalogue.update("pool.catalogue", [{"id": 7, "name": "Night Ferry"}]).rows
            # 1
            ```
        """
        path = real_path(path)
        require_tantivy()
        intake = RowIntake(rows_or_file, on_progress, on_problem)
        with _changed(path) as writer:
            for candidate in intake.candidates():
                writer.remove(candidate.id)
                writer.add(candidate)
        return intake.report(path)

    @staticmethod
    def remove(path: str | PathLike[str], ids: Iterable[int]) -> int:
        """Remove rows by ID.

        Args:
            path: The folder of the catalogue.
            ids: The IDs of the rows; an ID without a row is ignored.

        Returns:
            How many rows were removed.

        Raises:
            CatalogueError: There is no catalogue at `path`, it is damaged or has another format, it
                cannot be written, or another program is changing it.
            MissingDependencyError: The extra `offline` is not installed.

        Example:
            ```python
            Catalogue.remove("pool.catalogue", [7, 8])
            # 1
            ```
        """
        path = real_path(path)
        with _changed(path) as writer:
            with Catalogue(path) as opened:
                existing = [row_id for row_id in dict.fromkeys(ids) if opened.by_id(row_id)]
            for row_id in existing:
                writer.remove(row_id)
        return len(existing)

    def search(self, text: str, most: int = MAX_ROWS) -> tuple[Candidate, ...]:
        """Find the rows that share the rarest words with `text`.

        Words are normalised. A rare word counts more than a common one. A word that occurs in no
        row also finds words that differ from it by one letter. No character of `text` is query
        syntax.

        Args:
            text: The words to search for: at most 24 different words of the first 2,000
                characters count.
            most: The maximum number of rows, from 1; default 20. Rows that score less than six
                tenths of the best row are left out.

        Returns:
            The rows, the best first; rows with an equal score in the order of their IDs.

        Raises:
            MisuseError: `most` is below 1, or the catalogue is closed.
            CatalogueError: The catalogue is damaged.

        Example:
            ```python
            with Catalogue.open("pool.catalogue") as pool:
                found = pool.search("olvarin undertow")
            print(found[0].name)
            # Undertow
            ```
        """
        if most < 1:
            raise MisuseError(f"Catalogue.search: most must be at least 1, not {most}.")
        reader = self._require_open()
        with translate_read_errors(self.path):
            return reader.search(text, most)

    def by_isrc(self, code: str) -> tuple[Candidate, ...]:
        """Find the rows with an ISRC; a recording may be on several releases.

        Args:
            code: The ISRC, with or without hyphens, in any case.

        Returns:
            At most 100 rows, in the order of their IDs; none if `code` is not an ISRC.

        Raises:
            MisuseError: The catalogue is closed.
            CatalogueError: The catalogue is damaged.

        Example:
            ```python
            with Catalogue.open("pool.catalogue") as pool:
                versions = pool.by_isrc("GB-XX1-17-00012")
            ```
        """
        reader, cleaned = self._require_open(), clean_isrc(code)
        with translate_read_errors(self.path):
            return reader.find("isrc", cleaned, MAX_ROWS_OF_ISRC) if cleaned else ()

    def by_id(self, number: int) -> Candidate | None:
        """Find the row with an ID.

        Args:
            number: The ID of the row.

        Returns:
            The row, or `None` if no row has this ID.

        Raises:
            MisuseError: The catalogue is closed.
            CatalogueError: The catalogue is damaged.

        Example:
            ```python
            with Catalogue.open("pool.catalogue") as pool:
                row = pool.by_id(16476663)
            print(row and row.mix_name)
            # Harrow Vint Remix
            ```
        """
        reader = self._require_open()
        with translate_read_errors(self.path):
            return next(iter(reader.find("id", number, 1)), None)

    def source(self, most: int = MAX_ROWS) -> CatalogueSource:
        """Return the catalogue as a source of candidates, for `source=`.

        Args:
            most: The maximum number of rows that one query passes to scoring, from 1; default 20,
                because more rows changed no outcome of the evaluation.

        Returns:
            The source; it uses this catalogue, which must stay open.

        Raises:
            MisuseError: `most` is below 1.

        Example:
            ```python
            with Catalogue.open("pool.catalogue") as pool:
                match = match_track("Olvarin - Undertow", source=pool.source(most=50))
            ```
        """
        if most < 1:
            raise MisuseError(f"Catalogue.source: most must be at least 1, not {most}.")
        return CatalogueSource(self, most)

    def close(self) -> None:
        """Release the files; a later search raises `MisuseError`."""
        self._reader = None

    def __len__(self) -> int:
        return len(self._require_open())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[type[Catalogue], tuple[str]]:
        return type(self), (str(self.path),)

    def __repr__(self) -> str:
        return f"Catalogue({str(self.path)!r})"

    def _open(self, folder: Path) -> IndexReader:
        with translate_read_errors(self.path):
            return IndexReader(folder)

    def _require_open(self) -> IndexReader:
        if self._reader is None:
            raise MisuseError(f"{self.path}: the catalogue is closed; open it again.")
        return self._reader


@contextmanager
def _changed(path: Path) -> Generator[IndexWriter, None, None]:
    """Lock a catalogue, and yield a writer; its changes are committed if the block succeeds."""
    with locked_catalogue(path):
        with IndexWriter(index_folder(path), path, new=False) as writer:
            yield writer
        share_index(path)
