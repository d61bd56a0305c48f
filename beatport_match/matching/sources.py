"""The interface of a source: where the candidates come from.

A source builds questions and never sends them. Scoring does not know the source of an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, TypeGuard

from beatport_match.errors import MisuseError, short_repr
from beatport_match.matching.protocol import Question


class Source(Protocol):
    """A catalogue: it builds the questions for searches, ISRCs and single tracks.

    To bring your own catalogue, write a class with these members; no base class is needed.

    Example:
        ```python
        with Catalogue.open("pool.catalogue") as pool:
            source = [pool.source(), beatport_source(MatchSettings())]
            result = match_playlist("friday.m3u8", source=source)
        ```
    """

    @property
    def name(self) -> str:
        """A name that differs from those of other sources.

        A journal entry is reused only if the sources have the same names as before.
        """
        ...

    def search(self, text: str, query_type: str) -> Question:
        """Build the question that searches for `text`.

        Args:
            text: The query, as a person would type it.
            query_type: How the query was built (see `query_plan.QueryType`).

        Returns:
            The question, which is not sent yet.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        ...

    def isrc(self, isrc: str, query_type: str) -> Question:
        """Build the question for the tracks with an ISRC.

        Args:
            isrc: The ISRC: twelve letters and digits in upper case.
            query_type: How the query was built.

        Returns:
            The question, which is not sent yet.

        Raises:
            MisuseError: This catalogue has no search by ISRC.
        """
        ...

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """Build the question for one track; an empty answer means that there is no such track.

        Args:
            url_or_id: The number or the URL of the track.
            query_type: How the query was built. Default `track_page`.

        Returns:
            The question, which is not sent yet.

        Raises:
            MisuseError: `url_or_id` is not a track of this catalogue.
        """
        ...


class HasSource(Protocol):
    """An object that provides a source, such as an open `Catalogue`."""

    def source(self) -> Source:
        """Return the source with its default settings."""
        ...


Sources: TypeAlias = "Source | HasSource | Sequence[Source | HasSource]"
"""One source, or several, which are queried in order until one gives the outcome `matched`."""


def resolve_sources(sources: Sources) -> tuple[Source, ...]:
    """Return the sources as a tuple, in the order in which they are queried.

    Args:
        sources: One source or open catalogue, or a sequence of them.

    Returns:
        At least one source.

    Raises:
        MisuseError: There is none, or an object is not a source.

    Example:
        `resolve_sources([catalogue, beatport_source(settings)])`
    """
    given: Sequence[object] = (
        sources if isinstance(sources, Sequence) and not isinstance(sources, str) else (sources,)
    )
    if not given:
        raise MisuseError("source= is empty; leave it out to query Beatport.")
    return tuple([_as_source(one) for one in given])


def _as_source(given: object) -> Source:
    """Return the object if it is a source, or the source that it provides."""
    if _is_source(given):
        return given
    if _has_source(given):
        return given.source()
    raise MisuseError(
        f"source= takes a Source, an open Catalogue, or several of them, not {short_repr(given)}; "
        "settings.source chooses between the web pages and the API of Beatport."
    )


# A `runtime_checkable` protocol would also reject a source that lacks a member which a run does not
# use, so one method decides.
def _is_source(given: object) -> TypeGuard[Source]:
    return not isinstance(given, type) and callable(getattr(given, "isrc", None))


def _has_source(given: object) -> TypeGuard[HasSource]:
    return not isinstance(given, type) and callable(getattr(given, "source", None))
