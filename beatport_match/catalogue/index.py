"""The search engine, tantivy: the only file that knows it.

A row is kept under its folded words, each a term of its own, so that the engine never splits text
and a sign of its query language is a word like any other. Rows lie in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from pydantic import TypeAdapter, ValidationError

from beatport_match.catalogue.index_terms import index_terms, joined, query_terms
from beatport_match.catalogue.storage import verify_checksums
from beatport_match.errors import CatalogueError, MisuseError
from beatport_match.model.tracks import Candidate
from beatport_match.parsing.parsed_track import clean_isrc

if TYPE_CHECKING:
    from tantivy import DocAddress, Query, Schema, Searcher
    from tantivy import IndexWriter as TantivyWriter

# Bytes of rows that are sorted in memory before they are written.
WRITER_HEAP_BYTES = 128 * 2**20
# Of words that fewer rows have than this, all rows are looked at; more are told apart by others.
MAX_ROWS_READ = 1_000
# A word that no row has is looked for a letter away: the longest few, which tell most.
MAX_TYPO_TERMS = 6
MIN_TYPO_LENGTH = 4
# What has less than this share of the best sum is not looked at: no figure of the evaluation rests
# on it, and half of the rows need not be weighed (docs/offline-catalogue.md).
MIN_SCORE_SHARE = 0.6
# Sums are told apart to so many decimals: behind them lies the order in which they were added up.
_DECIMALS = 3
# No row has a larger one (`rows`), and the engine takes none.
MAX_ID = 2**63 - 1
# Rows of one sum are read up to here, to take those with the lowest numbers.
MAX_EQUAL_ROWS = 5_000


class IndexReader:
    """An index open for reading, as it was when it was opened; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        # What the engine itself would not see in a damaged file only makes it miss rows.
        verify_checksums(folder)
        index = tantivy.Index.open(str(folder))
        # Without this a thread watches the folder, and answers change under a run.
        index.config_reader("manual")
        index.reload()
        self._schema: Schema = _schema()
        self._searcher: Searcher = index.searcher()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def search(self, text: str, most: int) -> tuple[Candidate, ...]:
        """The rows that share the most telling words with `text`, best first, then by number."""
        words = query_terms(text)
        for query in self._queries(words):
            if hits := self._best(query, most):
                rows = [(-found, self._candidate(address)) for found, address in hits]
                return tuple([row for _, row in sorted(rows, key=_by_sum_and_number)])
        return ()

    def with_value(self, field: str, value: int | str, most: int) -> tuple[Candidate, ...]:
        """The rows with exactly this value, by number."""
        import tantivy

        if isinstance(value, int) and not 0 < value <= MAX_ID:
            return ()
        found = self._searcher.search(
            self._term(field, value),
            limit=most,
            count=False,
            order_by_field="id",
            order=tantivy.Order.Asc,
        )
        return tuple([self._candidate(address) for _, address in found.hits])

    def _queries(self, words: tuple[str, ...]) -> Iterable[Query]:
        """The query for some words, and the one to fall back on where it finds nothing."""
        searcher = self._searcher
        known = sorted(
            (rows, term)
            for term in dict.fromkeys((*words, *joined(words)))
            if (rows := searcher.doc_freq("words", term))
        )
        unknown = [word for word in words if not searcher.doc_freq("words", word)]
        rare: list[Query] = []
        left = MAX_ROWS_READ
        while known and known[0][0] <= left:
            rows, term = known.pop(0)
            rare.append(self._term("words", term))
            left -= rows
        rare += map(self._typo_queries, _longest(unknown))
        common = [self._term("words", term) for _, term in known]
        if not rare and common:
            # Two common words together are rare; what has neither is not worth reading.
            yield _all_of(common[:2], common[2:4])
            yield _any_of(common[:1], common[1:4])
        elif rare:
            yield _any_of(rare, common)

    def _typo_queries(self, word: str) -> Query:
        import tantivy

        return tantivy.Query.fuzzy_term_query(self._schema, "words", word, distance=1)

    def _term(self, field: str, value: int | str) -> Query:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def _best(self, query: Query, most: int) -> list[tuple[float, DocAddress]]:
        """The sums and places of the best rows, in no order."""
        searcher = self._searcher
        # Within one segment, rows of one sum come by number; of several, the last places go to one.
        several = searcher.num_segments > 1
        wide = 4 * most if several else most
        while True:
            hits = searcher.search(query, limit=wide, count=False).hits
            sums = [round(found, _DECIMALS) for found, _ in hits]
            least = MIN_SCORE_SHARE * sums[0] if hits else 0.0
            if len(hits) > most:
                least = max(least, sums[most - 1])
            complete = len(hits) < wide or sums[-1] < least
            if complete or not several or wide >= MAX_EQUAL_ROWS:
                break
            wide = min(8 * wide, MAX_EQUAL_ROWS)
        near = [
            (found, address)
            for found, (_, address) in zip(sums, hits, strict=True)
            if found >= least
        ]
        if len(near) <= most:
            return near
        # Numbers are in the rows; only where not all of them are to be read are they needed before.
        numbers = searcher.fast_field_values("id", [address for _, address in near])
        order = sorted(range(len(near)), key=lambda at: (-near[at][0], cast("int", numbers[at])))
        return [near[at] for at in order[:most]]

    def _candidate(self, hit: DocAddress) -> Candidate:
        kept = self._searcher.doc(hit).get_first("row")
        try:
            return _rows().validate_json(kept or b"", strict=True)
        except ValidationError:
            raise ValueError("a row in it is damaged") from None


class IndexWriter:
    """An index open for writing: what is written in a `with` block counts when that ends well.

    Raises:
        CatalogueError: The engine cannot write, on any call; it names the catalogue at `path`.
    """

    def __init__(self, folder: Path, path: Path, *, new: bool) -> None:
        import tantivy

        self._document = tantivy.Document
        self._writing = translate_write_errors(path)
        if new:
            with self._writing:
                index = tantivy.Index(_schema(), str(folder), reuse=False, sort_by_field="id")
        else:
            with translate_read_errors(path):
                verify_checksums(folder)
                index = tantivy.Index.open(str(folder))
        with self._writing:
            # One thread: rows come from Python one by one, and several would wait for them.
            self._writer: TantivyWriter = index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)

    def add(self, candidate: Candidate) -> None:
        """Add a row."""
        document = self._document()
        document.add_integer("id", candidate.id)
        document.add_text("words", index_terms(candidate))
        if isrc := clean_isrc(candidate.isrc):
            document.add_text("isrc", isrc)
        document.add_bytes("row", _rows().dump_json(candidate, exclude_none=True))
        with self._writing:
            self._writer.add_document(document)

    def remove(self, number: int) -> None:
        """Remove the row with a number, if there is one."""
        with self._writing:
            self._writer.delete_documents_by_term("id", number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep what was written, or forget it where the block ends badly."""
        if kind is None:
            self._keep()
        else:
            self._forget()

    def _keep(self) -> None:
        with self._writing:
            self._writer.commit()
            self._writer.wait_merging_threads()

    def _forget(self) -> None:
        with suppress(ValueError):
            self._writer.rollback()
            # What was not kept would lie about until the next change.
            self._writer.garbage_collect_files()
            self._writer.wait_merging_threads()


def require_tantivy() -> str:
    """The engine's version.

    Raises:
        MisuseError: It is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tantivy")
    except PackageNotFoundError:
        raise MisuseError(
            "An offline catalogue needs tantivy; pip install 'beatport-match[offline]'."
        ) from None


@cache
def _rows() -> TypeAdapter[Candidate]:
    # Made when first needed: importing this library must stay quick.
    return TypeAdapter(Candidate)


def _schema() -> Schema:
    import tantivy

    fields = tantivy.SchemaBuilder()
    # Signed, as the engine takes a number for when it removes the rows that have it.
    fields.add_integer_field("id", indexed=True, fast=True)
    fields.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    fields.add_text_field("isrc", tokenizer_name="raw", index_option="basic")
    fields.add_bytes_field("row", stored=True)
    return fields.build()


def _any_of(needed: list[Query], welcome: list[Query]) -> Query:
    """Rows with one of the needed words at least; the welcome ones count where they are."""
    import tantivy

    one = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in needed])
    return _all_of([one], welcome)


def _all_of(needed: list[Query], welcome: list[Query]) -> Query:
    import tantivy

    must = [(tantivy.Occur.Must, query) for query in needed]
    should = [(tantivy.Occur.Should, query) for query in welcome]
    return tantivy.Query.boolean_query([*must, *should])


def _by_sum_and_number(row: tuple[float, Candidate]) -> tuple[float, int]:
    return row[0], row[1].id


def _longest(unknown: list[str]) -> list[str]:
    long = [word for word in unknown if len(word) >= MIN_TYPO_LENGTH]
    return sorted(long, key=lambda word: (-len(word), word))[:MAX_TYPO_TERMS]


# MERGED The engine's complaints about a catalogue, each in one sentence that names it and a remedy.
class _EngineErrors:
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


def translate_read_errors(path: Path) -> _EngineErrors:
    """What may go wrong while a catalogue is read."""
    return _EngineErrors(path, "is damaged, or of another version of tantivy", "build it anew")


def translate_write_errors(path: Path) -> _EngineErrors:
    """What may go wrong while a catalogue is written."""
    return _EngineErrors(
        path, "cannot be written", "see that the disk has room and nobody else is changing it"
    )
