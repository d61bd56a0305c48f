"""The index of a catalogue: the only module that imports the search engine, tantivy.

A row is indexed under its normalised words, each a separate term. So tantivy never splits a text,
and no character of a query is query syntax. Rows are stored in the order of their IDs.

tantivy reports errors as `OSError`, `ValueError` or a panic. `translate_read_errors` and
`translate_write_errors` turn each into one `CatalogueError`, which names the catalogue and what to
do.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache, partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias, cast

from pydantic import TypeAdapter, ValidationError

from beatport_match.catalogue.index_terms import (
    index_terms,
    joined_terms,
    query_terms,
    typo_terms,
)
from beatport_match.catalogue.storage import readable_index, verify_checksums
from beatport_match.errors import CatalogueError, MissingDependencyError
from beatport_match.files.guarded_read import reason
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import MAX_ID, clean_isrc

if TYPE_CHECKING:
    from tantivy import DocAddress, Query, Schema, Searcher
    from tantivy import IndexWriter as TantivyWriter

# Terms with their number of rows, as queries.
_Terms: TypeAlias = "list[tuple[int, Query]]"
# Rows are sorted in this much memory before they are written.
WRITER_HEAP_BYTES = 128 * 2**20
# A query reads all rows of its rarest words, up to this number; its other words only rank them.
MAX_ROWS_READ = 1_000
# Words that no row has are searched with one typo: only the longest few, which are the most
# distinctive.
MAX_TYPO_TERMS = 6
MIN_TYPO_TERM_LENGTH = 4
# tantivy's search with a typo reads all rows of all words that it finds, also of the most common
# ones. Only short words are near common ones: the words near those are looked up one by one.
MAX_LISTED_TYPO_LENGTH = 12
# Rows that score less than this share of the best row are left out: no figure of the evaluation
# depends on them, and they are half of the rows found (docs/offline-catalogue.md).
MIN_SCORE_SHARE = 0.6
# Scores are rounded: further decimals depend on the order in which tantivy adds up the terms.
_SCORE_DECIMALS = 3
# To find the lowest IDs among rows of equal score, up to this many rows are read.
MAX_EQUAL_ROWS = 5_000
MAX_INDEX_ERROR_LENGTH = 200


class IndexReader:
    """An index open for reading, in the state that it opened; several threads may use it."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        # tantivy does not notice every damage; it would then miss rows.
        verify_checksums(folder)
        with readable_index(folder) as readable:
            index = tantivy.Index.open(str(readable))
            # Without this a thread watches the folder, and the answers change during a run.
            index.config_reader("manual")
            index.reload()
            self._searcher: Searcher = index.searcher()
        self._schema: Schema = _schema()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def search(self, text: str, most: int) -> tuple[Candidate, ...]:
        """Return the rows that share the rarest words with `text`: by score, then by ID."""
        words = query_terms(text)
        for query in self._queries(words):
            if hits := self._best_hits(query, most):
                rows = [(-score, self._candidate(address)) for score, address in hits]
                return tuple([row for _, row in sorted(rows, key=_score_and_id)])
        return ()

    def find(self, field: str, value: int | str, most: int) -> tuple[Candidate, ...]:
        """Return the rows with exactly this value in a field, in the order of their IDs."""
        import tantivy

        if isinstance(value, int) and not 0 < value <= MAX_ID:
            return ()
        result = self._searcher.search(
            self._term_query(field, value),
            limit=most,
            count=False,
            order_by_field="id",
            order=tantivy.Order.Asc,
        )
        return tuple([self._candidate(address) for _, address in result.hits])

    def _queries(self, words: tuple[str, ...]) -> Iterable[Query]:
        """Yield the query for some words, then the one to try if it finds nothing."""
        rare, common = self._by_rarity((*words, *joined_terms(words)))
        required, known = [query for _, query in rare], len(common)
        rarest_common = [] if rare else [query for _, query in common[:2]]
        unknown = _longest_words(
            [word for word in words if not self._searcher.doc_freq("words", word)]
        )
        for word in unknown:
            if not word.isascii() or len(word) > MAX_LISTED_TYPO_LENGTH:
                required.append(self._typo_query(word))
                continue
            near_rare, near_common = self._by_rarity(typo_terms(word), is_typo=True)
            required += [query for _, query in near_rare]
            # If the similar word is common, search only for rows with another word of the query.
            required += [
                _all_of([near, other], []) for _, near in near_common for other in rarest_common
            ]
            common += near_common
        optional = [query for _, query in sorted(common, key=itemgetter(0))]
        if required:
            yield _any_of(required, optional)
        elif optional and (len(common) > known or not unknown):
            # Two common words together are rare. Rows with only one of them are read only if no
            # row has both.
            yield _all_of(optional[:2], optional[2:4])
            yield _any_of(optional[:1], optional[1:4])

    def _by_rarity(self, terms: Iterable[str], *, is_typo: bool = False) -> tuple[_Terms, _Terms]:
        """Divide the terms that rows have into the rarest, whose rows are all read, and the rest.

        A row scores 1 for a typo, also if the word is rare.
        """
        import tantivy

        doc_freq = self._searcher.doc_freq
        counted = sorted((doc_freq("words", term), term) for term in dict.fromkeys(terms))
        rare: _Terms = []
        common: _Terms = []
        rows_left = MAX_ROWS_READ
        for rows, term in counted:
            if rows:
                query = self._term_query("words", term)
                if is_typo:
                    query = tantivy.Query.const_score_query(query, 1.0)
                rows_left -= rows
                (rare if rows_left >= 0 else common).append((rows, query))
        return rare, common

    def _typo_query(self, word: str) -> Query:
        import tantivy

        return tantivy.Query.fuzzy_term_query(self._schema, "words", word, distance=1)

    def _term_query(self, field: str, value: int | str) -> Query:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def _best_hits(self, query: Query, most: int) -> list[tuple[float, DocAddress]]:
        """Return the scores and addresses of the best rows, in no order."""
        searcher = self._searcher
        # Within one segment, rows of equal score come by ID. With several segments, tantivy may
        # take higher IDs of one segment before lower ones of another, so more rows are read.
        several = searcher.num_segments > 1
        limit = 4 * most if several else most
        while True:
            hits = searcher.search(query, limit=limit, count=False).hits
            scores = [round(score, _SCORE_DECIMALS) for score, _ in hits]
            min_score = MIN_SCORE_SHARE * scores[0] if hits else 0.0
            if len(hits) > most:
                min_score = max(min_score, scores[most - 1])
            is_complete = len(hits) < limit or scores[-1] < min_score
            if is_complete or not several or limit >= MAX_EQUAL_ROWS:
                break
            limit = min(8 * limit, MAX_EQUAL_ROWS)
        good = [
            (score, address)
            for score, (_, address) in zip(scores, hits, strict=True)
            if score >= min_score
        ]
        if len(good) <= most:
            return good
        # The IDs are read separately only here, to choose which of the rows are read at all.
        ids = searcher.fast_field_values("id", [address for _, address in good])
        order = sorted(range(len(good)), key=lambda at: (-good[at][0], cast("int", ids[at])))
        return [good[at] for at in order[:most]]

    def _candidate(self, address: DocAddress) -> Candidate:
        stored = self._searcher.doc(address).get_first("row")
        try:
            return _row_adapter().validate_json(stored or b"", strict=True)
        except ValidationError:
            raise ValueError("a stored row is damaged") from None


class IndexWriter:
    """An index open for writing: the changes of a `with` block are committed if it succeeds.

    Raises:
        CatalogueError: tantivy cannot write; any method may raise it. It names the catalogue at
            `path`.
    """

    def __init__(self, folder: Path, path: Path, *, new: bool) -> None:
        import tantivy

        self._document = tantivy.Document
        self._write_errors = partial(translate_write_errors, path)
        if new:
            with self._write_errors():
                index = tantivy.Index(_schema(), str(folder), reuse=False, sort_by_field="id")
        else:
            with translate_read_errors(path):
                verify_checksums(folder)
                index = tantivy.Index.open(str(folder))
        with self._write_errors():
            # One thread: Python delivers rows one by one, and more threads would wait for them.
            self._writer: TantivyWriter = index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)

    def add(self, candidate: Candidate) -> None:
        """Add a row."""
        document = self._document()
        document.add_integer("id", candidate.id)
        document.add_text("words", index_terms(candidate))
        if isrc := clean_isrc(candidate.isrc):
            document.add_text("isrc", isrc)
        document.add_bytes("row", _row_adapter().dump_json(candidate, exclude_none=True))
        try:
            self._writer.add_document(document)
        except BaseException:  # a panic is not an Exception
            with self._write_errors():
                raise

    def remove(self, row_id: int) -> None:
        """Remove the row with an ID, if it exists."""
        with self._write_errors():
            self._writer.delete_documents_by_term("id", row_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit the changes, or roll them back if the block raised."""
        if kind is None:
            with self._write_errors():
                self._writer.commit()
                self._writer.wait_merging_threads()
            return
        with suppress(ValueError):
            self._writer.rollback()
            # Otherwise the files of the dropped rows stay until the next change.
            self._writer.garbage_collect_files()
            self._writer.wait_merging_threads()


@contextmanager
def _translate_errors(path: Path, problem: str, remedy: str) -> Generator[None, None, None]:
    """Turn errors of tantivy in the block into a `CatalogueError`; other exceptions pass."""
    try:
        yield
    except PermissionError as error:
        raise CatalogueError(
            f"{path}: is not accessible ({reason(error)}); check its permissions."
        ) from None
    except BaseException as error:
        # For damage that it did not expect, tantivy panics. The class of that exception cannot be
        # imported, so it is known by its name.
        if (
            not isinstance(error, (OSError, ValueError))
            and type(error).__name__ != "PanicException"
        ):
            raise
        cause = str(error).partition("\n")[0].rstrip(".")[:MAX_INDEX_ERROR_LENGTH]
        raise CatalogueError(f"{path}: {problem} ({cause}); {remedy}.") from None


def translate_read_errors(path: Path) -> AbstractContextManager[None]:
    """Translate errors of tantivy while a catalogue is read."""
    problem = "is damaged, or of another version of tantivy"
    return _translate_errors(path, problem, "build it again")


def translate_write_errors(path: Path) -> AbstractContextManager[None]:
    """Translate errors of tantivy while a catalogue is written."""
    remedy = "check the free disk space and that no other program is changing the catalogue"
    return _translate_errors(path, "cannot be written", remedy)


def require_tantivy() -> str:
    """Return the version of tantivy.

    Raises:
        MissingDependencyError: tantivy is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tantivy")
    except PackageNotFoundError:
        raise MissingDependencyError(
            "An offline catalogue needs tantivy; run: pip install 'beatport-match[offline]'.",
            name="tantivy",
        ) from None


@cache
def _row_adapter() -> TypeAdapter[Candidate]:
    # Made at the first use, because it would make the import of the library slower.
    return TypeAdapter(Candidate)


def _schema() -> Schema:
    import tantivy

    fields = tantivy.SchemaBuilder()
    # Signed, because tantivy takes a number for a signed one when it removes rows by ID.
    fields.add_integer_field("id", indexed=True, fast=True)
    fields.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    fields.add_text_field("isrc", tokenizer_name="raw", index_option="basic")
    fields.add_bytes_field("row", stored=True)
    return fields.build()


def _any_of(required: list[Query], optional: list[Query]) -> Query:
    """Match rows with at least one of the required terms; optional terms raise the score."""
    import tantivy

    one = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in required])
    return _all_of([one], optional)


def _all_of(required: list[Query], optional: list[Query]) -> Query:
    """Match rows with all required terms; optional terms raise the score."""
    import tantivy

    query = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in required])
    # One level for each optional term: in a single level, tantivy unites their rows before it skips
    # to those of the required terms, and so reads nearly all rows of a common word.
    for one in optional:
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.Should, one)]
        )
    return query


def _score_and_id(row: tuple[float, Candidate]) -> tuple[float, int]:
    return row[0], row[1].id


def _longest_words(words: list[str]) -> list[str]:
    long = [word for word in words if len(word) >= MIN_TYPO_TERM_LENGTH]
    return sorted(long, key=lambda word: (-len(word), word))[:MAX_TYPO_TERMS]
