"""The record of one query that was sent for a track."""

from dataclasses import dataclass, field

from beatport_match.errors import Failure
from beatport_match.matching.protocol import DEFAULT_WHERE
from beatport_match.model.tracks import READ_FROM_TEXTS, ReadFrom


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """One query that was sent for a track, and its result.

    Attributes:
        text: The query as a person would type it.
        query_type: How the query was built; `docs/metrics.md` lists the types.
        found: Number of candidates in the result.
        requests: Number of HTTP requests that were sent for it, retries included. It is 0 if the
            cache or an equal query had the result, so it is ignored when records are compared.
        unreadable: Number of records that were dropped because they were malformed.
        failure: Why there is no result; `None` if there is one.
        where: The source that was queried, such as `on Beatport`.
        read_from: Where the data was found if Beatport's page has changed: `script`, `json`,
            `flight`, `rows`, `ld_json` or `html`; otherwise `None`.
        elapsed_s: Seconds from the question to its answer, waiting and retries included; `None` if
            it was not measured. It is ignored when records are compared.

    Example:
        ```python
        for query in match.queries:
            print(query.text, query.found)
        ```
    """

    text: str
    query_type: str
    found: int
    requests: int = field(compare=False)
    unreadable: int = 0
    failure: Failure | None = None
    where: str = DEFAULT_WHERE
    read_from: ReadFrom | None = None
    elapsed_s: float | None = field(default=None, compare=False, repr=False)


def query_line(query: QueryRecord, *, show_where: bool) -> str:
    """Describe a query and its result in one line."""
    result = str(query.failure) if query.failure else f"{query.found} candidates"
    dropped = f", {query.unreadable} unreadable" if query.unreadable else ""
    where = f" {query.where}" if show_where else ""
    if query.read_from:
        result += f" from a changed page, read from {READ_FROM_TEXTS[query.read_from]}"
    return f"{query.query_type}: {query.text!r}{where} -> {result}{dropped}"
