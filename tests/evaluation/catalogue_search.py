"""An offline catalogue to search in: what its source asks is looked up at once, as the shop does.

It asks the source that users get, `Catalogue.source()`, with as many rows a query as that has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from beatport_match.catalogue import Catalogue
from beatport_match.matching.protocol import Answer, ParsedResult, Question


class Shelf:
    """A catalogue as a source that answers its own questions; it counts what it is asked."""

    name = "catalogue"

    def __init__(self, catalogue: Catalogue) -> None:
        self._source = catalogue.source()
        self.looked_up = self.found = 0

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
        self.looked_up += 1
        self.found += len(value.candidates)
        return Answer(question=question, value=value, started=0.0, ended=0.0)


def open_shelf(path: Path) -> Shelf:
    return Shelf(Catalogue.open(path))


@contextmanager
def built_from(rows: Path) -> Iterator[Path]:
    """A catalogue of a file's rows, for as long as it is needed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue"
        Catalogue.build(rows, path)
        yield path
