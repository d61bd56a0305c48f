"""A catalogue as a `Source`: its questions are answered where they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from beatport_match.errors import CatalogueError, Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Request, Response
from beatport_match.model.tracks import Candidate
from beatport_match.parsing.parsed_track import clean_isrc


class _SearchableCatalogue(Protocol):
    """What an open catalogue can be asked."""

    path: Path

    def search(self, text: str, most: int) -> tuple[Candidate, ...]: ...
    def by_isrc(self, code: str) -> tuple[Candidate, ...]: ...
    def by_id(self, number: int) -> Candidate | None: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """An open catalogue, for `source=`; the catalogue stays its owner's to close.

    Args:
        catalogue: Where candidates come from.
        most: The most rows looked at for one query.
    """

    catalogue: _SearchableCatalogue
    most: int

    @property
    def name(self) -> str:
        """What tells it from other sources, for journals."""
        return f"catalogue {self.catalogue.path} of {len(self.catalogue)} rows"

    def search(self, text: str, query_type: str) -> Question:
        """The question for the rows that share the most telling words with `text`.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        if not text.strip():
            raise MisuseError("There is nothing to search for in a blank text.")
        return self._question(text, query_type, partial(self.catalogue.search, text, self.most))

    def isrc(self, isrc: str, query_type: str) -> Question:
        """The question for the rows with an ISRC.

        Raises:
            MisuseError: It is no ISRC.
        """
        if not clean_isrc(isrc):
            raise MisuseError(f"{isrc!r} is no ISRC.")
        return self._question(isrc, query_type, partial(self.catalogue.by_isrc, isrc))

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """The question for the row with a number.

        Raises:
            MisuseError: It is no number.
        """
        try:
            number = int(url_or_id)
        except ValueError:
            raise MisuseError(f"{url_or_id!r} is no number of a row.") from None
        return self._question(str(number), query_type, partial(self._row, number))

    def _row(self, number: int) -> tuple[Candidate, ...]:
        row = self.catalogue.by_id(number)
        return () if row is None else (row,)

    def _question(
        self, text: str, query_type: str, find: Callable[[], tuple[Candidate, ...]]
    ) -> Question:
        path = self.catalogue.path
        name = path.name
        request = Request(url=f"catalogue:{name}", params=((query_type, text),))
        return Question(
            request=request,
            parse=_unreadable,
            text=text,
            query_type=query_type,
            where=f"in the catalogue {name}",
            local_lookup=partial(_found, find, path),
        )


def _found(find: Callable[[], tuple[Candidate, ...]], path: Path) -> ParsedResult | Failure:
    try:
        return ParsedResult(candidates=find())
    except (CatalogueError, MisuseError) as error:
        # Whose folder it stands in is nobody else's to read.
        said = str(error).removeprefix(f"{path}: ")
        return Failure("catalogue_changed", f"The catalogue {path.name}: {said}")


def _unreadable(response: Response) -> Failure:
    """Nothing is sent, so nothing is read."""
    return Failure("catalogue_changed", "a catalogue at hand has no pages", response.url)
