"""Rows out of a Parquet file, a few thousand at a time: the only file that knows pyarrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeAlias, cast

from beatport_match.errors import CatalogueError, MisuseError

_ROWS_AT_ONCE = 4096


class _Batch(Protocol):
    def to_pylist(self) -> list[Mapping[str, object]]: ...


class _Table(Protocol):
    def iter_batches(self, batch_size: int) -> Iterable[_Batch]: ...


_Open: TypeAlias = Callable[[Path], AbstractContextManager[_Table]]


def parquet_rows(file: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows of a file, numbered from 1.

    Raises:
        CatalogueError: The file cannot be read as Parquet.
        MisuseError: The extra `parquet` is not installed.
    """
    try:
        # It comes without types.
        from pyarrow import (  # type: ignore[import-untyped]
            ArrowException,  # pyright: ignore[reportUnknownVariableType]
            parquet,  # pyright: ignore[reportUnknownVariableType]
        )
    except ImportError:
        raise MisuseError(
            f"{file}: reading Parquet needs pyarrow; pip install 'beatport-match[parquet]'."
        ) from None
    opened = cast("_Open", parquet.ParquetFile)
    complaint = cast("type[Exception]", ArrowException)
    number = 0
    try:
        with opened(file) as table:
            for batch in table.iter_batches(_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (complaint, OSError) as error:
        said = str(error).partition("\n")[0].rstrip(".")
        raise CatalogueError(
            f"{file}: cannot be read as Parquet after row {number} ({said}); write it anew."
        ) from None
