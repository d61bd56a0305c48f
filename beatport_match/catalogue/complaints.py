"""The engine's complaints about a catalogue, each in one sentence that names it and a remedy."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from beatport_match.errors import CatalogueError


class _Told:
    """A block in which the engine may complain; what else is raised passes through."""

    def __init__(self, path: Path, what: str, remedy: str) -> None:
        self._path, self._what, self._remedy = path, what, remedy

    def __enter__(self) -> None:
        """Nothing has to be done before."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What it did not expect in a damaged file it tells by an exception of its own kind, which
        # cannot be imported.
        panic = kind is not None and kind.__name__ == "PanicException"
        if panic or isinstance(error, (OSError, ValueError)):
            said = str(error).partition("\n")[0].rstrip(".")[:200]
            raise CatalogueError(f"{self._path}: {self._what} ({said}); {self._remedy}.") from None


def reading(path: Path) -> _Told:
    """What may go wrong while a catalogue is read."""
    return _Told(path, "is damaged, or of another version of tantivy", "build it anew")


def writing(path: Path) -> _Told:
    """What may go wrong while a catalogue is written."""
    return _Told(
        path, "cannot be written", "see that the disk has room and nobody else is changing it"
    )
