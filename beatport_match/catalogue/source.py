"""A catalogue as a `Source`: each question carries a local lookup, and no request is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from beatport_match.errors import CatalogueError, Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Request, Response
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import clean_isrc

if TYPE_CHECKING:
    from beatport_match.catalogue.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """An open catalogue as a source of candidates, for `source=`.

    The caller must close the catalogue; the source does not close it.

    Args:
        catalogue: The open catalogue to search.
        most: The maximum number of rows that one query returns.
    """

    catalogue: Catalogue
    most: int

    @property
    def name(self) -> str:
        """The catalogue's path and number of rows: a journal distinguishes sources by this name."""
        return f"catalogue {self.catalogue.path} of {len(self.catalogue)} rows"

    def search(self, text: str, query_type: str) -> Question:
        """Return the question for the rows that share the rarest words with `text`.

        Raises:
            MisuseError: `text` is blank.
        """
        if not text.strip():
            raise MisuseError("There is nothing to search for in a blank text; give some words.")
        return self._question(text, query_type, partial(self.catalogue.search, text, self.most))

    def isrc(self, isrc: str, query_type: str) -> Question:
        """Return the question for the rows with an ISRC.

        Raises:
            MisuseError: `isrc` is not an ISRC.
        """
        if not clean_isrc(isrc):
            raise MisuseError(f"{isrc!r} is not an ISRC; give its 12 letters and digits.")
        return self._question(isrc, query_type, partial(self.catalogue.by_isrc, isrc))

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """Return the question for the row with an ID.

        Raises:
            MisuseError: `url_or_id` is not a whole number.
        """
        try:
            row_id = int(url_or_id)
        except (TypeError, ValueError, OverflowError):
            raise MisuseError(f"{url_or_id!r} is not a row ID; give a whole number.") from None
        return self._question(str(row_id), query_type, partial(self._row, row_id))

    def _row(self, row_id: int) -> tuple[Candidate, ...]:
        row = self.catalogue.by_id(row_id)
        return () if row is None else (row,)

    def _question(
        self, text: str, query_type: str, find: Callable[[], tuple[Candidate, ...]]
    ) -> Question:
        path = self.catalogue.path
        name = path.name
        request = Request(url=f"catalogue:{name}", params=((query_type, text),))
        return Question(
            request=request,
            parse=_reject_response,
            text=text,
            query_type=query_type,
            where=f"in the catalogue {name}",
            local_lookup=partial(_look_up, find, path),
        )


def _look_up(find: Callable[[], tuple[Candidate, ...]], path: Path) -> ParsedResult | Failure:
    """Run a lookup; an error of the catalogue becomes a failure."""
    try:
        return ParsedResult(candidates=find())
    except (CatalogueError, MisuseError) as error:
        # A failure may be shown to others, so it names the folder without its parent folders.
        reason = str(error).removeprefix(f"{path}: ")
        return Failure("catalogue_changed", f"The catalogue {path.name}: {reason}")


def _reject_response(response: Response) -> Failure:
    """Fail: a catalogue sends no request, so there is no response to parse."""
    return Failure("catalogue_changed", "an offline catalogue has no pages", response.url)
