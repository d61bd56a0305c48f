"""Where candidates come from, as the conversation sees it.

Only the shape lives here. A source builds questions and never sends them; this file knows no
catalogue, and judgement never learns which source answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, cast

from beatport_match.errors import MisuseError
from beatport_match.matching.protocol import Question


class Source(Protocol):
    """A catalogue that can be searched, and asked for one track."""

    @property
    def name(self) -> str:
        """What tells it from other sources, for journals."""
        ...

    def search(self, text: str, query_type: str) -> Question:
        """The question that searches for `text`.

        Raises:
            MisuseError: There is nothing in `text` to search for.
        """
        ...

    def isrc(self, isrc: str, query_type: str) -> Question:
        """The question for the tracks with an ISRC.

        Raises:
            MisuseError: This catalogue cannot be asked by ISRC.
        """
        ...

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        """The question for one track; an empty answer means that there is no such track.

        Raises:
            MisuseError: `url_or_id` names no track of this catalogue.
        """
        ...


class HasSource(Protocol):
    """What can be asked through a source of its own, as an open `Catalogue` can."""

    def source(self) -> Source:
        """The source, as it asks where nothing else is said."""
        ...


Sources: TypeAlias = "Source | HasSource | Sequence[Source | HasSource]"
"""One catalogue, or several: the next is asked for what was not matched in those before."""


def resolve_sources(sources: Sources) -> tuple[Source, ...]:
    """Several sources, in the order they are asked.

    Raises:
        MisuseError: There is none, or something else is among them.
    """
    several: Sequence[object] = (
        sources if isinstance(sources, Sequence) and not isinstance(sources, str) else (sources,)
    )
    if not several:
        raise MisuseError("source= is empty: leave it out to ask Beatport.")
    return tuple([_source(one) for one in several])


def _source(given: object) -> Source:
    if hasattr(given, "isrc"):
        return cast("Source", given)
    if hasattr(given, "source"):
        return cast("HasSource", given).source()
    raise MisuseError(
        f"source= takes a Source, an open Catalogue, or several of them, not {given!r}; "
        "settings.source says what to ask of Beatport."
    )
