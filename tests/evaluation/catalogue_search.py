"""Search an offline catalogue in the evaluation, in place of the simulated search.

It uses the source that users get, `Catalogue.source()`, with its default number of rows per query.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from beatport_match.catalogue import Catalogue
from beatport_match.matching.protocol import Answer, ParsedResult, Question


class CatalogueSearch:
    """A catalogue as a source that answers its own questions and counts them.

    `lookups` is the number of questions, `found` the number of rows that they returned.
    """

    name = "catalogue"

    def __init__(self, catalogue: Catalogue) -> None:
        self._source = catalogue.source()
        self.lookups = self.found = 0

    def search(self, text: str, query_type: str) -> Question:
        return self._source.search(text, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        return self._source.isrc(isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return self._source.track(url_or_id, query_type)

    def answer(self, question: Question, limit: int) -> Answer:
        assert question.local_lookup is not None
        value = question.local_lookup()
        # A damaged catalogue must end the run, not lower its figures.
        assert isinstance(value, ParsedResult), value
        self.lookups += 1
        self.found += len(value.candidates)
        return Answer(question=question, value=value, started=0.0, ended=0.0)


def open_catalogue(path: Path) -> CatalogueSearch:
    return CatalogueSearch(Catalogue.open(path))


@contextmanager
def built_from(rows: Path) -> Iterator[Path]:
    """Build a temporary catalogue from a file of rows, and delete it at the end."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue"
        Catalogue.build(rows, path)
        yield path
